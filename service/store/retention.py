"""How long batches are kept: ``purge_after`` of each, from closing on; what is due is deleted by the worker's daily round."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from service.errors import ServiceError
from service.moment import now, shown
from service.store import batches
from service.store.database import Store, note
from service.store.deletion import delete_batch
from service.store.schema import batch
from service.store.sight import Sight

BY = "service"  # who deletes what is due, in the audit


def set_ends(store: Store, days: int) -> int:
    """Give closed batches that have no end yet one: ``days`` after closing, 0 for none. Return how many."""
    if not days:
        return 0
    with store.write() as tx:
        query = select(batch.c.id, batch.c.closed).where(
            batch.c.closed.is_not(None), batch.c.purge_after.is_(None), ~batch.c.kept
        )
        rows = tx.execute(query).all()
        for row in rows:
            tx.execute(update(batch).where(batch.c.id == row.id).values(purge_after=row.closed + timedelta(days=days)))
    return len(rows)


def set_end(tx: Connection, batch_id: str, end: datetime | None, *, kept: bool = False, by: str, sight: Sight) -> None:
    """Say when a batch will be deleted. None: some time after it is closed, as the settings say, or never if it is ``kept``.

    Raises :class:`ServiceError` 404, 422 for a moment that has passed: what is deleted at once is deleted on purpose.
    """
    batches.one(tx, batch_id, sight, lock=True)
    if end is not None and end <= now():
        raise ServiceError(
            422, "retention.past", "清除的日期要在今天以后", "要马上删除一个批次，请用接口或命令行的删除，并写明理由。"
        )
    batches.change(tx, batch_id, purge_after=end, kept=kept)
    note(tx, by, "batch.keep", batch_id, until=shown(end) or ("kept" if kept else "settings"))


def upcoming(store: Store, days: int = 30) -> list[dict[str, Any]]:
    """Return the batches that will be deleted within some days, the next first: {"id", "name", "purge_after"}."""
    query = select(batch.c.id, batch.c.name, batch.c.purge_after)
    query = query.where(batch.c.purge_after <= now() + timedelta(days=days)).order_by(batch.c.purge_after)
    with store.read() as tx:
        return [dict(r) for r in tx.execute(query).mappings()]


def due(store: Store, days: int = 0) -> int:
    """Delete the batches whose time has come; return how many. ``days`` is the setting retention_days."""
    set_ends(store, days)
    found = upcoming(store, 0)
    for row in found:
        delete_batch(store, row["id"], BY, "保存期已满")
    return len(found)
