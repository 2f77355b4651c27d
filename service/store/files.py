"""Originals: kept once by their sha256, in sealed pieces, so that no file is ever whole in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, delete, exists, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import not_found
from service.moment import now
from service.store.schema import batch, chunk, file, submission, task
from service.store.sealing import Sealer

PIECE: Final = 1 << 20


def digest_of(stream: BinaryIO) -> tuple[str, int]:
    """Return sha256 and size in bytes of a stream, and put it back to its beginning."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    stream.seek(0)
    return digest.hexdigest(), size


def keep(tx: Connection, sealer: Sealer, stream: BinaryIO, sha256: str, size: int) -> None:
    """Keep a file under its sha256; what is there already stays, and can't be dropped before the transaction ends."""
    insert_once = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    row = {"sha256": sha256, "size": size, "chunks": -(-size // PIECE), "created": now()}
    while not tx.execute(insert_once(file).values(row).on_conflict_do_nothing().returning(file.c.sha256)).first():
        # Of two that bring the same bytes at once the second waits for the first; whoever drops the file waits for us.
        if tx.execute(select(file.c.sha256).where(file.c.sha256 == sha256).with_for_update(read=True)).first():
            return
    number = 0
    while piece := stream.read(PIECE):
        data = sealer.seal(piece, f"{sha256}/{number}", pack=False)
        tx.execute(insert(chunk), {"sha256": sha256, "number": number, "data": data})
        number += 1


def size_of(tx: Connection, sha256: str) -> tuple[int, int]:
    """Return a file's size in bytes and the number of its pieces. Raises :class:`ServiceError` 404."""
    row = tx.execute(select(file.c.size, file.c.chunks).where(file.c.sha256 == sha256)).first()
    if row is None:
        raise not_found("这份原件")
    return row.size, row.chunks


def piece_of(tx: Connection, sealer: Sealer, sha256: str, number: int) -> bytes:
    """Return one piece, so that nobody who downloads slowly holds a transaction. Raises :class:`ServiceError` 404 if it is gone."""
    data = tx.execute(select(chunk.c.data).where(chunk.c.sha256 == sha256, chunk.c.number == number)).scalar()
    if data is None:
        raise not_found("这份原件")
    return sealer.open(data, f"{sha256}/{number}")


def pieces(tx: Connection, sealer: Sealer, sha256: str) -> Iterator[bytes]:
    """Yield a file's bytes piece by piece. Raises :class:`ServiceError` if it is not there or does not open."""
    for number in range(size_of(tx, sha256)[1]):
        yield piece_of(tx, sealer, sha256, number)


def copy_to(tx: Connection, sealer: Sealer, sha256: str, path: Path) -> None:
    """Write a file to disk, for readers that need one."""
    with path.open("wb") as stream:
        for piece in pieces(tx, sealer, sha256):
            stream.write(piece)


def drop_unused(tx: Connection, sha256s: list[str]) -> int:
    """Remove those of the files that nothing refers to any more; return how many."""
    # Locked before it is asked who needs them: who hands in the same bytes just now is waited for, and then seen.
    tx.execute(select(file.c.sha256).where(file.c.sha256.in_(sha256s)).order_by(file.c.sha256).with_for_update()).all()
    used = or_(
        exists().where(or_(submission.c.sha256 == file.c.sha256, submission.c.form == file.c.sha256)),
        exists().where(
            or_(batch.c.archive == file.c.sha256, batch.c.manifest == file.c.sha256, batch.c.roster == file.c.sha256)
        ),
        exists().where(task.c.file == file.c.sha256),
    )
    gone = list(tx.execute(select(file.c.sha256).where(file.c.sha256.in_(sha256s), ~used)).scalars())
    tx.execute(delete(chunk).where(chunk.c.sha256.in_(gone)))
    tx.execute(delete(file).where(file.c.sha256.in_(gone)))
    return len(gone)
