"""The nouns of structure: a heading as the author wrote it, a section that the notice asks for, an item of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from screening.document import Span

Found = Literal["heading", "inferred", "none"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the text. ``span`` covers its paragraph; ``level`` is 1–9; ``text`` is the wording without numbering.

    ``how`` says how it was told: "style" (Word heading style or outline level), "number" (typed or automatic numbering),
    "wording" (a known section name standing alone) or "alone" (short lines that stand over text).
    """

    span: Span
    level: int
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section that the notice asks for: its name, heading words that mean it, and cue words of its content.

    ``hints`` are words that tell the section anywhere in a heading, but only among sibling headings that name other sections.
    """

    name: str
    headings: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One of the parts that the notice asks for. ``found``: 标题命中, 内容推断 or 未发现.

    ``span`` is the section's text in the document with its heading (None if not found), ``heading`` its heading, ``words`` its 字数
    and ``share`` their part of the text (0–1); ``cues`` are the places of the wording from which an inferred section was told.
    """

    name: str
    found: Found
    span: Span | None = None
    heading: Span | None = None
    words: int = 0
    cues: tuple[Span, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """A piece of evidence in the text, in the author's words, with a normal form in ``value`` ("2023", "86%").

    ``kind`` is "data", "event", "date", "place", "activity" (“石榴花”工程) or "document" (a document's number); ``section`` is
    the part of the text that it stands in, empty outside the parts that the notice names.
    """

    kind: str
    span: Span
    quote: str
    value: str = ""
    section: str = ""
