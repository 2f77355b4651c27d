"""Fingerprints of a folded text: hashes of every n-gram by numpy, and the share of them that an index keeps.

Sampling by hash mod p after Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting" (2003). 6-grams
rather than 8-grams: at the same storage they found .994-1.000 of the planted pairs of three corpora, 8-grams .967-.994, for about one
more candidate a text; what is lost are short passages (60-150 characters) with every second word replaced.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from screening.text.view import Codes, View

Hashes = npt.NDArray[np.uint64]

SIZE = 6  # characters of an indexed n-gram
KEEP = 4  # one hash in so many is kept …
ALL = 1  # … all of them, if a text is to be searched thoroughly
SKETCH_SIZE = 4  # characters of the n-grams whose document frequency tells rare from common
SKETCH_BITS = 22

_BASE = np.uint64(0x9E3779B97F4A7C15)


def ngram_hashes(codes: Codes, size: int) -> Hashes:
    """Return the 64-bit hash of every ``size``-gram, in order: len(codes) - size + 1 of them. The same on every machine."""
    n = len(codes) - size + 1
    if n <= 0:
        return np.empty(0, dtype=np.uint64)
    wide = codes.astype(np.uint64)
    out = np.zeros(n, dtype=np.uint64)
    for i in range(size):
        out = out * _BASE + wide[i : i + n]
    # The finaliser of splitmix64 (Steele, Lea, Flood 2014): sampling by the low bits needs them well mixed.
    out ^= out >> np.uint64(30)
    out *= np.uint64(0xBF58476D1CE4E5B9)
    out ^= out >> np.uint64(27)
    out *= np.uint64(0x94D049BB133111EB)
    out ^= out >> np.uint64(31)
    return out


def fingerprints(view: View, keep: int = KEEP) -> Hashes:
    """Return the kept hashes of a view, distinct, in the order of their first occurrence: about one in ``keep`` characters.

    Behind them stand two of the whole text: an equal text is found even if it is too short or too monotonous for n-grams.
    """
    hashes = ngram_hashes(view.codes, SIZE)
    kept: Hashes = hashes[hashes % np.uint64(keep) == 0]
    _, first = np.unique(kept, return_index=True)
    return np.concatenate((kept[np.sort(first)], _whole(view.codes)))


def _whole(codes: Codes) -> Hashes:
    """Return two hashes of a whole text (two, since a candidate must share two), none of an empty one."""
    digest = hashlib.blake2b(codes.astype("<u4").tobytes(), digest_size=16).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)[: 2 if len(codes) else 0]


def distinct_buckets(codes: Codes) -> npt.NDArray[np.uint32]:
    """Return the distinct buckets of a text's 4-grams, sorted."""
    buckets = np.sort(sketch_buckets(codes))  # numpy's own unique builds a hash table first: four times as long
    fresh = np.ones(len(buckets), dtype=bool)
    np.not_equal(buckets[1:], buckets[:-1], out=fresh[1:])
    return buckets[fresh]


def sketch_buckets(codes: Codes) -> npt.NDArray[np.uint32]:
    """Return the bucket (0 … 2**SKETCH_BITS - 1) of every 4-gram, in order."""
    buckets: npt.NDArray[np.uint32] = (ngram_hashes(codes, SKETCH_SIZE) >> np.uint64(64 - SKETCH_BITS)).astype(
        np.uint32
    )
    return buckets
