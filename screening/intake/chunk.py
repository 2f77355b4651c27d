"""Files inside a .docx that stand for a part of its text (w:altChunk): what web programs save a whole page as."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from screening.document import Document
from screening.errors import UnreadableError
from screening.intake.blocks import Block
from screening.intake.evidence import COUNTED
from screening.intake.limits import Limits
from screening.intake.package import Package
from screening.intake.plain import read_plain
from screening.intake.sniff import sniff
from screening.intake.warnings import Notes
from screening.intake.web import read_html, read_mht


def read_chunk(
    package: Package, name: str, limits: Limits, notes: Notes, read_inner: Callable[[bytes], Document]
) -> list[Block]:
    """Return the blocks of the part ``name``; ``read_inner`` reads one that is a .docx. Empty if it can't be read, which is noted."""
    document: Document | None = None
    with suppress(UnreadableError):
        data = package.read(name)
        match sniff(data):
            case "zip":
                document = read_inner(data)
            case "html" | "mht" as kind:
                document, found, _ = (read_html if kind == "html" else read_mht)(data, limits)
                notes.take(found)
            case "txt":
                document = read_plain(data, limits)
    if document is None:
        notes.add("unread_content", source=name)
        return []
    return [
        Block(document.quote(p.span), p.style, f"{name}/{p.source}", p.story, p.level, p.table, p.number)
        for p in document.paragraphs
        if p.story in COUNTED
    ]
