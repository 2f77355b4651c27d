"""A submission's document in the archive. Submissions of the same bytes have one document in common: it belongs to the one that came first."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from screening.case import Case
from screening.errors import LibraryError
from screening.library import Prepared, add_in, describe_in, remove_in
from screening.library.entry import Entry
from screening.library.schema import document as archived
from screening.reuse.corpus import Comparable
from service.store.schema import case, submission
from service.store.sealing import Sealer


def put_in(tx: Connection, submission_id: str, prepared: Prepared) -> tuple[str, bool]:
    """Put a document into the archive; return its id, and whether it belongs to this submission."""
    added = add_in(tx, [prepared])[0]
    owns = tx.execute(
        select(submission.c.owns_document).where(
            submission.c.id == submission_id, submission.c.document == added.id, submission.c.owns_document
        )
    ).scalar()
    return added.id, added.new or bool(owns)


def let_go(tx: Connection, sealer: Sealer, submission_id: str) -> str | None:
    """Take a submission's document out of the archive, or leave it to the next submission of the same bytes.

    Returns the id of a document that was removed: call ``given_back`` of :mod:`screening.library` after the transaction, so that its
    bytes are overwritten.
    """
    row = tx.execute(
        select(submission.c.document, submission.c.owns_document).where(submission.c.id == submission_id)
    ).one()
    tx.execute(update(submission).where(submission.c.id == submission_id).values(document=None, owns_document=False))
    if row.document is None or not row.owns_document:
        return None
    heir = _other_holder(tx, row.document, submission_id)
    if heir is None:
        try:
            remove_in(tx, row.document)
        except LibraryError as error:
            if error.code != "library.no_document":  # removed by hand, from the command line
                raise
        return str(row.document)
    describe_in(tx, row.document, Entry.of_case(_case(tx, sealer, heir)))
    tx.execute(update(submission).where(submission.c.id == heir).values(owns_document=True))
    return None


def described(tx: Connection, document_id: str) -> dict[str, str] | None:
    """Return what a document of the archive is called now, {"title", "unit", "file"}; None if it is not there (any more)."""
    query = select(archived.c.title, archived.c.unit, archived.c.file).where(archived.c.id == document_id)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def _other_holder(tx: Connection, document: str, submission_id: str) -> str | None:
    query = select(submission.c.id).where(submission.c.document == document, submission.c.id != submission_id)
    found: str | None = tx.execute(query.order_by(submission.c.id).limit(1)).scalar()
    return found


def twin_of(tx: Connection, sealer: Sealer, submission_id: str, document: str) -> Comparable | None:
    """Return the other text of the same bytes as a side of a comparison, None if the document is this submission's alone.

    A document that was in the archive before any submission of it is such another text: it describes itself.
    """
    other = _other_holder(tx, document, submission_id)
    return None if other is None else Entry.of_case(_case(tx, sealer, other)).comparable()


def is_alone(tx: Connection, submission_id: str, document: str) -> bool:
    """Say whether the document came with this submission, and with no other."""
    owns = tx.execute(select(submission.c.owns_document).where(submission.c.id == submission_id)).scalar()
    return bool(owns) and _other_holder(tx, document, submission_id) is None


def mates(tx: Connection, batch_id: str, submission_id: str) -> frozenset[str]:
    """Return the documents of the other members of a batch."""
    query = select(submission.c.document).where(
        submission.c.batch == batch_id, submission.c.id != submission_id, submission.c.document.is_not(None)
    )
    return frozenset(tx.execute(query).scalars())


def _case(tx: Connection, sealer: Sealer, submission_id: str) -> Case:
    body = tx.execute(select(case.c.body).where(case.c.submission == submission_id)).scalar_one()
    return Case.from_json(sealer.open_json(body, f"case/{submission_id}"))
