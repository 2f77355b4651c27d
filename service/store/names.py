"""The names behind the sources of a report."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from screening.library.schema import document
from service.masking import Names, names_of
from service.store.schema import author, submission
from service.store.sealing import Sealer


def of_sources(tx: Connection, sealer: Sealer, sources: Collection[str]) -> dict[str, Names]:
    """Return the names behind documents of the archive, by their ids; those that came from here with their authors.

    A submission that shares its document with another (the same bytes handed in twice) adds its names to it.
    """
    kept = select(document.c.id, document.c.author, document.c.unit).where(document.c.id.in_(sources))
    out = {row.id: Names.of([row.author], [row.unit]) for row in tx.execute(kept)}
    query = (
        select(submission.c.document, submission.c.id, submission.c.unit, author.c.body)
        .join(author, author.c.submission == submission.c.id)
        .where(submission.c.document.in_(sources))
    )
    for row in tx.execute(query).mappings():
        person = sealer.open_json(row["body"], f"author/{row['id']}")
        out[row["document"]] = out.get(row["document"], Names()) | names_of(dict(row), person)
    return out
