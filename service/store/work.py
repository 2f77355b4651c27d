"""The work: who has taken which row, until when; rows are taken over when a lease ends, and a late answer is not written.

A submission is read, then screened; a batch is unpacked. The rows themselves are the queue. Each lease has a number of its own (the
fence, which only grows): whoever finishes writes only if the row still has that number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy import case as either

from service.errors import conflict
from service.moment import now
from service.store import archive, search
from service.store.database import tell
from service.store.schema import WAITING, batch, case, submission, worker
from service.store.sealing import Sealer

READ, SCREEN, UNPACK = "read", "screen", "unpack"
_BEFORE: Final = {READ: "queued", SCREEN: "read", UNPACK: "unpacking"}  # the state to which work goes back
_DURING: Final = {READ: "reading", SCREEN: "screening", UNPACK: "unpacking"}
UNREAD: Final = ("queued", "reading")
UNFINISHED: Final = (*UNREAD, "read", "screening")
_FIRST_PAUSE: Final = 5.0  # seconds before the second attempt; then four times as long each time, …
_LONGEST_PAUSE: Final = 3600.0  # … up to this


@dataclass(frozen=True, slots=True)
class Lease:
    """A row that a worker has in hand. ``attempts`` counts this one too."""

    id: str
    kind: str
    fence: int
    attempts: int
    batch: str | None = None

    @property
    def table(self) -> Table:
        """Where the row is."""
        return batch if self.kind == UNPACK else submission


def claim(tx: Connection, owner: str, seconds: float, most: int = 1) -> list[Lease]:
    """Take what is to be done next: a batch to unpack, else up to ``most`` submissions; by priority, then by age.

    A row that was tried before comes alone: if it takes its worker with it, others lose nothing.
    """
    at = now()
    rows = tx.execute(
        select(batch.c.id, batch.c.fence, batch.c.attempts)
        .where(batch.c.state == "unpacking", batch.c.archive.is_not(None), _free(batch, at))
        .order_by(batch.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).all()
    leases = [Lease(r.id, UNPACK, r.fence + 1, r.attempts + 1, r.id) for r in rows]
    if not leases:
        found = tx.execute(
            _waiting(at)
            .order_by(submission.c.priority.desc(), submission.c.id)
            .limit(most)
            .with_for_update(skip_locked=True, of=submission)
        ).all()
        for n, row in enumerate(found):
            if row.attempts and n:
                break
            kind = READ if row.state in UNREAD else SCREEN
            leases.append(Lease(row.id, kind, row.fence + 1, row.attempts + 1, row.batch))
            if row.attempts:
                break
    for lease in leases:
        tx.execute(
            update(lease.table)
            .where(lease.table.c.id == lease.id)
            .values(
                state=_DURING[lease.kind],
                fence=lease.fence,
                attempts=lease.attempts,
                lease_owner=owner,
                lease_until=at + timedelta(seconds=seconds),
            )
        )
    return leases


def waits(tx: Connection) -> bool:
    """Say whether there is something to claim; a look that takes no lock."""
    at = now()
    unpack = select(batch.c.id).where(batch.c.state == "unpacking", batch.c.archive.is_not(None), _free(batch, at))
    return bool(tx.execute(unpack.limit(1)).first() or tx.execute(_waiting(at).limit(1)).first())


def _waiting(at: datetime) -> Any:
    """Return the query of the submissions that can be worked on now.

    The states are written out, as values of a query could not tell the database that its index of what waits will do.
    """
    mate = submission.alias("mate")
    unread = exists().where(mate.c.batch == submission.c.batch, mate.c.state.in_(UNREAD))
    together = and_(batch.c.state == "unpacking") | and_(batch.c.state.not_in(("open", "unpacking")), unread)
    ready = or_(
        submission.c.state.in_(("queued", "reading")),
        submission.c.batch.is_(None),
        ~exists().where(batch.c.id == submission.c.batch, together),
    )
    return select(
        submission.c.id, submission.c.state, submission.c.fence, submission.c.attempts, submission.c.batch
    ).where(text(f"service_submission.{WAITING}"), _free(submission, at), ready)


def _free(table: Table, at: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody has the row in hand, and its pause is over."""
    return and_(
        or_(table.c.lease_owner.is_(None), table.c.lease_until < at),
        or_(table.c.run_after.is_(None), table.c.run_after <= at),
    )


_FREED: Final = {"lease_owner": None, "lease_until": None}


def held(tx: Connection, lease: Lease) -> bool:
    """Say whether the lease is still ours, and hold the row until the transaction ends. It is not if the row was withdrawn meanwhile."""
    table = lease.table
    row = tx.execute(
        select(table).where(table.c.id == lease.id, table.c.fence == lease.fence).with_for_update()
    ).first()
    return row is not None and row.state == _DURING[lease.kind]


def beat(tx: Connection, owner: str, seconds: float, done: int = 0) -> None:
    """Tell that a worker lives, and how much it has ``done`` since: its leases are good for another while."""
    at = now()
    for table in (batch, submission):
        tx.execute(
            update(table).where(table.c.lease_owner == owner).values(lease_until=at + timedelta(seconds=seconds))
        )
    known = update(worker).where(worker.c.id == owner).values(seen=at, done=worker.c.done + done)
    if not tx.execute(known).rowcount:
        tx.execute(insert(worker), {"id": owner, "started": at, "seen": at, "done": done})


def noted(tx: Connection, lease: Lease) -> str:
    """Return what was noted when the work was put back the last time."""
    found: str = tx.execute(select(lease.table.c.error).where(lease.table.c.id == lease.id)).scalar_one()
    return found


def later(tx: Connection, lease: Lease) -> None:
    """Put work back after a failed attempt, with a pause that grows each time."""
    _back(tx, lease.table, and_(lease.table.c.id == lease.id, lease.table.c.fence == lease.fence), pause=True)


def give_back(tx: Connection, leases: Collection[Lease]) -> None:
    """Put work back that was not begun: the attempt does not count."""
    for lease in leases:
        table = lease.table
        tx.execute(
            update(table)
            .where(table.c.id == lease.id, table.c.fence == lease.fence, table.c.lease_owner.is_not(None))
            .values(state=_BEFORE[lease.kind], attempts=lease.attempts - 1, **_FREED)
        )


def release(tx: Connection, owner: str, why: str = "") -> int:
    """Forget a worker that has died, and put back all that it had in hand, for after a pause; return how much that was.

    ``why`` is the code of what is said if there will be no other attempt.
    """
    return _released(tx, "=", owner, pause=True, error=why)


def release_all(tx: Connection, group: str) -> int:
    """Put back what all workers of a group (whose names begin so) had in hand: none of them runs any more."""
    return _released(tx, "LIKE", f"{group}%", pause=False)


def _released(tx: Connection, how: str, owner: str, *, pause: bool, error: str = "") -> int:
    tx.execute(delete(worker).where(worker.c.id.op(how)(owner)))
    return sum(
        _back(tx, table, table.c.lease_owner.op(how)(owner), pause=pause, error=error) for table in (batch, submission)
    )


def _back(tx: Connection, table: Table, which: ColumnElement[bool], *, pause: bool, error: str = "") -> int:
    during = (*_DURING.values(),)
    rows = tx.execute(select(table.c.id, table.c.state, table.c.attempts).where(which, table.c.state.in_(during))).all()
    for row in rows:
        kind = next(k for k, state in _DURING.items() if state == row.state)
        seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 4 ** (row.attempts - 1)) if pause else 0.0
        tx.execute(
            update(table)
            .where(table.c.id == row.id)
            .values(
                state=_BEFORE[kind],
                run_after=now() + timedelta(seconds=seconds),
                error=either((table.c.error == "", error), else_=table.c.error),
                **_FREED,
            )
        )
    return len(rows)


def settle(tx: Connection, lease: Lease, **values: Any) -> None:
    """Write what came of a piece of work, and let the row go."""
    stamp = {} if lease.kind == UNPACK else {"updated": now()}
    tx.execute(
        update(lease.table)
        .where(lease.table.c.id == lease.id)
        .values(attempts=0, run_after=None, **_FREED, **stamp, **values)
    )


def cancel(tx: Connection, sealer: Sealer, submission_id: str, *, done: bool = False, **told: Any) -> None:
    """Withdraw a submission, a finished one only with ``done``; a worker that has it in hand finds another fence, and its answer is dropped.

    Raises :class:`ServiceError` 409 "submission.finished" for one that is done. What it has in the archive is taken out: call
    ``given_back`` of :mod:`screening.library` after the transaction, so that the bytes are overwritten.
    """
    row = tx.execute(select(submission).where(submission.c.id == submission_id).with_for_update()).one()
    if row.state == "cancelled":
        return
    if row.state not in (*UNFINISHED, "failed") and not done:
        raise conflict("submission.finished", "这份材料已经筛查完，不能再撤回", "如需删除，请联系管理员。")
    if row.document:
        archive.let_go(tx, sealer, submission_id)
    search.remove(tx, submission_id)
    tx.execute(
        update(submission)
        .where(submission.c.id == submission_id)
        .values(
            state="cancelled",
            cancel=True,
            updated=now(),
            fence=row.fence + 1,
            version=row.version + 1,
            run_after=None,
            **_FREED,
        )
    )
    grown(tx, row.batch)
    tell(tx, "submission.cancelled", batch=row.batch, submission=submission_id, **told)
    finished(tx, row.batch)


def grown(tx: Connection, batch_id: str | None) -> None:
    """Count a change of a batch's members."""
    if batch_id:
        tx.execute(update(batch).where(batch.c.id == batch_id).values(revision=batch.c.revision + 1))


def finished(tx: Connection, batch_id: str | None) -> None:
    """Tell that a batch is finished, if this was its last member. Locks the batch's row, so that of two that are last one tells."""
    if batch_id is None:
        return
    state = tx.execute(select(batch.c.state).where(batch.c.id == batch_id).with_for_update()).scalar()
    if state in (None, "open", "unpacking"):
        return
    mine = submission.c.batch == batch_id
    if tx.execute(select(submission.c.id).where(mine, submission.c.state.in_(UNFINISHED)).limit(1)).first():
        return
    counts = tx.execute(select(submission.c.state, func.count()).where(mine).group_by(submission.c.state)).all()
    tell(tx, "batch.done", batch=batch_id, states={str(state): int(n) for state, n in counts})


def retry(tx: Connection, submission_id: str) -> None:
    """Try again what was given up. Raises :class:`ServiceError` 409 "submission.not_failed"."""
    row = tx.execute(select(submission).where(submission.c.id == submission_id).with_for_update()).one()
    if row.state != "failed":
        raise conflict("submission.not_failed", "这份材料不在“处理失败”之列", "请刷新后再看。")
    _anew(tx, [submission_id], row.priority)


def retry_batch(tx: Connection, batch_id: str) -> None:
    """Unpack again what was given up. Raises :class:`ServiceError` 409 "batch.not_failed"."""
    row = tx.execute(select(batch).where(batch.c.id == batch_id).with_for_update()).one()
    if row.state != "failed" or row.archive is None:
        raise conflict("batch.not_failed", "这个批次不在“处理失败”之列", "请刷新后再看。")
    tx.execute(
        update(batch)
        .where(batch.c.id == batch_id)
        .values(state="unpacking", attempts=0, run_after=None, error="", message="", advice="")
    )


def rescreen(tx: Connection, submission_ids: Sequence[str], *, priority: int = -1) -> int:
    """Have submissions that are done screened anew, behind what is new; return how many. What was not readable is read again."""
    rows = tx.execute(
        select(submission.c.id)
        .where(submission.c.id.in_(submission_ids), submission.c.state == "done")
        .with_for_update()
    )
    ids = [r.id for r in rows]
    _anew(tx, ids, priority)
    return len(ids)


def _anew(tx: Connection, ids: Sequence[str], priority: int) -> None:
    was_read = exists().where(case.c.submission == submission.c.id)
    for state, which in (("read", was_read), ("queued", ~was_read)):
        tx.execute(
            update(submission)
            .where(submission.c.id.in_(ids), submission.c.state.in_(("done", "failed")), which)
            .values(
                state=state,
                priority=priority,
                attempts=0,
                run_after=None,
                error="",
                message="",
                advice="",
                updated=now(),
            )
        )
