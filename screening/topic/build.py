"""Write the shipped models anew: label-free weights set by hand from the design's findings. ``python -m screening.topic.build models``."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path

import joblib

from screening.case import GROWTH_STORY, SELF_REPORT, WORK_CASE
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import SCHEMA, TopicModel

PROTOCOL = 4  # of pickle; fixed, so that the bytes are the same on every Python
LOW, HIGH = 0.10, 0.50  # the cuts of the bands; to be set anew once there are local decisions

# Feature: (typical value and spread on a text of the grey zone, weight of one spread in log-odds). Set by hand; see card.md.
_WEIGHTS: Mapping[str, tuple[float, float, float]] = {
    "lexicon": (2.0, 0.8, 0.8),
    "coverage": (0.4, 0.3, 0.8),
    "who_act": (0.15, 0.16, 1.4),
    "wrong": (0.08, 0.15, -0.9),
    "notice": (0.0, 1.0, -6.0),
    "academic": (0.0, 1.0, -3.0),
    "balance": (0.1, 0.35, 0.5),
    "strong": (0.2, 0.3, 0.8),
}
# Kind: label, intercept, weights of its own. A story mentions training in few sentences, so little of it says as much as plenty does
# in a case; pupils are at home in it; and it may take any literary form, a speech or a report too.
_KINDS: Mapping[str, tuple[str, float, Mapping[str, tuple[float, float, float]]]] = {
    WORK_CASE: ("典型工作案例", 1.3, {}),
    GROWTH_STORY: (
        "教师成长案例",
        1.1,
        {
            "lexicon": (1.2, 0.8, 1.0),
            "coverage": (0.2, 0.2, 0.8),
            "who_act": (0.06, 0.08, 0.9),
            "wrong": (0.08, 0.15, -0.7),
            "notice": (0.0, 1.0, -3.0),
            "academic": (0.0, 1.0, -2.0),
            "balance": (0.0, 0.35, 0.2),
            "strong": (0.1, 0.2, 0.8),
        },
    ),
    SELF_REPORT: ("项目绩效自评报告", 1.5, {"wrong": (0.08, 0.15, -0.6)}),
}


def label_free(kind: str) -> TopicModel:
    """Return the model with weights set by hand: the baseline of every learnt one. Its sha256 is that of its file."""
    _, intercept, changes = _KINDS[kind]
    weights = {**_WEIGHTS, **changes}
    means, scales, steps = ({k: weights[k][n] for k in FEATURES} for n in range(3))
    model = TopicModel(
        kind=kind, sha256="", means=means, scales=scales, weights=steps, intercept=intercept, low=LOW, high=HIGH
    )
    return replace(model, sha256=hashlib.sha256(packed(model)).hexdigest())


def packed(model: TopicModel) -> bytes:
    """Return the bytes of model.joblib: plain arrays in the order of the features, the same on every machine."""
    data = {
        "kind": model.kind,
        "features": list(FEATURES),
        **{n: [getattr(model, n)[k] for k in FEATURES] for n in ("means", "scales", "weights")},
        "intercept": model.intercept,
        "low": model.low,
        "high": model.high,
        "calibrated": False,  # a calibration is a file of its own
    }
    out = io.BytesIO()
    joblib.dump(data, out, protocol=PROTOCOL)
    return out.getvalue()


def store(model: TopicModel, place: Path, *, made_from: str, versions: Mapping[str, str], more: str, card: str) -> None:
    """Write model.joblib, manifest.toml and CARD.md into ``place``; ``made_from`` and ``more`` are TOML of the manifest.

    The manifest comes last: a folder left half written is refused when it is loaded.
    """
    raw = packed(model)
    manifest = (
        f'schema = {SCHEMA}\nkind = "{model.kind}"\nsha256 = "{hashlib.sha256(raw).hexdigest()}"\n'
        f'lexicon = "{lexicon().digest}"\n{made_from}\n'
        f'[versions]\njoblib = "{joblib.__version__}"\npickle_protocol = {PROTOCOL}\n'
        + "".join(f'{name} = "{version}"\n' for name, version in versions.items())
        + more
    )
    place.mkdir(parents=True, exist_ok=True)
    (place / "model.joblib").write_bytes(raw)
    (place / "CARD.md").write_bytes(card.encode())
    (place / "manifest.toml").write_bytes(manifest.encode())


def rows_of(model: TopicModel) -> str:
    """Return the rows of a card's table: each feature with its mean, scale and weight."""
    parts = ((k, (model.means[k], model.scales[k], model.weights[k])) for k in FEATURES)
    return "\n".join(f"| {k} | {FEATURES[k]} | {' | '.join(map(str, numbers))} |" for k, numbers in parts)


def write(folder: Path) -> None:
    """Write the label-free model of every kind below ``folder``; the same bytes every time."""
    template = (resources.files("screening") / "topic" / "card.md").read_text("utf-8")
    made_from = 'training_set = "none"  # label-free: weights set by hand, see CARD.md\nseed = 0\n'
    for kind, (label, *_) in _KINDS.items():
        model = label_free(kind)
        card = template.format(
            label=label, kind=kind, low=LOW, high=HIGH, rows=rows_of(model), intercept=model.intercept
        )
        store(model, folder / f"topic-{kind}", made_from=made_from, versions={}, more="", card=card)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
