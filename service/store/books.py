"""Rulebooks by name, whether they come with the program, are files, or are kept in the database.

What is kept is named by its content (``id@digest``): such a name means the same in every database and for good, so a process reads it once,
from whichever of its open databases has it. So whoever needs a rulebook needs no more than its name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Engine, select

from screening.errors import RulebookError
from screening.library.database import spoken
from screening.rulebook import Rulebook, load_rulebook, parse_rulebook, texts_of
from service.store.schema import rulebook

_REF: Final = re.compile(r"[a-z0-9][a-z0-9-]*@[0-9a-f]{12}")
sources: Final[WeakSet[Engine]] = WeakSet()  # the databases that this process has open


def ref_of(book: Rulebook) -> str:
    """Return the name for good of a rulebook that is kept in the database."""
    return f"{book.id}@{book.digest[:12]}"


def is_kept(name: str) -> bool:
    """Say whether a name is one of those that :func:`ref_of` gives."""
    return bool(_REF.fullmatch(name))


def load(name: str) -> Rulebook:
    """Return a rulebook by its name. Raises :class:`RulebookError`."""
    return _kept(name)[0] if is_kept(name) else load_rulebook(name)


def texts(name: str) -> tuple[str, str]:
    """Return a rulebook's TOML and its notice's text. Raises :class:`RulebookError`."""
    return _kept(name)[1:] if is_kept(name) else texts_of(name)


def portable(name: str) -> Any:
    """Return what :func:`carried` needs to find the rulebook in a process without the database: plain JSON values."""
    return [name, *texts(name)] if is_kept(name) else name


def carried(said: Any) -> Rulebook:
    """Return the rulebook that another process means. Raises :class:`RulebookError`."""
    return load_rulebook(said) if isinstance(said, str) else parse_rulebook(said[1], said[2], said[0])


@lru_cache(maxsize=32)
def _kept(ref: str) -> tuple[Rulebook, str, str]:
    for engine in list(sources):
        with spoken(engine.url), engine.connect() as connection:
            row = connection.execute(select(rulebook.c.toml, rulebook.c.notice).where(rulebook.c.ref == ref)).first()
        if row:
            return parse_rulebook(row.toml, row.notice, ref), row.toml, row.notice
    raise RulebookError("rulebook.unknown", f"没有规则集“{ref}”", "可用的规则集见“规则”页。")
