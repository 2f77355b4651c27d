"""Paragraphs in the making, and the document that they become: what the readers of .docx and .doc share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screening.document import Document, Paragraph, Span, Story


@dataclass(slots=True)
class Block:
    """One line of text, and where and how it stands; the fields are those of :class:`Paragraph`."""

    text: str
    style: str
    source: str
    story: Story
    level: int | None
    table: bool
    number: str = ""


def document_of(blocks: Iterable[Block]) -> Document:
    """Return the document: stories in their order, and inside a story the blocks in the order in which they were met."""
    order = {story: n for n, story in enumerate(Story)}
    kept = sorted(blocks, key=lambda b: order[b.story])
    paragraphs, at = [], 0
    for b in kept:
        span = Span(at, at + len(b.text))
        paragraphs.append(Paragraph(span, b.style, b.source, b.story, b.level, b.number, b.table))
        at = span.end + 1
    return Document("\n".join(b.text for b in kept), tuple(paragraphs))
