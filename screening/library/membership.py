"""Which documents the archive holds: its recorded state, and the digest that names the set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from screening.errors import LibraryError
from screening.library.schema import document, state


def no_document(source_id: str) -> LibraryError:
    """Return the error for an id that is not there."""
    return LibraryError(
        "library.no_document", f"比对库里没有编号为 {source_id} 的文档", "编号见：screening library list --library …"
    )


def size_of(connection: Connection) -> int:
    """Return the number of documents."""
    return int(connection.execute(select(func.count()).select_from(document)).scalar_one())


def state_of(connection: Connection) -> dict[str, str]:
    """Return the names and values of the archive's state, see schema."""
    return dict(map(tuple, connection.execute(select(state.c.name, state.c.value))))


def ids_of(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Return the ids of documents by their numbers."""
    query = select(document.c.number, document.c.id).where(document.c.number.in_(list(numbers)))
    return dict(map(tuple, connection.execute(query)))


def content_of(sha256s: Iterable[str], start: int = 0, sign: int = 1) -> int:
    """Return the digest of a set: the sum of its members' hashes modulo 2**256, the same in any order (AdHash, Bellare 1997).

    ``start`` is the digest of a set that the members are added to, or taken from with ``sign`` -1.
    """
    total = start
    for s in sha256s:
        total += sign * int.from_bytes(hashlib.sha256(s.encode()).digest(), "big")
    return total % (1 << 256)


def digits(content: int) -> str:
    """Return a digest as it is recorded: 64 hex digits."""
    return f"{content:064x}"


def snapshot_of(parameters: str, content: str, size: int) -> str:
    """Return the name of a set of documents, given its recorded digest and size: 16 hex digits."""
    return hashlib.sha256(f"{parameters}|{content}|{size}".encode()).hexdigest()[:16]
