"""Logistic regression on the designed features, and its scores on texts it has not seen. scikit-learn is imported here, when called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from screening.learning.figures import Bools, Floats
from screening.topic.build import HIGH, LOW
from screening.topic.features import FEATURES
from screening.topic.model import TopicModel

Rows = npt.NDArray[np.int64]
Fold = tuple[Rows, Rows]  # rows to fit on, rows to score

STRENGTH = 1.0  # scikit-learn's C, its default: nothing was tuned
FOLDS = 5
DIGITS = 9  # of the numbers stored, so that the file is the same on every machine


def fit(kind: str, x: Floats, on: Bools) -> TopicModel:
    """Fit on texts × features (in the order of FEATURES). Both classes weigh the same, however many of each were labelled."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - loads for seconds

    means, scales = x.mean(axis=0), x.std(axis=0)
    scales[scales < 1e-9] = 1.0  # a feature that is the same everywhere says nothing: its weight will be 0
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", tol=1e-12, max_iter=10_000)
    regression.fit((x - means) / scales, on)

    def named(numbers: Floats) -> dict[str, float]:
        return {k: round(float(v), DIGITS) + 0.0 for k, v in zip(FEATURES, numbers, strict=True)}

    return TopicModel(
        kind=kind,
        sha256="",
        means=named(means),
        scales=named(scales),
        weights=named(regression.coef_[0]),
        intercept=round(float(regression.intercept_[0]), DIGITS),
        low=LOW,
        high=HIGH,
    )


def scores_of(model: TopicModel, x: Floats) -> Floats:
    """Return the model's scores (0–1) of texts × features."""
    rows = (dict(zip(FEATURES, row, strict=True)) for row in x.tolist())
    return np.array([model.probability(model.contributions(values)) for values in rows], dtype=float)


def held_out(kind: str, x: Floats, on: Bools, folds: Iterator[Fold]) -> Floats:
    """Return each text's score by a model that has not seen it; NaN where what was left to fit on had one class only."""
    out = np.full(len(on), np.nan)
    for seen, unseen in folds:
        if len(np.unique(on[seen])) == 2:
            out[unseen] = scores_of(fit(kind, x[seen], on[seen]), x[unseen])
    return out


def cross_validation(on: Bools, groups: Sequence[int], *, seed: int) -> Iterator[Fold]:
    """Return five folds (fewer if there are fewer groups of a class); near copies lie in one fold."""
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - loads for seconds

    g = np.asarray(groups)
    folds = min(FOLDS, len(np.unique(g[on])), len(np.unique(g[~on])))
    if folds >= 2:
        yield from StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(g, on, g)


def leave_one_source_out(sources: Sequence[str], groups: Sequence[int]) -> Iterator[Fold]:
    """Return a fold a source; what elsewhere nearly copies a text of the source is not fitted on."""
    s, g = np.asarray(sources), np.asarray(groups)
    names = np.unique(s)
    for name in names if len(names) > 1 else ():
        inside = s == name
        yield np.flatnonzero(~inside & ~np.isin(g, g[inside])), np.flatnonzero(inside)
