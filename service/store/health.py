"""Whether the database answers."""

from __future__ import annotations

from sqlalchemy import Connection, select

from service.store.schema import user


def see(tx: Connection) -> None:
    """Read one row. Raises what the database raises."""
    tx.execute(select(user.c.id).limit(1)).first()
