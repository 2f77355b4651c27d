"""Calibrate a topic model on local decisions: Platt's sigmoid from 30 of a kind, isotonic regression from 200; below, nothing."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from screening import __version__
from screening.errors import UsageError
from screening.learning.figures import Floats, ece
from screening.learning.reports import read_report
from screening.learning.samples import KINDS, duplicate, field, json_lines, label_of, scored
from screening.topic.calibration import FILE, ISOTONIC_FROM, PLATT_FROM, Calibration, sigmoid, written
from screening.topic.model import TopicModel, model_for, model_place

LEAST_OF_A_CLASS = 5  # with fewer, the lesser class is an anecdote
_EDGE = 5e-5  # a score of 1.0000 in a report is one rounded to four digits
FOLDS = 5
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Decision:
    """What reviewers decided of a text: its id, kind, the model's own log-odds (uncalibrated), and whether it is on topic."""

    id: str
    kind: str
    z: float
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A calibration of a kind's model, with ECE and Brier score before, and after on decisions that the fit had not seen."""

    kind: str
    model: TopicModel
    calibration: Calibration
    decisions: tuple[Decision, ...]
    ece: tuple[float, float]
    brier: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Uncalibrated:
    """A kind whose model gets no calibration, and why (one sentence)."""

    kind: str
    reason: str


def read_decisions(path: Path, report: Path | None = None, models: str | Path = "") -> tuple[Decision, ...]:
    """Read decisions: lines with a label and either an id (of ``report``), a score and a kind, or a text and a kind.

    A score is the model's own, as an uncalibrated report shows it. Raises :class:`UsageError` "labels.…", with the line's number.
    """
    reported = {c.id: c for c in read_report(report)} if report else {}
    lines: dict[str, int] = {}
    out = []
    for n, row in json_lines(path):
        name = field(row, "id", n, needed=False) or f"第 {n} 行"
        if name in lines:
            raise duplicate(n, lines[name], name)
        lines[name] = n
        if row.get("label") == "":
            continue  # asked, not answered yet
        on = label_of(row, n)
        if name in reported:
            case = reported[name]
            model = model_for(case.kind, models)
            if model is None or case.model != model.sha256:
                raise UsageError(
                    "labels.model",
                    f"第 {n} 行：“{name}”的分数是用另一个切题模型算的",
                    "请用现在的模型重新筛查这一批，或用 --models 给出当时的模型。",
                )
            out.append(Decision(name, case.kind, case.z, on))
            continue
        if report and "id" in row:
            raise UsageError(
                "labels.unknown",
                f"第 {n} 行：报告 {report.name} 里没有编号“{name}”，或它没有切题分",
                "请给出这批判定所用的那份 report.jsonl。",
            )
        kind = field(row, "kind", n, KINDS)
        if "score" in row:
            out.append(Decision(name, kind, _log_odds(row["score"], n), on))
        elif "text" not in row:
            raise UsageError(
                "labels.field", f"第 {n} 行：既没有 score 也没有 text", "请用 --report 给出判定所依据的 report.jsonl。"
            )
        else:
            model = model_for(kind, models)
            assert model is not None
            fit = scored(field(row, "text", n), kind, field(row, "title", n, needed=False), model)
            out.append(Decision(name, kind, sum(fit.contributions.values()), on))
    return tuple(out)


def _log_odds(score: Any, line: int) -> float:
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise UsageError("labels.field", f"第 {line} 行：score 应是 0 到 1 之间的数", "请照抄报告里的切题分。")
    p = min(1 - _EDGE, max(_EDGE, float(score)))
    return math.log(p / (1 - p))


def calibrate(
    decisions: Sequence[Decision], models: str | Path = "", *, seed: int = 0
) -> tuple[Calibrated | Uncalibrated, ...]:
    """Calibrate the model of each kind that has enough decisions. Raises :class:`UsageError` "calibration.few" if none has."""
    out: list[Calibrated | Uncalibrated] = []
    for kind in sorted({d.kind for d in decisions}):
        own = sorted((d for d in decisions if d.kind == kind), key=lambda d: (d.z, d.on, d.id))
        model = model_for(kind, models)
        assert model is not None
        out.append(_calibrated(kind, model, own, seed))
    if not any(isinstance(c, Calibrated) for c in out):
        said = "；".join(f"{KINDS.get(c.kind, c.kind)}{c.reason}" for c in out if isinstance(c, Uncalibrated))
        raise UsageError(
            "calibration.few",
            f"没有校准：{said or '没有填好 label 的判定'}",
            f"每类材料 {PLATT_FROM} 份判定起才能校准（on、off 各至少 {LEAST_OF_A_CLASS} 份）；"
            "此前分数只用来排序。用 screening ask 挑选接下来请人判定的材料。",
        )
    return tuple(out)


def _calibrated(kind: str, model: TopicModel, own: Sequence[Decision], seed: int) -> Calibrated | Uncalibrated:
    z, on = np.array([d.z for d in own]), np.array([d.on for d in own], dtype=bool)
    least = int(min(on.sum(), (~on).sum()))
    if len(own) < PLATT_FROM:
        return Uncalibrated(kind, f"只有 {len(own)} 份判定，不足 {PLATT_FROM} 份")
    if least < LEAST_OF_A_CLASS:
        return Uncalibrated(kind, f"的判定几乎只有一种（on {int(on.sum())}，off {int((~on).sum())}）")
    method = "isotonic" if len(own) >= ISOTONIC_FROM else "platt"
    made = fit_calibration(method, z, on, model.sha256)
    if made.probability(float(z[0])) >= made.probability(float(z[-1])):
        return Uncalibrated(kind, "的判定与分数无关甚至相反，请核对标注和编号")
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - loads for seconds

    after = np.empty(len(own))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(z, on):
        part = fit_calibration(method, z[seen], on[seen], model.sha256)
        after[unseen] = [part.probability(float(v)) for v in z[unseen]]
    before = np.array([sigmoid(float(v)) for v in z])
    return Calibrated(
        kind=kind,
        model=model,
        calibration=made,
        decisions=tuple(own),
        ece=(ece(before, on), ece(after, on)),
        brier=(float(np.mean((before - on) ** 2)), float(np.mean((after - on) ** 2))),
    )


def fit_calibration(method: str, z: Floats, on: np.typing.NDArray[np.bool_], model: str) -> Calibration:
    """Fit "platt" (Platt 1999, with his targets short of 0 and 1) or "isotonic" (kept as far from 0 and 1) on log-odds."""
    n, good = len(z), int(on.sum())
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - loads for seconds

        steps = IsotonicRegression(y_min=1 / (n + 2), y_max=(n + 1) / (n + 2), out_of_bounds="clip").fit(z, on)
        rows = zip(steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist(), strict=True)
        return Calibration(
            method=method, model=model, decisions=n, points=tuple((x, round(p, DIGITS)) for x, p in rows)
        )
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - loads for seconds

    # A text that is on counts as t on and 1 - t off, and the other way round: so few decisions make nothing certain.
    sure = np.where(on, (good + 1) / (good + 2), 1 / (n - good + 2))
    line = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    line.fit(np.tile(z, 2)[:, None], np.repeat([True, False], n), sample_weight=np.concatenate((sure, 1 - sure)))
    slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
    return Calibration(
        method=method, model=model, decisions=n, slope=round(slope, DIGITS), offset=round(offset, DIGITS)
    )


def decisions_digest(decisions: Sequence[Decision]) -> str:
    """Return the sha256 of what a calibration was made from."""
    rows = [json.dumps([d.id, d.kind, round(d.z, DIGITS), d.on], ensure_ascii=False) for d in decisions]
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def keep(made: Calibrated, folder: Path, models: str | Path = "") -> Path:
    """Write the calibration below ``folder`` beside its model; the model is copied there if it lies elsewhere.

    Raises :class:`UsageError` "calibration.other" if another model lies there.
    """
    source, place = model_place(made.kind, models), folder / f"topic-{made.kind}"
    if (place / "model.joblib").is_file():
        if (place / "model.joblib").read_bytes() != (source / "model.joblib").read_bytes():
            raise UsageError(
                "calibration.other",
                f"{place} 里是另一个模型，不是刚才校准的那个",
                f"要校准它，请加 --models {folder}；否则请用 --out 换一个文件夹。",
            )
    else:
        place.mkdir(parents=True, exist_ok=True)
        for file in ("model.joblib", "CARD.md", "manifest.toml"):  # the manifest last: it makes the folder a model
            (place / file).write_bytes((source / file).read_bytes())
    facts = {
        "decision_set": decisions_digest(made.decisions),
        "screening": __version__,
        "scikit_learn": metadata.version("scikit-learn"),
    }
    partial = place / f"{FILE}.part"
    partial.write_bytes(written(made.calibration, facts))
    partial.replace(place / FILE)
    return place / FILE
