"""Taking back what was handed in: it leaves the batch and the archive; its row stays, so that people see what became of it."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from service.errors import conflict
from service.store import work
from service.store.database import note
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
    work.cancel(tx, sealer, row["id"], done=True, replaced=replaced)
    note(tx, by, "submission.replace" if replaced else "submission.cancel", row["id"])
