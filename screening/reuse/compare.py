"""One text against a corpus, or against one other: candidates, alignment, passages with both sides, rates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from screening.document import Document, Span, union
from screening.reuse.align import AlignParams, Stretch, align
from screening.reuse.corpus import Comparable, Corpus
from screening.reuse.index import Rarity
from screening.reuse.kinds import kind_of, swapped_facts
from screening.reuse.rates import is_own, mask, rates_of, share, source_match
from screening.reuse.result import Passage, Reuse
from screening.text.view import View, repaired_characters

SNAP = 30  # characters: a passage's end moves to the end of its sentence if that is so near
SHOWN = 200  # passages listed in a report
DISGUISED_FROM = 5  # repaired characters from which on the raw rate is worked out
_BREAK = re.compile("[。！？!?；;\n]+[”’」』）)]*")
_QUOTED = re.compile("“[^“”]{12,400}”|「[^「」]{12,400}」")
_NOTHING = Rarity(np.zeros(0, dtype=np.uint32), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareParams:
    """How closely to look; see :class:`AlignParams`."""

    align: AlignParams = field(default_factory=AlignParams)


def compare(
    case: Comparable, corpus: Corpus, *, notice: Document | None = None, params: CompareParams | None = None
) -> Reuse:
    """Compare a text with a corpus; passages are in the order of the case, sources by rate.

    ``notice`` is given stock text: where the case repeats it is listed as ``stock`` and counted apart.
    """
    params = params or CompareParams()
    found: dict[str, list[Passage]] = {}
    sources: dict[str, Comparable] = {}
    for candidate in corpus.near(case):
        source = corpus.get(candidate.id)
        passages = _passages(case, source, corpus.rarity, params)
        if passages:
            found[source.id], sources[source.id] = passages, source
    stock: tuple[Span, ...] = ()
    if notice is not None:
        stock = union(p.span for p in against_notice(case, notice).passages)
    every = sorted((p for ps in found.values() for p in ps), key=lambda p: (p.span, p.source, p.source_span))
    raw = (
        _raw_rate(case, list(sources.values()), params)
        if every and repaired_characters(case.text, case.view) >= DISGUISED_FROM
        else None
    )
    own = [s.id for s in sources.values() if is_own(case, s)]
    matches = [source_match(case, sources[i], ps) for i, ps in found.items()]
    return Reuse(
        rates=rates_of(case, every, own, stock, raw),
        sources=tuple(sorted(matches, key=lambda m: (-m.rate, m.id))),
        passages=tuple(every[:SHOWN]),
        stock=stock,
        shown=min(SHOWN, len(every)),
        of=len(every),
        compared_characters=len(case.view),
        compared_with=len(corpus),
    )


def compare_pair(a: Comparable, b: Comparable, params: CompareParams | None = None) -> tuple[Passage, ...]:
    """Return the passages that two texts share, in the order of ``a``; there is no corpus to tell rare from common."""
    return tuple(_passages(a, b, _NOTHING, params or CompareParams()))


def against_notice(case: Comparable, notice: Document) -> Reuse:
    """Compare a text with the notice itself."""
    source = Comparable.of_document(notice, "notice", "通知原文")
    passages = compare_pair(
        case,
        source,
        CompareParams(align=AlignParams(first_worth=16, least_worth=16, least_length=16, least_density=0.5)),
    )
    matches = (source_match(case, source, passages),) if passages else ()
    return Reuse(
        rates=rates_of(case, passages, (), (), None),
        sources=matches,
        passages=passages,
        shown=len(passages),
        of=len(passages),
        compared_characters=len(case.view),
        compared_with=1,
    )


def _passages(case: Comparable, source: Comparable, rarity: Rarity, params: CompareParams) -> list[Passage]:
    stretches = align(case.view.codes, source.view.codes, rarity.weights(case.view.codes), params.align)
    quotes = [Span(*m.span()) for m in _QUOTED.finditer(case.text)] if stretches else []
    spans = [
        (_snapped(case, case.view.to_source(s.a0, s.a1)), _snapped(source, source.view.to_source(s.b0, s.b1)), s)
        for s in stretches
    ]
    return [_passage(case, source, a, b, s, quotes) for a, b, s in _apart(spans)]


def _apart(rows: list[tuple[Span, Span, Stretch]]) -> list[tuple[Span, Span, Stretch]]:
    """Join passages that snapping has made touch on both sides: one copied paragraph is one passage."""
    out: list[tuple[Span, Span, Stretch]] = []
    for a, b, s in rows:
        if out:
            x, y, t = out[-1]
            if a.start <= x.end + 2 and (b.start <= y.end + 2 and y.start <= b.end + 2):
                blocks = tuple(sorted((*t.blocks, *s.blocks), key=lambda k: (k.i, k.j)))
                whole = Stretch(
                    min(t.a0, s.a0), max(t.a1, s.a1), min(t.b0, s.b0), max(t.b1, s.b1), t.worth + s.worth, blocks
                )
                out[-1] = (
                    Span(min(x.start, a.start), max(x.end, a.end)),
                    Span(min(y.start, b.start), max(y.end, b.end)),
                    whole,
                )
                continue
        out.append((a, b, s))
    return out


def _passage(
    case: Comparable, source: Comparable, a: Span, b: Span, stretch: Stretch, quotes: Sequence[Span]
) -> Passage:
    swaps = swapped_facts(source.quote(b), case.quote(a))
    kind, ratio = kind_of(_folded(case.view, a), _folded(source.view, b), stretch, swaps)
    inside = sum(max(0, min(q.end, a.end) - max(q.start, a.start)) for q in quotes)
    return Passage(
        source=source.id,
        span=a,
        source_span=b,
        kind=kind,
        similarity=round(ratio, 4),
        quote=case.quote(a),
        source_quote=source.quote(b),
        quoted=inside >= 0.8 * a.length,
        swaps=swaps if kind.value == "localised" else (),
    )


def _folded(view: View, span: Span) -> str:
    start, end = view.from_source(span)
    return view.codes[start:end].astype("<u4").tobytes().decode("utf-32-le")


def _snapped(side: Comparable, span: Span) -> Span:
    """Move both ends to sentence ends that are near, inside the compared text."""
    low, high = max(0, span.start - SNAP), min(len(side.text), span.end + SNAP)
    before = [m.end() for m in _BREAK.finditer(side.text, low, span.start)]
    start = before[-1] if before else (0 if low == 0 else span.start)
    after = _BREAK.search(side.text, max(span.start, span.end - 1), high)
    end = after.end() if after else (high if high == len(side.text) else span.end)
    whole = side.text[start:end]
    start += len(whole) - len(whole.lstrip())
    end = max(start + 1, end - (len(whole) - len(whole.rstrip())))
    home = next((s for s in side.spans if s.start <= span.start < s.end), None)
    last = next((s for s in side.spans if s.start < span.end <= s.end), None)
    return Span(max(start, home.start) if home else span.start, min(end, last.end) if last else span.end)


def _raw_rate(case: Comparable, sources: Sequence[Comparable], params: CompareParams) -> float:
    """Return the rate that a search without repair would give against the same sources."""
    hit = np.zeros(len(case.raw), dtype=bool)
    for source in sources:
        weights = _NOTHING.weights(case.raw.codes)
        for s in align(case.raw.codes, source.raw.codes, weights, params.align):
            hit[s.a0 : s.a1] = True
    spans = [Span(int(p), int(p) + 1) for p in case.raw.places[hit]]
    return share(mask(case.view, union(spans)))
