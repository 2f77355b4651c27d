"""An index of fingerprints as sorted arrays: built in one sort, queried by binary search; and the document frequencies of n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from screening.reuse.fingerprint import KEEP, SKETCH_BITS, SKETCH_SIZE, Hashes, distinct_buckets, sketch_buckets
from screening.reuse.ranking import TOP, Candidate, Met, Name, chosen, top_for
from screening.text.view import Codes

MAX_DF = 64  # fingerprints in more documents than this are stock text: they tell no pair, unless in a long run
STOCK_SHARE = 0.05  # … in a smaller corpus, those in more than this share of it …
STOCK_LEAST = 20  # … but at least so many: a score of people may well have copied from one
BEHIND = 0.01  # what a fingerprint of a long run counts beside a rare one: whoever shares rare ones comes first
LONG_RUN = 60  # characters, of which so many a fingerprint as one is kept of; stock phrases are shorter, what is longer was copied by many
MIN_SHARED = 2  # fingerprints that a candidate shares at least
LOCAL = 160  # characters, a paragraph


def stock_from(size: int) -> int:
    """Return in how many of ``size`` documents a phrase must occur to be a stock phrase."""
    return min(MAX_DF, max(STOCK_LEAST, int(STOCK_SHARE * size)))


@dataclass(frozen=True, slots=True, eq=False)
class FingerprintIndex:
    """``hashes`` sorted, ``documents`` the number of the document at each, ``size`` the number of documents.

    ``keep`` says that of the documents' hashes one in so many is kept: a query must be made likewise.
    """

    hashes: Hashes
    documents: npt.NDArray[np.int32]
    size: int
    keep: int = KEEP

    @classmethod
    def build(
        cls, prints: Sequence[Hashes], numbers: Sequence[int] | None = None, keep: int = KEEP
    ) -> FingerprintIndex:
        """Index documents by their (distinct) fingerprints. Their ``numbers`` must rise; they are 0 … n-1 if not given."""
        if not prints:
            return cls(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32), 0, keep)
        hashes = np.concatenate(prints)
        own = np.arange(len(prints)) if numbers is None else np.array(numbers)
        documents = np.repeat(own.astype(np.int32), [len(p) for p in prints])
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], documents[order], len(prints), keep)

    def followed_by(self, later: FingerprintIndex) -> FingerprintIndex:
        """Return one index with that of other documents, whose numbers are all higher."""
        at = np.searchsorted(self.hashes, later.hashes, "right")
        hashes, documents = np.insert(self.hashes, at, later.hashes), np.insert(self.documents, at, later.documents)
        return FingerprintIndex(hashes, documents, self.size + later.size, self.keep)

    def only(self, query: Hashes) -> FingerprintIndex:
        """Return the part of the index that a query meets."""
        wanted = np.unique(query)
        left, right = np.searchsorted(self.hashes, wanted, "left"), np.searchsorted(self.hashes, wanted, "right")
        times = right - left
        met = np.repeat(left, times) + counting(times)
        return FingerprintIndex(self.hashes[met], self.documents[met], self.size, self.keep)

    def save(self, folder: Path) -> None:
        """Write the arrays for :meth:`load`."""
        np.save(folder / "index-hashes.npy", self.hashes)
        np.save(folder / "index-documents.npy", self.documents)
        np.save(folder / "index-size.npy", np.array([self.size, self.keep]))

    @classmethod
    def load(cls, folder: Path) -> FingerprintIndex:
        """Map the arrays into memory; processes share the pages."""
        hashes, documents = (
            np.load(folder / f"index-{n}.npy", mmap_mode="r", allow_pickle=False) for n in ("hashes", "documents")
        )
        size, keep = np.load(folder / "index-size.npy", allow_pickle=False).tolist()
        return cls(hashes, documents, size, keep)

    def candidates(self, query: Hashes, ids: Sequence[str], own: str = "", top: int = TOP) -> tuple[Candidate, ...]:
        """Return the documents worth comparing, nearest first; ``ids`` are those of documents 0 … n-1, ``own`` is left out."""
        return self.near(query, lambda numbers: {n: ids[n] for n in numbers}, own, top)

    def near(self, query: Hashes, name: Name, own: str = "", top: int = TOP) -> tuple[Candidate, ...]:
        """Return the documents worth comparing, nearest first; ``name`` gives ids for numbers, ``own`` is left out."""
        met = self.met(query)
        return chosen(met, met.rows(MIN_SHARED), name, own, top_for(len(query) * self.keep, top))

    def met(self, query: Hashes) -> Met:
        """Return the rare fingerprints shared with each document that stand together.

        ``query`` is in the order of the text. A copied paragraph shares fingerprints that stand together, chance scatters them: only
        those count that have another one of the same document within ``LOCAL``. Fingerprints of very many documents are
        followed only in long runs, to the first ``MAX_DF`` of them, and behind rare ones: so a text that hundreds have copied still
        finds sources, and a form of which there are hundreds finds those first from which more than the form was taken.
        """
        left, right = np.empty(len(query), dtype=np.int64), np.empty(len(query), dtype=np.int64)
        order = np.argsort(query)  # sorted keys are searched side by side: half the time in a large index
        left[order] = np.searchsorted(self.hashes, query[order], "left")
        right[order] = np.searchsorted(self.hashes, query[order], "right")
        frequency = right - left
        common = frequency > stock_from(self.size)
        rank = np.flatnonzero((frequency > 0) & (~common | _in_long_run(common, LONG_RUN // self.keep)))
        left, frequency, common = left[rank], np.minimum(frequency[rank], MAX_DF), common[rank]
        documents = np.asarray(self.documents[np.repeat(left, frequency) + counting(frequency)])
        idf = np.repeat(np.log((self.size + 1) / frequency) * np.where(common, BEHIND, 1.0), frequency)
        order = np.argsort(documents, kind="stable")
        documents, idf, place = documents[order], idf[order], np.repeat(rank, frequency)[order]
        together = (documents[1:] == documents[:-1]) & (place[1:] - place[:-1] <= LOCAL // self.keep)
        counts = (np.append(together, False) | np.append(False, together))[: len(documents)]
        return Met(documents[counts], place[counts], idf[counts], len(query))


def _in_long_run(flags: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    """Return which of the flags have at least so many among twice as many around them: a copy's own small changes end no run."""
    sums = np.concatenate(([0], np.cumsum(flags)))
    places = np.arange(len(flags))
    around: npt.NDArray[np.bool_] = (
        sums[np.minimum(places + least, len(flags))] - sums[np.maximum(places - least, 0)] >= least
    )
    return around & flags


def runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the [start, end) of every run of flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def counting(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return 0 … n-1 for each length n, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """In how many documents each 4-gram occurs, hashed into buckets: common phrases prove nothing, rare ones do.

    ``frequency`` has 2**SKETCH_BITS counts (two n-grams may share one: a rare one then looks common, never the other way round).
    """

    frequency: npt.NDArray[np.uint32]
    size: int

    @classmethod
    def of(cls, texts: Sequence[Codes]) -> Rarity:
        """Count documents."""
        return cls.of_buckets([distinct_buckets(t) for t in texts])

    @classmethod
    def of_buckets(cls, buckets: Sequence[npt.NDArray[np.uint32]]) -> Rarity:
        """Count documents by their distinct buckets."""
        frequency = np.zeros(1 << SKETCH_BITS, dtype=np.uint32)
        for row in buckets:
            frequency[row] += 1
        return cls(frequency, len(buckets))

    def __add__(self, other: Rarity) -> Rarity:
        """Count over the documents of both."""
        return Rarity(self.frequency + other.frequency, self.size + other.size)

    def save(self, folder: Path) -> None:
        """Write the counts for :meth:`load`."""
        np.save(folder / "rarity.npy", self.frequency)
        np.save(folder / "rarity-size.npy", np.array(self.size))

    @classmethod
    def load(cls, folder: Path) -> Rarity:
        """Map the counts into memory."""
        frequency = np.load(folder / "rarity.npy", mmap_mode="r", allow_pickle=False)
        return cls(frequency, int(np.load(folder / "rarity-size.npy", allow_pickle=False)))

    def documents(self, codes: Codes) -> npt.NDArray[np.uint32]:
        """Return in how many documents every 4-gram of a text occurs (or more: see above)."""
        return np.asarray(self.frequency[sketch_buckets(codes)])

    def weights(self, codes: Codes) -> npt.NDArray[np.float64]:
        """Return the weight (0–1) of every 4-gram: 1 if at most two documents have it, 0 if nearly all have it."""
        if self.size < 8:  # too few documents to tell common from rare
            return np.ones(max(0, len(codes) - SKETCH_SIZE + 1))
        frequency = np.maximum(self.documents(codes), 2)
        rarity: npt.NDArray[np.float64] = np.log((self.size + 1) / frequency) / np.log((self.size + 1) / 2)
        return np.clip(rarity, 0.0, 1.0)
