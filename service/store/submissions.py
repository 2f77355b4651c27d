"""Rows of submissions and of their authors: handing in, looking up, changing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from screening.case import unit_key
from service.errors import not_found
from service.moment import new_id, now
from service.store.database import tell
from service.store.schema import author, case, submission
from service.store.sealing import Sealer
from service.store.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What somebody hands in: the original's sha256 (kept before, see :mod:`service.store.files`), and what is said of it.

    ``case`` is the id in the report. ``row`` is what a list says of it, as :class:`screening.intake.manifest.ManifestRow` has it.
    ``file``, ``author``, ``form_file``, ``row`` and ``notes`` are personal: they are sealed.
    """

    sha256: str
    file: str
    case: str
    by: str
    batch: str | None = None
    form: str | None = None
    form_file: str = ""
    kind: str = ""
    title: str = ""
    unit: str = ""
    unit_type: str = ""
    project: str = ""
    author: str = ""
    received: datetime | None = None
    rulebook: str = ""
    priority: int = 0
    replaces: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[tuple[str, str]] = ()  # (code, message) of what was decided when it was unpacked


def hand_in(tx: Connection, sealer: Sealer, handed: Handed) -> str:
    """Add a submission, waiting to be read; return its id."""
    at, submission_id = now(), new_id()
    tx.execute(
        insert(submission),
        {
            "id": submission_id,
            "batch": handed.batch,
            "sha256": handed.sha256,
            "form": handed.form,
            "case": handed.case,
            "created": at,
            "updated": at,
            "created_by": handed.by,
            "kind": handed.kind,
            "title": handed.title,
            "unit": handed.unit,
            "unit_key": unit_key(handed.unit),
            "unit_type": handed.unit_type,
            "project": handed.project,
            "received": handed.received,
            "rulebook": handed.rulebook,
            "state": "queued",
            "priority": handed.priority,
            "replaces": handed.replaces,
        },
    )
    person = {
        "file": handed.file,
        "author": handed.author,
        "form_file": handed.form_file,
        "row": dict(handed.row),
        "notes": [list(n) for n in handed.notes],
    }
    tx.execute(
        insert(author), {"submission": submission_id, "body": sealer.seal_json(person, f"author/{submission_id}")}
    )
    tell(tx, "submission.received", batch=handed.batch, submission=submission_id)
    return submission_id


def one(tx: Connection, submission_id: str, sight: Sight, *, lock: bool = False) -> RowMapping:
    """Return a submission's row. Raises :class:`ServiceError` 404 if it is not there or not to be seen.

    ``lock`` holds the row until the transaction ends, for who will change it.
    """
    query = select(submission).where(submission.c.id == submission_id, sight.of(submission))
    if lock:
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found("这份材料")
    return row


def same_bytes(tx: Connection, sha256: str, sight: Sight, most: int) -> list[str]:
    """Return the ids of up to ``most`` submissions of the same bytes that are to be seen, oldest first; withdrawn ones left out."""
    query = select(submission.c.id).where(
        submission.c.sha256 == sha256, submission.c.state != "cancelled", sight.of(submission)
    )
    return list(tx.execute(query.order_by(submission.c.id).limit(most)).scalars())


def person_of(tx: Connection, sealer: Sealer, submission_id: str) -> dict[str, Any]:
    """Return what is personal of a submission: {"file", "author", "form_file", "row", "notes"}, for :mod:`service.views`.

    Once it is read also "found", the author that the reading came to, and "form", as :class:`screening.case.AuthorForm` writes it.
    "veil", the secret behind pseudonyms, goes along; it is never kept with a person.
    """
    body = tx.execute(select(author.c.body).where(author.c.submission == submission_id)).scalar_one()
    found: dict[str, Any] = sealer.open_json(body, f"author/{submission_id}")
    return found | {"veil": sealer.veil}


def persons_of(tx: Connection, sealer: Sealer, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return :func:`person_of` of several submissions, by their ids, in one query."""
    rows = tx.execute(select(author.c.submission, author.c.body).where(author.c.submission.in_(ids)))
    return {i: sealer.open_json(body, f"author/{i}") | {"veil": sealer.veil} for i, body in rows}


def learn(tx: Connection, sealer: Sealer, submission_id: str, found: Mapping[str, Any]) -> None:
    """Keep what reading found of the author, {"author", "form"}, so that it is hidden by value wherever the text is shown.

    What was stated when it was handed in stays: a name that the text does not tell is hidden all the same.
    """
    place = f"author/{submission_id}"
    body = tx.execute(select(author.c.body).where(author.c.submission == submission_id)).scalar_one()
    person = sealer.open_json(body, place)
    person |= {"author": person["author"] or found["author"], "found": found["author"], "form": found["form"]}
    tx.execute(update(author).where(author.c.submission == submission_id).values(body=sealer.seal_json(person, place)))


def case_of(tx: Connection, sealer: Sealer, submission_id: str) -> dict[str, Any] | None:
    """Return the read case as JSON (see :meth:`screening.case.Case.from_json`), None if it is not read yet or can't be read."""
    body = tx.execute(select(case.c.body).where(case.c.submission == submission_id)).scalar()
    return None if body is None else sealer.open_json(body, f"case/{submission_id}")


def change(tx: Connection, submission_id: str, **values: Any) -> None:
    """Change columns of a submission."""
    tx.execute(update(submission).where(submission.c.id == submission_id).values(updated=now(), **values))
