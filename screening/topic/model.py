"""Topic models as plain numbers: loaded only if the file is the one that its manifest names, and fits this lexicon."""

from __future__ import annotations

import hashlib
import io
import pickle
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NoReturn

from screening.case import GROWTH_STORY, SELF_REPORT, WORK_CASE
from screening.errors import ModelError
from screening.topic.calibration import Calibration, load_calibration, sigmoid
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon

SCHEMA = 1
SHIPPED = (WORK_CASE, GROWTH_STORY, SELF_REPORT)  # if one of these is missing, the program is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicModel:
    """Logistic regression on the designed features; a text is "off" below ``low``, "on" from ``high``, else "unsure".

    The score is the regression's own and only ranks, unless there is a ``calibration`` by local decisions: then it is a probability.
    """

    kind: str
    sha256: str
    means: Mapping[str, float]
    scales: Mapping[str, float]
    weights: Mapping[str, float]
    intercept: float
    low: float
    high: float
    calibration: Calibration | None = None

    @property
    def calibrated(self) -> bool:
        """Say whether the score is a probability that local decisions bear out."""
        return self.calibration is not None

    def contributions(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return each feature's part of the log-odds, and the intercept; rounded first, so that they add up exactly."""
        out = {k: round(self.weights[k] * (values[k] - self.means[k]) / self.scales[k], 6) for k in FEATURES}
        return {"intercept": self.intercept} | out

    def probability(self, contributions: Mapping[str, float]) -> float:
        """Return the score (0–1) of a text with these contributions."""
        z = sum(contributions.values())
        return self.calibration.probability(z) if self.calibration else sigmoid(z)


def models_folder() -> Traversable:
    """Return where the models lie: inside the installed package, or beside it in a checkout."""
    package = resources.files("screening")
    inside = package / "_models"
    return inside if inside.is_dir() else package / ".." / "models"


def model_place(kind: str, folder: str | Path = "") -> Traversable:
    """Return where the model of a kind lies: in ``folder`` if it has one, else where the shipped ones are."""
    own = Path(folder) / f"topic-{kind}"
    return own if folder and own.is_dir() else models_folder() / own.name


def model_for(kind: str, folder: str | Path = "") -> TopicModel | None:
    """Return the model of a kind, None for kinds that have none. See :func:`load_model` for errors."""
    place = model_place(kind, folder)
    return load_model(place) if kind in SHIPPED or place.is_dir() else None


def known_models(folder: str | Path) -> None:
    """Refuse a folder without models: it was named to be used. Raises :class:`ModelError` "model.missing"."""
    if not any(Path(folder).glob("topic-*/manifest.toml")):
        raise ModelError(
            "model.missing",
            f"文件夹 {folder} 里没有切题模型",
            "请核对 --models 或 SCREENING_MODELS，应是 screening train 写出的文件夹（含 topic-…/）。",
        )


class _Plain(pickle.Unpickler):
    """Reads what joblib writes of numbers, strings, lists and dicts; nothing else, so that no file can run anything."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"not plain: {module}.{name}")


def load_model(folder: Traversable) -> TopicModel:
    """Load a model folder (model.joblib, manifest.toml).

    The file's sha256 is checked before a byte of it is unpickled. Raises :class:`ModelError`: "model.missing", "model.altered",
    "model.version" (another schema or lexicon), "model.calibration" (see :func:`load_calibration`).
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
    try:
        data = _Plain(io.BytesIO(raw)).load()
        return _model_of(data, digest, load_calibration(folder, digest))
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError) as error:
        raise ModelError("model.version", f"切题模型 {name} 的内容不是本版本的格式", "请重新生成模型。") from error


def _model_of(data: Mapping[str, Any], digest: str, calibration: Calibration | None) -> TopicModel:
    by_name = {k: dict(zip(data["features"], data[k], strict=True)) for k in ("means", "scales", "weights")}
    if any(set(values) != set(FEATURES) for values in by_name.values()):
        raise ValueError("other features")
    return TopicModel(
        kind=data["kind"],
        sha256=digest,
        intercept=data["intercept"],
        low=data["low"],
        high=data["high"],
        calibration=calibration,
        **by_name,
    )
