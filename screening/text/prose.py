"""What is running text: all that stands outside tables, and the cells that hold a text of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screening.document import Document, Paragraph

CELL_TEXT = 400  # code points; a cell with more is no entry of a form but a text (units put the whole case into one)
_CELL = re.compile("(?P<table>(?:.*/)?table/\\d+)/r(?P<row>\\d+)/c(?P<column>\\d+)(?:/\\d+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """The innermost cell of a paragraph: path of its table, row and column from 0."""

    table: str
    row: int
    column: int


def cell_of(paragraph: Paragraph) -> Cell | None:
    """Return the innermost cell that holds a paragraph, None outside tables.

    >>> from screening.document import Span
    >>> cell_of(Paragraph(Span(0, 1), source="table/0/r0/c1/table/2/r3/c4", table=True))
    Cell(table='table/0/r0/c1/table/2', row=3, column=4)
    """
    match = _CELL.fullmatch(paragraph.source) if paragraph.table else None
    return Cell(match["table"], int(match["row"]), int(match["column"])) if match else None


def prose(document: Document, paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
    """Return the paragraphs of running text, in order."""
    sizes: dict[Cell, int] = {}
    for p in paragraphs:
        if cell := cell_of(p):
            sizes[cell] = sizes.get(cell, 0) + len(document.quote(p.span).strip())
    return tuple(p for p in paragraphs if not p.table or ((c := cell_of(p)) and sizes[c] >= CELL_TEXT))
