"""What a batch comes to: counts by state and verdict, units against quotas, rates for a histogram."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from service.store.schema import batch, event, submission
from service.store.sight import Sight


def batches(tx: Connection, sight: Sight, *, limit: int, after: str = "") -> list[RowMapping]:
    """Return batches, newest first, after an id; those whose submissions one may see, or of one's unit."""
    query = select(batch).where(sight.of(batch))
    if after:
        query = query.where(batch.c.id < after)
    return list(tx.execute(query.order_by(batch.c.id.desc()).limit(limit)).mappings())


def counts(tx: Connection, ids: Collection[str], sight: Sight) -> dict[str, dict[str, dict[str, int]]]:
    """Return for each batch how many submissions there are by "states", "verdicts" and "decisions" ("": none yet)."""
    out: dict[str, dict[str, dict[str, int]]] = {i: {"states": {}, "verdicts": {}, "decisions": {}} for i in ids}
    verdict, decision = func.coalesce(submission.c.verdict, ""), func.coalesce(sight.decision, "")
    rows = tx.execute(
        select(submission.c.batch, submission.c.state, verdict, decision, func.count())
        .where(submission.c.batch.in_(list(ids)), sight.of(submission))
        .group_by(submission.c.batch, submission.c.state, verdict, decision)
    )
    for where, state, said, decided, n in rows:
        found = out[where]
        found["states"][state] = found["states"].get(state, 0) + n
        if state != "cancelled":
            found["verdicts"][said] = found["verdicts"].get(said, 0) + n
            found["decisions"][decided] = found["decisions"].get(decided, 0) + n
    return out


def units(tx: Connection, batch_id: str, sight: Sight) -> list[RowMapping]:
    """Return how many submissions each unit has of each kind and project class, withdrawn ones left out."""
    c = submission.c
    query = (
        select(c.unit_key, func.max(c.unit).label("unit"), c.unit_type, c.kind, c.project, func.count().label("count"))
        .where(c.batch == batch_id, c.state != "cancelled", sight.of(submission))
        .group_by(c.unit_key, c.unit_type, c.kind, c.project)
        .order_by(c.unit_key, c.kind, c.project)
    )
    return list(tx.execute(query).mappings())


def figures(tx: Connection, batch_id: str, sight: Sight) -> list[RowMapping]:
    """Return rate, verdict, topic band, theme and codes of every submission of a batch, withdrawn ones left out."""
    c = submission.c
    query = select(c.id, c.rate, c.verdict, c.topic_band, c.theme, c.codes, c.error, c.state).where(
        c.batch == batch_id, c.state != "cancelled", sight.of(submission)
    )
    return list(tx.execute(query).mappings())


def ids(tx: Connection, batch_id: str, sight: Sight) -> list[str]:
    """Return the ids of a batch's submissions, withdrawn ones left out, in the order in which they came."""
    query = select(submission.c.id).where(
        submission.c.batch == batch_id, submission.c.state != "cancelled", sight.of(submission)
    )
    return list(tx.execute(query.order_by(submission.c.id)).scalars())


def by_unit(tx: Connection, batch_id: str, sight: Sight) -> dict[str, list[str]]:
    """Return the ids of a batch's submissions that have a report by the key of their unit, in the order in which they came."""
    c = submission.c
    query = select(c.unit_key, c.id).where(
        c.batch == batch_id, c.state != "cancelled", c.run.is_not(None), sight.of(submission)
    )
    out: dict[str, list[str]] = {}
    for unit, submission_id in tx.execute(query.order_by(c.id)):
        out.setdefault(unit, []).append(submission_id)
    return out


def newest_event(tx: Connection, batch_id: str, after: int) -> int:
    """Return the number of the newest event of a batch after a number; that number itself if there is none."""
    query = select(func.max(event.c.number)).where(event.c.batch == batch_id, event.c.number > after)
    found: int | None = tx.execute(query).scalar()
    return after if found is None else found


def progress(found: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return how far a batch is, from its counts: {"total", "done", "failed", "waiting"}."""
    states = found["states"]
    total = sum(n for s, n in states.items() if s != "cancelled")
    done, failed = states.get("done", 0), states.get("failed", 0)
    return {"total": total, "done": done, "failed": failed, "waiting": total - done - failed}
