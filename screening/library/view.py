"""The archive without some of its documents: what a case is compared with that is itself in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from sqlalchemy import Connection, or_, select

from screening.errors import LibraryError
from screening.library import postings
from screening.library.codec import unpack_array, unpack_text
from screening.library.database import transaction
from screening.library.membership import content_of, digits, ids_of, no_document, snapshot_of
from screening.library.reading import Cache, Reader
from screening.library.schema import document, fresh
from screening.library.writing import prints_of
from screening.reuse.corpus import Candidate, Comparable
from screening.reuse.facts import Facts
from screening.reuse.fingerprint import Hashes, fingerprints
from screening.reuse.index import FingerprintIndex, Rarity
from screening.reuse.kin import KIN_TOP, Kin, asked, kin_of
from screening.reuse.ranking import TOP


class View:
    """A fixed set of the archive's documents; see ``Library.view``. Implements the engine's ``Corpus``.

    What is added later is not in it. If one of its documents is removed the queries raise :class:`LibraryError` "library.changed", and
    :meth:`intact` says so: then take a new view.
    """

    def __init__(self, reader: Reader, connection: Connection, without: frozenset[str], batch: frozenset[str]) -> None:
        cache = reader.cache(connection)
        query = select(document.c.number, document.c.sha256, document.c.text, fresh.c.grams).select_from(
            document.outerjoin(fresh)
        )
        gone = connection.execute(query.where(document.c.id.in_(sorted(without)))).all()
        self._reader, self._without, self._batch = reader, without, batch
        self._next, self._gone = cache.next, [row.number for row in gone]
        self._size = cache.size - len(gone)
        self._content = content_of((row.sha256 for row in gone), cache.content, -1)
        self._snapshot = snapshot_of(cache.state["parameters"], digits(self._content), self._size)
        self._state = cache.state  # at which the archive was found to hold the view's documents
        self._rarity = cache.rarity
        if gone:
            frequency = cache.rarity.frequency.copy()
            for row in gone:
                waits = row.grams is not None
                frequency[unpack_array(row.grams, "u4", "索引") if waits else prints_of(unpack_text(row.text))[1]] -= 1
            self._rarity = Rarity(frequency, self._size)

    def __len__(self) -> int:
        return self._size

    def snapshot(self) -> str:
        """Return the name of the set of documents: that of an archive which holds these and no others."""
        return self._snapshot

    @property
    def rarity(self) -> Rarity:
        """In how many of the documents each 4-gram occurs."""
        return self._rarity

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the documents worth comparing with a text, nearest first."""
        keys = postings.keys_of(fingerprints(comparable.view))
        with transaction(self._reader.engine, writes=False) as connection:
            return self._met(connection, keys).near(keys, partial(ids_of, connection), comparable.id, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the documents that state the same facts, best first."""
        with transaction(self._reader.engine, writes=False) as connection:
            index = self._met(connection, postings.keys_of(asked(comparable.facts)))
            return kin_of(comparable.facts, index, partial(ids_of, connection), comparable.id, postings.keys_of, top)

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a document. Raises :class:`LibraryError` "library.no_document"."""
        return self.get(source_id).facts

    def get(self, source_id: str) -> Comparable:
        """Return one document as a side of a comparison. Raises :class:`LibraryError` "library.no_document"."""
        if source_id in self._without:
            raise no_document(source_id)
        return self._reader.side(source_id, "batch" if source_id in self._batch else "archive")

    def intact(self) -> bool:
        """Say whether all documents of the view are still in the archive."""
        with transaction(self._reader.engine, writes=False) as connection:
            return self._in(connection, self._reader.cache(connection))

    def _in(self, connection: Connection, cache: Cache) -> bool:
        if cache.state != self._state:
            others = select(document.c.sha256).where(
                or_(document.c.number >= self._next, document.c.number.in_(self._gone))
            )
            if content_of(connection.execute(others).scalars(), cache.content, -1) != self._content:
                return False
            self._state = cache.state
        return True

    def _met(self, connection: Connection, keys: Hashes) -> FingerprintIndex:
        cache = self._reader.cache(connection)
        if not self._in(connection, cache):
            raise LibraryError(
                "library.changed", "检查期间有文档从比对库中删除，比对的范围变了", "请重新检查这份材料。"
            )
        met = cache.met(connection, keys)
        stays = (met.documents < self._next) & ~np.isin(met.documents, self._gone)
        return FingerprintIndex(met.hashes[stays], met.documents[stays], self._size)
