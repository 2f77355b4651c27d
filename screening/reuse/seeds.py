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
    def told(self) -> npt.NDArray[np.float64]:
        """Running sum of what the characters tell: 1 for a Han character, ``LETTER`` for a letter or digit."""
        return _running(np.where(self.codes < FIRST_HAN, LETTER, 1.0))


def _seeds(a: Grams, b: Grams, repeats: int) -> tuple[Ints, Ints]:
    """Return the pairs of places at which the texts share a 4-gram that is not frequent on either side."""
    distinct, times, first, order = a.by_hash
    near = np.flatnonzero(a.sieve[b.hashes >> _SIEVE_SHIFT])
    found = b.hashes[near]
    at = np.minimum(np.searchsorted(distinct, found), len(distinct) - 1)
    same = distinct[at] == found if len(distinct) else np.zeros(len(found), dtype=bool)
    near, at = near[same], at[same]
    kept = (times[at] <= repeats) & (np.bincount(at, minlength=len(distinct))[at] <= repeats)
    near, at = near[kept], at[kept]
    if not len(near):
        return near, near
    each = times[at]
    within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    return order[np.repeat(first[at], each) + within], np.repeat(near, each)


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
    first, last = i[starts], i[ends]
    length = last - first + SKETCH_SIZE
    told = a.told[first + length] - a.told[first]
    sums = _running(weights)
    worth = told * ((sums[last + 1] - sums[first]) / (last + 1 - first))
    kept = np.flatnonzero((told >= LEAST) & (worth >= LEAST_WORTH))
    if len(kept) > MOST_BLOCKS:
        # Two texts from one template share thousands of phrases; the weightiest tell all there is to tell.
        kept = np.sort(kept[np.argsort(-worth[kept], kind="stable")[:MOST_BLOCKS]])
    columns = (first[kept], j[starts][kept], length[kept], worth[kept])
    return [Block(*row) for row in sorted(zip(*(c.tolist() for c in columns), strict=True))]


def _running(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the running sums, from 0 on: one more than there are values."""
    out = np.zeros(len(values) + 1)
    np.cumsum(values, out=out[1:])
    return out
