"""Write the shipped models anew: label-free weights set by hand from the design's findings. ``python -m screening.topic.build models``."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Mapping
from pathlib import Path

from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import SCHEMA

# Name: (typical value and spread on a text of the grey zone, weight of one spread in log-odds). Set by hand; see CARD.md.
_WEIGHTS = {
    "lexicon": (2.0, 0.8, 0.8),
    "coverage": (0.4, 0.3, 0.8),
    "who_act": (0.15, 0.16, 1.4),
    "wrong": (0.08, 0.15, -0.9),
    "notice": (0.0, 1.0, -5.0),
    "academic": (0.0, 1.0, -3.0),
    "balance": (0.1, 0.35, 0.5),
    "strong": (0.2, 0.3, 0.8),
}
# A story mentions training in few sentences and pupils in many: a softer prior, and pupils weigh less.
_KINDS: Mapping[str, tuple[float, Mapping[str, tuple[float, float, float]]]] = {
    "work_case": (0.5, {}),
    "growth_story": (2.4, {"balance": (0.1, 0.35, 0.2), "wrong": (0.08, 0.15, -0.7)}),
    "self_report": (0.7, {"wrong": (0.08, 0.15, -0.6)}),
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
            **{name: [weights[k][n] for k in FEATURES] for n, name in enumerate(("means", "scales", "weights"))},
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
