"""The document as the author wrote it: text, paragraphs, and spans into it.

Offsets are Unicode code points into ``Document.text``, half-open: ``[start, end)``. This is the only coordinate system that
leaves the engine; every view of the text keeps its own offsets private and leads back to here.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of the original text, in code points.

    >>> Span(2, 5).length
    3
    >>> Span(2, 5).shift(10)
    Span(start=12, end=15)
    >>> Span(3, 2)
    Traceback (most recent call last):
    ValueError: not a span: [3, 2)
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    @property
    def length(self) -> int:
        """Number of code points."""
        return self.end - self.start

    def shift(self, by: int) -> Span:
        """Return the span moved to the right by ``by`` code points."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def hull(self, other: Span) -> Span:
        """Return the shortest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def covers(self, other: Span) -> bool:
        """Say whether ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Merge overlapping and touching spans; the result is sorted and disjoint.

    >>> union([Span(5, 8), Span(0, 3), Span(2, 4)])
    (Span(start=0, end=4), Span(start=5, end=8))
    """
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


class Story(enum.StrEnum):
    """Which of Word's stories a paragraph belongs to; in the order in which they stand in ``Document.text``."""

    BODY = "body"  # tables in place
    TEXTBOX = "textbox"
    FOOTNOTE = "footnote"
    ENDNOTE = "endnote"
    HEADER = "header"
    FOOTER = "footer"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of the source, and where it lies in the document's text.

    ``style`` is Word's style name in lower case ("heading 1", "title"), ``level`` the outline level 1–9 that the style
    or the paragraph itself gives (None: running text), ``number`` the automatic number resolved from ``w:numPr``
    ("一、", "（二）", "1.1"; never part of the text, never counted), ``source`` the place in the file: "body/12",
    "table/0/r1/c2", "footnote/3", "textbox/1".
    """

    span: Span
    style: str = ""
    source: str = ""
    story: Story = Story.BODY
    level: int | None = None
    number: str = ""
    table: bool = False  # inside a table, at any depth


@dataclass(frozen=True, slots=True)
class Document:
    r"""Extracted text of one file. ``text`` is never changed after intake.

    Law (tested): the paragraphs are in order, do not overlap, and every character of ``text`` belongs to exactly one
    paragraph or is one of the joining ``\n`` between two.

    >>> doc = Document.from_lines(["标题", "正文。"])
    >>> doc.text
    '标题\n正文。'
    >>> doc.quote(Span(3, 5))
    '正文'
    >>> doc.locate(4)
    (1, 1)
    """

    text: str
    paragraphs: tuple[Paragraph, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(p.span.start for p in self.paragraphs))

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Document:
        """Build a document of plain body paragraphs, one a line."""
        kept = list(lines)
        paragraphs, at = [], 0
        for i, line in enumerate(kept):
            paragraphs.append(Paragraph(Span(at, at + len(line)), source=f"body/{i}"))
            at += len(line) + 1
        return cls("\n".join(kept), tuple(paragraphs))

    def quote(self, span: Span) -> str:
        """Return the author's own words at ``span``."""
        return self.text[span.start : span.end]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the number of the paragraph that holds ``offset`` and the offset within it."""
        n = max(0, bisect_right(self._starts, offset) - 1)
        return n, offset - self._starts[n]

    def __iter__(self) -> Iterator[str]:
        return (self.quote(p.span) for p in self.paragraphs)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; :meth:`from_json` reads them back to an equal document."""
        return {
            "text": self.text,
            "paragraphs": [
                [p.span.start, p.span.end, p.style, p.source, p.story.value, p.level, p.number, p.table]
                for p in self.paragraphs
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Document:
        """Read what :meth:`to_json` wrote."""
        return cls(
            data["text"],
            tuple(
                Paragraph(Span(a, b), style, source, Story(story), level, number, table)
                for a, b, style, source, story, level, number, table in data["paragraphs"]
            ),
        )
