"""Alignment of two folded texts: seeds, blocks, and blocks gathered into passages by what the evidence on both sides bears.

Seeds are shared k-grams; seeds on one diagonal join into blocks. Blocks are gathered like locally optimal alignments: two stretches
become one if the gap between them (on the worse side) costs less than either of them is worth, so a strong passage
reaches over an edited sentence and a chance seed beyond its edge is left out. Order does not matter: swapped
sentences and paragraphs gather as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.reuse.fingerprint import SKETCH_SIZE, ngram_hashes
from screening.text.view import Codes

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignParams:
    """Lengths in folded characters.

    ``seed``: size of the k-grams; ``repeats``: a seed that occurs more often on a side is none; ``gap_cost``: cost of a
    character between two stretches, in matched characters; ``reach``: widest gap; ``least_worth``: rarity-weighted characters that a
    passage needs; ``least_length``: characters of a passage on each side; ``least_density``: matched share of it.
    """

    seed: int = 4
    repeats: int = 6
    gap_cost: float = 0.22
    reach: int = 220
    least_worth: float = 14.0
    least_length: int = 30
    least_density: float = 0.2


@dataclass(frozen=True, slots=True)
class Block:
    """An exact match: codes a[i:i+n] == b[j:j+n]; ``worth`` is n less what is common in the corpus."""

    i: int
    j: int
    n: int
    worth: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A gathered passage: a[a0:a1] resembles b[b0:b1]; ``blocks`` are in the order of a."""

    a0: int
    a1: int
    b0: int
    b1: int
    worth: float
    blocks: tuple[Block, ...]

    @property
    def density(self) -> float:
        """Matched share of the longer side."""
        return covered(self.blocks) / max(self.a1 - self.a0, self.b1 - self.b0)


def covered(blocks: tuple[Block, ...]) -> int:
    """Return how many characters of a the blocks cover, each once."""
    total, end = 0, -1
    for b in blocks:
        total += max(0, b.i + b.n - max(end, b.i))
        end = max(end, b.i + b.n)
    return total


def _seeds(a: Codes, b: Codes, size: int, repeats: int) -> tuple[Ints, Ints]:
    """Return the pairs of places at which the texts share a k-gram that is not frequent on either side."""
    x, y = ngram_hashes(a, size), ngram_hashes(b, size)
    if not len(x) or not len(y):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    order = np.argsort(y, kind="stable")
    ys = y[order]
    left, right = np.searchsorted(ys, x, "left"), np.searchsorted(ys, x, "right")
    count = right - left
    hit = np.flatnonzero(count)
    if not len(hit):
        return hit, hit
    _, inverse, own = np.unique(x[hit], return_inverse=True, return_counts=True)
    hit = hit[(own[inverse] <= repeats) & (count[hit] <= repeats)]
    if not len(hit):
        return hit, hit
    times = count[hit]
    ends = np.cumsum(times)
    within = np.arange(ends[-1]) - np.repeat(ends - times, times)
    return np.repeat(hit, times), order[np.repeat(left[hit], times) + within]


def blocks_of(a: Codes, b: Codes, weights: npt.NDArray[np.float64], params: AlignParams) -> list[Block]:
    """Return the maximal exact matches that the seeds make, in the order of a. ``weights`` are those of a's 4-grams (0–1)."""
    i, j = _seeds(a, b, params.seed, params.repeats)
    if not len(i):
        return []
    diagonal = i - j
    order = np.lexsort((i, diagonal))
    i, j, diagonal = i[order], j[order], diagonal[order]
    fresh = np.ones(len(i), dtype=bool)
    fresh[1:] = (diagonal[1:] != diagonal[:-1]) | (i[1:] > i[:-1] + 1)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(i)) - 1
    length = i[ends] - i[starts] + params.seed
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    first, last = i[starts], np.minimum(i[ends] + params.seed - SKETCH_SIZE, len(weights) - 1)
    grams = last - first + 1
    # Every character beyond the first k-gram brings one k-gram; the first brings k characters at once.
    worth = (sums[last + 1] - sums[first]) / grams * length
    rows = sorted(zip(first.tolist(), j[starts].tolist(), length.tolist(), worth.tolist(), strict=True))
    return [Block(*row) for row in rows]


def gather(blocks: list[Block], params: AlignParams) -> Iterator[Stretch]:
    """Gather blocks into stretches, the nearest first, until no gap is worth bridging."""
    items: list[Stretch | None] = [Stretch(b.i, b.i + b.n, b.j, b.j + b.n, b.worth, (b,)) for b in blocks]
    for reach in (6, 20, 60, params.reach, params.reach):
        items = _pass(items, reach, params)
    for s in items:
        if s is not None:
            yield s


def _pass(items: list[Stretch | None], reach: int, params: AlignParams) -> list[Stretch | None]:
    rows = sorted((s for s in items if s is not None), key=lambda s: (s.a0, s.b0))
    merged = True
    while merged:
        merged = False
        out: list[Stretch] = []
        for s in rows:
            # Look back over the open stretches for the cheapest one to join.
            best, cost = None, 0.0
            for n in range(len(out) - 1, -1, -1):
                t = out[n]
                if s.a0 - t.a1 > reach:
                    if n < len(out) - 40:
                        break
                    continue
                price = _price(t, s, reach, params)
                if price is not None and (best is None or price < cost):
                    best, cost = n, price
            if best is None:
                out.append(s)
            else:
                out[best] = _join(out[best], s)
                merged = True
        rows = sorted(out, key=lambda s: (s.a0, s.b0))
    return list(rows)


def _price(t: Stretch, s: Stretch, reach: int, params: AlignParams) -> float | None:
    """Return what joining costs, None if it is too dear for one of the two."""
    gap_a = max(0, max(s.a0, t.a0) - min(s.a1, t.a1))
    gap_b = max(0, max(s.b0, t.b0) - min(s.b1, t.b1))
    gap = max(gap_a, gap_b)
    if gap > reach:
        return None
    cost = params.gap_cost * gap
    # A stretch that lies within the other on one side adds no length there; its gap on the other side decides.
    return cost if cost < min(t.worth, s.worth) else None


def _join(t: Stretch, s: Stretch) -> Stretch:
    blocks = tuple(sorted((*t.blocks, *s.blocks), key=lambda b: (b.i, b.j)))
    gap = max(0, max(s.a0, t.a0) - min(s.a1, t.a1), max(s.b0, t.b0) - min(s.b1, t.b1))
    overlap = max(0, min(s.a1, t.a1) - max(s.a0, t.a0))
    worth = t.worth + s.worth - 0.1 * gap - min(overlap, min(t.worth, s.worth))
    return Stretch(
        min(t.a0, s.a0), max(t.a1, s.a1), min(t.b0, s.b0), max(t.b1, s.b1), max(worth, t.worth, s.worth), blocks
    )


def align(a: Codes, b: Codes, weights: npt.NDArray[np.float64], params: AlignParams) -> tuple[Stretch, ...]:
    """Return the passages that two folded texts share, in the order of a.

    A stretch whose a side lies for the most part in a better one of the same pair is left out: a sentence that the source
    says twice is no second passage.
    """
    found = [
        s
        for s in gather(blocks_of(a, b, weights, params), params)
        if s.worth >= params.least_worth
        and min(s.a1 - s.a0, s.b1 - s.b0) >= params.least_length
        and s.density >= params.least_density
    ]
    kept: list[Stretch] = []
    for s in sorted(found, key=lambda s: (-s.worth, s.a0, s.b0)):
        if all(_shared(s.a0, s.a1, t.a0, t.a1) < 0.6 * (s.a1 - s.a0) for t in kept):
            kept.append(s)
    return tuple(sorted(kept, key=lambda s: (s.a0, s.b0)))


def _shared(a0: int, a1: int, b0: int, b1: int) -> int:
    return max(0, min(a1, b1) - max(a0, b0))
