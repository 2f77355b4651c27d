"""Calibration: from a model's log-odds to a probability that local decisions bear out; plain numbers in a file beside the model.

The file's first line is the sha256 of all that follows, so it is whole or refused. It belongs to one model, named by its sha256.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from screening.errors import ModelError

FILE = "calibration.toml"
SCHEMA = 1
PLATT_FROM, ISOTONIC_FROM = 30, 200  # decisions; below the first, no probability is claimed


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z) for any z.

    >>> sigmoid(0), sigmoid(-1000), sigmoid(1000)
    (0.5, 0.0, 1.0)
    """
    small = math.exp(-abs(z))  # never too large to be told
    return 1 / (1 + small) if z >= 0 else small / (1 + small)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A map from log-odds to probability that never falls: steps of straight lines between ``points``, after ``slope``·z + ``offset``.

    ``method`` is "platt" (sigmoid of slope·z + offset; no points) or "isotonic" (points (z, p), both rising; flat outside).
    ``decisions`` is how many local decisions it was made from; ``model`` the sha256 of the model that it belongs to.
    """

    method: str
    model: str
    decisions: int
    slope: float = 1.0
    offset: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    sha256: str = ""

    def probability(self, z: float) -> float:
        """Return the probability (0–1) at log-odds ``z``."""
        if self.method == "platt":
            return sigmoid(self.slope * z + self.offset)
        after = bisect_right(self.points, z, key=lambda point: point[0])
        if after == 0 or after == len(self.points):
            return self.points[min(after, len(self.points) - 1)][1]
        (z0, p0), (z1, p1) = self.points[after - 1 : after + 1]
        return p0 + (p1 - p0) * (z - z0) / (z1 - z0)


def written(calibration: Calibration, more: Mapping[str, str | int]) -> bytes:
    """Return the file of a calibration; ``more`` are further facts about how it was made."""
    rows: dict[str, Any] = {
        "schema": SCHEMA,
        "method": calibration.method,
        "model": calibration.model,
        "decisions": calibration.decisions,
        "slope": calibration.slope,
        "offset": calibration.offset,
        "points": [list(p) for p in calibration.points],
        **more,
    }
    body = "".join(f'{k} = "{v}"\n' if isinstance(v, str) else f"{k} = {v}\n" for k, v in rows.items()).encode()
    return f'sha256 = "{hashlib.sha256(body).hexdigest()}"\n'.encode() + body


def load_calibration(folder: Traversable, model: str) -> Calibration | None:
    """Load the calibration beside a model (named by its sha256), None if there is none.

    Raises :class:`ModelError`: "model.calibration" (altered, unreadable, or another model's).
    """
    path = folder / FILE
    if not path.is_file():
        return None
    remedy = "请用 screening train calibration 重新生成；或删去这个文件，不用校准。"
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        digest = hashlib.sha256(body).hexdigest()
        if tomllib.loads(first.decode()) != {"sha256": digest}:
            raise ModelError("model.calibration", f"{folder.name} 的校准文件 {FILE} 被改动或损坏", remedy)
        data = tomllib.loads(body.decode())
    except (OSError, ValueError) as error:  # TOML and UTF-8 errors are ValueErrors
        raise ModelError("model.calibration", f"{folder.name} 的校准文件 {FILE} 读不懂", remedy) from error
    if data["schema"] != SCHEMA or data["model"] != model:
        raise ModelError("model.calibration", f"{folder.name} 的校准文件 {FILE} 属于另一个模型或版本", remedy)
    return Calibration(
        method=data["method"],
        model=model,
        decisions=data["decisions"],
        slope=data["slope"],
        offset=data["offset"],
        points=tuple((z, p) for z, p in data["points"]),
        sha256=digest,
    )
