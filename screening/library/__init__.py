"""The archive to compare with: documents and fingerprints in SQL, a SQLite file by default, PostgreSQL by URL."""

from screening.library.archive import Added, Library, LibraryInfo, open_library

__all__ = ["Added", "Library", "LibraryInfo", "open_library"]
