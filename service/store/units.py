"""What a unit has handed in: in one batch, and over the batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, RowMapping, func, select

from service.store.schema import batch, submission
from service.store.sight import Sight

_FIGURES: Final = [
    submission.c[name]
    for name in (
        *("id", "unit_key", "unit", "unit_type", "kind", "project"),
        *("state", "verdict", "codes", "error", "run"),
    )
]


def members(tx: Connection, batch_id: str, sight: Sight) -> list[RowMapping]:
    """Return the figures of a batch's submissions that one may see, oldest first; withdrawn ones left out.

    "decision" is what one is told of people's decision.
    """
    query = select(*_FIGURES, sight.decision.label("decision")).where(
        submission.c.batch == batch_id, submission.c.state != "cancelled", sight.of(submission)
    )
    return list(tx.execute(query.order_by(submission.c.id)).mappings())


def history(tx: Connection, unit_key: str, sight: Sight) -> list[RowMapping]:
    """Return the batches that a unit has submissions in, newest first: id, name, created, verdict ("": none yet) and how many.

    One row a verdict. Only submissions that one may see count; withdrawn ones don't.
    """
    verdict = func.coalesce(submission.c.verdict, "")
    query = (
        select(batch.c.id, batch.c.name, batch.c.created, verdict.label("verdict"), func.count().label("count"))
        .join(submission, submission.c.batch == batch.c.id)
        .where(submission.c.unit_key == unit_key, submission.c.state != "cancelled", sight.of(submission))
        .group_by(batch.c.id, batch.c.name, batch.c.created, verdict)
        .order_by(batch.c.id.desc(), verdict)
    )
    return list(tx.execute(query).mappings())


def runs_of(tx: Connection, ids: Iterable[str], unit_key: str) -> dict[str, str]:
    """Return the newest report's id of these submissions of a unit, withdrawn ones too, by the submission's id."""
    c = submission.c
    query = select(c.id, c.run).where(c.id.in_(sorted(ids)), c.unit_key == unit_key, c.run.is_not(None))
    return {r.id: r.run for r in tx.execute(query)}
