"""Exact matches of two folded texts: shared k-grams, joined along their diagonals into blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.reuse.fingerprint import SKETCH_SIZE, ngram_hashes
from screening.text.view import Codes

Ints = npt.NDArray[np.int64]


LEAST_WORTH = 0.6  # rarity-weighted characters: a phrase that nearly every text has joins nothing
MOST_BLOCKS = 400  # blocks of one pair that are looked at


@dataclass(frozen=True, slots=True)
class Block:
    """An exact match: codes a[i:i+n] == b[j:j+n]; ``worth`` is n less what is common in the corpus."""

    i: int
    j: int
    n: int
    worth: float


def _seeds(a: Codes, b: Codes, size: int, repeats: int) -> tuple[Ints, Ints]:
    """Return the pairs of places at which the texts share a k-gram that is not frequent on either side."""
    x, y = ngram_hashes(a, size), ngram_hashes(b, size)
    none = np.empty(0, dtype=np.int64)
    if not len(x) or not len(y):
        return none, none
    order = np.argsort(y, kind="stable")
    ys = y[order]
    left, right = np.searchsorted(ys, x, "left"), np.searchsorted(ys, x, "right")
    count = right - left
    hit = np.flatnonzero(count)
    if not len(hit):
        return none, none
    _, inverse, own = np.unique(x[hit], return_inverse=True, return_counts=True)
    hit = hit[(own[inverse] <= repeats) & (count[hit] <= repeats)]
    if not len(hit):
        return none, none
    times = count[hit]
    ends = np.cumsum(times)
    within = np.arange(ends[-1]) - np.repeat(ends - times, times)
    return np.repeat(hit, times), order[np.repeat(left[hit], times) + within]


def blocks_of(a: Codes, b: Codes, weights: npt.NDArray[np.float64], size: int, repeats: int) -> list[Block]:
    """Return the runs of consecutive seeds on one diagonal, in the order of a. ``weights`` are those of a's 4-grams (0–1)."""
    i, j = _seeds(a, b, size, repeats)
    if not len(i):
        return []
    diagonal = i - j
    order = np.lexsort((i, diagonal))
    i, j, diagonal = i[order], j[order], diagonal[order]
    fresh = np.ones(len(i), dtype=bool)
    fresh[1:] = (diagonal[1:] != diagonal[:-1]) | (i[1:] > i[:-1] + 1)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(i)) - 1
    length = i[ends] - i[starts] + size
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    first, last = i[starts], np.minimum(i[ends] + size - SKETCH_SIZE, len(weights) - 1)
    grams = last - first + 1
    worth = (sums[last + 1] - sums[first]) / grams * length
    kept = np.flatnonzero(worth >= LEAST_WORTH)
    if len(kept) > MOST_BLOCKS:
        # Two texts from one template share thousands of phrases; the weightiest tell all there is to tell.
        kept = np.sort(kept[np.argsort(-worth[kept], kind="stable")[:MOST_BLOCKS]])
    columns = (first[kept], j[starts][kept], length[kept], worth[kept])
    return [Block(*row) for row in sorted(zip(*(c.tolist() for c in columns), strict=True))]
