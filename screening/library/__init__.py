"""The archive to compare with: documents and fingerprints in SQL, a SQLite file by default, PostgreSQL by URL."""

from screening.library.archive import Added, Library, LibraryInfo, open_library
from screening.library.database import is_database

__all__ = ["Added", "Library", "LibraryInfo", "is_database", "open_library"]
