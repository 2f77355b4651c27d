"""Rows of sessions, and of people who are on their way through signing in elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from service.moment import now
from service.store.schema import session, signin, user


def add(tx: Connection, **row: Any) -> None:
    """Add a session; ended ones are cleared away."""
    tx.execute(delete(session).where(session.c.expires <= now()))
    tx.execute(insert(session), row)


def by_hash(tx: Connection, hash_: str, idle_since: datetime) -> RowMapping | None:
    """Return a session that has not ended, and was used since ``idle_since``, with the active person it belongs to."""
    query = (
        select(session.c.hash, session.c.csrf, session.c.seen.label("used"), user)
        .join(user, user.c.id == session.c.user)
        .where(session.c.hash == hash_, session.c.expires > now(), session.c.seen > idle_since, user.c.active)
    )
    return tx.execute(query).mappings().first()


def touch(tx: Connection, hash_: str) -> None:
    """Note that a session was used just now."""
    tx.execute(update(session).where(session.c.hash == hash_).values(seen=now()))


def end(tx: Connection, hash_: str) -> None:
    """End one session."""
    tx.execute(delete(session).where(session.c.hash == hash_))


def end_all(tx: Connection, user_id: str, but: str = "") -> int:
    """End all sessions of a person except the one with the hash ``but``; return how many."""
    return tx.execute(delete(session).where(session.c.user == user_id, session.c.hash != but)).rowcount


def send_away(tx: Connection, **row: Any) -> None:
    """Note that somebody goes to sign in elsewhere; who never came back is forgotten."""
    tx.execute(delete(signin).where(signin.c.expires <= now()))
    tx.execute(insert(signin), row)


def come_back(tx: Connection, state: str, cookie: str) -> RowMapping | None:
    """Return and forget the journey with this state and cookie (hashes); None if there is none: each is used once."""
    wanted = (signin.c.state == state) & (signin.c.cookie == cookie) & (signin.c.expires > now())
    row = tx.execute(select(signin).where(wanted).with_for_update()).mappings().first()
    tx.execute(delete(signin).where(signin.c.state == state))
    return row
