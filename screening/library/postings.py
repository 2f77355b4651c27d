"""Fingerprints and document frequencies of the archive, packed into blobs: small on disk, joined by numpy.

A hash goes to the bucket of its first 18 bits; there, entries of (the next 16 bits, document number) lie sorted. Of 64 bits 34 are
kept: in an archive of 100,000 documents one fingerprint in 300 meets a stranger, and strangers don't stand together (see
:class:`FingerprintIndex`). That is 6 bytes a fingerprint; a row of (hash, document) takes 17 in SQLite and 64 in PostgreSQL.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select

from screening.library.codec import damaged, seal, unseal
from screening.library.schema import frequency, posting
from screening.reuse.fingerprint import SKETCH_BITS, Hashes
from screening.reuse.index import FingerprintIndex

KEY_BITS, BUCKET_BITS, SUFFIX_BITS = 34, 18, 16
PARTS = 64  # blobs that the document frequencies are kept in
PART = (1 << SKETCH_BITS) // PARTS
AT_ONCE = 16_384  # buckets read or written by one statement
DENSE = 0.25  # share of a range of buckets from which on the whole range is read

_ENTRY = np.dtype([("suffix", "<u2"), ("number", "<u4")])
Numbers = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint32]


def keys_of(hashes: Hashes) -> Hashes:
    """Return the part of each hash that the archive keeps."""
    return hashes >> np.uint64(64 - KEY_BITS)


def _buckets(keys: Hashes) -> npt.NDArray[np.int64]:
    return (keys >> np.uint64(SUFFIX_BITS)).astype(np.int64)


def read(connection: Connection, keys: Hashes) -> FingerprintIndex:
    """Return the entries of the buckets that ``keys`` lie in, as an index of keys and document numbers (its size is 0)."""
    wanted = np.unique(_buckets(keys))
    rows: list[tuple[int, bytes]] = []
    for at in range(0, len(wanted), AT_ONCE):
        chosen = wanted[at : at + AT_ONCE]
        first, last = int(chosen[0]), int(chosen[-1])
        query = select(posting.c.bucket, posting.c.entries).order_by(posting.c.bucket)
        if len(chosen) >= DENSE * (last - first + 1):
            query = query.where(posting.c.bucket.between(first, last))
        else:
            query = query.where(posting.c.bucket.in_(chosen.tolist()))
        rows += map(tuple, connection.execute(query).all())
    return _decoded(rows)


def everything(connection: Connection) -> Iterator[FingerprintIndex]:
    """Yield all entries, some buckets at a time, in the order of their keys."""
    for start in range(0, 1 << BUCKET_BITS, AT_ONCE):
        query = select(posting.c.bucket, posting.c.entries).where(
            posting.c.bucket >= start, posting.c.bucket < start + AT_ONCE
        )
        yield _decoded([tuple(row) for row in connection.execute(query.order_by(posting.c.bucket)).all()])


def _decoded(rows: Sequence[tuple[int, bytes]]) -> FingerprintIndex:
    bodies = []
    for _, blob in rows:
        if len(blob) % 6 != 4 or zlib.crc32(blob[4:]) != int.from_bytes(blob[:4], "little"):
            raise damaged("索引")
        bodies.append(blob[4:])
    entries = np.frombuffer(b"".join(bodies), dtype=_ENTRY)
    buckets = np.repeat(
        np.array([b for b, _ in rows], dtype=np.uint64), np.array([len(b) // 6 for b in bodies], dtype=np.int64)
    )
    keys: Hashes = (buckets << np.uint64(SUFFIX_BITS)) | entries["suffix"].astype(np.uint64)
    return FingerprintIndex(keys, entries["number"].astype(np.int32), 0)


def insert(connection: Connection, prints: Sequence[Hashes], numbers: Sequence[int]) -> None:
    """Add the fingerprints of documents to their buckets."""
    keys = keys_of(np.concatenate(prints)) if prints else np.empty(0, dtype=np.uint64)
    owners = np.repeat(np.array(numbers, dtype=np.int32), [len(p) for p in prints])
    for part_keys, part_owners in _in_ranges(keys, owners):
        old = read(connection, part_keys)
        _write(connection, np.concatenate((old.hashes, part_keys)), np.concatenate((old.documents, part_owners)))


def remove(connection: Connection, prints: Hashes, number: int) -> None:
    """Take a document's fingerprints out of their buckets; empty buckets go."""
    keys = keys_of(prints)
    old = read(connection, keys)
    stays = old.documents != number
    touched = np.unique(_buckets(old.hashes[~stays]))
    emptied = np.setdiff1d(touched, np.unique(_buckets(old.hashes[stays]))).tolist()
    for at in range(0, len(emptied), AT_ONCE):
        connection.execute(delete(posting).where(posting.c.bucket.in_(emptied[at : at + AT_ONCE])))
    kept = stays & np.isin(_buckets(old.hashes), touched)
    _write(connection, old.hashes[kept], old.documents[kept])


def _in_ranges(keys: Hashes, owners: Numbers) -> Iterator[tuple[Hashes, Numbers]]:
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    edges = np.searchsorted(_buckets(keys), np.arange(0, (1 << BUCKET_BITS) + 1, AT_ONCE))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if end > start:
            yield keys[start:end], owners[start:end]


def _write(connection: Connection, keys: Hashes, owners: Numbers) -> None:
    if not len(keys):
        return
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    entries = np.empty(len(keys), dtype=_ENTRY)
    entries["suffix"] = (keys & np.uint64((1 << SUFFIX_BITS) - 1)).astype(np.uint16)
    entries["number"] = owners
    buckets = _buckets(keys)
    starts = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
    body = entries.tobytes()
    rows: list[tuple[int, bytes]] = []
    for bucket, start, end in zip(
        buckets[starts].tolist(), starts.tolist(), [*starts[1:].tolist(), len(keys)], strict=True
    ):
        piece = body[6 * start : 6 * end]
        rows.append((bucket, zlib.crc32(piece).to_bytes(4, "little") + piece))
    # Straight to the driver: a quarter of a million rows, and SQLAlchemy would look at each.
    values = "?, ?" if connection.dialect.name == "sqlite" else "%s, %s"
    connection.exec_driver_sql(
        f"INSERT INTO {posting.name} (bucket, entries) VALUES ({values})"  # noqa: S608 - nothing here comes from outside
        " ON CONFLICT (bucket) DO UPDATE SET entries = excluded.entries",
        rows,
    )


def read_counts(connection: Connection) -> Counts:
    """Return in how many packed documents each 4-gram bucket occurs: 2**SKETCH_BITS counts."""
    counts = np.zeros(1 << SKETCH_BITS, dtype=np.uint32)
    for part, blob in connection.execute(select(frequency.c.part, frequency.c.counts)):
        values = np.frombuffer(unseal(blob, "词频表"), dtype="<u4")
        if len(values) != PART or not 0 <= part < PARTS:
            raise damaged("词频表")
        counts[part * PART : (part + 1) * PART] = values
    return counts


def write_counts(connection: Connection, counts: Counts) -> None:
    """Write all counts anew."""
    connection.execute(delete(frequency))
    rows = [
        {"part": n, "counts": seal(counts[n * PART : (n + 1) * PART].astype("<u4").tobytes(), 1)} for n in range(PARTS)
    ]
    connection.execute(frequency.insert(), rows)
