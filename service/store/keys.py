"""Rows of keys."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from service.moment import now
from service.store import webhooks
from service.store.schema import key


def add(tx: Connection, **row: Any) -> None:
    """Add a key."""
    tx.execute(insert(key), row)


def by_hash(tx: Connection, hash_: str) -> RowMapping | None:
    """Return the key with this hash."""
    return tx.execute(select(key).where(key.c.hash == hash_)).mappings().first()


def listed(tx: Connection) -> list[RowMapping]:
    """Return all keys without their hashes, newest first."""
    public = [c for c in key.c if c.name != "hash"]
    return list(tx.execute(select(*public).order_by(key.c.id.desc())).mappings())


def touch(tx: Connection, key_id: str) -> None:
    """Note that a key was used just now."""
    tx.execute(update(key).where(key.c.id == key_id).values(seen=now()))


def revoke(tx: Connection, key_id: str) -> bool:
    """Take a key's validity, and with it the voice of the unit's webhooks that it made; return whether there was such a key."""
    webhooks.silence(tx, f"key:{key_id}")
    done = tx.execute(update(key).where(key.c.id == key_id, key.c.revoked.is_(None)).values(revoked=now()))
    return done.rowcount > 0
