"""Rows of reports, which are added and never changed."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from service.store.schema import run, submission
from service.store.sealing import Sealer

_HEAD = [c for c in run.c if c.name != "body"]


def listed(tx: Connection, submission_id: str) -> list[RowMapping]:
    """Return the reports of a submission without their bodies, newest first."""
    return list(
        tx.execute(select(*_HEAD).where(run.c.submission == submission_id).order_by(run.c.id.desc())).mappings()
    )


def report_of(tx: Connection, sealer: Sealer, run_id: str) -> bytes:
    """Return a report as the engine wrote it: one JSON object in UTF-8."""
    body = tx.execute(select(run.c.body).where(run.c.id == run_id)).scalar_one()
    return sealer.open(body, f"run/{run_id}")


def by_digest(tx: Connection, digits: str) -> RowMapping | None:
    """Return the report whose sha256 begins with these hex digits: its id, sha256, time, the title, and the newest run's id."""
    query = (
        select(run.c.id, run.c.sha256, run.c.created, submission.c.title, submission.c.run.label("newest"))
        .join(submission, submission.c.id == run.c.submission)
        .where(run.c.sha256.startswith(digits, autoescape=True))
        .order_by(run.c.id.desc())
    )
    return tx.execute(query.limit(1)).mappings().first()
