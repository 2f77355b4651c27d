"""The tables of the archive, the same on SQLite and PostgreSQL. Changes come as Alembic migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

from screening.library.vault import Sealed, SealedText

REVISION: Final = "0001"  # the newest migration; an archive of another one is refused with a sentence

metadata = MetaData()

# Names and values: "id" (made once), "parameters" (what fingerprints depend on), "content" (a digest of the set of documents),
# "next" (the next document's number), "described" (how often a document's metadata were replaced; not there if never).
state = Table(
    "archive_state", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False)
)

document = Table(
    "archive_document",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # private; postings refer to it; never used twice
    Column("id", String(40), nullable=False, unique=True),  # public: in reports, from the file's sha256
    Column("sha256", String(64), nullable=False, unique=True),
    Column("file", SealedText("archive/file"), nullable=False),
    Column("title", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_type", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("author", SealedText("archive/author"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("year", Integer),
    Column("received", String(40), nullable=False),  # ISO 8601 with zone, "" if unknown
    Column("characters", Integer, nullable=False),  # compared characters after folding
    Column("text", Sealed("archive/text"), nullable=False),  # packed, see codec
)

# Documents whose fingerprints are not yet packed into ``posting`` and ``frequency``: adding one is a short transaction.
fresh = Table(
    "archive_fresh",
    metadata,
    Column("number", Integer, ForeignKey("archive_document.number"), primary_key=True, autoincrement=False),
    Column("prints", LargeBinary, nullable=False),
    Column("grams", LargeBinary, nullable=False),
)

# The fingerprints of packed documents, by the first bits of the hash: see postings.
posting = Table(
    "archive_posting",
    metadata,
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
)

# In how many packed documents each 4-gram occurs, in parts: see postings.
frequency = Table(
    "archive_frequency",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("counts", LargeBinary, nullable=False),
)
