"""Two texts, the passages that they share: alignment in folded text, led back to whole sentences of both originals."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from screening.document import Span, union
from screening.reuse.align import AlignParams, Stretch, align
from screening.reuse.corpus import Comparable
from screening.reuse.kinds import kind_of, similarity, swapped_facts
from screening.reuse.result import Passage, ReuseKind, SharedFact
from screening.reuse.rewriting import Rewriting
from screening.text.ledger import UNITS
from screening.text.sentences import sentences
from screening.text.view import View

Weights = npt.NDArray[np.float64]

SNAP = 30  # characters: a passage's end moves out to the end of its sentence if that is so near …
TRIM = 3  # … and back to one that it has overshot by so little
TOUCH = 2  # passages no further apart than this on both sides are one
QUOTED_SHARE = 0.8  # of a passage that must stand in quotation marks for it to be a quotation
WORDED = 0.6  # of a rewriting on both sides that one passage found by its wording covers …
WORDED_IN_ALL = 0.8  # … or all of them together: it is found already
TOLD = 3.0  # nepers: a word that tells less is no fact to show a reader
_UNIT = re.compile(f"\\s?(?:[%％‰]|年|月|日|号|[多余]?(?:{UNITS}))")
_BREAK = re.compile("[。！？!?；;\n]+[”’」』）)]*")
_QUOTED = re.compile("“[^“”]{20,600}”|「[^「」]{20,600}」")


def passages_of(case: Comparable, source: Comparable, weights: Weights, params: AlignParams) -> list[Passage]:
    """Return the passages that two texts share, in the order of ``case``. ``weights`` (0–1) tell rare 4-grams of the case from common."""
    a, b = case.view, source.view
    rows = [
        (_snapped(case, a.to_source(s.a0, s.a1)), _snapped(source, b.to_source(s.b0, s.b1)), s)
        for s in align(case.grams, source.grams, weights, params)
    ]
    quotes = [Span(*m.span()) for m in _QUOTED.finditer(case.text)] if rows else []
    return [_passage(case, source, x, y, s, quotes) for x, y, s in _joined(rows)]


def _joined(rows: list[tuple[Span, Span, Stretch]]) -> list[tuple[Span, Span, Stretch]]:
    """Join neighbours that snapping has made touch on both sides: one copied paragraph is one passage."""
    out: list[tuple[Span, Span, Stretch]] = []
    for a, b, s in rows:
        if out:
            x, y, t = out[-1]
            if a.start <= x.end + TOUCH and b.start <= y.end + TOUCH and y.start <= b.end + TOUCH:
                blocks = tuple(sorted((*t.blocks, *s.blocks), key=lambda k: (k.i, k.j)))
                ends = min(t.a0, s.a0), max(t.a1, s.a1), min(t.b0, s.b0), max(t.b1, s.b1)
                out[-1] = x.hull(a), y.hull(b), Stretch(*ends, t.worth + s.worth, blocks)
                continue
        out.append((a, b, s))
    return out


def _passage(case: Comparable, source: Comparable, a: Span, b: Span, stretch: Stretch, quotes: list[Span]) -> Passage:
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
        quoted=inside >= QUOTED_SHARE * a.length,
        swaps=swaps.pairs if kind is ReuseKind.LOCALISED else (),
    )


def _folded(view: View, span: Span) -> str:
    start, end = view.from_source(span)
    return view.text[start:end]


def rewritten_passages(
    case: Comparable, source: Comparable, found: Iterable[Rewriting], worded: Sequence[Passage]
) -> list[Passage]:
    """Return the passages in which the case states the source's facts in other words, in the order of ``case``.

    ``found`` come best first; ``worded`` are the pair's passages found by wording: what these cover is not reported again.
    """
    out: list[Passage] = []
    quotes: list[Span] = []
    for r in found:
        a, b = _whole_sentences(case, r.span), _whole_sentences(source, r.source_span)
        if _found_already(a, b, worded) or any(p.span.overlaps(a) and p.source_span.overlaps(b) for p in out):
            continue
        quotes = quotes or [Span(*m.span()) for m in _QUOTED.finditer(case.text)]
        inside = sum(max(0, min(q.end, a.end) - max(q.start, a.start)) for q in quotes)
        out.append(
            Passage(
                source=source.id,
                span=a,
                source_span=b,
                kind=ReuseKind.REWRITTEN,
                similarity=round(similarity(_folded(case.view, a), _folded(source.view, b)), 4),
                quote=case.quote(a),
                source_quote=source.quote(b),
                quoted=inside >= QUOTED_SHARE * a.length,
                facts=tuple(_shared_facts(case, source, r)),
            )
        )
    return sorted(out, key=lambda p: (p.span, p.source_span))


def _found_already(a: Span, b: Span, worded: Sequence[Passage]) -> bool:
    near = [p for p in worded if p.span.overlaps(a) and p.source_span.overlaps(b)]
    shares = [min(_overlap(p.span, a) / a.length, _overlap(p.source_span, b) / b.length) for p in near]
    together = sum(_overlap(s, a) for s in union(p.span for p in near))
    return max(shares, default=0.0) >= WORDED or together >= WORDED_IN_ALL * a.length


def _overlap(a: Span, b: Span) -> int:
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def _shared_facts(case: Comparable, source: Comparable, found: Rewriting) -> Iterator[SharedFact]:
    """Yield each fact once, in the order of the case, with the place in the source that keeps the order if there are several."""
    known: set[int] = set()
    last, end = 0, 0
    for span, group in groupby(found.links, key=lambda link: link.span):
        links = list(group)
        first = links[0]
        if first.key in known or span.start < end or not (first.hard or first.weight >= TOLD):
            continue
        link = min(links, key=lambda x: (x.source_span.start < last, abs(x.source_span.start - last)))
        a, b = link.span, link.source_span
        if first.hard:
            a, b = _with_unit(case.text, a), _with_unit(source.text, b)
        known.add(first.key)
        last, end = b.start, a.end
        yield SharedFact(span=a, source_span=b, quote=case.quote(a), source_quote=source.quote(b))


def _with_unit(text: str, span: Span) -> Span:
    unit = _UNIT.match(text, span.end)
    return Span(span.start, unit.end()) if unit else span


def _whole_sentences(side: Comparable, span: Span) -> Span:
    """Move both ends out to whole sentences of the compared text."""
    starts = [s.start for s in side.spans]
    first, last = (side.spans[bisect_right(starts, place) - 1] for place in (span.start, span.end - 1))
    start = next((s.start for s in sentences(side.text, first) if s.end > span.start), span.start)
    end = next((s.end for s in sentences(side.text, last) if s.end >= span.end), span.end)
    return Span(start, end)


def _snapped(side: Comparable, span: Span) -> Span:
    """Move both ends to near sentence ends, inside the compared text."""
    first = side.spans[bisect_right(side.spans, span.start, key=lambda s: s.start) - 1]
    last = side.spans[bisect_left(side.spans, span.end, key=lambda s: s.end)]
    breaks = [
        m.end()
        for m in _BREAK.finditer(
            side.text, max(first.start, span.start - SNAP - 20), min(last.end, span.end + SNAP + 20)
        )
    ]
    start = _moved([first.start, *breaks], span.start, -1)
    end = _moved([*breaks, last.end], span.end, 1)
    if start >= end:
        start, end = span.start, span.end
    words = side.text[start:end]
    return Span(start + len(words) - len(words.lstrip()), start + len(words.rstrip()))


def _moved(marks: list[int], place: int, outwards: int) -> int:
    """Return the mark to move an end to: one hardly ``TRIM`` away on either side, else the next outwards (-1 left, 1 right)."""
    close = [m for m in marks if abs(m - place) <= TRIM]
    outer = [m for m in marks if 0 <= (m - place) * outwards <= SNAP]
    return min(close or outer, key=lambda m: abs(m - place), default=place)
