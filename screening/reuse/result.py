"""The nouns of reuse: passages on both sides, the sources they come from, and rates computed from the passages.

A number can never disagree with the highlights: every rate is the union of the passages' intervals over the compared text.
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from screening.document import Span
from screening.text.repairs import Repairs


class ReuseKind(enum.StrEnum):
    """How a passage was taken over, from the edit structure inside it; ``label`` is what the reader sees."""

    VERBATIM = "verbatim"
    EDITED = "edited"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    LOCALISED = "localised"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "verbatim": "原文照用",
            "edited": "少量改动",
            "reordered": "调整语序",
            "rewritten": "改写",
            "localised": "换名套用",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFact:
    """A number, date, name, title or rare word that both sides of a rewritten passage state, each in its own form and place."""

    span: Span
    source_span: Span
    quote: str
    source_quote: str

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "start": self.span.start,
            "end": self.span.end,
            "source_start": self.source_span.start,
            "source_end": self.source_span.end,
            "quote": self.quote,
            "source_quote": self.source_quote,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SharedFact:
        """Read what :meth:`to_json` wrote."""
        return cls(
            span=Span(data["start"], data["end"]),
            source_span=Span(data["source_start"], data["source_end"]),
            quote=data["quote"],
            source_quote=data["source_quote"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of the case that resembles a stretch of a source. Spans are code points of the two documents' texts.

    ``similarity`` is 0–1 (rapidfuzz ratio of the two folded sides); ``swaps`` are the facts exchanged in a localised
    passage, as (in the source, in the case) pairs; ``quoted`` is True if the case visibly quotes it, ``stock`` if both sides merely
    come from one form: nothing but stock phrases bears it out. ``facts`` are what a passage found by its facts has in common with the
    source, in the order of the case: such a one counts in no rate but ``rewritten``.
    """

    source: str
    span: Span
    source_span: Span
    kind: ReuseKind
    similarity: float
    quote: str
    source_quote: str
    quoted: bool = False
    stock: bool = False
    swaps: tuple[tuple[str, str], ...] = ()
    facts: tuple[SharedFact, ...] = ()

    @property
    def facts_in_order(self) -> int:
        """How many of the facts stand in one order on both sides: the longest rising chain."""
        tails: list[int] = []
        for fact in self.facts:
            at = bisect_left(tails, fact.source_span.start)
            tails[at : at + 1] = [fact.source_span.start]
        return len(tails)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "source": self.source,
            "start": self.span.start,
            "end": self.span.end,
            "source_start": self.source_span.start,
            "source_end": self.source_span.end,
            "kind": self.kind.value,
            "similarity": self.similarity,
            "quote": self.quote,
            "source_quote": self.source_quote,
            "quoted": self.quoted,
            "stock": self.stock,
            "swaps": [list(s) for s in self.swaps],
            "facts": [f.to_json() for f in self.facts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Passage:
        """Read what :meth:`to_json` wrote."""
        return cls(
            source=data["source"],
            span=Span(data["start"], data["end"]),
            source_span=Span(data["source_start"], data["source_end"]),
            kind=ReuseKind(data["kind"]),
            similarity=data["similarity"],
            quote=data["quote"],
            source_quote=data["source_quote"],
            quoted=data["quoted"],
            stock=data["stock"],
            swaps=tuple((a, b) for a, b in data["swaps"]),
            facts=tuple(SharedFact.from_json(f) for f in data.get("facts", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMatch:
    """One source of reused passages.

    ``rate`` is the share of the case's compared characters that come from it, ``share_of_source`` the share of the
    source that went into the case, ``characters`` the case-side characters. ``earlier`` is None if a date is missing on either side.
    ``place`` is "batch", "archive" or "notice". ``rewritten`` is the share of the case that states the source's facts in other
    words and is not counted in ``rate``.
    """

    id: str
    title: str
    unit: str
    own: bool
    earlier: bool | None
    rate: float
    share_of_source: float
    characters: int
    place: str = "batch"
    received: str = ""
    file: str = ""
    rewritten: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares (0–1) of the case's compared characters; each character counts once however many sources have it.

    ``raw`` is the total before look-alikes, zero-width characters and traditional forms were repaired; ``repaired`` after (= total).
    ``rewritten`` is what was found by its facts alone: it is in none of the others, which are of the wording.
    """

    total: float = 0.0
    without_quotes: float = 0.0
    without_own: float = 0.0
    without_stock: float = 0.0
    largest_source: float = 0.0
    raw: float = 0.0
    repaired: float = 0.0
    rewritten: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """All that was found for one case. ``shown`` of ``of`` passages are listed: a cut-off is never silent.

    ``sources`` are those that something was taken from; a text that only comes from the same form (``Passage.stock``) is none.
    ``repairs`` are the changed characters that were undone, if there are enough of them to be asked after.
    """

    rates: Rates = Rates()
    sources: tuple[SourceMatch, ...] = ()
    passages: tuple[Passage, ...] = ()
    stock: tuple[Span, ...] = ()
    shown: int = 0
    of: int = 0
    compared_characters: int = 0
    compared_with: int = 0
    repairs: Repairs = field(default_factory=Repairs)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "rates": asdict(self.rates),
            "sources": [asdict(s) for s in self.sources],
            "passages": [p.to_json() for p in self.passages],
            "stock": [{"start": s.start, "end": s.end} for s in self.stock],
            "shown": self.shown,
            "of": self.of,
            "compared_characters": self.compared_characters,
            "compared_with": self.compared_with,
            "repairs": self.repairs.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reuse:
        """Read what :meth:`to_json` wrote."""
        return cls(
            rates=Rates(**data["rates"]),
            sources=tuple(SourceMatch(**s) for s in data["sources"]),
            passages=tuple(Passage.from_json(p) for p in data["passages"]),
            stock=tuple(Span(s["start"], s["end"]) for s in data["stock"]),
            shown=data["shown"],
            of=data["of"],
            compared_characters=data["compared_characters"],
            compared_with=data["compared_with"],
            repairs=Repairs.from_json(data["repairs"]),
        )
