"""Texts that state the same facts: looked up in the same index as the wording, ranked by what stands together in the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from screening.reuse.facts import KEPT_BELOW, Facts, Floats, weights_of
from screening.reuse.fingerprint import Hashes
from screening.reuse.index import FingerprintIndex, counting
from screening.reuse.ranking import Candidate, Name, Near, ranked

MAX_DF = 400  # texts; a fact that more have tells no pair
WINDOW = 400  # characters of the case in which the shared facts must stand together
LEAST_SCORE = 9.0  # nepers: two or three rare facts; at 12 two of 152 rewritings are lost, at 6 none is gained
KIN_TOP = 6  # candidates looked at


@dataclass(frozen=True, slots=True, eq=False)
class Kin:
    """``candidates`` by facts, best first; the ``facts`` of the text, and what each tells (``weights``, nepers)."""

    candidates: tuple[Candidate, ...]
    facts: Facts
    weights: Floats


def asked(facts: Facts) -> Hashes:
    """Return the facts of a text that an index may hold, distinct and sorted."""
    return np.unique(facts.hashes[facts.chance < KEPT_BELOW])


def kin_of(
    facts: Facts,
    index: FingerprintIndex,
    name: Name,
    own: str,
    key: Callable[[Hashes], Hashes] = lambda hashes: hashes,
    top: int = KIN_TOP,
) -> Kin:
    """Return the texts of an index that state what a text states. ``key`` gives the part of a hash that the index holds.

    ``name`` gives ids for numbers of documents; ``own`` is left out.
    """
    keys = key(facts.hashes)
    left, right = np.searchsorted(index.hashes, keys, "left"), np.searchsorted(index.hashes, keys, "right")
    weights = weights_of(facts, right - left, index.size)
    _, inverse, times = np.unique(keys, return_inverse=True, return_counts=True)
    hit = np.flatnonzero((right > left) & (right - left <= MAX_DF) & (facts.chance < KEPT_BELOW) & (weights > 0))
    if not len(hit):
        return Kin((), facts, weights)
    many = (right - left)[hit]
    documents = np.asarray(index.documents[np.repeat(left[hit], many) + counting(many)]).astype(np.int64)
    place, fact = np.repeat(facts.starts[hit], many), np.repeat(inverse[hit], many)
    told = np.repeat(weights[hit] / np.sqrt(times[inverse[hit]]), many)
    at = (documents << 32) + place
    order = np.argsort(at, kind="stable")
    at, documents, told, fact = at[order], documents[order], told[order], fact[order]
    sums = np.concatenate(([0.0], np.cumsum(told)))
    scores = sums[np.searchsorted(at, at + WINDOW)] - sums[:-1]
    first = np.flatnonzero(np.diff(documents, prepend=-1))
    best = np.maximum.reduceat(scores, first)
    rows = [Near(int(documents[first[n]]), 0, float(best[n])) for n in np.flatnonzero(best >= LEAST_SCORE)]
    return Kin(ranked(rows, name, own, top), facts, weights)
