"""Answers that were given, by the key that came with the request: the same request again gets the same answer, and does nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import ServiceError
from service.moment import now
from service.store.schema import idempotency

KEPT: Final = timedelta(hours=48)
_LONGEST: Final = 255
_SWEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that came with a request, and the request's digest; both hex sha256."""

    key: str
    request: str

    @classmethod
    def of(cls, given: str | None, who: str, what: str, request: str) -> Claim | None:
        """Return the claim of a header's value, None without one. ``who`` asks for ``what``; keys of two askers never meet.

        The draft of the IETF has the value in quotes; plain ones are taken too. Raises :class:`ServiceError` 400 for what is no key.
        """
        if given is None:
            return None
        said = given.strip()
        plain = said[1:-1] if len(said) >= 2 and said[0] == said[-1] == '"' else said
        if not 1 <= len(plain) <= _LONGEST or not plain.isascii() or not plain.isprintable():
            raise ServiceError(
                400,
                "idempotency.key",
                "请求头 Idempotency-Key 的值不对",
                f"请用 1 到 {_LONGEST} 个字母、数字或符号，例如一个 UUID。",
            )
        return cls(hashlib.sha256(f"{who}\n{what}\n{plain}".encode()).hexdigest(), request)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: given now, or before (``replayed``)."""

    status: int
    location: str
    body: Any
    replayed: bool = False


def claim(tx: Connection, wanted: Claim | None) -> Given | None:
    """Take a key for this transaction; return the answer if the request was carried out before.

    Of two that come at once the second waits for the end of the first. Raises :class:`ServiceError` 422 if the key came with another request.
    """
    if wanted is None:
        return None
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    row = {"key": wanted.key, "request": wanted.request, "status": 0, "location": "", "body": {}, "created": now()}
    # Asked for what was inserted: the number of rows is not told of an INSERT on PostgreSQL.
    new = insert(idempotency).values(row).on_conflict_do_nothing().returning(idempotency.c.key)
    if tx.execute(new).first():
        return None
    found = tx.execute(select(idempotency).where(idempotency.c.key == wanted.key)).mappings().one()
    if found["request"] != wanted.request:
        raise ServiceError(
            422,
            "idempotency.other",
            "这个 Idempotency-Key 已经用在另一个请求上",
            "重试同一个请求时用原来的值；新的请求请换一个新的值。",
        )
    return Given(found["status"], found["location"], found["body"], replayed=True)


def settle(tx: Connection, wanted: Claim | None, given: Given) -> None:
    """Keep the answer under the key; some that are old enough go."""
    if wanted is None:
        return
    tx.execute(
        update(idempotency)
        .where(idempotency.c.key == wanted.key)
        .values(status=given.status, location=given.location, body=given.body)
    )
    old = (
        select(idempotency.c.key)
        .where(idempotency.c.created < now() - KEPT)
        .limit(_SWEPT)
        .with_for_update(skip_locked=True)
    )
    tx.execute(delete(idempotency).where(idempotency.c.key.in_(old)))
