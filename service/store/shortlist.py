"""What the shortlist of a batch is made of, and what people change in it: rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from sqlalchemy import Connection, RowMapping, insert, select, update

from service.errors import ServiceError, conflict, not_found
from service.moment import new_id, now
from service.store import listing
from service.store.database import note
from service.store.listing import Wanted
from service.store.schema import choice, decision, score, submission
from service.store.sight import Sight
from service.store.submissions import one

What = Literal["in", "out", "auto"]
LEAST_REASON: Final = 2  # characters
_COLUMNS: Final = [
    submission.c[name]
    for name in (
        *("id", "batch", "case", "created_by", "version", "kind", "title", "unit", "unit_key", "unit_type", "project"),
        *("received", "state", "error", "run", "verdict", "rate", "largest", "words", "topic_band", "score", "parts"),
        *("concerns", "decision"),
    )
]


def members(tx: Connection, batch_id: str, sight: Sight) -> list[RowMapping]:
    """Return the rows of a batch's submissions, withdrawn ones left out, in the order in which they came."""
    here = submission.c.batch == batch_id, submission.c.state != "cancelled", sight.of(submission)
    return list(tx.execute(select(*_COLUMNS).where(*here).order_by(submission.c.id)).mappings())


def dismissed(tx: Connection, batch_id: str) -> set[tuple[str, str]]:
    """Return (submission, key) of the findings of a batch's submissions that people dismissed last."""
    c = decision.c
    rows = tx.execute(
        select(c.submission, c.finding, c.what)
        .join(submission, submission.c.id == c.submission)
        .where(submission.c.batch == batch_id, c.finding != "")
        .order_by(c.version)
    )
    newest = {(r.submission, r.finding): r.what for r in rows}
    return {place for place, what in newest.items() if what == "dismiss"}


def points(tx: Connection, ids: Collection[str]) -> dict[str, dict[str, float]]:
    """Return the newest points of each person, by submission and person."""
    c, wanted = score.c, sorted(ids)
    out: dict[str, dict[str, float]] = {}
    for n in range(0, len(wanted), 500):
        here = c.submission.in_(wanted[n : n + 500])
        for row in tx.execute(select(c.submission, c.by, c.score).where(here).order_by(c.created, c.id)):
            out.setdefault(row.submission, {})[row.by] = row.score
    return out


def choices(tx: Connection, batch_id: str) -> dict[str, RowMapping]:
    """Return what people changed and did not take back, by submission."""
    newest = {row["submission"]: row for row in reversed(history(tx, batch_id))}
    return {k: row for k, row in newest.items() if row["what"] != "auto"}


def history(tx: Connection, batch_id: str, submission_id: str = "") -> list[RowMapping]:
    """Return every change of a batch's shortlist, or of one submission's place in it, newest first."""
    query = select(choice).where(choice.c.batch == batch_id)
    if submission_id:
        query = query.where(choice.c.submission == submission_id)
    return list(tx.execute(query.order_by(choice.c.created.desc(), choice.c.id.desc())).mappings())


def choose(
    tx: Connection, batch_id: str, submission_id: str, sight: Sight, *, what: What, reason: str, by: str, version: int
) -> None:
    """Add a change: "in", "out", or "auto" to take either back.

    Raises :class:`ServiceError` 404, 422 without a reason, 409 for another version of the submission: somebody changed or decided
    something of it meanwhile.
    """
    if what != "auto" and len(reason) < LEAST_REASON:
        raise ServiceError(422, "shortlist.reason", "请写明理由", "理由会和您的名字、时间一起显示，例如“区域平衡”。")
    row = one(tx, submission_id, sight, lock=True)
    if row["batch"] != batch_id or row["state"] == "cancelled":
        raise not_found("这一批里的这份材料")
    if row["version"] != version:
        held = choices(tx, batch_id).get(submission_id)
        raise conflict(
            "shortlist.version",
            "这份材料刚被别人改过，您的调整没有保存",
            "请看过最新的情况再定：present 里是现在的状态，version 用它的。",
            present={
                "version": row["version"],
                "what": held["what"] if held else "auto",
                "decision": row["decision"],
            },
        )
    made = {"id": new_id(), "batch": batch_id, "submission": submission_id, "what": what, "reason": reason, "by": by}
    tx.execute(insert(choice), made | {"created": now()})
    changed = {"version": version + 1, "updated": now()}
    tx.execute(update(submission).where(submission.c.id == submission_id).values(**changed))
    # No event: those go to the units' portals too, and it is none of their business yet.
    note(
        tx,
        by,
        "shortlist.in" if what == "in" else "shortlist.out" if what == "out" else "shortlist.auto",
        submission_id,
    )


def matching(tx: Connection, wanted: Wanted, sight: Sight) -> set[str]:
    """Return the ids of the submissions of a list. Raises :class:`ServiceError` 422 for a text that is too long."""
    return set(tx.execute(select(submission.c.id).where(*listing.conditions(tx, wanted, sight))).scalars())
