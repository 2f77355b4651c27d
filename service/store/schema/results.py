"""What screening says: reports and their sources. Rows of reports are added, never changed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from service.store.schema.columns import ID, metadata, ref
from service.store.types import Json, Moment

# Reports; rows are added, never changed.
run = Table(
    "service_run",
    metadata,
    Column("id", ID, primary_key=True),
    ref("submission", "submission", index=True),
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

# Which reports have words of which text: what a deletion has to scrub. ``source`` is a document of the archive, or OTHERS of the same batch.
OTHERS: Final = "batch"
mention = Table(
    "service_mention",
    metadata,
    Column("source", String(40), primary_key=True),
    ref("run", "run", primary_key=True, index=True),
)

# Findings of the newest report that can be known again elsewhere, by their keys (store.findings): where a remembered dismissal applies.
finding = Table(
    "service_finding",
    metadata,
    ref("submission", "submission", primary_key=True),
    Column("key", String(90), primary_key=True),
    Index("service_finding_key", "key"),
)

# The sources of the newest report of each submission.
pair = Table(
    "service_pair",
    metadata,
    ref("submission", "submission", primary_key=True),
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
