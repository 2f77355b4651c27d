"""Reading the audit: who looked at or changed what is sensitive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from service.store.schema import audit


def listed(
    tx: Connection,
    *,
    before: int = 0,
    action: str = "",
    by: str = "",
    target: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[RowMapping]:
    """Return lines, newest first, older than the number ``before``; ``action`` may be the beginning of one ("export").

    ``until`` is exclusive.
    """
    query = select(audit)
    if before:
        query = query.where(audit.c.number < before)
    if action:
        query = query.where(audit.c.action.startswith(action, autoescape=True))
    if by:
        query = query.where(audit.c.by == by)
    if target:
        query = query.where(audit.c.target == target)
    if since:
        query = query.where(audit.c.created >= since)
    if until:
        query = query.where(audit.c.created < until)
    return list(tx.execute(query.order_by(audit.c.number.desc()).limit(limit)).mappings())


def people(tx: Connection, most: int = 500) -> list[str]:
    """Return who stands in the audit ("user:ID", "key:ID", "service"), up to ``most``."""
    return list(tx.execute(select(audit.c.by).distinct().order_by(audit.c.by).limit(most)).scalars())
