"""What the office keeps in order: rulebooks of its own, longer work in the background, what was taken out of the archive."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from service.store.schema.columns import ID, metadata, plain, private, ref
from service.store.types import Moment, SealedJson

# Versions of rulebooks that were made here; rows are added, never changed. ``ref`` names one for good: its id and the digest of its content.
rulebook = Table(
    "service_rulebook",
    metadata,
    Column("ref", String(60), primary_key=True),
    Column("name", String(40), nullable=False),  # the rulebook's own id, which its versions share
    Column("number", Integer, nullable=False),  # of the version, from 1 on
    Column("digest", String(64), nullable=False),
    plain("title"),
    Column("toml", Text, nullable=False),
    Column("notice", Text, nullable=False),
    plain("parent"),  # what it was made from: a ref, or the name of a rulebook that comes with the program
    private("rulebook", "reason"),
    Column("created", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
    UniqueConstraint("name", "number"),
)

# Which rulebook new batches get; rows are added, never changed, the newest holds. Without one it is the setting's.
activation = Table(
    "service_activation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    plain("rulebook"),  # a ref, or the name of one that is not kept here
    private("activation", "reason"),
    Column("created", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
)

# Work that an administrator asks for and comes back to, done by the workers in small steps after all submissions. See store.tasks.
task = Table(
    "service_task",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(20), nullable=False),  # trial, add, check
    Column("state", String(20), nullable=False),  # waiting, running, done, failed, cancelled
    plain("target"),  # of a trial: the rulebook
    ref("batch", "batch", nullable=True, index=True),
    Column(
        "file", String(64), ForeignKey("service_file.sha256")
    ),  # that is to be added to the archive, until it is done
    Column("given", SealedJson("task/given"), nullable=False),  # what was asked for; names of files are of people
    Column("results", SealedJson("task/results"), nullable=False),
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("created", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("updated", Moment, nullable=False),
    plain("error"),
    private("task", "message"),
    private("task", "advice"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, default=0),
    Index("service_task_work", "state", "updated"),
)

# Documents that were taken out of the archive by hand: a report that was made before and names one of them is stale.
removal = Table(
    "service_removal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("source", String(40), nullable=False, index=True),  # document of the archive
    plain("title"),
    private("removal", "reason"),
    Column("created", Moment, nullable=False),
    Column("created_by", String(40), nullable=False),
)
