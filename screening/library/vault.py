"""Columns that are sealed when somebody has put a vault on the engine: ``engine.dialect.vault = …``; else kept as they are.

The command line has none; the service has one with its key. So an archive inside a service's database can be read only with that key.
"""

from __future__ import annotations

import base64
from typing import Any, Final, Protocol

from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from screening.errors import LibraryError

MARK: Final = b"\xffsealed\xff"
TEXT_MARK: Final = "\x02sealed:"


class Vault(Protocol):
    """What seals and opens. ``keyed`` says whether there is a key: without one nothing is sealed."""

    keyed: bool

    def seal(self, data: bytes, place: str, *, pack: bool = True) -> bytes:
        """Return the data as it is kept."""

    def open(self, kept: bytes, place: str) -> bytes:
        """Return what was sealed."""


def _vault(dialect: Dialect) -> Vault | None:
    return getattr(dialect, "vault", None)


def _opened(dialect: Dialect, kept: bytes, place: str) -> bytes:
    vault = _vault(dialect)
    if vault is None:
        raise LibraryError(
            "library.sealed",
            "这个比对库在服务的数据库里，是加密保存的",
            "请在服务的管理页或用 screening-service 操作。",
        )
    return vault.open(kept, place)


class Sealed(TypeDecorator[bytes]):
    """Bytes; ``place`` is bound to them, so that they open in no other column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Seal."""
        vault = _vault(dialect)
        if value is None or vault is None or not vault.keyed:
            return value
        return MARK + vault.seal(value, self.place, pack=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Open."""
        kept = None if value is None else bytes(value)
        return _opened(dialect, kept[len(MARK) :], self.place) if kept and kept.startswith(MARK) else kept


class SealedText(TypeDecorator[str]):
    """Text; as :class:`Sealed`. What is sealed can't be searched or sorted by; an empty text stays empty."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal."""
        vault = _vault(dialect)
        if not value or vault is None or not vault.keyed:
            return value
        sealed = vault.seal(value.encode(errors="surrogatepass"), self.place, pack=False)
        return TEXT_MARK + base64.b64encode(sealed).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open."""
        if not value or not value.startswith(TEXT_MARK):
            return value
        sealed = base64.b64decode(value[len(TEXT_MARK) :])
        return _opened(dialect, sealed, self.place).decode(errors="surrogatepass")
