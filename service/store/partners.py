"""Who shares text with whom, for lists and links: counts of partners, and the submissions behind documents of the archive."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from service.store.schema import batch, pair, submission
from service.store.sight import Sight


def partners(tx: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return with how many sources each of these submissions shares text, by id; those without any are not there."""
    rows = tx.execute(
        select(pair.c.submission, func.count()).where(pair.c.submission.in_(ids)).group_by(pair.c.submission)
    )
    return dict(map(tuple, rows))


def behind(tx: Connection, documents: Collection[str], sight: Sight) -> dict[str, str]:
    """Return the submission that a document of the archive came from, by the document's id, where one may see it."""
    rows = tx.execute(
        select(submission.c.document, submission.c.id)
        .where(submission.c.document.in_(sorted(documents)), sight.of(submission))
        .order_by(submission.c.id.desc())
    )
    return dict(map(tuple, rows))


def holders(tx: Connection, documents: Collection[str], sight: Sight) -> dict[str, list[str]]:
    """Return the submissions that a document of the archive stands for, oldest first: several if the same bytes were handed in again."""
    rows = tx.execute(
        select(submission.c.document, submission.c.id)
        .where(submission.c.document.in_(sorted(documents)), sight.of(submission), submission.c.state != "cancelled")
        .order_by(submission.c.id)
    )
    out: dict[str, list[str]] = {}
    for found, submission_id in rows:
        out.setdefault(found, []).append(submission_id)
    return out


def revision_of(tx: Connection, batch_id: str | None) -> int | None:
    """Return how often a batch has changed, None without one."""
    if batch_id is None:
        return None
    return tx.execute(select(batch.c.revision).where(batch.c.id == batch_id)).scalar()


def shares(tx: Connection, submission_id: str, document: str | None) -> tuple[float, float] | None:
    """Return what a submission's own report says of a source: (rate, share of the source), None if it does not name it."""
    row = tx.execute(
        select(pair.c.rate, pair.c.share_of_source).where(pair.c.submission == submission_id, pair.c.source == document)
    ).first()
    return (row.rate, row.share_of_source) if row else None
