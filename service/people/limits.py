"""Rate limits: one token bucket for each who and what, in the memory of the one web process; they begin anew when it does."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from service.errors import ServiceError
from service.settings import Settings

_MANY: Final = 10_000  # buckets; full ones say nothing and are thrown away then


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class Limits:
    """The buckets of a process. ``what`` names a setting WHAT_per_minute; a full minute's worth may come at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(16)

    def take(self, settings: Settings, what: str, who: str) -> dict[str, str]:
        """Take a token; return the headers that tell what is left. Raises :class:`ServiceError` 429 with Retry-After."""
        most: int = getattr(settings, f"{what}_per_minute")
        if not most:
            return {}
        with self._lock:
            at = self._clock()
            bucket = self._buckets.setdefault((what, who), _Bucket(most, at))
            bucket.tokens = min(most, bucket.tokens + (at - bucket.filled) * most / 60)
            bucket.filled = at
            allowed = bucket.tokens >= 1
            bucket.tokens -= allowed
            left, wait = int(bucket.tokens), math.ceil((1 - bucket.tokens) * 60 / most)
            if len(self._buckets) > _MANY:
                self._forget(at)
        headers = {
            "RateLimit-Policy": f'"{what}";q={most};w=60',
            "RateLimit": f'"{what}";r={left};t={max(wait, 0)}',
        }
        if not allowed:
            headers["Retry-After"] = str(wait)
            raise ServiceError(
                429, "too_many", f"请求太频繁，每分钟最多 {most} 次", f"请等 {wait} 秒再试。", headers=headers
            )
        return headers

    def take_from(self, settings: Settings, what: str, address: str) -> None:
        """Take a token for a network address, of which only a salted hash is held, and nothing stored. Raises as :meth:`take`."""
        self.take(settings, what, hashlib.blake2b(_network(address).encode(), key=self._salt).hexdigest())

    def _forget(self, at: float) -> None:
        # A bucket untouched for a minute is full again.
        self._buckets = {k: b for k, b in self._buckets.items() if at - b.filled < 60}


def _network(address: str) -> str:
    """Return what counts as one address: of IPv6 the /64, as every machine there has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
