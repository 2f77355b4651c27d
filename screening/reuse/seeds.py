"""Exact matches of two folded texts: shared 4-grams, joined along their diagonals into blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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

SIEVE_BITS = 16  # a text of 2,500 characters fills a thirtieth of so many
_SIEVE_SHIFT = np.uint64(64 - SIEVE_BITS)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """An exact match: codes a[i:i+n] == b[j:j+n]; ``worth`` is n less what is common in the corpus or merely letters."""

    i: int
    j: int
    n: int
    worth: float


@dataclass(frozen=True, eq=False)
class Grams:
    """A folded text with the hashes of its 4-grams, in order. Not slotted: what one of two texts needs is made on first use.

    A case is compared with many sources: the case's grams are sorted once, a source's are only sifted.
    """

    codes: Codes
    hashes: Hashes

    @classmethod
    def of(cls, codes: Codes) -> Grams:
        """Hash the 4-grams of a folded text."""
        return cls(codes, ngram_hashes(codes, SKETCH_SIZE))

    @cached_property
    def by_hash(self) -> tuple[Hashes, Ints, Ints, Ints]:
        """Distinct hashes, sorted; how often each occurs; where its places begin in the last array; the places by hash."""
        order = np.argsort(self.hashes, kind="stable")
        distinct, first, times = np.unique(self.hashes[order], return_index=True, return_counts=True)
        return distinct, times, first, order

    @cached_property
    def sieve(self) -> npt.NDArray[np.bool_]:
        """Which of the 2**SIEVE_BITS leading bits of a hash occur: most grams of another text fall through at one look-up each."""
        out = np.zeros(1 << SIEVE_BITS, dtype=bool)
        out[self.hashes >> _SIEVE_SHIFT] = True
        return out

    @cached_property
    def rooted(self) -> npt.NDArray[np.float64]:
        """Square root of how often each 4-gram occurs in the text, in the order of the text."""
        _, times, _, order = self.by_hash
        out = np.empty(len(order))
        out[order] = np.sqrt(np.repeat(times, times))
        return out

    @cached_property
    def told(self) -> npt.NDArray[np.float64]:
        """Running sum of what the characters tell: 1 for a Han character, ``LETTER`` for a letter or digit."""
        return _running(np.where(self.codes < FIRST_HAN, LETTER, 1.0))


def shared(a: Grams, b: Grams) -> tuple[Ints, Ints]:
    """Return the places in ``b`` of all 4-grams that ``a`` has too, and which of a's distinct ones stands at each."""
    distinct, *_ = a.by_hash
    near = np.flatnonzero(a.sieve[b.hashes >> _SIEVE_SHIFT])
    found = b.hashes[near]
    at = np.minimum(np.searchsorted(distinct, found), len(distinct) - 1)
    same = distinct[at] == found if len(distinct) else np.zeros(len(found), dtype=bool)
    return near[same], at[same]


def _seeds(a: Grams, hits: tuple[Ints, Ints], repeats: int) -> tuple[Ints, Ints]:
    """Return the pairs of places at which the texts share a 4-gram that is not frequent on either side."""
    distinct, times, first, order = a.by_hash
    near, at = hits
    kept = (times[at] <= repeats) & (np.bincount(at, minlength=len(distinct))[at] <= repeats)
    near, at = near[kept], at[kept]
    if not len(near):
        return near, near
    each = times[at]
    within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    return order[np.repeat(first[at], each) + within], np.repeat(near, each)


def blocks_of(a: Grams, hits: tuple[Ints, Ints], weights: npt.NDArray[np.float64], repeats: int) -> list[Block]:
    """Return the runs of consecutive seeds on one diagonal, in the order of a. ``hits`` are :func:`shared`, ``weights`` (0–1) those of a's 4-grams."""
    i, j = _seeds(a, hits, repeats)
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
    told = a.told[first + length] - a.told[first]
    # A name said four times is one name, and yet the four of them are more than one of it.
    sums = _running(weights / a.rooted)
    worth = told * ((sums[end] - sums[first]) / np.maximum(1, end - first))
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


def _running(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the running sums, from 0 on: one more than there are values."""
    out = np.zeros(len(values) + 1)
    np.cumsum(values, out=out[1:])
    return out
