"""How long batches are kept: ``purge_after`` of each, from closing on; what is due is deleted by the worker's daily round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from service.moment import now
from service.store.database import Store
from service.store.deletion import delete_batch
from service.store.schema import batch

BY = "service"  # who deletes what is due, in the audit


def set_ends(store: Store, days: int) -> int:
    """Give closed batches that have no end yet one: ``days`` after closing, 0 for none. Return how many."""
    if not days:
        return 0
    with store.write() as tx:
        query = select(batch.c.id, batch.c.closed).where(batch.c.closed.is_not(None), batch.c.purge_after.is_(None))
        rows = tx.execute(query).all()
        for row in rows:
            tx.execute(update(batch).where(batch.c.id == row.id).values(purge_after=row.closed + timedelta(days=days)))
    return len(rows)


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
