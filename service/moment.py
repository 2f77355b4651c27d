"""Time and ids: the only place of the service that looks at the clock or draws lots."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def shown(moment: datetime | None) -> str | None:
    """Return a moment as the API tells it: ISO 8601 to the second, in China's time.

    >>> shown(datetime(2024, 1, 20, 1, 0, tzinfo=UTC))
    '2024-01-20T09:00:00+08:00'
    """
    return moment.astimezone(CHINA).isoformat(timespec="seconds") if moment else None


class _Ids:
    """Numbers of 112 bits, each greater than the one before it in this process: within a millisecond, and if the clock is set back."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0

    def next(self) -> int:
        with self._lock:
            new = (time.time_ns() // 1_000_000 << 64) | secrets.randbits(64)
            self._last = new if new > self._last else self._last + 1 + secrets.randbits(32)
            return self._last


_ids = _Ids()


def new_id() -> str:
    """Return a new id: 28 hex digits, of which 12 are the time in ms, so that ids sort by age; the rest is random.

    Of two made one after the other in one process the second is greater: "the newest row holds" even within a millisecond.
    """
    return f"{_ids.next():028x}"


def new_secret() -> str:
    """Return a new secret for keys, links and sessions: 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """Return a new secret for signing as Standard Webhooks writes it: ``whsec_`` and 256 bits in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
