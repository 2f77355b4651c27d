"""The limits of one file; honest files stay far below them (measured on 2,013 real ones: 291 entries, 15.3 MB, depth 29)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of the file, bytes inflated, entries of the package, ratio of one entry above 1 MB, XML depth and elements, PDF pages."""

    size: int = 20 * 2**20
    inflated: int = 64 * 2**20
    entries: int = 1_000
    ratio: int = 200
    depth: int = 100
    elements: int = 2_000_000
    pages: int = 300
