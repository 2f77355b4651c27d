"""Writing to the archive inside a transaction that the caller holds, so that rows of the caller's own are stored or lost with it.

The transaction is one of :func:`screening.library.database.transaction` with ``writes``. Whoever asks the archive within it does not
see what it has not yet committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select, update

from screening.library import postings
from screening.library.codec import pack_array, pack_text, unpack_array, unpack_text
from screening.library.database import locked
from screening.library.entry import Entry
from screening.library.membership import content_of, digits, no_document, size_of, state_of
from screening.library.schema import document, fresh, state
from screening.reuse.fingerprint import sketch_buckets

# Packing rewrites most of the postings, so it waits for many documents; those that wait are held in memory by every reader.
FRESH = 512  # documents that wait at most, …
FRESH_SHARE = 32  # … or a part in so many of the archive
BULK = 4096  # the same while many are being added

META = tuple(f.name for f in fields(Entry) if f.name != "text")


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a document did: its id, and whether it was not there before."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry with all that is stored of it, worked out; made by :func:`prepare`."""

    entry: Entry
    text: bytes
    prints: bytes
    grams: bytes
    characters: int


def prepare(entry: Entry) -> Prepared:
    """Fold, hash and compress a document: that takes the time of adding, and needs no lock."""
    side = entry.comparable()
    grams = np.unique(sketch_buckets(side.view.codes))
    return Prepared(entry, pack_text(entry.text), pack_array(side.prints()), pack_array(grams), len(side.view))


def prints_of(text: str) -> tuple[Any, Any]:
    """Return the fingerprints (uint64), facts included, and the distinct 4-gram buckets (uint32) of a stored text."""
    side = Entry(sha256="", text=text).comparable()
    return side.prints(), np.unique(sketch_buckets(side.view.codes))


def add_in(connection: Connection, documents: Sequence[Prepared]) -> list[Added]:
    """Add documents; what is there already (by sha256) stays as it is. Answers are in the order of the documents.

    They wait unpacked, which makes this a short transaction: call ``Library.pack_if_full`` after some of them.
    """
    locked(connection)
    hashes = [d.entry.sha256 for d in documents]
    known = set(connection.execute(select(document.c.sha256).where(document.c.sha256.in_(hashes))).scalars())
    out, new = [], []
    for made in documents:
        out.append(Added(made.entry.id, made.entry.sha256 not in known))
        if made.entry.sha256 not in known:
            new.append(made)
            known.add(made.entry.sha256)
    if new:
        numbers = range(first := _numbers(connection, len(new)), first + len(new))
        connection.execute(insert(document), [_row(n, made) for n, made in zip(numbers, new, strict=True)])
        waits = [{"number": n, "prints": m.prints, "grams": m.grams} for n, m in zip(numbers, new, strict=True)]
        connection.execute(insert(fresh), waits)
        _count(connection, [m.entry.sha256 for m in new], 1)
    return out


def _row(number: int, made: Prepared) -> dict[str, Any]:
    return {
        "number": number,
        "id": made.entry.id,
        "text": made.text,
        "characters": made.characters,
        **{name: getattr(made.entry, name) for name in META},
    }


def remove_in(connection: Connection, source_id: str) -> None:
    """Remove a document with every trace. Raises :class:`LibraryError` "library.no_document".

    Its bytes are overwritten when ``database.given_back`` is called after the transaction.
    """
    locked(connection)
    row = connection.execute(
        select(document.c.number, document.c.sha256, document.c.text).where(document.c.id == source_id)
    ).first()
    if row is None:
        raise no_document(source_id)
    waiting = connection.execute(delete(fresh).where(fresh.c.number == row.number)).rowcount
    if not waiting:
        prints, grams = prints_of(unpack_text(row.text))
        postings.remove(connection, prints, row.number)
        counts = postings.read_counts(connection)
        counts[grams] -= 1
        postings.write_counts(connection, counts)
    connection.execute(delete(document).where(document.c.number == row.number))
    _count(connection, [row.sha256], -1)


def describe_in(connection: Connection, source_id: str, entry: Entry) -> None:
    """Put the entry's file name, title, unit, author and so on in the place of a document's; its text stays.

    For bytes that two have handed in, when the one they were stored for withdraws. Raises :class:`LibraryError` "library.no_document",
    and :class:`ValueError` if the entry has another id.
    """
    if entry.id != source_id:
        raise ValueError(f"{entry.id} is not {source_id}")
    locked(connection)
    values = {name: getattr(entry, name) for name in META}
    if not connection.execute(update(document).where(document.c.id == source_id).values(values)).rowcount:
        raise no_document(source_id)
    # Readers keep documents in memory, and the digest of the set tells them nothing of this.
    times = state_of(connection).get("described")
    if times is None:
        connection.execute(insert(state), {"name": "described", "value": "1"})
    else:
        connection.execute(update(state).where(state.c.name == "described").values(value=str(int(times) + 1)))


def is_full(connection: Connection, *, bulk: bool = False) -> bool:
    """Say whether so many documents wait that they should be packed; ``bulk`` while many are being added."""
    waiting = connection.execute(select(func.count()).select_from(fresh)).scalar_one()
    return bool(waiting > max(BULK if bulk else FRESH, size_of(connection) // FRESH_SHARE))


def pack_in(connection: Connection) -> None:
    """Pack the documents that wait."""
    locked(connection)
    rows = connection.execute(select(fresh.c.number, fresh.c.prints, fresh.c.grams).order_by(fresh.c.number)).all()
    if not rows:
        return
    postings.insert(connection, [unpack_array(r.prints, "u8", "索引") for r in rows], [r.number for r in rows])
    counts = postings.read_counts(connection)
    for r in rows:
        counts[unpack_array(r.grams, "u4", "索引")] += 1
    postings.write_counts(connection, counts)
    connection.execute(delete(fresh))


def _numbers(connection: Connection, count: int) -> int:
    """Return the first of ``count`` numbers that no document has had: a number is never used twice."""
    first = int(state_of(connection)["next"])
    connection.execute(update(state).where(state.c.name == "next").values(value=str(first + count)))
    return first


def _count(connection: Connection, sha256s: Sequence[str], sign: int) -> None:
    content = int(state_of(connection)["content"], 16)
    value = digits(content_of(sha256s, content, sign))
    connection.execute(update(state).where(state.c.name == "content").values(value=value))
