"""What people say of submissions and findings: rows that are added and never changed; to take something back is a new row.

Decisions on findings go by the finding's key (:mod:`service.store.findings`), so they hold for the next report where it says the
same. What is dismissed once is remembered for other submissions, with who, when and why.

Units are told of decisions on the whole, never of those on findings: of a return at once, as they are to hand in again; of all else
when the batch is closed, as until then reviewers may think better of it; without a batch at once. The column ``told`` has what a unit
is told; lists, filters and counts of units go by it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from service.errors import ServiceError, conflict, not_found
from service.moment import new_id, now, shown
from service.store.database import note, tell
from service.store.findings import carries, keys_of
from service.store.runs import report_of
from service.store.schema import batch, decision, key, memory, score, submission, user
from service.store.sealing import Sealer
from service.store.sight import Sight
from service.store.submissions import one

ON_FINDING: Final = ("accept", "dismiss", "open")
ON_WHOLE: Final = ("pass", "return", "look", "open")
WORDS: Final = {
    "": "待定",
    "pass": "通过",
    "return": "退回修改",
    "look": "再看",
    "accept": "认可",
    "dismiss": "不成立",
    "open": "待核",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The newest word on a finding. ``elsewhere``: said of another submission (or of a pair of texts), and remembered."""

    what: str
    note: str
    by: str
    created: datetime
    elsewhere: bool = False
    submission: str | None = None  # where it was said, of what is remembered


def decide(
    tx: Connection,
    submission_id: str,
    sight: Sight,
    *,
    what: str,
    by: str,
    version: int,
    finding: str = "",
    words: str = "",
    remember: bool = False,
) -> RowMapping:
    """Add a decision; return the submission's row after it.

    ``finding`` is a key, "" for the whole; that the report has it is for the caller to see, and that it can be known again elsewhere
    if ``remember`` is to make a dismissal, or its taking back, known to other submissions. Raises :class:`ServiceError` 404, 422 for a word that does not fit, 409 with the present
    state for another version: somebody decided meanwhile.
    """
    allowed = ON_FINDING if finding else ON_WHOLE
    if what not in allowed:
        raise ServiceError(422, "decision.what", f"what 应是 {'、'.join(allowed)} 之一", "请对照接口说明核对。")
    row = one(tx, submission_id, sight, lock=True)
    if row["version"] != version:
        raise conflict(
            "decision.version",
            "这份材料刚被别人改过，您的决定没有保存",
            "请看过最新的情况再定：present 里是现在的状态，version 用它的。",
            present=state(tx, dict(row)),
        )
    at, after = now(), version + 1
    tx.execute(
        insert(decision),
        {
            "id": new_id(),
            "submission": submission_id,
            "run": row["run"],
            "finding": finding,
            "what": what,
            "note": words,
            "by": by,
            "created": at,
            "version": after,
        },
    )
    changes: dict[str, Any] = {"version": after, "updated": at}
    if not finding:
        changes["decision"] = decided = None if what == "open" else what
        changes["told"] = decided if _is_told(tx, row, what) else None
    tx.execute(update(submission).where(submission.c.id == submission_id).values(**changes))
    if remember and finding and what in ("dismiss", "open"):  # to accept it here says nothing of elsewhere
        recall_later(tx, "finding", finding, "dismiss" if what == "dismiss" else "open", words, by, submission_id)
    told = not finding and _is_told(tx, row, what)
    tell(
        tx, "submission.decided", batch=row["batch"], submission=submission_id, what=what, whole=not finding, told=told
    )
    return one(tx, submission_id, sight)


def _is_told(tx: Connection, row: RowMapping, what: str) -> bool:
    state = tx.execute(select(batch.c.state).where(batch.c.id == row["batch"])).scalar() if row["batch"] else "closed"
    return what == "return" or state == "closed"


def release(tx: Connection, batch_id: str) -> None:
    """Tell the units of all decisions on the members of a batch: it is being closed. Its row is locked."""
    mine = update(submission).where(submission.c.batch == batch_id)
    tx.execute(mine.values(told=submission.c.decision))


def knowable(tx: Connection, sealer: Sealer, run_id: str | None, finding: str) -> bool:
    """Return whether a finding (its key) of a report can be known again in another text. Raises 404 if the report has none of this key."""
    report = json.loads(report_of(tx, sealer, run_id)) if run_id else {}
    for name, _, found in keys_of(report):
        if name == finding:
            return carries(found)
    raise not_found("报告里的这条问题")


def state(tx: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what holds at present: {"version", "decision", "findings": {key: what}}."""
    said = newest(tx, row["id"])
    return {
        "version": row["version"],
        "decision": row["decision"],
        "findings": {k: s.what for k, s in said.items() if k},
        "updated": shown(row["updated"]),
    }


def newest(tx: Connection, submission_id: str) -> dict[str, Said]:
    """Return the newest word on each finding, by key; "" is the whole."""
    rows = tx.execute(select(decision).where(decision.c.submission == submission_id).order_by(decision.c.version))
    return {r.finding: Said(what=r.what, note=r.note, by=r.by, created=r.created) for r in rows}


def history(tx: Connection, submission_id: str) -> list[RowMapping]:
    """Return every decision on a submission, newest first."""
    query = select(decision).where(decision.c.submission == submission_id).order_by(decision.c.version.desc())
    return list(tx.execute(query).mappings())


# -- what is remembered ---------------------------------------------------------------------------------------------------


def recall_later(
    tx: Connection, kind: str, name: str, what: str, words: str, by: str, submission_id: str | None = None
) -> None:
    """Remember that a finding or a pair (``kind``) of this name is dismissed, or open again; ``submission_id`` is where it was said."""
    row = {"kind": kind, "key": name, "what": what, "note": words, "submission": submission_id, "by": by}
    tx.execute(insert(memory), row | {"id": new_id(), "created": now()})
    if kind == "pair":
        note(tx, by, "pair.dismiss" if what == "dismiss" else "pair.open", name)


def remembered(tx: Connection, kind: str, names: Collection[str]) -> dict[str, Said]:
    """Return what was dismissed of these before and not taken back, by name."""
    found: dict[str, Said] = {}
    wanted = sorted(set(names))
    for n in range(0, len(wanted), 500):
        rows = tx.execute(
            select(memory)
            .where(memory.c.kind == kind, memory.c.key.in_(wanted[n : n + 500]))
            .order_by(memory.c.created, memory.c.id)
        )
        for r in rows:
            found[r.key] = Said(
                what=r.what, note=r.note, by=r.by, created=r.created, elsewhere=True, submission=r.submission
            )
    return {k: s for k, s in found.items() if s.what == "dismiss"}


def standing(tx: Connection, submission_id: str, names: Iterable[str]) -> dict[str, Said]:
    """Return what holds of these findings: what was said of them here, else what is remembered from elsewhere."""
    names = list(names)
    return remembered(tx, "finding", names) | {k: s for k, s in newest(tx, submission_id).items() if k}


# -- people's points ------------------------------------------------------------------------------------------------------


def give_points(tx: Connection, submission_id: str, points: float, words: str, by: str) -> None:
    """Add somebody's points (0–100); the newest row of each person holds."""
    row = {"submission": submission_id, "score": points, "note": words, "by": by}
    tx.execute(insert(score), row | {"id": new_id(), "created": now()})


def points(tx: Connection, submission_ids: Collection[str]) -> dict[str, dict[str, RowMapping]]:
    """Return the newest points of each person, by submission and person."""
    rows = (
        tx.execute(
            select(score).where(score.c.submission.in_(sorted(submission_ids))).order_by(score.c.created, score.c.id)
        )
        .mappings()
        .all()
    )
    out: dict[str, dict[str, RowMapping]] = {}
    for row in rows:
        out.setdefault(row["submission"], {})[row["by"]] = row
    return out


def points_given(tx: Connection, submission_id: str) -> list[RowMapping]:
    """Return every row of points of a submission, newest first: those that somebody changed later too."""
    query = select(score).where(score.c.submission == submission_id)
    return list(tx.execute(query.order_by(score.c.created.desc(), score.c.id.desc())).mappings())


def names_of(tx: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return what to call people and keys ("user:ID", "key:ID"); who is gone keeps the id."""
    out = {i: i for i in ids}
    for table, head in ((user, "user:"), (key, "key:")):
        wanted = sorted(i.removeprefix(head) for i in out if i.startswith(head))
        rows = tx.execute(select(table.c.id, table.c.name).where(table.c.id.in_(wanted)))
        out |= {f"{head}{r.id}": r.name for r in rows if r.name}
    return out
