"""Work in the background that an administrator asks for: trials of rulebooks, additions to the archive, its verification.

The workers do it in small steps, after all submissions, whoever waits longest first. A step writes what it did and lets the task go; if its
worker dies the lease runs out, and the step is done again by another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, or_, select, update

from screening.errors import ScreeningError
from service.errors import not_found
from service.moment import new_id, now
from service.store import files
from service.store.schema import task

TRIAL, ADD, CHECK = "trial", "add", "check"
WORKING: Final = ("waiting", "running")
_PAUSE: Final = 5.0  # seconds before a step that failed is tried again


@dataclass(frozen=True, slots=True)
class Held:
    """A task that a worker has in hand. ``attempts`` counts this one too; ``done`` of ``total`` steps lie behind it."""

    id: str
    kind: str
    fence: int
    attempts: int
    done: int
    total: int
    target: str
    batch: str | None
    file: str | None
    by: str
    given: dict[str, Any]
    results: dict[str, Any]


def make(tx: Connection, kind: str, by: str, *, total: int, given: dict[str, Any], **more: Any) -> str:
    """Add a task; return its id. ``more`` are columns: target, batch, file."""
    task_id, at = new_id(), now()
    row = {"id": task_id, "kind": kind, "state": "waiting", "created": at, "updated": at, "created_by": by}
    tx.execute(insert(task), row | {"total": total, "given": given, "results": {}} | more)
    return task_id


def one(tx: Connection, task_id: str, kind: str = "") -> RowMapping:
    """Return a task. Raises :class:`ServiceError` 404."""
    query = select(task).where(task.c.id == task_id)
    row = tx.execute(query.where(task.c.kind == kind) if kind else query).mappings().first()
    if row is None:
        raise not_found("这项后台工作")
    return row


def listed(tx: Connection, *kinds: str, target: str = "", limit: int = 10) -> list[RowMapping]:
    """Return tasks of these kinds, the newest first."""
    query = select(task).where(task.c.kind.in_(kinds)).order_by(task.c.id.desc()).limit(limit)
    return list(tx.execute(query.where(task.c.target == target) if target else query).mappings())


def waits(tx: Connection) -> bool:
    """Say whether there is something to claim; a look that takes no lock."""
    return tx.execute(select(task.c.id).where(_free()).limit(1)).first() is not None


def _free() -> ColumnElement[bool]:
    at = now()
    return task.c.state.in_(WORKING) & or_(task.c.lease_until.is_(None), task.c.lease_until < at)


def claim(tx: Connection, seconds: float) -> Held | None:
    """Take the task that waits longest for its next step, None if there is none; nobody else takes it for so many ``seconds``."""
    query = select(task).where(_free()).order_by(task.c.updated, task.c.id).limit(1).with_for_update(skip_locked=True)
    row = tx.execute(query).mappings().first()
    if row is None:
        return None
    same = {name: row[name] for name in ("id", "kind", "done", "total", "target", "batch", "file", "given", "results")}
    held = Held(fence=row["fence"] + 1, attempts=row["attempts"] + 1, by=row["created_by"], **same)
    values = {"state": "running", "fence": held.fence, "attempts": held.attempts}
    tx.execute(
        update(task).where(task.c.id == held.id).values(lease_until=now() + timedelta(seconds=seconds), **values)
    )
    return held


def keep_alive(tx: Connection, held: Held, seconds: float, *, done: int, total: int) -> bool:
    """Tell how far a long step is, and hold the task for another while; False if it is no longer ours."""
    values = {"done": done, "total": total, "lease_until": now() + timedelta(seconds=seconds)}
    return _write(tx, held, values)


def settle(
    tx: Connection, held: Held, *, done: int, total: int, results: dict[str, Any], state: str = "", **more: Any
) -> bool:
    """Write what a step did and let the task go; False, and nothing written, if it is no longer ours.

    With the last step it is done, and the file that it had is dropped. ``state`` "failed" is for what is given up.
    """
    ended = state or ("done" if done >= total else "waiting")
    values = {"done": done, "total": total, "results": results, "attempts": 0, "lease_until": None, **more}
    if ended not in WORKING:
        values["file"] = None
    kept = _write(tx, held, {"state": ended, "updated": now(), **values})
    if kept and held.file and ended not in WORKING:
        files.drop_unused(tx, [held.file])
    return kept


def later(tx: Connection, held: Held) -> None:
    """Put a step back that failed, for after a pause."""
    _write(tx, held, {"updated": now(), "lease_until": now() + timedelta(seconds=_PAUSE * 4 ** (held.attempts - 1))})


def fail(tx: Connection, held: Held, error: ScreeningError) -> None:
    """Give a task up, with the reason."""
    said = {"error": error.code, "message": error.message, "advice": error.advice}
    settle(tx, held, done=held.done, total=held.total, results=held.results, state="failed", **said)


def cancel(tx: Connection, task_id: str) -> bool:
    """End a task that is not done; what was done stays. False if it had ended."""
    row = tx.execute(select(task.c.file, task.c.state).where(task.c.id == task_id).with_for_update()).one()
    if row.state not in WORKING:
        return False
    values = {"state": "cancelled", "file": None, "lease_until": None, "updated": now()}
    tx.execute(update(task).where(task.c.id == task_id).values(fence=task.c.fence + 1, **values))
    if row.file:
        files.drop_unused(tx, [row.file])
    return True


def _write(tx: Connection, held: Held, values: dict[str, Any]) -> bool:
    mine = (task.c.id == held.id) & (task.c.fence == held.fence) & (task.c.state == "running")
    return bool(tx.execute(update(task).where(mine).values(values)).rowcount)
