"""The archive as a corpus: add, remove, list, and find what is near a text."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Engine, func, select

from screening.errors import LibraryError
from screening.library import postings
from screening.library.database import connect, given_back, location, transaction
from screening.library.entry import Entry
from screening.library.membership import digits, ids_of, size_of, snapshot_of, state_of
from screening.library.migrate import ready
from screening.library.reading import Reader
from screening.library.schema import document
from screening.library.view import View
from screening.library.writing import META, Added, add_in, is_full, pack_in, prepare, remove_in
from screening.reuse.corpus import Candidate, Comparable
from screening.reuse.facts import FACTS, KEPT, KEPT_BELOW, Facts
from screening.reuse.fingerprint import KEEP, SIZE, SKETCH_BITS, SKETCH_SIZE, fingerprints
from screening.reuse.index import Rarity
from screening.reuse.kin import KIN_TOP, Kin, asked, kin_of
from screening.reuse.ranking import TOP

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


class Library:
    """An open archive; see :func:`open_library`. Implements the engine's ``Corpus``. One object a thread or process.

    An engine that is given stays its owner's to dispose; with ``owns`` it is closed with the archive.
    """

    def __init__(self, engine: Engine, *, owns: bool = False) -> None:
        self.engine = engine
        self._owns = owns
        self._reader = Reader(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections, unless the engine is another's."""
        if self._owns:
            self.engine.dispose()

    # -- reading ----------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        with transaction(self.engine, writes=False) as connection:
            return size_of(connection)

    def info(self) -> LibraryInfo:
        """Return what the archive holds."""
        with transaction(self.engine, writes=False) as connection:
            size = size_of(connection)
            values = state_of(connection)
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
                snapshot=snapshot_of(values["parameters"], values["content"], size),
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
            values = state_of(connection)
            return snapshot_of(values["parameters"], values["content"], size_of(connection))

    def rows(self) -> Iterator[Entry]:
        """Yield the documents without their texts, in the order of their ids."""
        columns = [document.c[name] for name in META]
        last = ""
        while True:
            with transaction(self.engine, writes=False) as connection:
                query = select(document.c.id, *columns).where(document.c.id > last).order_by(document.c.id).limit(1000)
                found = connection.execute(query).mappings().all()
            for row in found:
                yield Entry(text="", **{name: row[name] for name in META})
            if len(found) < 1000:
                return
            last = found[-1]["id"]

    def entry(self, source_id: str) -> Entry:
        """Return one document whole. Raises :class:`LibraryError` "library.no_document"."""
        return self._reader.entry(source_id)

    def get(self, source_id: str) -> Comparable:
        """Return one document as a side of a comparison. Raises :class:`LibraryError` "library.no_document"."""
        return self._reader.side(source_id)

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a document. Raises :class:`LibraryError` "library.no_document"."""
        return self.get(source_id).facts

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the documents worth comparing with a text, nearest first."""
        keys = postings.keys_of(fingerprints(comparable.view))
        with transaction(self.engine, writes=False) as connection:
            index = self._reader.cache(connection).met(connection, keys)
            return index.near(keys, partial(ids_of, connection), comparable.id, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the documents that state the same facts, best first."""
        keys = postings.keys_of(asked(comparable.facts))
        with transaction(self.engine, writes=False) as connection:
            index = self._reader.cache(connection).met(connection, keys)
            return kin_of(comparable.facts, index, partial(ids_of, connection), comparable.id, postings.keys_of, top)

    @property
    def rarity(self) -> Rarity:
        """In how many documents each 4-gram occurs."""
        with transaction(self.engine, writes=False) as connection:
            return self._reader.cache(connection).rarity

    def view(self, without: frozenset[str] = frozenset(), batch: frozenset[str] = frozenset()) -> View:
        """Return the present documents as a corpus of their own, ``without`` some: a case must not meet itself.

        Both are ids; those that are not there do nothing. Documents of ``batch`` come with the place "batch", others with "archive".
        """
        with transaction(self.engine, writes=False) as connection:
            return View(self._reader, connection, without, batch)

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
        made = [prepare(e) for e in entries]  # before the lock is taken
        with transaction(self.engine, writes=True) as connection:
            out = add_in(connection, made)
        self.pack_if_full(bulk=bulk)
        return out

    def pack(self) -> None:
        """Pack the documents that wait; queries are fastest then. Done by itself when many are waiting."""
        with transaction(self.engine, writes=True) as connection:
            pack_in(connection)
        given_back(self.engine)

    def pack_if_full(self, *, bulk: bool = False) -> None:
        """Pack if many documents wait, in ``bulk`` adding very many; for who adds with :func:`add_in`, after the transaction."""
        with transaction(self.engine, writes=False) as connection:
            full = is_full(connection, bulk=bulk)
        if full:
            self.pack()

    def remove(self, source_id: str) -> None:
        """Remove a document with every trace. Raises :class:`LibraryError` "library.no_document"."""
        with transaction(self.engine, writes=True) as connection:
            remove_in(connection, source_id)
        self._reader.forget()
        given_back(self.engine)


def open_library(where: str | Path | Engine, *, create: bool = False) -> Library:
    """Open an archive: a path (SQLite file) or an SQLAlchemy URL (PostgreSQL). With ``create`` it is made if it is not there.

    An engine of :func:`open_engine` is left open when the archive is closed: a service keeps tables of its own in the same database.
    Raises :class:`LibraryError`: missing, no archive, damaged, other parameters, newer version, unreachable, wrong encoding, denied.
    """
    owns = not isinstance(where, Engine)
    engine = where if isinstance(where, Engine) else open_engine(where, create=create)
    try:
        first = {"id": uuid.uuid4().hex, "parameters": json.dumps(PARAMETERS), "content": digits(0), "next": "1"}
        ready(engine, create=create, first=first)
        _see_parameters(engine)
    except BaseException:
        if owns:
            engine.dispose()
        raise
    return Library(engine, owns=owns)


def open_engine(where: str | Path, *, create: bool = False) -> Engine:
    """Return an engine for the database of an archive, with all that the archive relies on: locks, durability, secure deletion.

    Raises :class:`LibraryError`: missing, no archive, unreachable, wrong encoding, denied.
    """
    return connect(location(where), create=create)


def _see_parameters(engine: Engine) -> None:
    with transaction(engine, writes=False) as connection:
        made_with = json.loads(state_of(connection)["parameters"])
    if made_with != PARAMETERS:
        differs = "、".join(sorted(k for k in {*made_with, *PARAMETERS} if made_with.get(k) != PARAMETERS.get(k)))
        raise LibraryError(
            "library.parameters",
            f"比对库是用另一套参数建立的（{differs} 不同），混用会漏查",
            "请用建库时的版本导出（screening library export），再用本版本导入到新库（screening library import）。",
        )
