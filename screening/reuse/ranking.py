"""Which of the texts that share fingerprints are compared: those that say something new of the case come before the tenth copy of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TOP, MOST = 20, 50  # candidates looked at: so many at least, in a long text more, …
PER_SOURCE = 400  # … one for so many characters, since it has room for more sources
SHORT = 200  # documents of the short list, which is ranked anew
BIN, BINS = (
    8,
    512,
)  # fingerprints of a stretch of the case (32 characters), or more of them, so that it has at most so many stretches
AGAIN = 0.5  # what a stretch still counts for each document on the list that has some of it
WHOLE = 0.5  # share of the stretches from which on a document counts as a copy of the whole text

Name = Callable[[Sequence[int]], Mapping[int, str]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text worth comparing: its id, the number of rare fingerprints shared, the sum of their idf (natural log)."""

    id: str
    shared: int
    score: float


@dataclass(frozen=True, slots=True)
class Near:
    """A document by its number, the number of rare fingerprints shared, the sum of their idf (natural log)."""

    number: int
    shared: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """Fingerprints that a text shares: for each the document's number, the place among those of the text, what it tells (idf).

    They are ordered by document, then by place; ``length`` is the number of the text's fingerprints.
    """

    documents: npt.NDArray[np.int32]
    places: Ints
    told: Floats
    length: int

    def rows(self, least: int) -> list[Near]:
        """Return the documents that share at least so many."""
        found, inverse = np.unique(self.documents, return_inverse=True)
        shared, scores = np.bincount(inverse), np.bincount(inverse, weights=self.told)
        rows = zip(found.tolist(), shared.tolist(), scores.tolist(), strict=True)
        return [Near(d, n, s) for d, n, s in rows if n >= least]

    def stretches(self, numbers: Sequence[int]) -> Floats:
        """Return what each document (rows, in the order of ``numbers``) has of each stretch of the text (columns)."""
        width = max(BIN, -(-self.length // BINS))
        columns = -(-self.length // width)
        order = np.argsort(numbers)
        known = np.array(numbers)[order]
        at = np.minimum(np.searchsorted(known, self.documents), len(known) - 1)
        hit = known[at] == self.documents
        cells = order[at[hit]] * columns + self.places[hit] // width
        size = len(known) * columns
        told = np.bincount(cells, weights=self.told[hit], minlength=size)
        return np.asarray(told, dtype=np.float64).reshape(len(known), columns)


def top_for(length: int, top: int = TOP) -> int:
    """Return how many candidates of a text of so many characters are looked at, ``top`` at least."""
    return max(top, min(MOST, length // PER_SOURCE))


def ranked(rows: Sequence[Near], name: Name, own: str = "", top: int = TOP) -> tuple[Candidate, ...]:
    """Return at most ``top`` documents, the highest score first, ties by id; ``name`` gives ids for numbers, ``own`` is left out."""
    return tuple(c for _, c in _named(rows, name, own, top)[:top])


def chosen(met: Met, rows: Sequence[Near], name: Name, own: str = "", top: int = TOP) -> tuple[Candidate, ...]:
    """Return at most ``top`` of the documents (``rows`` of ``met``), the highest score first, ties by id.

    If there are more, each is chosen for what it has of stretches that those before it have not: else twenty that took half the text would
    hide the one that a paragraph was taken from. Copies of the whole get half of the places, as long as there are others; the first is that of
    the smallest id, so that hundreds of copies have one text that all of them are compared with.
    """
    named = _named(rows, name, own, SHORT)
    if len(named) <= top:
        return tuple(c for _, c in named)
    has = met.stretches([number for number, _ in named])
    whole = (has > 0).mean(axis=1) >= WHOLE
    counts = np.ones(has.shape[1])
    left = np.ones(len(named), dtype=bool)
    copies = np.flatnonzero(whole)
    best = int(min(copies, key=lambda n: named[n][1].id)) if len(copies) else 0
    out: list[int] = []
    while len(out) < top:
        out.append(best)
        left[best] = False
        counts[has[best] > 0] *= AGAIN
        later = whole & (np.count_nonzero(whole[out]) >= top // 2)
        gain = (has @ counts).round(9)
        best = int(np.lexsort((-gain, later, ~left))[0])  # stable: the order of ``named`` decides between equals
    return tuple(named[n][1] for n in sorted(out))


def _named(rows: Sequence[Near], name: Name, own: str, most: int) -> list[tuple[int, Candidate]]:
    """Return the best with their ids and numbers: all that tie with the last of ``most`` among them."""
    best = sorted(rows, key=lambda r: -r.score)
    if len(best) > most + 1:  # one more, since the text itself may be among them
        best = [r for r in best if r.score >= best[most].score]
    ids = name([r.number for r in best])
    found = [(r.number, Candidate(ids[r.number], r.shared, r.score)) for r in best if ids[r.number] != own]
    return sorted(found, key=lambda row: (-row[1].score, row[1].id))
