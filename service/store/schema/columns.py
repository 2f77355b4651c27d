"""What all tables share: their metadata, and columns by what may be done with them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, ForeignKey, MetaData, String, Text

from service.store.types import SealedText

REVISION: Final = "0001"
ID: Final = String(28)  # see service.moment.new_id

metadata = MetaData()


def plain(name: str, default: str = "") -> Column[Any]:
    """Make a text that may be logged; "" when nothing is known."""
    return Column(name, Text, nullable=False, default=default)


def private(table: str, name: str) -> Column[Any]:
    """Make words of people or about people: sealed like the bodies; no query may look into them."""
    return Column(name, SealedText(f"{table}/{name}"), nullable=False, default="")


def ref(name: str, target: str, *, nullable: bool = False, gone: str = "CASCADE", **more: Any) -> Column[Any]:
    """Make the id of a row elsewhere, which goes when that one goes unless told otherwise."""
    return Column(name, ID, ForeignKey(f"service_{target}.id", ondelete=gone), nullable=nullable, **more)
