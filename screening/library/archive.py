"""The archive as a corpus: add, remove, list, and find what is near a text."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from screening.errors import LibraryError
from screening.library import postings
from screening.library.codec import pack_array, pack_text, unpack_array, unpack_text
from screening.library.database import connect, given_back, location, transaction
from screening.library.entry import Entry
from screening.library.migrate import ready
from screening.library.schema import document, fresh, state
from screening.reuse.corpus import Candidate, Comparable
from screening.reuse.facts import FACTS, KEPT, KEPT_BELOW, Facts
from screening.reuse.fingerprint import KEEP, SIZE, SKETCH_BITS, SKETCH_SIZE, Hashes, fingerprints, sketch_buckets
from screening.reuse.index import FingerprintIndex, Rarity
from screening.reuse.kin import KIN_TOP, Kin, asked, kin_of
from screening.reuse.ranking import TOP

# Packing rewrites most of the postings, so it waits for many documents; those that wait are held in memory by every reader.
FRESH = 512  # documents that wait at most, …
FRESH_SHARE = 32  # … or a part in so many of the archive
BULK = 4096  # the same while many are being added
PER_TRANSACTION = 128  # documents acknowledged together when many are added

# What the stored fingerprints depend on: an archive made with others would miss copies, so it is refused.
PARAMETERS: Final[Mapping[str, Any]] = {
    "fold": 2,
    "size": SIZE,
    "keep": KEEP,
    "gram": SKETCH_SIZE,
    "gram_bits": SKETCH_BITS,
    "facts": [FACTS, KEPT, KEPT_BELOW],
    "key_bits": postings.KEY_BITS,
    "bucket_bits": postings.BUCKET_BITS,
}
_META = tuple(f.name for f in fields(Entry) if f.name != "text")


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a document did: its id, and whether it was not there before."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryInfo:
    """``id`` names the archive, ``snapshot`` the set of its documents: equal sets have equal snapshots."""

    id: str
    snapshot: str
    documents: int
    characters: int
    years: Mapping[str, int]
    kinds: Mapping[str, int]
    units: int
    parameters: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Cache:
    """What a snapshot of the archive needs in memory: the fresh documents' index and the document frequencies."""

    content: str
    size: int
    fresh: FingerprintIndex
    rarity: Rarity


class Library:
    """An open archive; see :func:`open_library`. Implements the engine's ``Corpus``. One object a thread or process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._cache: _Cache | None = None
        self._get = lru_cache(maxsize=256)(self._read)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    # -- reading ----------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        with transaction(self.engine, writes=False) as connection:
            return _size(connection)

    def info(self) -> LibraryInfo:
        """Return what the archive holds."""
        with transaction(self.engine, writes=False) as connection:
            size = _size(connection)
            values = _state(connection)
            characters = connection.execute(select(func.coalesce(func.sum(document.c.characters), 0))).scalar_one()
            units = connection.execute(select(func.count(document.c.unit.distinct())).where(document.c.unit != ""))
            counts = {
                column.name: {
                    str(v if v is not None else ""): n
                    for v, n in connection.execute(select(column, func.count()).group_by(column).order_by(column))
                }
                for column in (document.c.year, document.c.kind)
            }
            return LibraryInfo(
                id=values["id"],
                snapshot=_snapshot(values, size),
                documents=size,
                characters=int(characters),
                years=counts["year"],
                kinds=counts["kind"],
                units=units.scalar_one(),
                parameters=json.loads(values["parameters"]),
            )

    def snapshot(self) -> str:
        """Return the name of the present set of documents: 16 hex digits."""
        with transaction(self.engine, writes=False) as connection:
            return _snapshot(_state(connection), _size(connection))

    def rows(self) -> Iterator[Entry]:
        """Yield the documents without their texts, in the order of their ids."""
        columns = [document.c[name] for name in _META]
        last = ""
        while True:
            with transaction(self.engine, writes=False) as connection:
                query = select(document.c.id, *columns).where(document.c.id > last).order_by(document.c.id).limit(1000)
                found = connection.execute(query).mappings().all()
            for row in found:
                yield Entry(text="", **{name: row[name] for name in _META})
            if len(found) < 1000:
                return
            last = found[-1]["id"]

    def entry(self, source_id: str) -> Entry:
        """Return one document whole. Raises :class:`LibraryError` "library.no_document"."""
        with transaction(self.engine, writes=False) as connection:
            row = connection.execute(select(document).where(document.c.id == source_id)).mappings().first()
        if row is None:
            raise no_document(source_id)
        return Entry(text=unpack_text(row["text"]), **{name: row[name] for name in _META})

    def get(self, source_id: str) -> Comparable:
        """Return one document as a side of a comparison. Raises :class:`LibraryError` "library.no_document"."""
        return self._get(source_id)

    def _read(self, source_id: str) -> Comparable:
        return self.entry(source_id).comparable()

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the documents worth comparing with a text, nearest first."""
        keys = postings.keys_of(fingerprints(comparable.view))
        with transaction(self.engine, writes=False) as connection:
            return self._met(connection, keys).near(keys, lambda n: _ids(connection, n), comparable.id, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the documents that state the same facts, best first."""
        with transaction(self.engine, writes=False) as connection:
            index = self._met(connection, postings.keys_of(asked(comparable.facts)))
            return kin_of(comparable.facts, index, lambda n: _ids(connection, n), comparable.id, postings.keys_of, top)

    def _met(self, connection: Connection, keys: Hashes) -> FingerprintIndex:
        cache = self._snapshot_of(connection)
        return FingerprintIndex.joined((postings.read(connection, keys).only(keys), cache.fresh.only(keys)), cache.size)

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a document. Raises :class:`LibraryError` "library.no_document"."""
        return self._get(source_id).facts

    @property
    def rarity(self) -> Rarity:
        """In how many documents each 4-gram occurs."""
        with transaction(self.engine, writes=False) as connection:
            return self._snapshot_of(connection).rarity

    def _snapshot_of(self, connection: Connection) -> _Cache:
        """Return the cache, made anew when documents came or went."""
        content = _state(connection)["content"]
        if self._cache is None or self._cache.content != content:
            size = _size(connection)
            counts = postings.read_counts(connection)
            keys, numbers = [], []
            for number, prints, grams in connection.execute(
                select(fresh.c.number, fresh.c.prints, fresh.c.grams).order_by(fresh.c.number)
            ):
                keys.append(postings.keys_of(unpack_array(prints, "u8", "索引")))
                numbers.append(number)
                counts[unpack_array(grams, "u4", "索引")] += 1
            index = FingerprintIndex.build(keys, numbers)
            self._cache = _Cache(content, size, index, Rarity(counts, size))
            self._get.cache_clear()
        return self._cache

    # -- writing ----------------------------------------------------------------------------------------------------------

    def add(self, entry: Entry) -> Added:
        """Add one document; what is there already (by sha256) stays as it is. It is stored for good when this returns."""
        return next(self.add_many([entry]))

    def add_many(self, entries: Iterable[Entry]) -> Iterator[Added]:
        """Add documents, ``PER_TRANSACTION`` at a time; an answer is given only for what is stored for good."""
        rows: list[Entry] = []
        for entry in entries:
            rows.append(entry)
            if len(rows) == PER_TRANSACTION:
                yield from self._add(rows, bulk=True)
                rows = []
        yield from self._add(rows, bulk=False)

    def _add(self, entries: Sequence[Entry], *, bulk: bool) -> list[Added]:
        made = [_Made.of(e) for e in entries]  # before the lock is taken: folding and hashing take the time
        out = []
        with transaction(self.engine, writes=True) as connection:
            known = set(
                connection.execute(
                    select(document.c.sha256).where(document.c.sha256.in_([e.sha256 for e in entries]))
                ).scalars()
            )
            new = []
            for entry, parts in zip(entries, made, strict=True):
                out.append(Added(entry.id, entry.sha256 not in known))
                if entry.sha256 not in known:
                    new.append((entry, parts))
                    known.add(entry.sha256)
            if new:
                first = _numbers(connection, len(new))
                rows = [{"number": first + n, **parts.row(entry)} for n, (entry, parts) in enumerate(new)]
                connection.execute(insert(document), rows)
                waits = [{"number": first + n, "prints": m.prints, "grams": m.grams} for n, (_, m) in enumerate(new)]
                connection.execute(insert(fresh), waits)
                _count(connection, [e.sha256 for e, _ in new], 1)
            waiting = connection.execute(select(func.count()).select_from(fresh)).scalar_one()
            full = waiting > max(BULK if bulk else FRESH, _size(connection) // FRESH_SHARE)
            if full:
                _pack(connection)
        if full:
            given_back(self.engine)
        return out

    def pack(self) -> None:
        """Pack the fresh documents now; queries are fastest then. Done by itself when many are waiting."""
        with transaction(self.engine, writes=True) as connection:
            _pack(connection)
        given_back(self.engine)

    def remove(self, source_id: str) -> None:
        """Remove a document with every trace. Raises :class:`LibraryError` "library.no_document"."""
        with transaction(self.engine, writes=True) as connection:
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
        self._get.cache_clear()
        given_back(self.engine)


def prints_of(text: str) -> tuple[Any, Any]:
    """Return the fingerprints (uint64), facts included, and the distinct 4-gram buckets (uint32) of a stored text."""
    side = Entry(sha256="", text=text).comparable()
    return side.prints(), np.unique(sketch_buckets(side.view.codes))


@dataclass(frozen=True, slots=True)
class _Made:
    """What is worked out of an entry before it is stored."""

    text: bytes
    prints: bytes
    grams: bytes
    characters: int

    @classmethod
    def of(cls, entry: Entry) -> _Made:
        side = entry.comparable()
        grams = np.unique(sketch_buckets(side.view.codes))
        return cls(pack_text(entry.text), pack_array(side.prints()), pack_array(grams), len(side.view))

    def row(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.id,
            "text": self.text,
            "characters": self.characters,
            **{name: getattr(entry, name) for name in _META},
        }


def no_document(source_id: str) -> LibraryError:
    """Return the error for an id that is not there."""
    return LibraryError(
        "library.no_document", f"比对库里没有编号为 {source_id} 的文档", "编号见：screening library list --library …"
    )


def _size(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(document)).scalar_one())


def _state(connection: Connection) -> dict[str, str]:
    return dict(map(tuple, connection.execute(select(state.c.name, state.c.value))))


def _numbers(connection: Connection, count: int) -> int:
    """Return the first of ``count`` numbers that no document has had: a number is never used twice."""
    first = int(_state(connection)["next"])
    connection.execute(update(state).where(state.c.name == "next").values(value=str(first + count)))
    return first


def _ids(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    query = select(document.c.number, document.c.id).where(document.c.number.in_(list(numbers)))
    return dict(map(tuple, connection.execute(query)))


def _snapshot(values: Mapping[str, str], size: int) -> str:
    return hashlib.sha256(f"{values['parameters']}|{values['content']}|{size}".encode()).hexdigest()[:16]


def content_of(sha256s: Iterable[str], start: int = 0, sign: int = 1) -> int:
    """Return the digest of a set: the sum of its members' hashes modulo 2**256, the same in any order (AdHash, Bellare 1997)."""
    total = start
    for s in sha256s:
        total += sign * int.from_bytes(hashlib.sha256(s.encode()).digest(), "big")
    return total % (1 << 256)


def _count(connection: Connection, sha256s: Sequence[str], sign: int) -> None:
    content = int(_state(connection)["content"], 16)
    value = f"{content_of(sha256s, content, sign):064x}"
    connection.execute(update(state).where(state.c.name == "content").values(value=value))


def _pack(connection: Connection) -> None:
    rows = connection.execute(select(fresh.c.number, fresh.c.prints, fresh.c.grams).order_by(fresh.c.number)).all()
    if not rows:
        return
    postings.insert(connection, [unpack_array(r.prints, "u8", "索引") for r in rows], [r.number for r in rows])
    counts = postings.read_counts(connection)
    for r in rows:
        counts[unpack_array(r.grams, "u4", "索引")] += 1
    postings.write_counts(connection, counts)
    connection.execute(delete(fresh))


def open_library(where: str | Path, *, create: bool = False) -> Library:
    """Open an archive: a path (SQLite file) or an SQLAlchemy URL (PostgreSQL). With ``create`` it is made if it is not there.

    Raises :class:`LibraryError`: missing, no archive, damaged, other parameters, newer version, unreachable, wrong encoding, denied.
    """
    engine = connect(location(where), create=create)
    try:
        first = {"id": uuid.uuid4().hex, "parameters": json.dumps(PARAMETERS), "content": f"{0:064x}", "next": "1"}
        ready(engine, create=create, first=first)
        with transaction(engine, writes=False) as connection:
            made_with = json.loads(_state(connection)["parameters"])
    except BaseException:
        engine.dispose()
        raise
    if made_with != PARAMETERS:
        engine.dispose()
        differs = "、".join(sorted(k for k in {*made_with, *PARAMETERS} if made_with.get(k) != PARAMETERS.get(k)))
        raise LibraryError(
            "library.parameters",
            f"比对库是用另一套参数建立的（{differs} 不同），混用会漏查",
            "请用建库时的版本导出（screening library export），再用本版本导入到新库（screening library import）。",
        )
    return Library(engine)
