"""People who use the service, and how they sign in."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    String,
    Table,
)

from service.store.schema.columns import ID, metadata, plain, private, ref
from service.store.types import Json, Moment

user = Table(
    "service_user",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),  # folded: see people.passwords; from elsewhere "NAME:ID"
    plain("name"),
    Column("role", String(20), nullable=False),  # submitter, reviewer, administrator; "": none yet, can't sign in
    plain("unit"),
    plain("unit_key"),  # see screening.case.unit_key; what rights go by
    plain("password"),  # argon2; empty: no password yet, or signs in elsewhere
    plain("issuer"),  # who vouches for the person: "" is this service
    plain("subject"),  # the person's id there
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
    ref("user", "user"),
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
    ref("user", "user"),
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
    plain("next"),
    Column("expires", Moment, nullable=False),
)

key = Table(
    "service_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("prefix", String(16), nullable=False),  # the beginning of the key, to tell keys apart
    Column("hash", String(64), nullable=False, unique=True),  # sha256: the key has 256 random bits
    plain("name"),
    Column("role", String(20), nullable=False),
    plain("unit"),
    plain("unit_key"),
    Column("scopes", Json, nullable=False),
    Column("batches", Json, nullable=False),  # of a reviewer's key: {batch or "*": blind}
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Moment),
    Column("seen", Moment),
    ref("created_by", "user", nullable=True, gone="SET NULL"),
)

# A list that somebody asks for again and again. What people look for may be a name: sealed.
view = Table(
    "service_view",
    metadata,
    Column("id", ID, primary_key=True),
    ref("user", "user", index=True),
    private("view", "name"),
    private("view", "query"),  # see store.query
    Column("sort", String(10), nullable=False),
    Column("ascending", Boolean, nullable=False, default=False),
    Column("shared", Boolean, nullable=False, default=False),  # with reviewers and administrators
    Column("created", Moment, nullable=False),
)
