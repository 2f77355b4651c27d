"""The judge of rewriting: which stretches of two texts state the same facts, in other words.

A shared fact or rare word is a link between two places. Chance scatters links, a rewriting puts them together: a link counts if others
stand near it on both sides at once. Words that a text repeats are its theme and tell little, so a link is damped by how often its word
occurs. What is linked within a paragraph's reach is the seed of a passage; the passage goes as far as links are dense.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.document import Span
from screening.reuse.facts import Facts, Floats, Ints

MOST_FACTS = 500  # shared facts of a pair that are looked at
SQUARE = 200  # characters: half a side of the squares in which links are counted before a closer look

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewritingParams:
    """Lengths in characters (of the case, of the source), weights in nepers. The figures were chosen on sets for tuning.

    ``near``: how near another link must stand to support one, a sentence or two; ``support`` that a link of a seed needs; ``reach``
    between links of one seed; ``least``: a link that tells less (after damping) is none; ``repeats``: pairs of places of one fact
    above which it is the theme; ``place``: what stands within so many characters counts ``most`` at most, since a list of names is
    one fact (in a chain, ``most_chained``); ``step``: from one link of a chain to the next; ``shift`` and ``pause``: what a chain pays
    for a character by which the sides differ, and for one passed over; ``margin``: a link may lie so far outside the other side's
    stretch; ``window``: how far a stretch grows at once. ``hard``: what a number, date or title counts beyond its rarity.

    ``worth_a_look``: what the facts of a square must tell; nineteen of twenty wrong candidates have less, every rewriting that is found
    has 24 and more. ``enough``: the score of a rewriting. Of some 3,000 cases held against 600 texts each, the best wrong pair had 22.7, one event told by
    two authors; of 168 rewritings eight had less than 22, nearly all of texts that state hardly a fact. ``beside``: the share of both that is asked of a pair known by its wording, for what stands outside that.
    """

    near: tuple[int, int] = (60, 80)
    reach: tuple[int, int] = (150, 200)
    support: float = 4.0
    least: float = 0.4
    repeats: int = 60
    place: int = 40
    most: float = 5.0
    most_chained: float = 8.0
    step: int = 400
    shift: float = 0.08
    pause: float = 0.01
    margin: int = 150
    window: int = 400
    hard: float = 2.0
    enough: float = 22.0
    worth_a_look: float = 22.0
    beside: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Places of the same fact: fact ``i`` of the case, at ``x``, is fact ``j`` of the source, at ``y``.

    ``key`` numbers the fact, ``weight`` is what it tells (nepers, damped).
    """

    i: Ints
    j: Ints
    x: Ints
    y: Ints
    key: Ints
    weight: Floats

    def swapped(self) -> Links:
        """Return the same links seen from the other side."""
        return Links(self.j, self.i, self.y, self.x, self.key, self.weight)

    def outside(self, known: Sequence[tuple[Span, Span]]) -> Ints:
        """Return which links stand in none of the stretches, on neither side."""
        kept = np.ones(len(self.i), dtype=bool)
        for own, other in known:
            kept &= ((self.x < own.start) | (self.x >= own.end)) & ((self.y < other.start) | (self.y >= other.end))
        return np.flatnonzero(kept)

    def only(self, chosen: Ints) -> Links:
        """Return the chosen links."""
        c = chosen
        return Links(self.i[c], self.j[c], self.x[c], self.y[c], self.key[c], self.weight[c])

    def told(self, chosen: Ints, place: int = 1, most: float = math.inf) -> float:
        """Return what the distinct facts among the chosen links tell; what stands within ``place`` characters counts ``most`` at most."""
        _, first = np.unique(self.key[chosen], return_index=True)
        rows = chosen[first]
        if not len(rows):
            return 0.0
        sides = (
            np.bincount((at - at.min()) // place, weights=self.weight[rows]) for at in (self.x[rows], self.y[rows])
        )
        return min(float(np.minimum(sums, most).sum()) for sums in sides)


@dataclass(frozen=True, slots=True)
class Link:
    """One shared fact: where it stands on both sides, its number among the facts, what it tells (nepers), whether it is hard."""

    span: Span
    source_span: Span
    key: int
    weight: float
    hard: bool


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A rewritten stretch of the case, the stretch of the source whose facts it states, and these facts in the order of the case."""

    score: float
    span: Span
    source_span: Span
    links: tuple[Link, ...]


def links_of(a: Facts, b: Facts, weights: Floats, params: RewritingParams) -> Links:
    """Return all links between two texts, in the order of a. ``weights`` are those of a's facts."""
    (distinct, key, own), (known, order) = a.grouped, b.ordered
    left, right = np.searchsorted(known, distinct, "left")[key], np.searchsorted(known, distinct, "right")[key]
    pairs = (right - left) * own[key]
    damped = weights / np.sqrt(np.maximum(pairs, 1))
    hit = np.flatnonzero((pairs > 0) & (pairs <= params.repeats) & (damped >= params.least))
    if len(hit) > MOST_FACTS:  # two copies of one long text, which their wording tells well enough
        hit = np.sort(hit[np.argsort(-damped[hit], kind="stable")[:MOST_FACTS]])
    many = right[hit] - left[hit]
    i = np.repeat(hit, many)
    j = order[np.repeat(left[hit], many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)]
    return Links(i, j, a.starts[i], b.starts[j], key[i], damped[i])


def rewritings(
    a: Facts, b: Facts, weights: Floats, params: RewritingParams, known: Sequence[tuple[Span, Span]] = ()
) -> list[Rewriting]:
    """Return the stretches of two texts that state the same facts well enough, the best first; they may overlap.

    ``known`` are stretches of both texts that share their wording: what stands in them proves nothing besides, but a passage that is
    proved by other facts reaches over them; less proof is asked of it, since the pair is known.
    """
    links = links_of(a, b, weights, params)
    fresh = links.outside(known)
    proof = links.only(fresh)
    share = params.beside if known else 1.0
    if _densest(proof) < share * params.worth_a_look:
        return []
    found = []
    for told, seed in (*_gathered(proof, params), *_chained(proof, params)):
        score = told + params.hard * len(np.unique(proof.key[seed][a.hard[proof.i[seed]]]))
        if score >= share * params.enough:
            found.append(_grown(a, b, weights, links, fresh[seed], score, params))
    return sorted(found, key=lambda r: (-r.score, r.span, r.source_span))


def _densest(links: Links) -> float:
    """Return the most that facts tell in one square of 400 by 400 characters, give or take what stands twice in it."""
    rows, columns = links.x // SQUARE, links.y // SQUARE
    width = int(columns.max(initial=0)) + 2
    cell = rows * width + columns
    _, first = np.unique((cell << 20) + links.key, return_index=True)
    height = int(rows.max(initial=0)) + 2
    told = np.bincount(cell[first], weights=links.weight[first], minlength=height * width).reshape(height, width)
    return float((told[:-1, :-1] + told[1:, :-1] + told[:-1, 1:] + told[1:, 1:]).max())


def _gathered(links: Links, p: RewritingParams) -> Iterator[tuple[float, Ints]]:
    """Yield seeds whose links stand together, in whatever order, and what they tell."""
    close = (np.abs(links.x[:, None] - links.x) <= p.near[0]) & (np.abs(links.y[:, None] - links.y) <= p.near[1])
    strong = np.flatnonzero(_support(close & (links.key[:, None] != links.key), links) >= p.support)
    for group in _groups(links.x[strong], links.y[strong], p.reach):
        yield links.told(strong[group], p.place, p.most), strong[group]


def _chained(links: Links, p: RewritingParams) -> Iterator[tuple[float, Ints]]:
    """Yield the best chain of links in one order on both sides, wide apart as they may be, and what it tells less what its gaps cost.

    Chaining as in the alignment of genomes (Li, minimap2, 2018): a paraphrase sentence by sentence keeps the pace of its source.
    """
    order = np.lexsort((links.y, links.x))
    x, y, key, weight = links.x[order], links.y[order], links.key[order], links.weight[order]
    best, before = weight.copy(), np.full(len(order), -1)
    first = np.searchsorted(x, x - p.step)
    for n in range(1, len(order)):
        reach = slice(int(first[n]), n)
        dx, dy = x[n] - x[reach], y[n] - y[reach]
        follows = (dx > 0) & (dy > 0) & (dy < p.step) & (key[reach] != key[n])
        worth = np.where(follows, best[reach] - p.shift * np.abs(dx - dy) - p.pause * np.maximum(dx, dy), 0.0)
        m = int(worth.argmax()) if len(worth) else 0
        if len(worth) and worth[m] > 0:
            best[n] += worth[m]
            before[n] = reach.start + m
    n = int(best.argmax())
    total, chain = float(best[n]), []
    while n >= 0:
        chain.append(n)
        n = int(before[n])
    seed = order[chain[::-1]]
    yield links.told(seed, p.place, p.most_chained) - (links.told(seed) - total), seed


def _support(near: Mask, links: Links) -> Floats:
    """Return the weight of the other facts near each link, none counted for more than the link itself."""
    order = np.argsort(links.key, kind="stable")
    first = np.flatnonzero(np.diff(links.key[order], prepend=-1))
    facts = np.logical_or.reduceat(near[:, order], first, axis=1)
    told: Floats = (np.minimum.outer(links.weight, links.weight[order][first]) * facts).sum(axis=1)
    return told


def _groups(x: Ints, y: Ints, reach: tuple[int, int]) -> Iterator[Ints]:
    """Yield the groups of points that hang together within reach on both axes."""
    left = np.ones(len(x), dtype=bool)
    for first in range(len(x)):
        if not left[first]:
            continue
        left[first] = False
        group, edge = [first], [first]
        while edge:
            n = edge.pop()
            new = np.flatnonzero(left & (np.abs(x - x[n]) <= reach[0]) & (np.abs(y - y[n]) <= reach[1])).tolist()
            left[new] = False
            group += new
            edge += new
        yield np.array(sorted(group))


def _grown(
    a: Facts, b: Facts, weights: Floats, links: Links, seed: Ints, score: float, p: RewritingParams
) -> Rewriting:
    """Return the passage around a seed: each side is fitted to the other three times, which is enough for them to settle."""
    back = links.swapped()
    a0, a1 = int(links.x[seed].min()), int(a.ends[links.i[seed]].max())
    b0, b1 = int(links.y[seed].min()), int(b.ends[links.j[seed]].max())
    for _ in range(3):
        a0, a1 = _fitted(links, (a0, a1), (b0, b1), a.ends, p)
        b0, b1 = _fitted(back, (b0, b1), (a0, a1), b.ends, p)
    inside = (links.x >= a0) & (links.x < a1) & (links.y >= b0) & (links.y < b1)
    found = tuple(
        Link(
            Span(int(a.starts[i]), int(a.ends[i])),
            Span(int(b.starts[j]), int(b.ends[j])),
            int(key),
            float(weights[i]),
            bool(a.hard[i]),
        )
        for i, j, key in zip(links.i[inside], links.j[inside], links.key[inside], strict=True)
    )
    return Rewriting(score, Span(a0, a1), Span(b0, b1), found)


def _fitted(
    links: Links, own: tuple[int, int], other: tuple[int, int], ends: Ints, p: RewritingParams
) -> tuple[int, int]:
    """Return the stretch of one side that is densely linked to the other side's.

    Links come at one rate inside a rewriting and at another outside; for two Poisson rates d > b the likeliest stretch is that with
    the largest sum of weights less (d - b) / ln(d / b) a character.
    """
    meets = (links.y >= other[0] - p.margin) & (links.y < other[1] + p.margin)
    items, first = np.unique(links.i[meets], return_index=True)
    places, weights = links.x[meets][first], links.weight[meets][first]
    within = (places >= own[0]) & (places < own[1])
    # Each rate as if 40 (500) characters with hardly a link had been seen besides: few links give no wild rates.
    dense = (weights[within].sum() + 0.01) / (own[1] - own[0] + 40)
    loose = (weights[~within].sum() + 5.0) / (max(0, int(ends[-1]) - own[1] + own[0]) + 500)
    loose = min(loose, dense / 1.5)
    cost = (dense - loose) / np.log(dense / loose)
    near = np.flatnonzero((places > own[0] - p.window) & (places < own[1] + p.window))
    if not len(near):
        return own
    begin, end = _segment(places[near].tolist(), weights[near].tolist(), float(cost))
    return int(places[near[begin]]), int(ends[items[near[end]]])


def _segment(places: list[int], weights: list[float], cost: float) -> tuple[int, int]:
    """Return the first and the last item of the stretch whose weights exceed ``cost`` a character most (Kadane's algorithm)."""
    best = total = 0.0
    start = begin = end = 0
    for n, weight in enumerate(weights):
        kept = total - cost * (places[n] - places[n - 1]) if n else 0.0
        if kept <= 0:
            kept, start = 0.0, n
        total = kept + weight
        if total > best:
            best, begin, end = total, start, n
    return begin, end
