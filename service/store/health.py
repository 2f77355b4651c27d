"""How the service stands: its version, its work, its workers. Counts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, RowMapping, func, inspect, select, text

from service.moment import now
from service.store.database import VERSION_TABLE
from service.store.schema import REVISION, batch, delivery, event, submission, worker

UNFINISHED: Final = ("queued", "reading", "read", "screening")


def migrated(tx: Connection) -> bool:
    """Say whether the tables are of this program's version. Raises what the database raises."""
    if not inspect(tx).has_table(VERSION_TABLE):
        return False
    found = tx.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    return bool(found == REVISION)


def workers(tx: Connection, lease_seconds: int) -> int:
    """Return how many workers gave a sign of life within a lease."""
    since = now() - timedelta(seconds=lease_seconds)
    return tx.execute(select(func.count()).select_from(worker).where(worker.c.seen >= since)).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Counts by state; ages in seconds; size in bytes."""

    submissions: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    oldest: float = 0
    workers: int = 0
    silence: float = 0
    done: int = 0
    size: int = 0


def work(tx: Connection, lease_seconds: int) -> Work:
    """Return how the work stands."""
    at = now()
    waiting = submission.c.state.in_(UNFINISHED)
    oldest = tx.execute(select(func.min(submission.c.created)).where(waiting)).scalar()
    alive, seen = tx.execute(
        select(func.count(), func.min(worker.c.seen)).where(worker.c.seen >= at - timedelta(seconds=lease_seconds))
    ).one()
    submissions = _by(tx, submission.c.state)
    batches = _by(tx, batch.c.state)
    deliveries = _by(tx, delivery.c.state)
    return Work(
        submissions=submissions,
        batches=batches,
        members=_by(
            tx, submission.c.state, submission.c.batch.in_(select(batch.c.id).where(batch.c.state != "closed"))
        ),
        attempts=_by(tx, submission.c.attempts, submission.c.state.in_((*UNFINISHED, "failed"))),
        deliveries=deliveries,
        dead={
            kind: counts.get("failed", 0)
            for kind, counts in (("submission", submissions), ("batch", batches), ("delivery", deliveries))
        },
        oldest=(at - oldest).total_seconds() if oldest else 0,
        workers=alive,
        silence=(at - seen).total_seconds() if seen else 0,
        done=tx.execute(select(func.coalesce(func.sum(worker.c.done), 0))).scalar_one(),
        size=_size(tx),
    )


def _by(tx: Connection, column: Column[Any], *where: Any) -> dict[str, int]:
    query = select(column, func.count()).where(*where).group_by(column).order_by(column)
    return {str(value): count for value, count in tx.execute(query)}


def _size(tx: Connection) -> int:
    if tx.dialect.name == "postgresql":
        return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages = tx.execute(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    return int(pages.scalar_one())


def clock_drift(tx: Connection) -> float:
    """Return by how many seconds the database's clock is ahead of ours; 0 for SQLite, which has ours."""
    if tx.dialect.name != "postgresql":
        return 0.0
    theirs: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return (theirs - now()).total_seconds()


def newest(tx: Connection) -> datetime | None:
    """Return when the newest event was recorded."""
    return tx.execute(select(event.c.created).order_by(event.c.number.desc()).limit(1)).scalar()


def states(tx: Connection) -> dict[str, int]:
    """Return how many submissions there are of each state."""
    return _by(tx, submission.c.state)


def failed(tx: Connection, limit: int = 50) -> list[RowMapping]:
    """Return submissions that were given up: id, code, attempts; newest first."""
    c = submission.c
    query = select(c.id, c.error, c.attempts).where(c.state == "failed").order_by(c.id.desc()).limit(limit)
    return list(tx.execute(query).mappings())


def failed_batches(tx: Connection, limit: int = 50) -> list[RowMapping]:
    """Return batches whose unpacking was given up: id, name, code; newest first."""
    c = batch.c
    query = select(c.id, c.name, c.error).where(c.state == "failed").order_by(c.id.desc()).limit(limit)
    return list(tx.execute(query).mappings())
