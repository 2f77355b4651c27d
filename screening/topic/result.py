"""The nouns of topic fit: a band with a score, the contributions and the sentences that explain it, themes and genre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from screening.document import Span


@dataclass(frozen=True, slots=True)
class WeighedSentence:
    """A sentence of the author's own text and how much it speaks for (positive) or against (negative) the topic."""

    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class Theme:
    """One of the notice's directions; ``role`` is "main" or "second"."""

    name: str
    role: str
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vicinity:
    """Where a case stands in its batch: its key terms, strongest first, and the other text nearest to it in theme (``id`` "": none).

    ``similarity`` is the cosine of the two texts' TF-IDF (0–1); ``place`` is "batch" or "archive". Information, never a finding.
    """

    terms: tuple[str, ...] = ()
    id: str = ""
    title: str = ""
    unit: str = ""
    place: str = ""
    similarity: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        near = {
            "id": self.id,
            "title": self.title,
            "unit": self.unit,
            "place": self.place,
            "similarity": self.similarity,
        }
        return {"terms": list(self.terms), "nearest": near if self.id else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Vicinity:
        """Read what :meth:`to_json` wrote."""
        return cls(terms=tuple(data["terms"]), **(data["nearest"] or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFit:
    """How well a text fits the notice's topic.

    ``band`` is "on", "unsure" or "off"; ``score`` is 0–1 and ranks, it is no probability unless ``calibrated``;
    ``contributions`` name each feature's share of the score in log-odds (they add up with the intercept);
    ``genre`` is "case", "notice", "plan", "news", "paper", "lesson_plan", "speech" ...; ``stuffing`` are the
    list-like or repeated sentences left out before scoring; ``participation`` are the sentences in which the narrator takes
    part in training (growth stories).
    """

    band: str
    score: float
    calibrated: bool = False
    contributions: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sentences: tuple[WeighedSentence, ...] = ()
    themes: tuple[Theme, ...] = ()
    genre: str = "case"
    genre_evidence: tuple[Span, ...] = ()
    stuffing: tuple[Span, ...] = ()
    participation: tuple[Span, ...] = ()
    reason: str = ""  # one Chinese sentence that says why this band
    missing: tuple[str, ...] = ()  # Chinese sentences: what was looked for in vain, and by which words

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "band": self.band,
            "score": self.score,
            "calibrated": self.calibrated,
            "contributions": dict(self.contributions),
            "sentences": [{"start": s.span.start, "end": s.span.end, "weight": s.weight} for s in self.sentences],
            "themes": [{"name": t.name, "role": t.role, "score": t.score} for t in self.themes],
            "genre": self.genre,
            "genre_evidence": [{"start": s.start, "end": s.end} for s in self.genre_evidence],
            "stuffing": [{"start": s.start, "end": s.end} for s in self.stuffing],
            "participation": [{"start": s.start, "end": s.end} for s in self.participation],
            "reason": self.reason,
            "missing": list(self.missing),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TopicFit:
        """Read what :meth:`to_json` wrote."""
        spans = {
            k: tuple(Span(s["start"], s["end"]) for s in data[k])
            for k in ("genre_evidence", "stuffing", "participation")
        }
        return cls(
            band=data["band"],
            score=data["score"],
            calibrated=data["calibrated"],
            contributions=MappingProxyType(dict(data["contributions"])),
            sentences=tuple(WeighedSentence(Span(s["start"], s["end"]), s["weight"]) for s in data["sentences"]),
            themes=tuple(Theme(**t) for t in data["themes"]),
            genre=data["genre"],
            reason=data["reason"],
            missing=tuple(data["missing"]),
            **spans,
        )
