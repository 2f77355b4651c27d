"""Two texts, the passages that they share: alignment in folded text, led back to whole sentences of both originals."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

import numpy as np
import numpy.typing as npt

from screening.document import Span
from screening.reuse.align import AlignParams, Stretch, align
from screening.reuse.corpus import Comparable
from screening.reuse.kinds import kind_of, swapped_facts
from screening.reuse.result import Passage, ReuseKind
from screening.text.view import View

Weights = npt.NDArray[np.float64]

SNAP = 30  # characters: a passage's end moves out to the end of its sentence if that is so near …
TRIM = 3  # … and back to one that it has overshot by so little
TOUCH = 2  # passages no further apart than this on both sides are one
QUOTED_SHARE = 0.8  # of a passage that must stand in quotation marks for it to be a quotation
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
                out[-1] = _hull(x, a), _hull(y, b), Stretch(*ends, t.worth + s.worth, blocks)
                continue
        out.append((a, b, s))
    return out


def _hull(a: Span, b: Span) -> Span:
    return Span(min(a.start, b.start), max(a.end, b.end))


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
