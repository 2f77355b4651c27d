"""What a text says over and over: it has no place of its own that seeds could tell, so that it is compared by what is said, not in which order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from screening.reuse.fingerprint import SKETCH_SIZE
from screening.reuse.gather import Stretch
from screening.reuse.index import runs
from screening.reuse.seeds import Grams, Ints

LONG = 100  # characters that one side repeats without a break; a name that a text is full of never runs on like this
NEAR = 12  # characters between two repeated phrases that part nothing
MOST = 8  # stretches of a side that are looked at, the longest

Flags = npt.NDArray[np.bool_]


def refrains(
    a: Grams, b: Grams, hits: tuple[Ints, Ints], weights: npt.NDArray[np.float64], repeats: int, least: float
) -> list[Stretch]:
    """Return the stretches of two texts that consist of the same phrases, said more than ``repeats`` times on one side; they have no blocks.

    ``hits`` are those of :func:`shared`, ``weights`` (0–1) a's; the distinct phrases must be worth ``least``, each counted once.
    """
    places, which = hits
    distinct, times, _, order = a.by_hash
    often = (times > repeats) | (np.bincount(which, minlength=len(distinct)) > repeats)
    said = often[which]
    common = np.zeros(len(distinct), dtype=bool)
    common[which[said]] = True
    if max(int(np.count_nonzero(said)), int(times[common].sum())) < LONG:
        return []
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.repeat(np.arange(len(distinct)), times)
    mine = [(span, np.unique(rank[slice(*span)])) for span in _stretches(common[rank])]
    flags, whose = np.zeros(len(b.hashes), dtype=bool), np.zeros(len(b.hashes), dtype=np.int64)
    flags[places[said]], whose[places[said]] = True, which[said]
    theirs = [(span, np.unique(whose[slice(*span)][flags[slice(*span)]])) for span in _stretches(flags)]
    worth = np.zeros(len(distinct))
    worth[rank] = weights * np.diff(a.told)[: len(rank)]
    out = []
    for (a0, a1), phrases in mine:
        shared = [np.intersect1d(phrases, other, assume_unique=True) for _, other in theirs]
        told = [float(worth[s][common[s]].sum()) for s in shared]
        if not told or max(told) < least:
            continue
        b0, b1 = theirs[told.index(max(told))][0]
        if max(a1 - a0, b1 - b0) >= LONG:
            out.append(Stretch(a0, a1 + SKETCH_SIZE - 1, b0, b1 + SKETCH_SIZE - 1, max(told), ()))
    return out


def _stretches(flags: Flags) -> list[tuple[int, int]]:
    """Return the longest runs of 4-grams, those no further apart than ``NEAR`` as one."""
    rows = runs(flags)
    breaks = [n for n, (x, y) in enumerate(pairwise(rows), 1) if y[0] - x[1] > NEAR]
    joined = [(rows[m][0], rows[n - 1][1]) for m, n in pairwise([0, *breaks, len(rows)]) if rows]
    return sorted(sorted(joined, key=lambda r: r[0] - r[1])[:MOST])
