"""The archive to compare with: documents and fingerprints in SQL, a SQLite file by default, PostgreSQL by URL.

The database's own code is loaded when an archive is opened: most runs have none, and it takes as long to load as the rest of the engine.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screening.library.archive import Library, LibraryInfo, open_engine, open_library
    from screening.library.database import given_back, transaction
    from screening.library.view import View
    from screening.library.writing import Added, Prepared, add_in, describe_in, prepare, remove_in

__all__ = [
    "Added",
    "Library",
    "LibraryInfo",
    "Prepared",
    "View",
    "add_in",
    "describe_in",
    "given_back",
    "is_database",
    "open_engine",
    "open_library",
    "prepare",
    "remove_in",
    "transaction",
]
_HOMES = {
    "archive": ("Library", "LibraryInfo", "open_engine", "open_library"),
    "database": ("given_back", "transaction"),
    "view": ("View",),
    "writing": ("Added", "Prepared", "add_in", "describe_in", "prepare", "remove_in"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"screening.library.{_HOME[name]}"), name)
    raise AttributeError(f"module 'screening.library' has no attribute {name!r}")


def is_database(where: str | Path) -> bool:
    """Say whether a value of ``--library`` names an archive rather than a folder or zip of files."""
    if "://" in str(where):
        return True
    path = Path(where)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return False
    return not path.exists() or path.is_file()
