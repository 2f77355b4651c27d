"""What people say of submissions. Rows are added, never changed; the newest holds."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
)

from service.store.schema.columns import ID, metadata, private, ref
from service.store.types import Moment

# Rows are added, never changed. ``finding`` is "" for the whole submission.
decision = Table(
    "service_decision",
    metadata,
    Column("id", ID, primary_key=True),
    ref("submission", "submission", index=True),
    Column("run", ID),
    Column("finding", String(80), nullable=False, default=""),
    Column("what", String(20), nullable=False),
    private("decision", "note"),
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
    private("memory", "note"),
    ref("submission", "submission", nullable=True),  # where a finding was dismissed
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
    Index("service_memory_key", "kind", "key", "id"),
)

# Points that people give; the newest row of each person holds.
score = Table(
    "service_score",
    metadata,
    Column("id", ID, primary_key=True),
    ref("submission", "submission", index=True),
    Column("score", Float, nullable=False),  # 0-100
    private("score", "note"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)

# Sources and passages that a person takes out of the rates, or puts back; the newest row of a target holds.
exclusion = Table(
    "service_exclusion",
    metadata,
    Column("id", ID, primary_key=True),
    ref("submission", "submission", index=True),
    Column("target", String(80), nullable=False),  # "source:DOCUMENT" or "passage:KEY", see service.store.findings
    Column("excluded", Boolean, nullable=False),
    private("exclusion", "reason"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)

# A person's change of the shortlist: "in", "out", or "auto" for what the proposal says; the newest row of a submission holds.
choice = Table(
    "service_choice",
    metadata,
    Column("id", ID, primary_key=True),
    ref("batch", "batch", index=True),
    ref("submission", "submission", index=True),
    Column("what", String(10), nullable=False),
    private("choice", "reason"),
    Column("by", String(40), nullable=False),
    Column("created", Moment, nullable=False),
)
