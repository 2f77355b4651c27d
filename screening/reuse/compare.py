"""One text against a corpus, or against one other: candidates, passages with both sides, rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from screening.document import Document, union
from screening.reuse.align import AlignParams
from screening.reuse.corpus import Candidate, Comparable, Corpus
from screening.reuse.facts import weights_of
from screening.reuse.fingerprint import ALL, KEEP
from screening.reuse.kin import KIN_TOP
from screening.reuse.passages import passages_of, rewritten_passages
from screening.reuse.ranking import TOP
from screening.reuse.rates import is_own, kept_raw, mask, rates_of, share, source_match
from screening.reuse.result import Passage, Reuse
from screening.reuse.rewriting import RewritingParams, rewritings
from screening.reuse.stock import listed_stock, stock_of, stock_spans, without_stock
from screening.text.repairs import Repairs, repairs_of
from screening.text.view import repaired_characters

SHOWN = 200  # passages listed in a report
DISGUISED_FROM = 5  # repaired characters from which on it is asked what would be found without repair
WHOLE_FROM = 0.5  # share of a case's own words from which on it was copied whole, and its stock phrases with it
FORM_FROM = 0.1  # share of stock phrases from which on a case comes from a form: what does it share with others of it …
FORMS = 3  # … and how many of these are asked
ORIGINAL_FROM = (
    0.7  # share of a text made of common phrases that one other text must have, if it was copied and not put together
)
NOTICE = AlignParams(first_worth=16, least_worth=16, least_length=16, least_density=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareParams:
    """How closely to look at the wording, and at the facts (not at all if None); :data:`ORDINARY` and :data:`THOROUGH` have a ``name``.

    ``keep``: a corpus that is made for the search keeps one fingerprint in so many; ``top`` candidates by wording and ``kin`` by facts are
    looked at. ``kin_worded``: those by facts are compared by their wording too, since a short passage may share no kept fingerprint.
    """

    name: str = ""
    align: AlignParams = field(default_factory=AlignParams)
    rewriting: RewritingParams | None = field(default_factory=RewritingParams)
    keep: int = KEEP
    top: int = TOP
    kin: int = KIN_TOP
    kin_worded: bool = False


ORDINARY = CompareParams(name="ordinary")
# For appeals and small batches. An archive keeps one fingerprint in four whatever is asked of it: of such a corpus more candidates are
# looked at, those by facts too, and at each more closely.
THOROUGH = CompareParams(
    name="thorough", align=AlignParams(first_worth=18, least_worth=9), keep=ALL, top=60, kin=20, kin_worded=True
)


def compare(
    case: Comparable, corpus: Corpus, *, notice: Document | None = None, params: CompareParams | None = None
) -> Reuse:
    """Compare a text with a corpus; passages are in the order of the case, sources by rate.

    ``notice`` is given stock text: where the case repeats it is listed as ``stock`` and counted apart, as are phrases that many texts
    of the corpus have and those of the list.
    """
    params = params or ORDINARY
    wording = replace(params, rewriting=None)
    found: dict[str, list[Passage]] = {}
    sources: dict[str, Comparable] = {}
    near = corpus.near(case, params.top)
    phrases, common = stock_of(case.view, corpus.rarity)
    copied = common and _has_an_original(case, corpus, near, params)
    if copied:
        phrases = listed_stock(case.view)
    formal = share(phrases) >= FORM_FROM
    # Where the whole text is common, rarity tells nothing.
    weights = np.ones(len(case.grams.hashes)) if copied else corpus.rarity.weights(case.view.codes)
    telling = without_stock(weights, phrases)
    kin = corpus.kin(case, params.kin) if params.rewriting else None
    beside = kin.candidates if kin and params.kin_worded else ()
    known = {c.id for c in near}
    for candidate in (*near, *(c for c in beside if c.id not in known)):
        source = corpus.get(candidate.id)
        passages = passages_of(case, source, telling, params.align)
        if passages and formal:
            taken = mask(case.view, (p.span for p in passages))
            if np.count_nonzero(taken & ~phrases) >= WHOLE_FROM * np.count_nonzero(~phrases):
                passages = list(compare_pair(case, source, wording))
        if passages:
            found[source.id], sources[source.id] = passages, source
    if formal:
        for source, passages in _of_form(case, corpus, near, found, wording):
            found[source.id], sources[source.id] = [*found.get(source.id, ()), *passages], source
    if kin and params.rewriting:
        for candidate in kin.candidates:
            by_wording = [(p.span, p.source_span) for p in found.get(candidate.id, ())]
            same = rewritings(kin.facts, corpus.facts(candidate.id), kin.weights, params.rewriting, by_wording)
            if not same:
                continue
            source = corpus.get(candidate.id)
            rows = rewritten_passages(case, source, same, found.get(source.id, ()))
            if rows:
                found[source.id], sources[source.id] = [*found.get(source.id, ()), *rows], source
    every = sorted((p for ps in found.values() for p in ps), key=lambda p: (p.span, p.source, p.source_span))
    stock = stock_spans(case.view, phrases)
    if notice is not None:
        stock += (p.span for p in against_notice(case, notice).passages)
    worded = [p for p in every if not p.facts]
    disguised = worded and repaired_characters(case.text, case.view) >= DISGUISED_FROM
    kept = kept_raw(case, list(sources.values()), worded) if disguised else 1.0
    own = [s.id for s in sources.values() if is_own(case, s)]
    telling_of = {i: [p for p in ps if not p.stock] for i, ps in found.items()}
    matches = [source_match(case, sources[i], ps) for i, ps in telling_of.items() if ps]
    return Reuse(
        rates=rates_of(case, every, own, union(stock), kept),
        sources=tuple(sorted(matches, key=lambda m: (-m.rate, m.id))),
        passages=tuple(every[:SHOWN]),
        stock=union(stock),
        shown=min(SHOWN, len(every)),
        of=len(every),
        compared_characters=len(case.view),
        compared_with=len(corpus),
        repairs=repairs_of(case.text, case.view) if disguised else Repairs(),
    )


def _has_an_original(case: Comparable, corpus: Corpus, near: Sequence[Candidate], params: CompareParams) -> bool:
    """Say whether one text has most of the case: that with the smallest id of the nearest, which all copies are compared with, or the nearest."""
    most = max((c.shared for c in near), default=0)
    close = sorted((c for c in near if 2 * c.shared >= most), key=lambda c: c.id)[:1]
    alike = np.ones(len(case.grams.hashes))
    for name in dict.fromkeys(c.id for c in (*close, *near[:1])):
        passages = passages_of(case, corpus.get(name), alike, params.align)
        if share(mask(case.view, (p.span for p in passages))) >= ORIGINAL_FROM:
            return True
    return False


def _of_form(
    case: Comparable,
    corpus: Corpus,
    near: Sequence[Candidate],
    found: Mapping[str, list[Passage]],
    params: CompareParams,
) -> Iterator[tuple[Comparable, list[Passage]]]:
    """Yield what the case shares with others of its form over and above ``found``: passages that stock phrases alone bear out.

    A few texts of the form tell it all, first those that something was found in; of their passages only those that have more of the case.
    """
    covered = mask(case.view, (p.span for ps in found.values() for p in ps))
    for candidate in sorted(near, key=lambda c: (c.id not in found, -c.shared))[:FORMS]:
        source = corpus.get(candidate.id)
        kept = []
        for p in compare_pair(case, source, params):
            here = mask(case.view, [p.span])
            if np.count_nonzero(here & ~covered) >= params.align.least_length:
                covered |= here
                kept.append(replace(p, stock=True))
        if kept:
            yield source, kept


def compare_pair(a: Comparable, b: Comparable, params: CompareParams | None = None) -> tuple[Passage, ...]:
    """Return the passages that two texts share, in the order of ``a``; there is no corpus to tell rare from common."""
    params = params or ORDINARY
    found = passages_of(a, b, np.ones(len(a.grams.hashes)), params.align)
    if params.rewriting:
        weights = weights_of(a.facts, np.zeros(len(a.facts), dtype=np.int64), 0)
        known = [(p.span, p.source_span) for p in found]
        found += rewritten_passages(a, b, rewritings(a.facts, b.facts, weights, params.rewriting, known), found)
    return tuple(sorted(found, key=lambda p: (p.span, p.source_span)))


def against_notice(case: Comparable, notice: Document) -> Reuse:
    """Compare a text with the notice itself."""
    source = _notice_side(notice)
    passages = compare_pair(case, source, CompareParams(align=NOTICE, rewriting=None))
    matches = (source_match(case, source, passages),) if passages else ()
    return Reuse(
        rates=rates_of(case, passages, (), ()),
        sources=matches,
        passages=passages,
        shown=len(passages),
        of=len(passages),
        compared_characters=len(case.view),
        compared_with=1,
    )


@lru_cache(maxsize=4)
def _notice_side(notice: Document) -> Comparable:
    return Comparable.of_document(notice, "notice", "通知原文")
