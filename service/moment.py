"""Time and ids: the only place of the service that looks at the clock or draws lots."""

from __future__ import annotations

import base64
import secrets
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


def new_id() -> str:
    """Return a new id: 28 hex digits, of which 12 are the time in ms, so that ids sort by age; 64 bits are random."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def new_secret() -> str:
    """Return a new secret for keys, links and sessions: 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """Return a new secret for signing as Standard Webhooks writes it: ``whsec_`` and 256 bits in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
