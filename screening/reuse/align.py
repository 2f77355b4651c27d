"""Alignment of two folded texts: which passages do they share, and how well is each borne out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from screening.reuse.gather import GatherParams, Pair, Stretch, covered, gather
from screening.reuse.refrain import refrains
from screening.reuse.seeds import Block, Grams, blocks_of, shared

__all__ = ["AlignParams", "Block", "Stretch", "align", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignParams:
    """Lengths in folded characters.

    ``repeats``: a 4-gram that occurs more often on a side is no seed; ``first_worth``: rarity-weighted
    characters that the best passage of a pair needs (a long name alone does not reach it), ``least_worth`` the others;
    ``least_length``: characters of a passage on each side; ``least_density``: matched share of it.
    """

    repeats: int = 6
    first_worth: float = 24.0
    least_worth: float = 12.0
    least_length: int = 24
    least_density: float = 0.2
    gather: GatherParams = field(default_factory=GatherParams)


def align(a: Grams, b: Grams, weights: npt.NDArray[np.float64], params: AlignParams) -> tuple[Stretch, ...]:
    """Return the passages that two folded texts share, in the order of a. ``weights`` are those of a's 4-grams (0–1).

    A stretch whose a side lies for the most part in a better one of the same pair is left out: a sentence that the source
    says twice is no second passage.
    """
    if len(a.codes) >= params.least_length and np.array_equal(a.codes, b.codes):
        n = len(a.codes)
        return (Stretch(0, n, 0, n, float(n), (Block(0, 0, n, float(n)),)),)
    hits = shared(a, b)
    again = refrains(a, b, hits, weights, params.repeats, params.first_worth)
    blocks = blocks_of(a, hits, weights, params.repeats)
    if sum(b.worth for b in blocks) < params.first_worth and not again:
        return ()
    found = again + [
        s
        for s in gather(blocks, Pair(a.codes, b.codes), params.gather)
        if s.worth >= params.least_worth
        and min(s.a1 - s.a0, s.b1 - s.b0) >= params.least_length
        and s.density >= params.least_density
    ]
    if max((s.worth for s in found), default=0.0) < params.first_worth:
        return ()
    kept: list[Stretch] = []
    for s in sorted(found, key=lambda s: (-s.worth, s.a0, s.b0)):
        if all(_shared(s.a0, s.a1, t.a0, t.a1) < 0.6 * (s.a1 - s.a0) for t in kept):
            kept.append(s)
    return tuple(sorted(kept, key=lambda s: (s.a0, s.b0)))


def _shared(a0: int, a1: int, b0: int, b1: int) -> int:
    return max(0, min(a1, b1) - max(a0, b0))
