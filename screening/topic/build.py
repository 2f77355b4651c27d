"""Write the shipped models anew: label-free weights set by hand from the design's findings. ``python -m screening.topic.build models``."""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import SCHEMA

# Typical values and spreads of the features on ordinary work cases and near-topic texts; they only set the scale of the weights.
_MEANS = {
    "lexicon": 2.2,
    "coverage": 0.55,
    "who_act": 0.22,
    "wrong": 0.08,
    "notice": 0.15,
    "academic": 0.05,
    "balance": 0.1,
    "strong": 0.4,
}
_SCALES = {
    "lexicon": 0.8,
    "coverage": 0.3,
    "who_act": 0.16,
    "wrong": 0.15,
    "notice": 0.2,
    "academic": 0.2,
    "balance": 0.35,
    "strong": 0.35,
}
_WEIGHTS = {
    "lexicon": 0.8,
    "coverage": 0.8,
    "who_act": 1.3,
    "wrong": -0.9,
    "notice": -0.4,
    "academic": -0.4,
    "balance": 0.5,
    "strong": 1.0,
}
# A story mentions training in few sentences and pupils in many: a softer prior, and pupils weigh less.
_KINDS = {
    "work_case": (1.2, {}),
    "growth_story": (3.4, {"balance": 0.2, "wrong": -0.7}),
    "self_report": (1.4, {"wrong": -0.6}),
}
LOW, HIGH = 0.10, 0.50


def write(folder: Path) -> None:
    """Write model.joblib and manifest.toml of every kind below ``folder``; the same bytes every time."""
    import joblib  # noqa: PLC0415

    for kind, (intercept, changes) in _KINDS.items():
        weights = {**_WEIGHTS, **changes}
        data = {
            "kind": kind,
            "features": list(FEATURES),
            "means": [_MEANS[k] for k in FEATURES],
            "scales": [_SCALES[k] for k in FEATURES],
            "weights": [weights[k] for k in FEATURES],
            "intercept": intercept,
            "low": LOW,
            "high": HIGH,
            "calibrated": False,
        }
        out = io.BytesIO()
        joblib.dump(data, out, protocol=4)
        place = folder / f"topic-{kind}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.joblib").write_bytes(out.getvalue())
        digest = hashlib.sha256(out.getvalue()).hexdigest()
        manifest = (
            f'schema = {SCHEMA}\nkind = "{kind}"\nsha256 = "{digest}"\nlexicon = "{lexicon().digest}"\n'
            'training_set = "none"  # label-free: weights set by hand, see CARD.md\nseed = 0\n'
        )
        (place / "manifest.toml").write_text(manifest, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
