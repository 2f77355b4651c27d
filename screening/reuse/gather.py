"""Blocks gathered into stretches: two become one where what lies between them is short, or is alike on both sides.

Like a locally optimal alignment, a gap must cost less than either neighbour is worth, so a strong passage reaches over an edited
sentence and a chance match beyond its edge is left out. Order does not matter: swapped sentences gather as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from screening.reuse.seeds import FIRST_HAN, Block
from screening.text.view import Codes

MARGIN = 10  # characters by which the place to look for the counterpart of a gap is widened
LOOK_BACK = 40  # stretches over which a neighbour is sought


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherParams:
    """Lengths in folded characters.

    ``near``: a gap that needs no proof; ``reach``: the widest gap; ``cost`` of a character of it, in matched characters, ``skip``
    of one that only the source has.

    What has no counterpart is at most so long: ``put_in`` of the case's own between neighbours in order (more would count the
    author's own words as reused), ``left_out`` of the source (that costs nobody anything), ``moved`` between others, ``both``
    on both sides at once. ``chance`` is the share of a gap that unlike texts have in common (.08 at most in 99 of 100 random
    pairs), ``alike`` the share from which on it is the same text (reworded ones had .3 and more), each counted in pieces of
    about ``piece`` characters.
    """

    near: int = 12
    reach: int = 300
    cost: float = 0.12
    skip: float = 0.06
    put_in: int = 100
    left_out: int = 250
    moved: int = 30
    both: int = 40
    chance: float = 0.1
    alike: float = 0.25
    piece: int = 40


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


class Pair:
    """Two folded texts as bigrams, to ask how much of a piece of one stands near a place in the other."""

    def __init__(self, a: Codes, b: Codes) -> None:
        self._codes = a, b

    @cached_property
    def a(self) -> list[int]:
        """Bigrams of the first text."""
        return _bigrams(self._codes[0], 1)

    @cached_property
    def b(self) -> list[int]:
        """Bigrams of the second text."""
        return _bigrams(self._codes[1], 2)

    def unlike(
        self, mine: list[int], start: int, end: int, other: list[int], windows: list[tuple[int, int]], p: GatherParams
    ) -> float:
        """Return how many of the characters ``mine[start:end]`` have no counterpart in the windows of the other text."""
        if end - start < 2:
            return float(max(0, end - start))
        near: set[int] = set()
        for low, high in windows:
            near.update(other[max(0, low - MARGIN) : high + MARGIN])
        hit = [g in near for g in mine[start : end - 1]]
        covered = [x or y for x, y in zip([False, *hit], [*hit, False], strict=True)]
        # Piece by piece: a sentence that was kept must not vouch for the paragraph beside it.
        pieces = max(1, round((end - start) / p.piece))
        marks = [n * (end - start) // pieces for n in range(pieces + 1)]
        out = 0.0
        for low, high in pairwise(marks):
            like = (sum(covered[low:high]) / (high - low) - p.chance) / (p.alike - p.chance)
            out += (high - low) * (1 - min(1.0, max(0.0, like)))
        return out


def _bigrams(codes: Codes, side: int) -> list[int]:
    """Return the bigrams as numbers; those of letters and digits are alike in all texts, so each is a number of its own."""
    wide = codes.astype(np.int64)
    letters = (wide[:-1] < FIRST_HAN) & (wide[1:] < FIRST_HAN)
    found: list[int] = np.where(letters, -side - 2 * np.arange(len(letters)), (wide[:-1] << 21) | wide[1:]).tolist()
    return found


def gather(blocks: list[Block], pair: Pair, params: GatherParams) -> list[Stretch]:
    """Gather blocks into stretches, the nearest first, until no gap is worth bridging."""
    items = [Stretch(b.i, b.i + b.n, b.j, b.j + b.n, b.worth, (b,)) for b in blocks]
    for reach in (params.near, 60, params.reach):
        items = _pass(items, reach, pair, params)
    return [s if len(s.blocks) == 1 else _in_order(s) for s in items]


def _in_order(s: Stretch) -> Stretch:
    return replace(s, blocks=tuple(sorted(s.blocks, key=lambda b: (b.i, b.j))))


def _pass(items: list[Stretch], reach: int, pair: Pair, params: GatherParams) -> list[Stretch]:
    rows = sorted(items, key=_place)
    merged = True
    while merged:
        merged = False
        out: list[Stretch] = []
        for s in rows:
            best, cost = -1, 0.0
            far = min(reach, int(s.worth / params.cost) + 1)  # a wider gap would cost more than s is worth
            low_a, low_b, high_b = s.a0 - far, s.b0 - far, s.b1 + far
            for n in range(len(out) - 1, max(-1, len(out) - 1 - LOOK_BACK), -1):
                t = out[n]
                if t.a1 < low_a or t.b1 < low_b or t.b0 > high_b:
                    continue
                price = _price(t, s, pair, params)
                if price is not None and (best < 0 or price < cost):
                    best, cost = n, price
            if best < 0:
                out.append(s)
            else:
                out[best] = _join(out[best], s, cost)
                merged = True
        rows = sorted(out, key=_place)
    return rows


def _place(s: Stretch) -> tuple[int, int]:
    return s.a0, s.b0


def _price(t: Stretch, s: Stretch, pair: Pair, p: GatherParams) -> float | None:
    """Return what joining costs, None if it is too dear for one of the two. ``t`` begins before ``s`` in a."""
    gap_a = s.a0 - t.a1
    gap_b = max(s.b0, t.b0) - min(s.b1, t.b1)
    gap = max(gap_a, gap_b, 0)
    in_order = s.b0 >= t.b1 - MARGIN
    cost = p.cost * gap
    # To leave words of the source out is the commonest change: two pieces stay one passage, though no surer a one for it.
    skipped = max(0, gap_b - max(gap_a, 0)) if in_order else 0
    if cost - (p.cost - p.skip) * skipped >= min(t.worth, s.worth):
        return None
    if gap > 0 and _twice(t, s):
        # What one side has already, the other has elsewhere: a phrase that occurs twice is no continuation.
        return None
    if gap <= p.near:
        return cost
    between_b = (min(t.b1, s.b1), max(t.b0, s.b0))
    near_a, near_b = [(t.a1, s.a0)], [between_b]
    if not in_order:
        # Swapped: what follows t in a may follow it in b as well, and so on for each outer end.
        near_a += [(t.a0 - gap_b, t.a0), (s.a1, s.a1 + gap_b)]
        near_b += [(s.b0 - gap_a, s.b0), (t.b1, t.b1 + gap_a)]
    unlike_a = pair.unlike(pair.a, t.a1, s.a0, pair.b, near_b, p) if gap_a > 0 else 0.0
    unlike_b = pair.unlike(pair.b, *between_b, pair.a, near_a, p) if gap_b > 0 else 0.0
    put_in, left_out = (p.put_in, p.left_out) if in_order else (p.moved, p.moved)
    foreign = min(unlike_a, unlike_b) > p.both or unlike_a > put_in or unlike_b > left_out
    return None if foreign else cost


def _twice(t: Stretch, s: Stretch) -> bool:
    """Say whether half of what one of the two matches is matched by the other as well, on one side or the other."""
    return (t.a1 > s.a0 and _common([(b.i, b.n) for b in t.blocks], [(b.i, b.n) for b in s.blocks])) or (
        min(t.b1, s.b1) > max(t.b0, s.b0) and _common([(b.j, b.n) for b in t.blocks], [(b.j, b.n) for b in s.blocks])
    )


def _common(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> bool:
    """Say whether two lists of (start, length) have in common more than half of what the smaller covers."""
    mine, theirs = ({n for start, length in spans for n in range(start, start + length)} for spans in (one, other))
    return 2 * len(mine & theirs) > min(len(mine), len(theirs))


def _join(t: Stretch, s: Stretch, cost: float) -> Stretch:
    overlap = max(0, min(s.a1, t.a1) - max(s.a0, t.a0))
    worth = max(t.worth, s.worth, t.worth + s.worth - 0.5 * cost - min(overlap, t.worth, s.worth))
    return Stretch(min(t.a0, s.a0), max(t.a1, s.a1), min(t.b0, s.b0), max(t.b1, s.b1), worth, t.blocks + s.blocks)
