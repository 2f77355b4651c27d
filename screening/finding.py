"""What a check says, why it says it, and where to look."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from screening.document import Document, Span

NO_FACTS: Mapping[str, Any] = MappingProxyType({})


class Severity(enum.StrEnum):
    """How much a finding weighs, mildest first; blockers are for what the notice states as a must.

    A bare ``StrEnum`` compares alphabetically, so the order is the order of declaration, through :attr:`rank`.

    >>> Severity.NOTE.rank < Severity.REVIEW.rank < Severity.BLOCKER.rank
    True
    """

    NOTE = "note"
    REVIEW = "review"
    BLOCKER = "blocker"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return list(type(self)).index(self)

    def at_most(self, cap: Severity | None) -> Severity:
        """Return the milder of the two."""
        return self if cap is None or self.rank <= cap.rank else cap


@dataclass(frozen=True, slots=True)
class Clause:
    """The sentence of the notice that a rule enforces, word for word, and where it stands ("附件 一.4")."""

    where: str
    quote: str


@dataclass(frozen=True, slots=True)
class Other:
    """The other side of an evidence: a place in another case, an archive document or the notice."""

    case: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place in the author's text and, for reuse, the place that it resembles. ``score`` is 0–1."""

    span: Span
    quote: str
    other: Other | None = None
    score: float | None = None

    @classmethod
    def at(cls, document: Document, span: Span, *, other: Other | None = None, score: float | None = None) -> Evidence:
        """Build the evidence for ``span`` with the author's words at it."""
        return cls(span=span, quote=document.quote(span), other=other, score=score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark of one check.

    ``code`` begins with the check's name ("length.over"). ``cap`` makes this finding milder than its rule says (a hint
    inside a strict rule); the pipeline fills ``severity`` and ``clause`` from the rule, so that no check repeats them.
    """

    code: str
    message: str
    evidence: tuple[Evidence, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: NO_FACTS)
    cap: Severity | None = None
    severity: Severity | None = None
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class IntakeWarning:
    """A message that intake adds to a value: what was seen in the file besides its text.

    ``quote`` holds text that is not part of ``Document.text`` (hidden or deleted words), ``source`` its place in the file.
    """

    code: str
    message: str
    count: int = 1
    quote: str = ""
    source: str = ""

    def to_json(self) -> list[Any]:
        """Return plain JSON values, in the order of the fields."""
        return [self.code, self.message, self.count, self.quote, self.source]
