"""Write the shipped models anew: label-free weights set by hand from the design's findings. ``python -m screening.topic.build models``."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import joblib

from screening.case import GROWTH_STORY, SELF_REPORT, WORK_CASE
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import SCHEMA

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


def write(folder: Path) -> None:
    """Write model.joblib, manifest.toml and CARD.md of every kind below ``folder``; the same bytes every time."""
    card = (resources.files("screening") / "topic" / "card.md").read_text("utf-8")
    for kind, (label, intercept, changes) in _KINDS.items():
        weights = {**_WEIGHTS, **changes}
        data = {
            "kind": kind,
            "features": list(FEATURES),
            **{name: [weights[k][n] for k in FEATURES] for n, name in enumerate(("means", "scales", "weights"))},
            "intercept": intercept,
            "low": LOW,
            "high": HIGH,
            "calibrated": False,
        }
        out = io.BytesIO()
        joblib.dump(data, out, protocol=PROTOCOL)
        place = folder / f"topic-{kind}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.joblib").write_bytes(out.getvalue())
        digest = hashlib.sha256(out.getvalue()).hexdigest()
        manifest = (
            f'schema = {SCHEMA}\nkind = "{kind}"\nsha256 = "{digest}"\nlexicon = "{lexicon().digest}"\n'
            f'training_set = "none"  # label-free: weights set by hand, see CARD.md\nseed = 0\n\n'
            f'[versions]\njoblib = "{joblib.__version__}"\npickle_protocol = {PROTOCOL}\n'
        )
        (place / "manifest.toml").write_bytes(manifest.encode())
        rows = "\n".join(f"| {k} | {FEATURES[k]} | {' | '.join(map(str, weights[k]))} |" for k in FEATURES)
        filled = card.format(label=label, kind=kind, low=LOW, high=HIGH, rows=rows, intercept=intercept)
        (place / "CARD.md").write_bytes(filled.encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
