"""Rates by union of intervals: every character counts once, however many sources have it; all from the passages shown.

What was found by its facts alone (:attr:`Passage.facts`) has a rate of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from screening.document import Span
from screening.reuse.corpus import Comparable
from screening.reuse.fingerprint import ngram_hashes
from screening.reuse.result import Passage, Rates, SourceMatch
from screening.text.view import View

QUOTE_CAP = (
    0.2  # at most this share of a text may be taken out as quotations: a text of quotations is no text of one's own
)

RUN = 13  # characters in a row: the folk rule of similarity search

Mask = npt.NDArray[np.bool_]


def mask(view: View, spans: Iterable[Span]) -> Mask:
    """Return which folded characters of a view lie in the spans."""
    out = np.zeros(len(view), dtype=bool)
    for span in spans:
        start, end = view.from_source(span)
        out[start:end] = True
    return out


def share(hit: Mask) -> float:
    """Return the share (0–1, four digits) of the characters that are hit."""
    return round(float(np.count_nonzero(hit)) / len(hit), 4) if len(hit) else 0.0


def rates_of(
    case: Comparable, passages: Sequence[Passage], own: Iterable[str], stock: Sequence[Span], kept: float = 1.0
) -> Rates:
    """Return the rates of a case.

    ``own`` are the ids of its author's or unit's texts, ``kept`` the share found without repair (:func:`kept_raw`).
    Stock phrases never hide a copied whole: only those are taken out that lie outside passages three times their length. What
    texts from one form share is in the total alone, and in no rate of a source.
    """
    view = case.view
    mine = set(own)
    rewritten = mask(view, (p.span for p in passages if p.facts))
    passages = [p for p in passages if not p.facts]
    everything = mask(view, (p.span for p in passages))
    telling = [p for p in passages if not p.stock]
    quoted = mask(view, (p.span for p in passages if p.quoted)) & ~mask(
        view, (p.span for p in passages if not p.quoted)
    )
    over = int(np.count_nonzero(quoted) - QUOTE_CAP * len(view))
    if over > 0:
        places = np.flatnonzero(quoted)
        quoted[places[-over:]] = False
    foreign = mask(view, (p.span for p in passages if p.source not in mine))
    loose = [s for s in stock if not any(p.span.covers(s) and p.span.length >= 3 * s.length for p in telling)]
    by_source: dict[str, list[Span]] = {}
    for p in telling:
        by_source.setdefault(p.source, []).append(p.span)
    total = share(everything)
    return Rates(
        total=total,
        without_quotes=share(everything & ~quoted),
        without_own=share(foreign),
        without_stock=share(mask(view, (p.span for p in telling)) & ~mask(view, loose)),
        largest_source=max((share(mask(view, spans)) for spans in by_source.values()), default=0.0),
        raw=round(total * kept, 4),
        repaired=total,
        rewritten=share(rewritten & ~everything),
    )


def kept_raw(case: Comparable, sources: Sequence[Comparable], passages: Sequence[Passage]) -> float:
    """Return the share (0–1) of what a search for ``RUN`` equal characters in a row finds in the passages, that it finds without repair.

    1 for a text without disguise. Our own search finds most passages without repair too; this is the yardstick of ordinary ones.
    """
    inside = mask(case.view, (p.span for p in passages))
    repaired = inside & mask(case.view, _runs(case.view, [s.view for s in sources]))
    raw = repaired & mask(case.view, _runs(case.raw, [s.raw for s in sources]))
    return float(np.count_nonzero(raw) / np.count_nonzero(repaired)) if repaired.any() else 1.0


def _runs(view: View, others: Sequence[View]) -> list[Span]:
    """Return where ``RUN`` characters in a row stand in one of the others, in the coordinates of the text."""
    known = np.concatenate([ngram_hashes(v.codes, RUN) for v in others])
    starts = np.flatnonzero(np.isin(ngram_hashes(view.codes, RUN), known))
    hit = np.zeros(len(view) + 1, dtype=np.int64)
    np.add.at(hit, starts, 1)
    np.add.at(hit, starts + RUN, -1)
    covered = np.concatenate(([False], np.cumsum(hit[:-1]) > 0, [False]))
    edges = np.flatnonzero(covered[1:] != covered[:-1])
    return [view.to_source(a, b) for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def is_own(case: Comparable, source: Comparable) -> bool:
    """Say whether a source is the author's or the unit's own earlier work."""
    same_unit = bool(case.unit) and "".join(case.unit.split()) == "".join(source.unit.split())
    same_author = bool(case.author) and "".join(case.author.split()) == "".join(source.author.split())
    return same_unit or same_author


def is_earlier(case: Comparable, source: Comparable) -> bool | None:
    """Say whether the source came first; an archive always did; None if a date is missing or the dates are equal."""
    if source.place in ("archive", "notice"):
        return True
    if case.received is None or source.received is None or case.received == source.received:
        return None
    return source.received < case.received


def source_match(case: Comparable, source: Comparable, passages: Sequence[Passage]) -> SourceMatch:
    """Return what one source has in common with the case, both ways."""
    worded = [p for p in passages if not p.facts]
    hit = mask(case.view, (p.span for p in worded))
    rewritten = mask(case.view, (p.span for p in passages if p.facts)) & ~hit
    return SourceMatch(
        id=source.id,
        title=source.title,
        unit=source.unit,
        own=is_own(case, source),
        earlier=is_earlier(case, source),
        rate=share(hit),
        share_of_source=share(mask(source.view, (p.source_span for p in worded))),
        characters=int(np.count_nonzero(hit)),
        place=source.place,
        received=source.received.isoformat() if source.received else "",
        file=source.file,
        rewritten=share(rewritten),
    )
