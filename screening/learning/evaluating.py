"""``evaluate topic``: how the topic models do on labelled texts; nothing is fitted, the same texts give the same figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from screening.case import WORK_CASE
from screening.learning.figures import Bools, Estimate, Floats, auc, ece, estimate, of_source
from screening.learning.groups import near_copies
from screening.learning.samples import Sample, document_of
from screening.text.view import simplified
from screening.topic.clean import clean
from screening.topic.lexicon import lexicon
from screening.topic.model import TopicModel, model_for
from screening.topic.result import TopicFit
from screening.topic.themes import ranked_themes

Advance = Callable[[str, int, int], None]
BANDS = ("on", "unsure", "off")
WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """How the six directions are told on texts that have one; shares, 0–1.

    ``first`` and ``first_two``: the right one is first, or one of the first two, of all six ranked. ``undecided``: no main direction
    is given; ``right``: of those given, the right ones.
    """

    texts: int
    first: float
    first_two: float
    undecided: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A text far from its label, and what the report would say of it."""

    id: str
    source: str
    kind: str
    label: str
    score: float
    band: str
    genre: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures: AUC over all texts, of good ones against ``near`` ones (None if no text is marked so), by kind, by source.

    ``good_called_off`` is the share of good texts banded off, ``off_told`` that of the others; ``bands`` counts texts by label
    (and stratum) and band.
    """

    texts: int
    models: Mapping[str, str]  # name -> sha256
    calibrated: bool
    auc: Estimate
    near: Estimate | None
    by_kind: Mapping[str, Estimate]
    by_source: Mapping[str, Estimate]
    good_called_off: Estimate
    off_told: Estimate
    ece: Estimate
    themes: Themes | None
    bands: Mapping[str, Mapping[str, int]]
    worst: tuple[Wrong, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the figures for scripts; what can't be told is null."""
        return {
            "texts": self.texts,
            "models": dict(self.models),
            "calibrated": self.calibrated,
            "auc": self.auc.to_json(),
            "near": self.near and self.near.to_json(),
            "by_kind": {k: v.to_json() for k, v in self.by_kind.items()},
            "by_source": {k: v.to_json() for k, v in self.by_source.items()},
            "good_called_off": self.good_called_off.to_json(),
            "off_told": self.off_told.to_json(),
            "ece": self.ece.to_json(),
            "themes": asdict(self.themes) if self.themes else None,
            "bands": {k: dict(v) for k, v in self.bands.items()},
            "worst": [asdict(w) for w in self.worst],
        }


def evaluate_topic(
    samples: Sequence[Sample], models: str | Path = "", *, seed: int = 0, progress: Advance | None = None
) -> Evaluation:
    """Score all texts and measure. The order of the texts does not matter. Raises :class:`ModelError`."""
    ordered = sorted(samples, key=lambda s: s.id)
    used: dict[str, TopicModel] = {}
    fits = []
    for n, s in enumerate(ordered, 1):
        if s.kind not in used:
            model = model_for(s.kind, models)
            assert model is not None
            used[s.kind] = model
        fits.append(s.fit(used[s.kind]))
        if progress:
            progress("评分", n, len(ordered))
    scores = np.array([f.score for f in fits])
    on = np.array([s.on for s in ordered], dtype=bool)
    groups = near_copies([s.text for s in ordered])

    def measured(figure: Callable[[Floats, Bools], float], where: Bools, values: Floats = scores) -> Estimate:
        rows = np.flatnonzero(where).tolist()
        return estimate(figure, values[rows], on[rows], [groups[n] for n in rows], seed=seed)

    everything = np.ones(len(ordered), dtype=bool)
    near = np.array([s.stratum == "near" for s in ordered], dtype=bool)
    kinds, sources = np.array([s.kind for s in ordered]), np.array([s.source for s in ordered])
    called_off = np.array([f.band == "off" for f in fits], dtype=float)
    return Evaluation(
        texts=len(ordered),
        models={f"topic-{k}": m.sha256 for k, m in sorted(used.items())},
        calibrated=all(m.calibrated for m in used.values()),
        auc=measured(auc, everything),
        near=measured(auc, on | near) if near.any() else None,
        by_kind={k: measured(auc, kinds == k) for k in sorted(used)},
        by_source={n: measured(auc, of_source(sources == n, on)) for n in np.unique(sources).tolist()},
        good_called_off=measured(_share_of_on, on, called_off),
        off_told=measured(_share_of_off, ~on, called_off),
        ece=measured(ece, everything),
        themes=_themes(ordered, fits),
        bands=_bands(ordered, fits),
        worst=_worst(ordered, fits),
    )


def _share_of_on(values: Floats, on: Bools) -> float:
    return float(values[on].mean()) if on.any() else float("nan")


def _share_of_off(values: Floats, on: Bools) -> float:
    return _share_of_on(values, ~on)


def _themes(samples: Sequence[Sample], fits: Sequence[TopicFit]) -> Themes | None:
    ranks: list[int] = []
    given: list[bool] = []
    words = lexicon()
    for s, fit in zip(samples, fits, strict=True):
        if not s.theme or not s.on or s.kind != WORK_CASE:
            continue
        document = document_of(s.text, s.title)
        ranked = ranked_themes(clean(document, document.paragraphs, words).kept, simplified(s.title), words)
        ranks.append([name for name, _ in ranked].index(s.theme))
        given += [t.name == s.theme for t in fit.themes if t.role == "main"]
    if not ranks:
        return None
    n = len(ranks)
    return Themes(
        texts=n,
        first=round(sum(r == 0 for r in ranks) / n, 4),
        first_two=round(sum(r <= 1 for r in ranks) / n, 4),
        undecided=round(1 - len(given) / n, 4),
        right=round(sum(given) / max(1, len(given)), 4),
    )


def _bands(samples: Sequence[Sample], fits: Sequence[TopicFit]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for s, fit in zip(samples, fits, strict=True):
        label = "on" if s.on else "off"
        name = label if s.stratum in ("", label) else f"{label}（{s.stratum}）"
        out.setdefault(name, dict.fromkeys(BANDS, 0))[fit.band] += 1
    return dict(sorted(out.items(), key=lambda row: (not row[0].startswith("on"), row[0])))


def _worst(samples: Sequence[Sample], fits: Sequence[TopicFit]) -> tuple[Wrong, ...]:
    rows = sorted(zip(samples, fits, strict=True), key=lambda row: (-abs(row[1].score - row[0].on), row[0].id))
    return tuple(
        Wrong(
            id=s.id,
            source=s.source,
            kind=s.kind,
            label="on" if s.on else "off",
            score=f.score,
            band=f.band,
            genre=f.genre,
            reason=f.reason,
        )
        for s, f in rows[:WORST]
    )
