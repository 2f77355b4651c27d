"""Rows of batches: making, looking up, changing their state, counting what a quota counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from screening.case import unit_key
from service.errors import conflict, not_found
from service.moment import new_id, now
from service.store.database import tell
from service.store.schema import batch, submission
from service.store.sight import Sight


def make(tx: Connection, *, state: str, by: str, unit: str = "", **values: Any) -> str:
    """Add a batch; return its id. ``values`` are columns of ``service_batch``."""
    batch_id = new_id()
    row = {"id": batch_id, "state": state, "created": now(), "created_by": by, "unit": unit, "unit_key": unit_key(unit)}
    tx.execute(insert(batch), row | values)
    tell(tx, "batch.received", batch=batch_id, state=state)
    return batch_id


def one(tx: Connection, batch_id: str, sight: Sight, *, lock: bool = False, shared: bool = False) -> RowMapping:
    """Return a batch's row. Raises :class:`ServiceError` 404 if it is not there or not to be seen.

    ``lock`` holds the row until the transaction ends; ``shared`` finds the batches that all units hand in to as well.
    """
    seen = sight.of(batch)
    if shared:
        seen = or_(seen, batch.c.unit_key == "")
    query = select(batch).where(batch.c.id == batch_id, seen)
    if lock:
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found("这个批次")
    return row


def to_hand_in(tx: Connection, batch_id: str, sight: Sight, states: Collection[str] = ("open",)) -> RowMapping:
    """Return the row, locked, of a batch that takes single submissions. Raises :class:`ServiceError` 404, or 409 if it takes none."""
    row = one(tx, batch_id, sight, lock=True, shared=True)
    if row["state"] not in states:
        raise conflict(
            "batch.not_open", "这个批次现在不收材料", "请核对批次编号，或联系管理员另开一个批次。", state=row["state"]
        )
    return row


def change(tx: Connection, batch_id: str, **values: Any) -> None:
    """Change columns of a batch."""
    tx.execute(update(batch).where(batch.c.id == batch_id).values(version=batch.c.version + 1, **values))


def members(tx: Connection, batch_id: str) -> list[RowMapping]:
    """Return the rows of a batch's submissions that were not withdrawn, locked, in the order of their ids."""
    query = select(submission).where(submission.c.batch == batch_id, submission.c.state != "cancelled")
    return list(tx.execute(query.order_by(submission.c.id).with_for_update()).mappings())


def case_ids(tx: Connection, batch_id: str, wanted: Collection[str]) -> set[str]:
    """Return those of the ids of cases that are taken in a batch; a new version takes the id of the one that left."""
    query = select(submission.c.case).where(
        submission.c.batch == batch_id, submission.c.case.in_(wanted), submission.c.state != "cancelled"
    )
    return set(tx.execute(query).scalars())


def count_of_unit(tx: Connection, batch_id: str, unit: str, kind: str, project: str) -> int:
    """Return how many submissions of a unit, kind and project class a batch has, withdrawn ones left out.

    Hold the batch's lock (:func:`to_hand_in`) from here until the next one is in.
    """
    return tx.execute(
        select(func.count()).where(
            submission.c.batch == batch_id,
            submission.c.unit_key == unit_key(unit),
            submission.c.kind == kind,
            submission.c.project == project,
            submission.c.state != "cancelled",
        )
    ).scalar_one()
