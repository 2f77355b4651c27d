"""Topic models as plain numbers: loaded only if the file is the one that its manifest names, and fits this lexicon."""

from __future__ import annotations

import hashlib
import io
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from screening.case import GROWTH_STORY, SELF_REPORT, WORK_CASE
from screening.errors import ModelError
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon

SCHEMA = 1
SHIPPED = (WORK_CASE, GROWTH_STORY, SELF_REPORT)  # if one of these is missing, the program is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicModel:
    """Logistic regression on the designed features; a text is "off" below ``low``, "on" from ``high``, else "unsure"."""

    kind: str
    sha256: str
    means: Mapping[str, float]
    scales: Mapping[str, float]
    weights: Mapping[str, float]
    intercept: float
    low: float
    high: float
    calibrated: bool

    def contributions(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return each feature's part of the log-odds, and the intercept; rounded first, so that they add up exactly."""
        out = {k: round(self.weights[k] * (values[k] - self.means[k]) / self.scales[k], 6) for k in FEATURES}
        return {"intercept": self.intercept} | out

    def probability(self, contributions: Mapping[str, float]) -> float:
        """Return the score (0–1) of a text with these contributions."""
        return 1 / (1 + math.exp(-sum(contributions.values())))


def models_folder() -> Traversable:
    """Return where the models lie: inside the installed package, or beside it in a checkout."""
    package = resources.files("screening")
    inside = package / "_models"
    return inside if inside.is_dir() else package / ".." / "models"


def model_for(kind: str) -> TopicModel | None:
    """Return the shipped model of a kind, None for kinds that no model is shipped for. See :func:`load_model` for errors."""
    return load_model(models_folder() / f"topic-{kind}") if kind in SHIPPED else None


@cache
def _loaded(raw: bytes) -> Any:
    import joblib  # noqa: PLC0415

    return joblib.load(io.BytesIO(raw))


def load_model(folder: Traversable) -> TopicModel:
    """Load a model folder (model.joblib, manifest.toml).

    The file's sha256 is checked before a byte of it is unpickled. Raises :class:`ModelError`: "model.missing", "model.altered",
    "model.version" (another schema or lexicon).
    """
    name = folder.name
    try:
        manifest = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))
        raw = (folder / "model.joblib").read_bytes()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError("model.missing", f"切题模型 {name} 不完整，读不到", "请重新安装本程序。") from error
    digest = hashlib.sha256(raw).hexdigest()
    if digest != manifest.get("sha256"):
        raise ModelError(
            "model.altered", f"切题模型 {name} 与清单不符，可能被改动或损坏", "请重新安装本程序，不要手工替换模型文件。"
        )
    if manifest.get("schema") != SCHEMA or manifest.get("lexicon") != lexicon().digest:
        raise ModelError("model.version", f"切题模型 {name} 与本版本的词表不配套", "请重新安装本程序，或重新生成模型。")
    data = _loaded(raw)
    by_name = {k: dict(zip(data["features"], data[k], strict=True)) for k in ("means", "scales", "weights")}
    return TopicModel(
        kind=data["kind"],
        sha256=digest,
        intercept=data["intercept"],
        low=data["low"],
        high=data["high"],
        calibrated=data["calibrated"],
        **by_name,
    )
