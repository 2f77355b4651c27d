"""Taking back what was handed in: it leaves the batch and the archive; its row stays, so that people see what became of it."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from service.errors import conflict
from service.store import archive, submissions, work
from service.store.database import note, tell
from service.store.schema import batch
from service.store.sealing import Sealer

RETURNED = "return"  # the decision that asks for another version


def free_to_leave(tx: Connection, row: RowMapping) -> None:
    """Raise :class:`ServiceError` 409 for what its unit can't take back any more: the batch is closed, or people have decided.

    To be asked after :func:`withdraw`, which has locked the batch: submission first, then batch, as the workers lock them.
    """
    state = tx.execute(select(batch.c.state).where(batch.c.id == row["batch"])).scalar()
    if state == "closed":
        raise conflict("batch.closed", "这个批次已经关闭，不能再撤回或替换材料", "如需处理，请联系管理员。")
    if row["decision"] not in (None, RETURNED):
        raise conflict("submission.decided", "这份材料已有评审意见，不能再撤回或替换", "如需处理，请联系管理员。")


def withdraw(tx: Connection, sealer: Sealer, row: RowMapping, by: str, *, replaced: bool = False) -> None:
    """Take a submission back, finished or not; one that was taken back already stays so. ``row`` is held for this transaction.

    Call ``given_back`` of :mod:`screening.library` afterwards: what its document held in the archive is overwritten then.
    """
    if row["state"] == "cancelled":
        return
    if row["document"]:
        archive.let_go(tx, sealer, row["id"])
    # A worker that has it in hand finds another fence, and its answer is not written.
    submissions.change(
        tx,
        row["id"],
        state="cancelled",
        cancel=True,
        fence=row["fence"] + 1,
        lease_owner=None,
        lease_until=None,
        run_after=None,
        version=row["version"] + 1,
    )
    work.grown(tx, row["batch"])
    tell(tx, "submission.cancelled", batch=row["batch"], submission=row["id"], replaced=replaced)
    work.finished(tx, row["batch"])
    note(tx, by, "submission.replace" if replaced else "submission.cancel", row["id"])
