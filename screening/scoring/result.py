"""The nouns of the score: a figure, a part made of figures, a score made of parts; each can be reckoned again from what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

# Parts that a rulebook may give points for, with their Chinese names.
PARTS: Mapping[str, str] = MappingProxyType(
    {"topic": "切题", "structure": "结构", "narrative": "叙事", "evidence": "证据", "examples": "事例", "form": "规范"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something that was counted: ``value`` in ``unit``, ``full`` from where on it counts whole.

    ``share`` (0–1, four digits) is what it earns of its ``weight``; the weights of a part's figures add up to 1.
    """

    name: str
    value: float
    full: float
    unit: str
    share: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the score: ``points`` of ``weight``, one digit after the point.

    ``points = round(weight × factor × Σ share × weight of the figures, 1)``. The ``factor`` (0–1) is how far the part counts at all.
    """

    weight: float
    factor: float
    points: float
    figures: tuple[Figure, ...]

    @classmethod
    def of(cls, weight: float, figures: tuple[Figure, ...], factor: float = 1.0) -> Part:
        """Reckon the points."""
        value = factor * sum(f.share * f.weight for f in figures)
        return cls(weight=weight, factor=factor, points=round(weight * min(1.0, value), 1), figures=figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points of 100, the sum of the parts' own, for ranking inside a kind; or None with a ``reason`` (Chinese) why there are none."""

    total: float | None
    parts: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""

    @classmethod
    def of(cls, parts: Mapping[str, Part]) -> Score:
        """Add the parts up."""
        total = round(sum(p.points for p in parts.values()), 1)
        return cls(total=total, parts=parts, weights={k: p.weight for k, p in parts.items()})

    def without_figures(self) -> Score:
        """Return the points alone, in plain dictionaries: for lists of thousands, which are pickled."""
        parts = {k: Part(weight=p.weight, factor=p.factor, points=p.points, figures=()) for k, p in self.parts.items()}
        return Score(total=self.total, parts=parts, weights=dict(self.weights), reason=self.reason)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "total": self.total,
            "parts": {k: p.points for k, p in self.parts.items()},
            "weights": dict(self.weights),
            "figures": {
                k: {"factor": p.factor, "figures": [asdict(f) for f in p.figures]} for k, p in self.parts.items()
            },
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Score:
        """Read what :meth:`to_json` wrote."""
        parts = {
            k: Part(
                weight=data["weights"][k],
                factor=(said := data["figures"][k])["factor"],
                points=points,
                figures=tuple(Figure(**f) for f in said["figures"]),
            )
            for k, points in data["parts"].items()
        }
        return cls(total=data["total"], parts=parts, weights=data["weights"], reason=data["reason"])
