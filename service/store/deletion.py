"""Deletion with every trace: rows, files, the document in the archive, words of the search, and what other reports quote of it."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, RowMapping, and_, delete, or_, select, update

from screening.library.database import given_back
from screening.library.entry import ID_DIGITS
from service.errors import not_found
from service.foreign import DELETED, described_anew, without_deleted, without_mate
from service.store import archive, files, search, submissions
from service.store.database import Store, note, tell
from service.store.schema import (
    OTHERS,
    batch,
    delivery,
    event,
    exclusion,
    idempotency,
    memory,
    mention,
    pair,
    run,
    submission,
)
from service.store.sealing import Sealer


def delete_submission(store: Store, submission_id: str, by: str, reason: str) -> int:
    """Delete a submission; return how many reports of others were scrubbed of its words. Raises :class:`ServiceError` 404.

    The audit keeps who, when, why and the id. The bytes on disk are overwritten when this returns (SQLite; on PostgreSQL VACUUM does it).
    """
    with store.write() as tx:
        scrubbed = _delete(tx, store.sealer, submission_id)
        note(tx, by, "submission.delete", submission_id, reason, scrubbed=scrubbed)
        search.settle(tx)
    given_back(store.engine)
    return scrubbed


def delete_batch(store: Store, batch_id: str, by: str, reason: str) -> int:
    """Delete a batch with all its submissions; return how many those were. Raises :class:`ServiceError` 404.

    Each submission is a transaction of its own: what was interrupted is gone on with by asking again.
    """
    with store.read() as tx:
        found = tx.execute(select(batch.c.id).where(batch.c.id == batch_id)).scalar()
        members = list(tx.execute(select(submission.c.id).where(submission.c.batch == batch_id)).scalars())
    if found is None:
        raise not_found("这一批")
    for member in members:
        with store.write() as tx:
            _delete(tx, store.sealer, member)
            note(tx, by, "submission.delete", member, reason)
    with store.write() as tx:
        row = tx.execute(select(batch.c.archive, batch.c.manifest, batch.c.roster).where(batch.c.id == batch_id)).one()
        _forget(tx, batch_id, event.c.batch == batch_id)
        tx.execute(delete(batch).where(batch.c.id == batch_id))
        files.drop_unused(tx, [f for f in row if f])
        note(tx, by, "batch.delete", batch_id, reason, submissions=len(members))
        search.settle(tx)
    given_back(store.engine)
    return len(members)


def _delete(tx: Connection, sealer: Sealer, submission_id: str) -> int:
    query = select(submission).where(submission.c.id == submission_id).with_for_update()
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found("这份材料")
    search.remove(tx, submission_id)
    archive.let_go(tx, sealer, submission_id)
    document = row["sha256"][:ID_DIGITS]  # a submission that was withdrawn has let it go already
    scrubbed = _scrub(tx, sealer, row, document)
    if archive.described(tx, document) is None:
        tx.execute(delete(mention).where(mention.c.source == document))
        tx.execute(delete(pair).where(pair.c.source == document))
        tx.execute(delete(exclusion).where(exclusion.c.target == f"source:{document}"))
        tx.execute(delete(memory).where(memory.c.key.contains(document, autoescape=True)))
    _forget(tx, submission_id, event.c.submission == submission_id)
    tx.execute(delete(submission).where(submission.c.id == submission_id))
    files.drop_unused(tx, [f for f in (row["sha256"], row["form"]) if f])
    if row["batch"]:
        tx.execute(update(batch).where(batch.c.id == row["batch"]).values(revision=batch.c.revision + 1))
    tell(tx, "submission.deleted", batch=row["batch"], submission=submission_id)
    return scrubbed


def _forget(tx: Connection, thing: str, told: object) -> None:
    """Remove events, what is delivered of them, and answers kept for repeated requests."""
    tx.execute(delete(delivery).where(delivery.c.event.in_(select(event.c.number).where(told))))  # type: ignore[arg-type]  # a condition
    tx.execute(delete(event).where(told))  # type: ignore[arg-type]  # as above
    tx.execute(delete(idempotency).where(or_(idempotency.c.location.contains(thing, autoescape=True))))


def _scrub(tx: Connection, sealer: Sealer, row: RowMapping, document: str) -> int:
    """Take the words and names of a submission out of the reports of others: the only change that a report ever sees.

    Opened are the reports that mention its document, and those of its batch that name other members.
    """
    left = archive.described(tx, document)  # who else handed in these bytes, now that this one is gone
    person = submissions.person_of(tx, sealer, row["id"])
    mates = and_(mention.c.source == OTHERS, submission.c.batch == row["batch"])
    query = (
        select(run.c.id, submission.c.sha256)
        .join(submission, submission.c.id == run.c.submission)
        .join(mention, mention.c.run == run.c.id)
        .where(submission.c.id != row["id"], or_(mention.c.source == document, mates))
        .distinct()
    )
    count = 0
    for found in tx.execute(query).all():
        place = f"run/{found.id}"
        data = json.loads(sealer.open(tx.execute(select(run.c.body).where(run.c.id == found.id)).scalar_one(), place))
        after = without_mate(data, (row["title"], person["file"]), row["unit"])
        if left is None:
            after = without_deleted(after, document)
        else:
            # To a report on the same bytes the source was the one that goes.
            names = {"title": DELETED, "unit": "", "file": ""} if found.sha256 == row["sha256"] else left
            after = described_anew(after, document, **names)
        if after == data:
            continue
        body = json.dumps(after, ensure_ascii=False, separators=(",", ":")).encode()
        values = {"body": sealer.seal(body, place), "sha256": hashlib.sha256(body).hexdigest()}
        tx.execute(update(run).where(run.c.id == found.id).values(values))
        count += 1
    return count
