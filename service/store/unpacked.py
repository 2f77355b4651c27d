"""A batch while it is unpacked: what of it is stored already, its sealing, its failure."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, select

from screening.errors import ScreeningError
from service.store import files, results, work
from service.store.database import tell
from service.store.schema import batch, submission
from service.store.submissions import change
from service.store.work import Lease


def batch_row(tx: Connection, batch_id: str) -> RowMapping:
    """Return a batch's row."""
    return tx.execute(select(batch).where(batch.c.id == batch_id)).mappings().one()


def cases(tx: Connection, batch_id: str) -> set[str]:
    """Return the ids (in reports) of the members that are stored."""
    return set(tx.execute(select(submission.c.case).where(submission.c.batch == batch_id)).scalars())


def refuse(tx: Connection, submission_id: str, error: ScreeningError) -> None:
    """Let a member that could not even be taken out of the zip wait for its report, which says why."""
    change(tx, submission_id, **results.refused(error))


def seal(tx: Connection, lease: Lease, remarks: list[dict[str, Any]]) -> bool:
    """End the unpacking; the zip and its list are kept no longer, as they name everybody: each member has its own row. Returns False if the lease is no longer ours."""
    if not work.held(tx, lease):
        return False
    row = batch_row(tx, lease.id)
    gone = {"archive": None, "manifest": None, "manifest_name": None}
    work.settle(tx, lease, state="sealed", remarks=remarks, **gone, error="", message="", advice="")
    files.drop_unused(tx, [f for f in (row["archive"], row["manifest"]) if f])
    tell(tx, "batch.sealed", batch=lease.id, members=len(cases(tx, lease.id)))
    work.finished(tx, lease.id)
    return True


def fail(tx: Connection, lease: Lease, error: ScreeningError) -> bool:
    """Give a batch up, with the reason. Returns False if the lease is no longer ours."""
    if not work.held(tx, lease):
        return False
    work.settle(tx, lease, state="failed", error=error.code, message=error.message, advice=error.advice)
    tell(tx, "batch.failed", batch=lease.id, code=error.code)
    return True
