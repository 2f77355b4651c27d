"""What is handed in: batches, files, submissions, and what was read of them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    literal_column,
    text,
)
from sqlalchemy import event as event_

from service.store.schema.columns import ID, metadata, plain, private, ref
from service.store.types import Json, Moment, Sealed, SealedJson, SealedText

WAITING: Final = "state IN ('queued', 'reading', 'read', 'screening')"  # of submissions

batch = Table(
    "service_batch",
    metadata,
    Column("id", ID, primary_key=True),
    plain("name"),
    plain("rulebook"),
    Column("state", String(20), nullable=False),  # unpacking, open, sealed, closed, failed
    Column("blind", Boolean, nullable=False, default=True),  # reviewers see no names
    Column("enforce_quota", Boolean, nullable=False, default=False),  # what is over the notice's quota is refused
    plain("unit"),  # of a batch that one unit handed in: its submitters see it
    plain("unit_key"),
    Column("revision", Integer, nullable=False, default=0),  # grows when a member is read, changed or withdrawn
    Column("archive", String(64)),  # sha256 of the zip, until it is unpacked
    Column("manifest", String(64)),  # sha256 of the list, as long as the zip
    Column("manifest_name", SealedText("batch/manifest_name")),
    Column("roster", String(64)),
    Column("remarks", SealedJson("batch/remarks")),  # files that are no cases: [{"name", "reason"}]
    plain("error"),
    private("batch", "message"),
    private("batch", "advice"),
    Column("created", Moment, nullable=False),
    Column("closed", Moment),
    Column("purge_after", Moment),
    Column("kept", Boolean, nullable=False, default=False),  # somebody said that it stays: closing gives it no end
    Column("created_by", String(40), nullable=False),  # "user:ID" or "key:ID"
    # The work of unpacking, as on submissions.
    Column("attempts", Integer, nullable=False, default=0),
    Column("run_after", Moment),
    Column("lease_owner", String(80)),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=1),
)

# Who reviews what. ``batch`` "*" means everything, submissions without a batch too.
assignment = Table(
    "service_assignment",
    metadata,
    ref("user", "user", primary_key=True),
    Column("batch", ID, primary_key=True),
    Column("blind", Boolean, nullable=False, default=True),
)

file = Table(
    "service_file",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the bytes as they came
    Column("size", BigInteger, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("created", Moment, nullable=False),
)

# The bytes in pieces, each sealed for itself: memory stays flat, and a file is there whole or not at all.
chunk = Table(
    "service_chunk",
    metadata,
    Column("sha256", String(64), ForeignKey("service_file.sha256", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

submission = Table(
    "service_submission",
    metadata,
    Column("id", ID, primary_key=True),
    ref("batch", "batch", nullable=True),
    Column("sha256", String(64), ForeignKey("service_file.sha256"), nullable=False),
    Column("form", String(64), ForeignKey("service_file.sha256")),  # the author form, if it is a file of its own
    Column("case", String(12), nullable=False),  # id in the report: from the file's name, as on the command line
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("version", Integer, nullable=False, default=1),  # for changes by people: see decisions
    ref("replaces", "submission", nullable=True, gone="SET NULL", index=True),  # the earlier version of the same case
    # What is known of it; from the request at first, from the case once it is read.
    plain("kind"),
    plain("title"),
    plain("unit"),
    plain("unit_key"),
    plain("unit_type"),
    plain("project"),
    Column("received", Moment),
    plain("rulebook"),
    # The work: queued, reading, read, screening, done, failed, cancelled. See service.jobs.
    Column("state", String(20), nullable=False),
    Column("priority", Integer, nullable=False, default=0),  # higher goes first
    Column("attempts", Integer, nullable=False, default=0),
    Column("run_after", Moment),
    Column("lease_owner", String(80)),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, default=0),  # grows with each lease: a late answer has an old number
    Column("cancel", Boolean, nullable=False, default=False),
    plain("error"),  # why it failed or can't be read
    private("submission", "message"),
    private("submission", "advice"),
    # What the newest report says, for lists.
    Column("run", ID),
    Column("screened", Moment),
    Column("verdict", String(20)),
    Column("findings", Integer),
    Column("words", Integer),
    Column("rate", Float),
    Column("largest", Float),
    Column("topic_band", String(10)),
    Column("topic_score", Float),
    Column("theme", String(40)),  # the main one of the notice's directions
    Column("score", Float),
    Column("codes", Json),  # of the findings that count
    Column("parts", Json),  # of the score: {part: [points, weight]}
    Column("concerns", Json),  # the findings that are more than a note: [[key, code, severity]]
    # The code of its unit's own check, if one came with it, and what became of it: see service.prechecks.
    plain("precheck"),
    plain("precheck_result"),
    # What people say: the newest decision on the whole.
    Column("decision", String(20)),
    Column("told", String(20)),  # as its unit is told of it
    # Its document in the archive, and whether that came from here.
    Column("document", String(40)),
    Column("owns_document", Boolean, nullable=False, default=False),
    # In the order in which the work is done; only what is still to be done is in it.
    Index(
        "service_submission_work",
        text("priority DESC"),
        "id",
        sqlite_where=text(WAITING),
        postgresql_where=text(WAITING),
    ),
    Index("service_submission_lease", "lease_owner"),
    Index("service_submission_batch", "batch", "id"),
    Index("service_submission_members", "batch", "state"),
    Index("service_submission_unit", "unit_key", "id"),
    Index("service_submission_document", "document"),
    Index("service_submission_sha256", "sha256"),
)

# Sorting keys of lists: the id, which is the age, decides among equals. What is not known yet comes last, whichever way one sorts.
UNKNOWN: Final[ColumnElement[Any]] = literal_column("-1")
SORTS: Final = {
    "created": submission.c.id,
    "rate": func.coalesce(submission.c.rate, UNKNOWN),
    "largest": func.coalesce(submission.c.largest, UNKNOWN),
    "words": func.coalesce(submission.c.words, UNKNOWN),
    "score": func.coalesce(submission.c.score, UNKNOWN),
    "title": submission.c.title,
}
for _name, _key in SORTS.items():
    if _name != "created":
        Index(f"service_submission_by_{_name}", _key, submission.c.id)

# What can be searched: the packed text, so that its words can be taken out of the index again. The index itself is of the database:
# FTS5 on SQLite, a tsvector on PostgreSQL; see service.store.search.
words = Table(
    "service_words",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    ref("submission", "submission", unique=True),
    Column("body", Sealed("words/body"), nullable=False),
)
for _line in (
    # No content of its own (the packed text is beside it), and no places: words that follow each other overlap by one character.
    "CREATE VIRTUAL TABLE service_words_index USING fts5(body, content='', detail=none, columnsize=0)",
):
    event_.listen(words, "after_create", DDL(_line).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]  # SQLAlchemy has no type there
for _line in (
    "ALTER TABLE service_words ADD COLUMN vector tsvector NOT NULL",
    "CREATE INDEX service_words_vector ON service_words USING gin (vector) WITH (fastupdate = off)",
):
    event_.listen(words, "after_create", DDL(_line).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]  # SQLAlchemy has no type there

# The only table with names of people. ``file`` is here because files are named after their authors.
author = Table(
    "service_author",
    metadata,
    ref("submission", "submission", primary_key=True),
    Column("body", LargeBinary, nullable=False),  # sealed JSON: see submissions.person_of
)

# The case as it was read, sealed: what screening, pages and sheets start from.
case = Table(
    "service_case",
    metadata,
    ref("submission", "submission", primary_key=True),
    Column("body", LargeBinary, nullable=False),
    # Its metadata alone, sealed: what the batch checks see, of all members at once.
    Column("info", LargeBinary, nullable=False),
)
