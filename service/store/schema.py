"""The tables of the service, the same on SQLite and PostgreSQL, beside those of the archive. Changes come as Alembic migrations.

Personal data has two homes only: ``service_author`` and the sealed bodies (originals, cases, reports). Every other column may be logged.
"""

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
    MetaData,
    String,
    Table,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy import event as event_
from sqlalchemy.schema import UniqueConstraint

from service.store.types import Json, Moment, Sealed, SealedJson, SealedText

REVISION: Final = "0001"
WAITING: Final = "state IN ('queued', 'reading', 'read', 'screening')"  # of submissions
ID: Final = String(28)  # see service.moment.new_id

metadata = MetaData()


def _text(name: str, default: str = "") -> Column[Any]:
    return Column(name, Text, nullable=False, default=default)


def _private(table: str, name: str) -> Column[Any]:
    # Words of people or about people: sealed like the bodies; no query may look into them.
    return Column(name, SealedText(f"{table}/{name}"), nullable=False, default="")


def _ref(name: str, target: str, *, nullable: bool = False, gone: str = "CASCADE", **more: Any) -> Column[Any]:
    return Column(name, ID, ForeignKey(f"service_{target}.id", ondelete=gone), nullable=nullable, **more)


# -- people -----------------------------------------------------------------------------------------------------------------

user = Table(
    "service_user",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),  # folded: see people.passwords; from elsewhere "NAME:ID"
    _text("name"),
    Column("role", String(20), nullable=False),  # submitter, reviewer, administrator; "": none yet, can't sign in
    _text("unit"),
    _text("unit_key"),  # see screening.case.unit_key; what rights go by
    _text("password"),  # argon2; empty: no password yet, or signs in elsewhere
    _text("issuer"),  # who vouches for the person: "" is this service
    _text("subject"),  # the person's id there
    Column("active", Boolean, nullable=False, default=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Moment),
    Column("created", Moment, nullable=False),
    Column("seen", Moment),
    Column("version", Integer, nullable=False, default=1),
)

session = Table(
    "service_session",
    metadata,
    Column("hash", String(64), primary_key=True),  # sha256 of the cookie
    _ref("user", "user"),
    Column("csrf", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)

# One-time links: set a first password, set a new one.
link = Table(
    "service_link",
    metadata,
    Column("hash", String(64), primary_key=True),
    _ref("user", "user"),
    Column("purpose", String(20), nullable=False),
    Column("expires", Moment, nullable=False),
)

# Somebody who was sent to sign in elsewhere and is not back yet.
signin = Table(
    "service_signin",
    metadata,
    Column("state", String(64), primary_key=True),  # sha256
    Column("cookie", String(64), nullable=False),  # sha256: only the same browser may come back
    Column("provider", String(40), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(64), nullable=False),  # PKCE
    _text("next"),
    Column("expires", Moment, nullable=False),
)

key = Table(
    "service_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("prefix", String(16), nullable=False),  # the beginning of the key, to tell keys apart
    Column("hash", String(64), nullable=False, unique=True),  # sha256: the key has 256 random bits
    _text("name"),
    Column("role", String(20), nullable=False),
    _text("unit"),
    _text("unit_key"),
    Column("scopes", Json, nullable=False),
    Column("batches", Json, nullable=False),  # of a reviewer's key: {batch or "*": blind}
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Moment),
    Column("seen", Moment),
    _ref("created_by", "user", nullable=True, gone="SET NULL"),
)

# -- what is handed in ------------------------------------------------------------------------------------------------------

batch = Table(
    "service_batch",
    metadata,
    Column("id", ID, primary_key=True),
    _text("name"),
    _text("rulebook"),
    Column("state", String(20), nullable=False),  # unpacking, open, sealed, closed, failed
    Column("blind", Boolean, nullable=False, default=True),  # reviewers see no names
    Column("enforce_quota", Boolean, nullable=False, default=False),  # what is over the notice's quota is refused
    _text("unit"),  # of a batch that one unit handed in: its submitters see it
    _text("unit_key"),
    Column("revision", Integer, nullable=False, default=0),  # grows when a member is read, changed or withdrawn
    Column("archive", String(64)),  # sha256 of the zip, until it is unpacked
    Column("manifest", String(64)),  # sha256 of the list
    Column("manifest_name", SealedText("batch/manifest_name")),
    Column("roster", String(64)),
    Column("remarks", SealedJson("batch/remarks")),  # files that are no cases: [{"name", "reason"}]
    _text("error"),
    _private("batch", "message"),
    _private("batch", "advice"),
    Column("created", Moment, nullable=False),
    Column("closed", Moment),
    Column("purge_after", Moment),
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
    _ref("user", "user", primary_key=True),
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
    _ref("batch", "batch", nullable=True),
    Column("sha256", String(64), ForeignKey("service_file.sha256"), nullable=False),
    Column("form", String(64), ForeignKey("service_file.sha256")),  # the author form, if it is a file of its own
    Column("case", String(12), nullable=False),  # id in the report: from the file's name, as on the command line
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("version", Integer, nullable=False, default=1),  # for changes by people: see decisions
    _ref("replaces", "submission", nullable=True, gone="SET NULL", index=True),  # the earlier version of the same case
    # What is known of it; from the request at first, from the case once it is read.
    _text("kind"),
    _text("title"),
    _text("unit"),
    _text("unit_key"),
    _text("unit_type"),
    _text("project"),
    Column("received", Moment),
    _text("rulebook"),
    # The work: queued, reading, read, screening, done, failed, cancelled. See service.jobs.
    Column("state", String(20), nullable=False),
    Column("priority", Integer, nullable=False, default=0),  # higher goes first
    Column("attempts", Integer, nullable=False, default=0),
    Column("run_after", Moment),
    Column("lease_owner", String(80)),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, default=0),  # grows with each lease: a late answer has an old number
    Column("cancel", Boolean, nullable=False, default=False),
    _text("error"),  # why it failed or can't be read
    _private("submission", "message"),
    _private("submission", "advice"),
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
    Column("score", Float),
    Column("codes", Json),  # of the findings that count
    # What people say: the newest decision on the whole.
    Column("decision", String(20)),
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
    _ref("submission", "submission", unique=True),
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
    _ref("submission", "submission", primary_key=True),
    Column("body", LargeBinary, nullable=False),  # sealed JSON: see submissions.person_of
)

# The case as it was read, sealed: what screening, pages and sheets start from.
case = Table(
    "service_case",
    metadata,
    _ref("submission", "submission", primary_key=True),
    Column("body", LargeBinary, nullable=False),
    # Its metadata alone, sealed: what the batch checks see, of all members at once.
    Column("info", LargeBinary, nullable=False),
)

# Reports; rows are added, never changed.
run = Table(
    "service_run",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("submission", "submission", index=True),
    Column("created", Moment, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the report's JSON, which is ``body`` unsealed
    Column("body", LargeBinary, nullable=False),
    Column("engine", String(40), nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_digest", String(64), nullable=False),
    Column("models", Json, nullable=False),
    Column("library", String(40), nullable=False),  # snapshot
    Column("library_documents", Integer, nullable=False),
    Column("batch_revision", Integer, nullable=False, default=0),
    Column("search", String(20), nullable=False),
    Column("milliseconds", Integer, nullable=False),
)

# The sources of the newest report of each submission.
pair = Table(
    "service_pair",
    metadata,
    _ref("submission", "submission", primary_key=True),
    Column("source", String(40), primary_key=True),  # document of the archive
    Column("run", ID, nullable=False),
    Column("rate", Float, nullable=False),  # share of the submission's own text
    Column("share_of_source", Float, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("own", Boolean, nullable=False),
    Column("earlier", Boolean, nullable=False),
    Index("service_pair_source", "source"),
    Index("service_pair_rate", "rate"),
)

# -- what people say --------------------------------------------------------------------------------------------------------

# Rows are added, never changed. ``finding`` is "" for the whole submission.
decision = Table(
    "service_decision",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("submission", "submission", index=True),
    Column("run", ID),
    Column("finding", String(80), nullable=False, default=""),
    Column("what", String(20), nullable=False),
    _private("decision", "note"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
    Column("version", Integer, nullable=False),  # of the submission, after it
    Index("service_decision_finding", "submission", "finding", "id"),
)

# What was dismissed once is known later: findings by their key, pairs of texts by "document|document". The newest row of a key holds.
memory = Table(
    "service_memory",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),  # finding, pair
    Column("key", String(90), nullable=False),
    Column("what", String(20), nullable=False),  # dismiss, or open: taken back
    _private("memory", "note"),
    _ref("submission", "submission", nullable=True),  # where a finding was dismissed
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
    Index("service_memory_key", "kind", "key", "id"),
)

# Points that people give; the newest row of each person holds.
score = Table(
    "service_score",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("submission", "submission", index=True),
    Column("score", Float, nullable=False),  # 0-100
    _private("score", "note"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)

# Sources and passages that a person takes out of the rates, or puts back; the newest row of a target holds.
exclusion = Table(
    "service_exclusion",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("submission", "submission", index=True),
    Column("target", String(80), nullable=False),  # "source:DOCUMENT" or "passage:KEY", see service.store.findings
    Column("excluded", Boolean, nullable=False),
    _private("exclusion", "reason"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)

# A person's change of the shortlist: "in", "out", or "auto" for what the proposal says; the newest row of a submission holds.
choice = Table(
    "service_choice",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("batch", "batch", index=True),
    _ref("submission", "submission"),
    Column("what", String(10), nullable=False),
    _private("choice", "reason"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)

# -- around it --------------------------------------------------------------------------------------------------------------

idempotency = Table(
    "service_idempotency",
    metadata,
    Column("key", String(64), primary_key=True),  # sha256 of who, what, and the key given
    Column("request", String(64), nullable=False),  # sha256 of the request
    Column("status", Integer, nullable=False),
    Column("location", Text, nullable=False),
    Column("body", SealedJson("idempotency/body"), nullable=False),
    Column("created", Moment, nullable=False, index=True),
)

# What happened, in order; read by SSE and by webhooks. Nothing personal in it.
event = Table(
    "service_event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),  # "submission.done", "batch.sealed", …
    Column("batch", ID, index=True),
    Column("submission", ID),
    Column("body", Json, nullable=False),
    Column("created", Moment, nullable=False),
)

webhook = Table(
    "service_webhook",
    metadata,
    Column("id", ID, primary_key=True),
    _text("url"),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("events", Json, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    _text("unit_key"),  # "" hears of everything
    Column("created", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("reached", Integer, nullable=False, default=0),  # number of the newest event that was turned into deliveries
    Column("failures", Integer, nullable=False, default=0),
    Column("failing", Moment),  # since when without a success
    Column("version", Integer, nullable=False, default=1),
)

delivery = Table(
    "service_delivery",
    metadata,
    Column("id", ID, primary_key=True),
    _ref("webhook", "webhook", index=True),
    Column("event", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, done, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("run_after", Moment),
    Column("status", Integer),
    _text("message"),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("webhook", "event"),
    Index("service_delivery_work", "state", "run_after"),
)

# Who looked at or changed what is sensitive. Rows are added, never changed.
audit = Table(
    "service_audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("created", Moment, nullable=False),
    Column("by", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", String(80), nullable=False, default=""),
    _private("audit", "reason"),
    Column("facts", Json),
)

# What this installation alone knows: the secret behind pseudonyms, and a probe for each key in use. See store.keyring.
secret = Table(
    "service_secret",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # sealed
)

worker = Table(
    "service_worker",
    metadata,
    Column("id", String(80), primary_key=True),  # host:pid:random
    Column("started", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("done", Integer, nullable=False, default=0),
)
