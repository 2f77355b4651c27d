"""The limits of one file; honest files stay far below them (measured on some 4,000 real ones: 1,714 entries, 15.3 MB, depth 29)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of the file, bytes inflated, entries of the package, ratio of one entry above 1 MB, XML depth and elements, PDF pages.

    Then what comes out: characters and paragraphs of the text (a book of 600 pages has 500,000). Then what the child that reads
    it may take: bytes of memory above its start, seconds, bytes of its answer.
    """

    size: int = 20 * 2**20
    inflated: int = 64 * 2**20
    entries: int = 4_000
    ratio: int = 200
    depth: int = 100
    elements: int = 2_000_000
    pages: int = 300
    characters: int = 500_000
    paragraphs: int = 20_000
    memory: int = 512 * 2**20
    seconds: float = 5.0
    answer: int = 32 * 2**20
