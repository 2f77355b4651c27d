"""Figures of a ranking and of probabilities, with intervals by bootstrap over groups; numpy alone, seeded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
ROUNDS, INTERVAL = 1000, 0.95
BINS = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; ``on`` and ``off`` say over how many texts. NaN where it can't be told."""

    value: float
    low: float
    high: float
    on: int
    off: int

    def to_json(self) -> dict[str, Any]:
        """Return it for scripts; what can't be told is null."""
        numbers = {k: getattr(self, k) for k in ("value", "low", "high")}
        return {k: None if np.isnan(v) else round(v, 4) for k, v in numbers.items()} | {"on": self.on, "off": self.off}

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "—"
        return f"{self.value:.3f}（{self.low:.2f}–{self.high:.2f}）"


def auc(scores: Floats, on: Bools) -> float:
    """Return how often an on-topic text stands above another one, ties counting half; NaN if either class is empty.

    >>> auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    good, other = scores[on], np.sort(scores[~on])
    if not len(good) or not len(other):
        return float("nan")
    below = np.searchsorted(other, good, "left") + np.searchsorted(other, good, "right")
    return float(below.sum() / (2 * len(good) * len(other)))


def ece(scores: Floats, on: Bools) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015), NaN without texts.

    >>> float(round(ece(np.array([0.95, 0.95, 0.05]), np.array([True, False, False])), 3))
    0.317
    """
    if not len(scores):
        return float("nan")
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = (abs(float(scores[bins == b].sum() - on[bins == b].sum())) for b in range(BINS))
    return sum(gaps) / len(scores)


def estimate(
    figure: Callable[[Floats, Bools], float],
    scores: Sequence[float] | Floats,
    on: Sequence[bool] | Bools,
    groups: Sequence[int],
    *,
    seed: int,
) -> Estimate:
    """Measure and bootstrap: near copies (one group) are drawn together, each class keeps its number of groups.

    Rounds in which the figure can't be told are left out of the interval.
    """
    s, y, g = np.asarray(scores, dtype=float), np.asarray(on, dtype=bool), np.asarray(groups, dtype=int)
    value = figure(s, y)
    random = np.random.default_rng(seed)
    strata = [
        [np.flatnonzero(y & (g == k)) for k in np.unique(g[y])],
        [np.flatnonzero(~y & (g == k)) for k in np.unique(g[~y])],
    ]
    rounds = []
    for _ in range(0 if np.isnan(value) else ROUNDS):
        drawn = [members[i] for members in strata if members for i in random.integers(len(members), size=len(members))]
        rows = np.concatenate(drawn)
        rounds.append(figure(s[rows], y[rows]))
    told = [r for r in rounds if not np.isnan(r)]
    low, high = np.quantile(told, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]) if told else (float("nan"), float("nan"))
    return Estimate(value, float(low), float(high), int(y.sum()), int((~y).sum()))


def of_source(inside: Bools, on: Bools) -> Bools:
    """Return what a source is judged on: its own texts; if they are of one class, with all others of the other class."""
    classes = np.unique(on[inside])
    return inside | (on != classes[0]) if len(classes) == 1 else inside
