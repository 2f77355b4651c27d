"""Places in a list: opaque to the reader, bound to the list they come from, and worth nothing elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from service.errors import ServiceError


def pack(of: Any, *place: Any) -> str:
    """Return the cursor after ``place`` (plain JSON values). ``of`` is what the list was asked for; its ``repr`` is bound to it."""
    body = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(of, body) + body).decode().rstrip("=")


def unpack(of: Any, cursor: str, kinds: tuple[type | tuple[type, ...], ...]) -> list[Any]:
    """Return the place, whose values are of ``kinds``. Raises :class:`ServiceError` 422 for a cursor that is none, or is of another list.

    Sight is a condition of every query, so a cursor can't open anything: it is checked for clear answers, not for secrecy.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found = json.loads(raw[8:])
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _wrong() from error
    fits = isinstance(found, list) and len(found) == len(kinds) and all(map(isinstance, found, kinds))
    if raw[:8] != _check(of, raw[8:]) or not fits:
        raise _wrong()
    return list(found)


def _check(of: Any, body: bytes) -> bytes:
    return hashlib.blake2b(repr(of).encode(errors="replace") + b"\0" + body, digest_size=8).digest()


def _wrong() -> ServiceError:
    return ServiceError(
        422, "cursor", "翻页的位置 cursor 不对", "请从第一页开始，照答复里的 next 翻页；条件改了也要从头开始。"
    )
