"""Blocks gathered into stretches: two become one where what lies between them is short, or is alike on both sides.

Like a locally optimal alignment, a gap must cost less than either neighbour is worth, so a strong passage reaches over an edited
sentence and a chance match beyond its edge is left out. Order does not matter: swapped sentences gather as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.reuse.seeds import Block
from screening.text.view import Codes

MARGIN = 10  # characters by which the place to look for the counterpart of a gap is widened
LOOK_BACK = 40  # stretches over which a neighbour is sought


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherParams:
    """Lengths in folded characters, costs in matched characters per character.

    ``near``: a gap that needs no proof; ``reach``: the widest gap; ``foreign``: the widest stretch without counterpart
    between neighbours in order (a deletion or an insertion), ``foreign_moved`` between others, ``foreign_both`` on both sides at once;
    ``cost``, ``cost_both``: of unlike text on one, on both sides. ``chance`` is the share of a gap that two
    unlike texts have in common, ``alike`` the share from which on it counts as the same text.
    """

    near: int = 12
    reach: int = 300
    put_in: int = 100
    left_out: int = 250
    steep: int = 60
    foreign_moved: int = 30
    foreign_both: int = 40
    cost: float = 0.22
    cost_both: float = 0.2
    cost_alike: float = 0.12
    chance: float = 0.1
    alike: float = 0.25


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
        self.a, self.b = _bigrams(a), _bigrams(b)

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
        both = sum(x or y for x, y in zip([False, *hit], [*hit, False], strict=True))
        like = (both / (end - start) - p.chance) / (p.alike - p.chance)
        return (end - start) * (1 - min(1.0, max(0.0, like)))


def _bigrams(codes: Codes) -> list[int]:
    wide = codes.astype(np.int64)
    found: list[int] = ((wide[:-1] << 21) | wide[1:]).tolist()
    return found


def gather(blocks: list[Block], pair: Pair, params: GatherParams) -> list[Stretch]:
    """Gather blocks into stretches, the nearest first, until no gap is worth bridging."""
    items = [Stretch(b.i, b.i + b.n, b.j, b.j + b.n, b.worth, (b,)) for b in blocks]
    for reach in (6, 20, 60, params.reach, params.reach):
        items = _pass(items, reach, pair, params)
    return items


def _pass(items: list[Stretch], reach: int, pair: Pair, params: GatherParams) -> list[Stretch]:
    rows = sorted(items, key=lambda s: (s.a0, s.b0))
    merged = True
    while merged:
        merged = False
        out: list[Stretch] = []
        for s in rows:
            best, cost = -1, 0.0
            for n in range(len(out) - 1, -1, -1):
                t = out[n]
                if s.a0 - t.a1 > reach:
                    if n < len(out) - LOOK_BACK:
                        break
                    continue
                price = _price(t, s, reach, pair, params)
                if price is not None and (best < 0 or price < cost):
                    best, cost = n, price
            if best < 0:
                out.append(s)
            else:
                out[best] = _join(out[best], s, cost)
                merged = True
        rows = sorted(out, key=lambda s: (s.a0, s.b0))
    return rows


def _price(t: Stretch, s: Stretch, reach: int, pair: Pair, p: GatherParams) -> float | None:
    """Return what joining costs, None if it is too dear for one of the two. ``t`` begins before ``s`` in a."""
    gap_a = s.a0 - t.a1
    gap_b = max(s.b0, t.b0) - min(s.b1, t.b1)
    gap = max(gap_a, gap_b, 0)
    worth = min(t.worth, s.worth)
    if gap > reach or p.cost_alike * gap >= worth:
        return None
    if _repeated(gap_a, min(s.a1 - s.a0, t.a1 - t.a0)) != _repeated(gap_b, min(s.b1 - s.b0, t.b1 - t.b0)):
        return None
    if gap <= p.near:
        cost = p.cost * gap
        return cost if cost < worth else None
    in_order = s.b0 >= t.b1 - MARGIN
    between_b = (min(t.b1, s.b1), max(t.b0, s.b0))
    if in_order:
        near_a, near_b = [(t.a1, s.a0)], [between_b]
    else:
        near_a, near_b = [(t.a1 - gap_b, t.a1), (s.a0, s.a0 + gap_b)], [(t.b1, t.b1 + gap_a), (s.b0 - gap_a, s.b0)]
    unlike_a = pair.unlike(pair.a, t.a1, s.a0, pair.b, near_b, p) if gap_a > 0 else 0.0
    unlike_b = pair.unlike(pair.b, *between_b, pair.a, near_a, p) if gap_b > 0 else 0.0
    low, high = sorted((unlike_a, unlike_b))
    if (
        low > p.foreign_both
        or unlike_a > (p.put_in if in_order else p.foreign_moved)
        or unlike_b > (p.left_out if in_order else p.foreign_moved)
    ):
        return None
    cost = max(
        p.cost_alike * gap, p.cost * min(high, p.steep) + p.cost_alike * max(0, high - p.steep) + p.cost_both * low
    )
    return cost if cost < worth else None


def _repeated(gap: int, shorter: int) -> bool:
    """Say whether one side has already what the other has elsewhere: a phrase that occurs twice is no continuation."""
    return -gap > 0.5 * shorter


def _join(t: Stretch, s: Stretch, cost: float) -> Stretch:
    blocks = tuple(sorted((*t.blocks, *s.blocks), key=lambda b: (b.i, b.j)))
    overlap = max(0, min(s.a1, t.a1) - max(s.a0, t.a0))
    worth = max(t.worth, s.worth, t.worth + s.worth - 0.5 * cost - min(overlap, t.worth, s.worth))
    return Stretch(min(t.a0, s.a0), max(t.a1, s.a1), min(t.b0, s.b0), max(t.b1, s.b1), worth, blocks)


EDGE = 40  # characters beyond an end that are looked at together
EDGE_ALIKE = 0.25  # share of them that must have a counterpart, on both sides


def extended(s: Stretch, pair: Pair) -> Stretch:
    """Return the stretch with its ends moved outwards as long as what follows is alike, though no seed lies in it."""
    a0, a1, b0, b1 = s.a0, s.a1, s.b0, s.b1
    while (step := _edge(pair.a[a1 : a1 + EDGE], pair.b[b1 : b1 + EDGE])) is not None:
        a1, b1 = a1 + step[0], b1 + step[1]
    while (step := _edge(pair.a[max(0, a0 - EDGE) : a0][::-1], pair.b[max(0, b0 - EDGE) : b0][::-1])) is not None:
        a0, b0 = a0 - step[0], b0 - step[1]
    return Stretch(a0, a1, b0, b1, s.worth, s.blocks)


def _edge(mine: list[int], other: list[int]) -> tuple[int, int] | None:
    """Return how far both pieces are alike, None if they are not."""
    common = set(mine) & set(other)
    if not common:
        return None
    ends = []
    for piece in (mine, other):
        hit = [g in common for g in piece]
        both = sum(x or y for x, y in zip([False, *hit], [*hit, False], strict=True))
        if both < EDGE_ALIKE * EDGE:
            return None
        ends.append(len(hit) - hit[::-1].index(True))
    return ends[0], ends[1]
