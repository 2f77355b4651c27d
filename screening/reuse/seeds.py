"""Exact matches of two folded texts: shared 4-grams, joined along their diagonals into blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.reuse.fingerprint import SKETCH_SIZE, Hashes, ngram_hashes
from screening.text.view import Codes

LETTER = 0.3  # a letter or digit tells so much of what a Han character tells: a word of five letters about as much as two of them
LEAST = 3.0  # Han characters' worth of letters a block needs: "tion" is no evidence
FIRST_HAN = 0x2E80  # code points below are letters and digits of alphabets
LEAST_WORTH = 0.6  # rarity-weighted characters: a phrase that nearly every text has joins nothing
MOST_BLOCKS = 400  # blocks of one pair that are looked at
ECHO = 120  # characters within which a phrase said again is an echo of the longer match that it belongs to

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """An exact match: codes a[i:i+n] == b[j:j+n]; ``worth`` is n less what is common in the corpus or merely letters."""

    i: int
    j: int
    n: int
    worth: float


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """A folded text with the hashes of its 4-grams sorted, made once for all comparisons: ``hashes[n]`` stands at ``order[n]``.

    ``times`` says how often each 4-gram occurs in the text, in the order of the text.
    """

    codes: Codes
    hashes: Hashes
    order: Ints
    times: Ints

    @classmethod
    def of(cls, codes: Codes) -> Grams:
        """Sort the 4-grams of a folded text; equal ones stay in the order of the text."""
        hashes = ngram_hashes(codes, SKETCH_SIZE)
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        edges = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1], [True])))
        lengths = np.diff(edges)
        times = np.empty(len(hashes), dtype=np.int64)
        times[order] = np.repeat(lengths, lengths)
        return cls(codes, hashes, order, times)


def _seeds(a: Grams, b: Grams, repeats: int) -> tuple[Ints, Ints]:
    """Return the pairs of places at which the texts share a 4-gram that is not frequent on either side."""
    if len(a.hashes) > len(b.hashes):  # the shorter is looked up in the longer
        second, first = _seeds(b, a, repeats)
        return first, second
    left, right = np.searchsorted(b.hashes, a.hashes, "left"), np.searchsorted(b.hashes, a.hashes, "right")
    hit = np.flatnonzero((right > left) & (right - left <= repeats))
    if not len(hit):
        return hit, hit
    _, group, own = np.unique(a.hashes[hit], return_inverse=True, return_counts=True)
    hit = hit[own[group] <= repeats]
    times = right[hit] - left[hit]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(a.order[hit], times), b.order[np.repeat(left[hit], times) + within]


def blocks_of(a: Grams, b: Grams, weights: npt.NDArray[np.float64], repeats: int) -> list[Block]:
    """Return the runs of consecutive seeds on one diagonal, in the order of a. ``weights`` are those of a's 4-grams (0–1)."""
    i, j = _seeds(a, b, repeats)
    if not len(i):
        return []
    diagonal = i - j
    order = np.lexsort((i, diagonal))
    i, j, diagonal = i[order], j[order], diagonal[order]
    fresh = np.ones(len(i), dtype=bool)
    fresh[1:] = (diagonal[1:] != diagonal[:-1]) | (i[1:] > i[:-1] + 1)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(i)) - 1
    shift = i - j
    first, end = _without_ends(i[starts], i[ends] + 1, weights)
    length = end - first + SKETCH_SIZE - 1
    told = _sum(np.where(a.codes < FIRST_HAN, LETTER, 1.0), first, first + length)
    # A name said four times is one name, and yet the four of them are more than one of it.
    rare = _sum(weights / np.sqrt(a.times), first, end) / np.maximum(1, end - first)
    worth = told * rare
    kept = np.flatnonzero((told >= LEAST) & (worth >= LEAST_WORTH))
    if len(kept) > MOST_BLOCKS:
        # Two texts from one template share thousands of phrases; the weightiest tell all there is to tell.
        kept = np.sort(kept[np.argsort(-worth[kept], kind="stable")[:MOST_BLOCKS]])
    first, length, worth = first[kept], length[kept], worth[kept]
    second = first - shift[starts][kept]
    alone = ~(_echoes(first, second, length) | _echoes(second, first, length))
    columns = (first[alone], second[alone], length[alone], worth[alone])
    return [Block(*row) for row in sorted(zip(*(c.tolist() for c in columns), strict=True))]


def _without_ends(starts: Ints, ends: Ints, weights: npt.NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Cut the runs of 4-grams [start, end) back to what is not common to all: the stock phrase beside a copied sentence was not copied.

    The first 4-gram that weighs something ends one character behind the phrase, so that the run begins three further; at the other
    end likewise. What is left of a run in a phrase, or of one with hardly more than a phrase, is empty (start = end).
    """
    telling = np.append(np.flatnonzero(weights > 0), len(weights))
    if len(telling) > len(weights):
        return starts, ends
    first = telling[np.searchsorted(telling, starts)]
    last = telling[np.searchsorted(telling, ends) - 1] + 1
    first = np.where(first > starts, first + SKETCH_SIZE - 1, starts)
    last = np.where(last < ends, last - SKETCH_SIZE + 1, ends)
    return np.minimum(first, ends), np.maximum(np.minimum(first, ends), last)


def _echoes(here: Ints, there: Ints, lengths: Ints) -> npt.NDArray[np.bool_]:
    """Return which matches lie, on the side of ``here``, inside one at least twice as long, and near it on the other side.

    Such a match says only that a phrase of the longer one occurs again close by; a passage joined to it reaches out to the wrong place.
    """
    start, end, n = here[:, None], (here + lengths)[:, None], lengths[:, None]
    inside = (here <= start) & (end <= here + lengths) & (lengths >= 2 * n) & (abs(there - there[:, None]) <= ECHO)
    return np.asarray(inside.any(axis=1))


def _sum(values: npt.NDArray[np.float64], starts: Ints, ends: Ints) -> npt.NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(sums[ends] - sums[starts])
