"""Export, import and verification: the archive as one file that outlives every version, and a look at every row."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from screening.errors import LibraryError
from screening.library import postings
from screening.library.archive import Library
from screening.library.codec import unpack_array, unpack_text
from screening.library.database import transaction
from screening.library.entry import Entry
from screening.library.membership import content_of, digits, state_of
from screening.library.schema import document, fresh
from screening.library.writing import prints_of
from screening.reuse.fingerprint import SKETCH_BITS

FORMAT = "case-screening-library"
Progress = Callable[[int, int], None]


def export(library: Library, path: Path, progress: Progress | None = None) -> int:
    """Write all documents as gzipped JSON lines, in the order of their ids; return their number.

    The first line names format and archive, the last one the number and the digest of the set. The file appears whole or not at
    all. Raises :class:`LibraryError` "library.file" if it can't be written.
    """
    partial = path.with_name(f"{path.name}.part")
    info = library.info()
    count, total = 0, 0
    try:
        # mtime=0: the same archive gives the same bytes.
        with partial.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
            out.write(_line({"format": FORMAT, "schema": 1, "library": info.id, "snapshot": info.snapshot}))
            for row in library.rows():
                entry = library.entry(row.id)
                out.write(_line(entry.to_json()))
                count, total = count + 1, content_of([entry.sha256], total)
                if progress:
                    progress(count, info.documents)
            out.write(_line({"documents": count, "content": digits(total)}))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise LibraryError(
            "library.file", f"写不了 {path}（{error.strerror or error}）", "请核对磁盘空间和权限。"
        ) from error
    return count


def _line(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def read_export(path: Path) -> Iterator[Entry]:
    """Yield the documents of an export. Raises :class:`LibraryError` "library.file" for one that is damaged, cut off, or none."""
    try:
        with gzip.open(path, "rb") as lines:
            head = json.loads(next(lines))
            if head.get("format") != FORMAT or head.get("schema") != 1:
                raise _no_export(path)
            count, total, end = 0, 0, None
            for line in lines:
                data = json.loads(line)
                if end is not None:
                    raise _no_export(path)
                if "documents" in data:
                    end = data
                    continue
                entry = Entry.from_json(data)
                count, total = count + 1, content_of([entry.sha256], total)
                yield entry
    except (OSError, EOFError, StopIteration, ValueError, TypeError, AttributeError, zlib.error) as error:
        raise _no_export(path) from error
    if end != {"documents": count, "content": digits(total)}:
        raise _no_export(path)


def count_export(path: Path) -> int:
    """Return how many documents a whole and undamaged export holds. Raises :class:`LibraryError` "library.file" for any other."""
    return sum(1 for _ in read_export(path))


def _no_export(path: Path) -> LibraryError:
    return LibraryError(
        "library.file",
        f"{path.name} 不是完整的比对库导出文件",
        "请核对文件；导出用：screening library export 文件 --library …",
    )


def verify(library: Library, progress: Progress | None = None) -> list[str]:
    """Look at every row: texts, ids, fingerprints, frequencies, the digest of the set. Return what is wrong, a sentence each."""
    wrong: list[str] = []
    with transaction(library.engine, writes=False) as connection:
        values = state_of(connection)
        waiting = {r.number: r for r in connection.execute(select(fresh))}
        rows = connection.execute(
            select(document.c.number, document.c.id, document.c.sha256).order_by(document.c.number)
        ).all()
        counts = np.zeros(1 << SKETCH_BITS, dtype=np.uint32)
        wanted = _Digest()
        for n, row in enumerate(rows, 1):
            if progress:
                progress(n, len(rows))
            blob = connection.execute(select(document.c.text).where(document.c.number == row.number)).scalar_one()
            try:
                prints, grams = prints_of(unpack_text(blob))
                held = waiting.pop(row.number, None)
                if held is None:
                    wanted.add(postings.keys_of(prints), np.full(len(prints), row.number))
                    counts[grams] += 1
                elif not (
                    np.array_equal(unpack_array(held.prints, "u8", "索引"), prints)
                    and np.array_equal(unpack_array(held.grams, "u4", "索引"), grams)
                ):
                    wrong.append(f"文档 {row.id} 的索引与文本不符")
            except (LibraryError, ValueError, IndexError):
                wrong.append(f"文档 {row.id} 的文本已损坏")
            if row.id != row.sha256[: len(row.id)]:
                wrong.append(f"文档 {row.id} 的编号与文件指纹不符")
        if waiting:
            wrong.append(f"有 {len(waiting)} 条索引找不到对应的文档")
        if digits(content_of(r.sha256 for r in rows)) != values.get("content"):
            wrong.append("文档集合与记录的指纹不符，可能有文档丢失或多出")
        try:
            found = _Digest()
            for part in postings.everything(connection):
                found.add(part.hashes, part.documents)
                if (np.diff(part.hashes.astype(np.int64)) < 0).any():
                    wrong.append("索引的次序不对")
            if found != wanted:
                wrong.append("索引与文本不符")
            if not np.array_equal(postings.read_counts(connection), counts):
                wrong.append("词频表与文本不符")
        except LibraryError as error:
            wrong.append(error.message)
    return wrong


@dataclass(slots=True)
class _Digest:
    """A digest of a multiset of (key, number) in any order: how many, and the sum of their mixed values modulo 2**64."""

    count: int = 0
    total: int = 0

    def add(self, keys: npt.NDArray[np.uint64], numbers: npt.NDArray[Any]) -> None:
        mixed = (keys << np.uint64(28)) ^ numbers.astype(np.uint64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        self.count += len(mixed)
        self.total = (self.total + int(mixed.sum(dtype=np.uint64))) % (1 << 64)
