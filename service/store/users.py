"""Rows of people, of their one-time links and of what they review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import conflict, not_found
from service.moment import now
from service.store.schema import assignment, batch, key, link, session, user

_PUBLIC = [c for c in user.c if c.name != "password"]
_CAN_COME = or_(user.c.password != "", user.c.issuer != "")


def add(tx: Connection, **row: Any) -> None:
    """Add a person. Raises :class:`ServiceError` 409 if the login is taken."""
    try:
        tx.execute(insert(user), row)
    except IntegrityError as error:
        raise conflict("user.taken", "这个登录名已有人用", "请换一个登录名。") from error


def by_login(tx: Connection, login: str) -> RowMapping | None:
    """Return a person with the password's hash; ``login`` is folded."""
    return tx.execute(select(user).where(user.c.login == login)).mappings().first()


def one(tx: Connection, user_id: str, *, lock: bool = False) -> RowMapping:
    """Return a person with the password's hash. Raises :class:`ServiceError` 404. ``lock`` holds the row until the transaction ends."""
    query = select(user).where(user.c.id == user_id)
    row = tx.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise not_found("这个账号")
    return row


def listed(tx: Connection, *, after: str = "", limit: int = 100) -> list[RowMapping]:
    """Return people by age, oldest first, from the one after the id ``after`` on."""
    query = select(*_PUBLIC).where(user.c.id > after).order_by(user.c.id).limit(limit)
    return list(tx.execute(query).mappings())


def change(tx: Connection, user_id: str, **values: Any) -> None:
    """Change columns of a person; ``version`` grows if somebody else's sight of the account changes."""
    tx.execute(update(user).where(user.c.id == user_id).values(**values))


def anybody(tx: Connection) -> bool:
    """Whether somebody can sign in as an administrator, now or once the account is unlocked."""
    found = select(user.c.id).where(user.c.role == "administrator", user.c.active, _CAN_COME).limit(1)
    return tx.execute(found).first() is not None


def administrators(tx: Connection) -> set[str]:
    """Return the ids of the administrators that can sign in; nobody else can change them until the transaction ends."""
    query = select(user.c.id).where(user.c.role == "administrator", user.c.active, _CAN_COME)
    return set(tx.execute(query.order_by(user.c.id).with_for_update()).scalars())


# -- attempts ---------------------------------------------------------------------------------------------------------------


def attempt(tx: Connection, login: str) -> RowMapping | None:
    """Return a person and hold the row, to count an attempt before the password is looked at."""
    return tx.execute(select(user).where(user.c.login == login).with_for_update()).mappings().first()


# -- one-time links ---------------------------------------------------------------------------------------------------------


def add_link(tx: Connection, hash_: str, user_id: str, purpose: str, expires: datetime) -> None:
    """Add a link; earlier ones of this person end."""
    tx.execute(delete(link).where(or_(link.c.user == user_id, link.c.expires <= now())))
    tx.execute(insert(link), {"hash": hash_, "user": user_id, "purpose": purpose, "expires": expires})


def by_link(tx: Connection, hash_: str) -> RowMapping | None:
    """Return the active person for whom a link that has not ended was made."""
    query = (
        select(user)
        .join(link, link.c.user == user.c.id)
        .where(link.c.hash == hash_, link.c.expires > now(), user.c.active)
    )
    return tx.execute(query).mappings().first()


def take_link(tx: Connection, hash_: str) -> bool:
    """Use a link up; return whether it was there: of two who come at once, one gets it."""
    return tx.execute(delete(link).where(link.c.hash == hash_, link.c.expires > now())).rowcount > 0


def end_links(tx: Connection, user_id: str) -> None:
    """End all links of a person."""
    tx.execute(delete(link).where(link.c.user == user_id))


# -- what somebody reviews --------------------------------------------------------------------------------------------------


def assignments(tx: Connection, user_id: str) -> dict[str, bool]:
    """Return the batches somebody reviews, with whether names are hidden. "*" is everything."""
    rows = tx.execute(select(assignment.c.batch, assignment.c.blind).where(assignment.c.user == user_id))
    return {row.batch: row.blind for row in rows}


def assign(tx: Connection, user_id: str, batch_id: str, *, blind: bool) -> None:
    """Assign somebody to a batch, or change whether names are hidden."""
    unassign(tx, user_id, batch_id)
    tx.execute(insert(assignment), {"user": user_id, "batch": batch_id, "blind": blind})


def unassign(tx: Connection, user_id: str, batch_id: str) -> bool:
    """Take an assignment back; return whether there was one."""
    found = delete(assignment).where(assignment.c.user == user_id, assignment.c.batch == batch_id)
    return tx.execute(found).rowcount > 0


def unassign_all(tx: Connection, user_id: str) -> None:
    """Take all assignments of somebody back."""
    tx.execute(delete(assignment).where(assignment.c.user == user_id))


def missing_batches(tx: Connection, ids: list[str]) -> list[str]:
    """Return those of the ids that are no batch."""
    there = set(tx.execute(select(batch.c.id).where(batch.c.id.in_(ids))).scalars())
    return [id_ for id_ in ids if id_ not in there]


def counts(tx: Connection, user_id: str) -> tuple[int, int]:
    """Return (open sessions, valid keys that this person made)."""
    at = now()
    sessions = select(func.count()).where(session.c.user == user_id, session.c.expires > at)
    keys = select(func.count()).where(key.c.created_by == user_id, key.c.revoked.is_(None), key.c.expires > at)
    return tx.execute(sessions).scalar_one(), tx.execute(keys).scalar_one()
