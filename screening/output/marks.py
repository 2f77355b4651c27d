"""A text with marks in it, cut on the server from code-point spans: in a browser, one 𠮷 would shift every mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from screening.document import Span
from screening.output.markup import Markup, h, join

MAX_DIFF = 4000  # code points a side; longer passages are shown without marking the edits


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to mark: ``name`` is its CSS class; where marks overlap, the higher ``weight`` wins.

    ``number`` is shown where the stretch begins, so that marks can be told apart without their colours; ``anchor`` is the
    id of its beginning, ``href`` where the stretch itself leads.
    """

    span: Span
    name: str
    weight: int = 0
    href: str | None = None
    label: str = ""
    number: int | None = None
    anchor: str | None = None


def pieces(
    source: str, marks: Sequence[Mark], within: Span | None = None
) -> Iterator[tuple[str, Mark | None, list[Mark]]]:
    """Cut ``source`` (or a part of it) at the ends of the marks: each piece, the mark that shows on it, the marks that begin there."""
    whole = within or Span(0, len(source))
    edges = {whole.start, whole.end}
    for m in marks:
        if m.span.overlaps(whole):
            edges |= {max(m.span.start, whole.start), min(m.span.end, whole.end)}
    starts = sorted(marks, key=lambda m: m.span.start)
    active: list[Mark] = []
    n = 0
    for a, b in pairwise(sorted(edges)):
        while n < len(starts) and starts[n].span.start <= a:
            active.append(starts[n])
            n += 1
        active = [m for m in active if m.span.end > a]
        top = max(active, key=lambda m: (m.weight, -m.span.length), default=None)
        yield source[a:b], top, [m for m in active if max(m.span.start, whole.start) == a]


def marked(source: str, marks: Sequence[Mark], within: Span | None = None, inner: Sequence[Mark] = ()) -> Markup:
    """Return ``source`` (or a part of it) with the marks; overlapping marks are cut so that elements nest properly.

    ``inner`` are marks that take no other's place: they show inside of what lies over them.
    """
    out: list[Markup | str] = []
    linked: set[int] = set()
    at = within.start if within else 0
    for said, top, begin in pieces(source, marks, within):
        piece = _with_inner(source, inner, Span(at, at + len(said))) if inner else said
        at += len(said)
        # Where a mark begins, its anchor and number stand, even if another mark hides it: no link to it is dead.
        out += [h("span", id=m.anchor, class_="at") for m in begin if m.anchor]
        numbers = "、".join(str(m.number) for m in begin if m.number is not None)
        if top is None:
            out.append(piece)
            continue
        body = h("mark", piece, class_=f"m-{top.name}", data_n=numbers or None, title=top.label or None)
        # The link comes once, at the first piece that shows; continued pieces are plain marks.
        first = top.href and id(top) not in linked and not said.isspace()  # a link of nothing but space has no name
        if first:
            linked.add(id(top))
        out.append(h("a", body, href=top.href, class_="mlink") if first else body)
    return join(out)


def _with_inner(source: str, inner: Sequence[Mark], within: Span) -> str:
    here = [m for m in inner if m.span.overlaps(within)]
    if not here:
        return source[within.start : within.end]
    return join(
        h("b", said, class_=f"m-{m.name}", title=m.label or None) if m else said
        for said, m, _ in pieces(source, here, within)
    )


def parts(a: str, b: str) -> Iterator[tuple[str, str, bool]]:
    """Cut both sides of a passage: each piece of ``a``, its counterpart in ``b``, and whether they are equal; too long ones stay whole."""
    if max(len(a), len(b)) > MAX_DIFF:
        yield a, b, True
        return
    for op in Levenshtein.opcodes(a, b):
        yield a[op.src_start : op.src_end], b[op.dest_start : op.dest_end], op.tag == "equal"


def differing(a: str, b: str) -> tuple[Markup, Markup]:
    """Return both sides of a passage with the characters that differ set apart."""
    left: list[Markup | str] = []
    right: list[Markup | str] = []
    for x, y, equal in parts(a, b):
        if x:
            left.append(x if equal else h("b", x, class_="diff"))
        if y:
            right.append(y if equal else h("b", y, class_="diff"))
    return join(left), join(right)
