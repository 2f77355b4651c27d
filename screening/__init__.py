"""案例智审 (case-screening): reads cases, holds them to a notice, finds reuse and topic fit, with evidence for every word.

The public names are loaded on first use, so that ``screening --help`` does not wait for the engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screening.api import compare, read, screen
    from screening.batch import screen_batch
    from screening.errors import ScreeningError
    from screening.report import Report
    from screening.rulebook import load_rulebook

__version__ = "0.1.0"
__all__ = ["Report", "ScreeningError", "compare", "load_rulebook", "read", "screen", "screen_batch"]

_HOMES = {
    "Report": "report",
    "ScreeningError": "errors",
    "compare": "api",
    "load_rulebook": "rulebook",
    "read": "api",
    "screen": "api",
    "screen_batch": "batch",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"screening.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'screening' has no attribute {name!r}")
