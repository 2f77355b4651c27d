"""Column types: a moment; JSON that is the same text in every database, open or sealed (see :mod:`screening.library.vault`)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from screening.library.vault import Sealed, SealedText

__all__ = ["Json", "Moment", "Sealed", "SealedJson", "SealedText"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A moment with a time zone, kept as microseconds since 1970: it sorts and subtracts the same way everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a moment without a zone."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment in UTC."""
        return None if value is None else _EPOCH + value * _TICK


class Json(TypeDecorator[Any]):
    """Plain JSON values as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Read."""
        return None if value is None else json.loads(value)


class SealedJson(TypeDecorator[Any]):
    """Plain JSON values, sealed."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self._sealed = SealedText(place)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write."""
        text = None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self._sealed.process_bind_param(text, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read."""
        text = self._sealed.process_result_value(value, dialect)
        return None if text is None else json.loads(text)
