"""Which labelled texts are near copies of each other: they must not stand on both sides of a test."""

from __future__ import annotations

from collections.abc import Sequence

from screening.document import Span
from screening.reuse.fingerprint import fingerprints
from screening.reuse.index import MIN_SHARED, FingerprintIndex
from screening.text.view import fold

NEAR = 0.3  # of the smaller text's fingerprints, shared


def near_copies(texts: Sequence[str]) -> list[int]:
    """Return a group number for each text, that of the group's first member; texts that share much of their wording share one."""
    prints = [fingerprints(fold(t, (Span(0, len(t)),))) for t in texts]
    index = FingerprintIndex.build(prints)
    group = list(range(len(texts)))

    def root(n: int) -> int:
        while group[n] != n:
            n = group[n]
        return n

    for a, own in enumerate(prints):
        for near in index.met(own).rows(MIN_SHARED):
            b = near.number
            if b < a and near.shared >= NEAR * min(len(own), len(prints[b])):
                first, second = sorted((root(a), root(b)))
                group[second] = first
    return [root(n) for n in range(len(texts))]
