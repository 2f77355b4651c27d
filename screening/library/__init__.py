"""The archive to compare with: documents and fingerprints in SQL, a SQLite file by default, PostgreSQL by URL.

The database's own code is loaded when an archive is opened: most runs have none, and it takes as long to load as the rest of the engine.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screening.library.archive import Added, Library, LibraryInfo, open_library

__all__ = ["Added", "Library", "LibraryInfo", "is_database", "open_library"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("screening.library.archive"), name)
    raise AttributeError(f"module 'screening.library' has no attribute {name!r}")


def is_database(where: str | Path) -> bool:
    """Say whether a value of ``--library`` names an archive rather than a folder or zip of files."""
    if "://" in str(where):
        return True
    path = Path(where)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return False
    return not path.exists() or path.is_file()
