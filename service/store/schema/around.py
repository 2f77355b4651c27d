"""What stands around the submissions: events, webhooks, the audit, workers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)
from sqlalchemy.schema import UniqueConstraint

from service.store.schema.columns import ID, metadata, plain, private, ref
from service.store.types import Json, Moment, SealedJson

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
    plain("url"),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("events", Json, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    plain("unit_key"),  # "" hears of everything
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
    ref("webhook", "webhook", index=True),
    Column("event", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, done, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("run_after", Moment),
    Column("status", Integer),
    plain("message"),
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
    private("audit", "reason"),
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
