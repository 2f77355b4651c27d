"""Rows of reports, which are added and never changed."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from service.store.schema import run
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
