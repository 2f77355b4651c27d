"""What every query of the archive goes through: documents by id, and the index that a text meets.

A part of that is held in memory: the documents read last, the index of those that wait to be packed, how common each 4-gram is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import Connection, Engine, func, select

from screening.library import postings
from screening.library.codec import unpack_array, unpack_text
from screening.library.database import transaction
from screening.library.entry import Entry
from screening.library.membership import content_of, no_document, size_of, state_of
from screening.library.schema import document, fresh
from screening.library.writing import META
from screening.reuse.corpus import Comparable
from screening.reuse.fingerprint import Hashes
from screening.reuse.index import FingerprintIndex, Rarity


@dataclass(frozen=True, slots=True, eq=False)
class Cache:
    """What the archive's queries need in memory, and the state it was made at.

    ``first`` is the number of the first document that waits to be packed, None if none does; ``fresh`` is the index of all that wait.
    """

    state: Mapping[str, str]
    first: int | None
    size: int
    fresh: FingerprintIndex
    rarity: Rarity

    @classmethod
    def read(cls, connection: Connection) -> Cache:
        """Read all anew."""
        rows = connection.execute(select(fresh).order_by(fresh.c.number)).all()
        size = size_of(connection)
        counts = postings.read_counts(connection)
        for row in rows:
            counts[unpack_array(row.grams, "u4", "索引")] += 1
        index = FingerprintIndex.build([_keys(r.prints) for r in rows], [r.number for r in rows])
        return cls(state_of(connection), _first(connection), size, index, Rarity(counts, size))

    def renewed(self, connection: Connection) -> Cache | None:
        """Return the cache with the documents added since, or itself if there are none.

        None if it must be read anew: documents were removed, packed, or described anew.
        """
        state, first = state_of(connection), _first(connection)
        if (state, first) == (self.state, self.first):
            return self
        if self.first not in (None, first) or state.get("described") != self.state.get("described"):
            return None
        columns = (document.c.number, document.c.sha256, fresh.c.prints, fresh.c.grams)
        query = select(*columns).select_from(document.outerjoin(fresh)).where(document.c.number >= self.next)
        rows = connection.execute(query.order_by(document.c.number)).all()
        grown = content_of((r.sha256 for r in rows), self.content) == int(state["content"], 16)
        if not grown or any(r.prints is None for r in rows):
            return None
        counts = self.rarity.frequency.copy()  # views of the archive as it was may still use the old ones
        for row in rows:
            counts[unpack_array(row.grams, "u4", "索引")] += 1
        index = FingerprintIndex.build([_keys(r.prints) for r in rows], [r.number for r in rows])
        size = self.size + len(rows)
        return Cache(state, first, size, self.fresh.followed_by(index), Rarity(counts, size))

    def met(self, connection: Connection, keys: Hashes) -> FingerprintIndex:
        """Return the part of the archive's index that a text meets, given the keys of its hashes."""
        packed = postings.read(connection, keys).only(keys)
        # All that wait are packed together, so those that wait now came after all that are packed.
        return replace(packed.followed_by(self.fresh.only(keys)), size=self.size)

    @property
    def content(self) -> int:
        """The digest of the set of documents."""
        return int(self.state["content"], 16)

    @property
    def next(self) -> int:
        """The number that the next document gets."""
        return int(self.state["next"])


def _first(connection: Connection) -> int | None:
    number: int | None = connection.execute(select(func.min(fresh.c.number))).scalar_one()
    return number


def _keys(prints: bytes) -> Hashes:
    return postings.keys_of(unpack_array(prints, "u8", "索引"))


class Reader:
    """Queries of one archive; one object a thread or process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._cache: Cache | None = None
        self._sides = lru_cache(maxsize=256)(self._side)

    def cache(self, connection: Connection) -> Cache:
        """Return what is held in memory, brought up to date."""
        cache = self._cache and self._cache.renewed(connection)
        if cache is None:
            cache = Cache.read(connection)
            self.forget()
        self._cache = cache
        return cache

    def forget(self) -> None:
        """Drop the documents held in memory."""
        self._sides.cache_clear()

    def entry(self, source_id: str) -> Entry:
        """Return one document whole. Raises :class:`LibraryError` "library.no_document"."""
        with transaction(self.engine, writes=False) as connection:
            row = connection.execute(select(document).where(document.c.id == source_id)).mappings().first()
        if row is None:
            raise no_document(source_id)
        return Entry(text=unpack_text(row["text"]), **{name: row[name] for name in META})

    def side(self, source_id: str, place: str = "archive") -> Comparable:
        """Return one document as a side of a comparison. Raises :class:`LibraryError` "library.no_document"."""
        return self._sides(source_id, place)

    def _side(self, source_id: str, place: str) -> Comparable:
        return self.entry(source_id).comparable(place)
