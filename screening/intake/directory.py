"""A zip's central directory: how large it is, told from the end of the file before it is read, and whether its entries lie apart."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from itertools import pairwise

TAIL = (
    65_557 + 76
)  # bytes at the end of a file that hold all of it: the record with its longest comment, and those of zip64
PER_ENTRY = 1_024  # bytes that an honest directory spends on an entry, at most: 46, the name, and a few extra fields
_END, _LOCATOR, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_LOCAL_HEADER = 30


def declared(tail: bytes) -> tuple[int, int] | None:
    """Return the declared (entries, bytes) of the directory of which ``tail`` is the end; None if there is none.

    Goes where :mod:`zipfile` goes, so that no second record can show another directory to it than to us.
    """
    at = len(tail) - 22
    if tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END, max(0, len(tail) - 65_557))
    if at < 0 or len(tail) < at + 22:
        return None
    entries, size = struct.unpack_from("<HL", tail, at + 10)
    if at >= 76 and tail.startswith(_LOCATOR, at - 20) and tail.startswith(_END64, at - 76):
        entries, size = struct.unpack_from("<QQ", tail, at - 76 + 32)
    return entries, size


def apart(infos: Iterable[zipfile.ZipInfo], start: int) -> bool:
    """Say whether each entry ends before the next one, or the directory at ``start``, begins; bombs lay many over one heap of bytes."""
    spans = sorted({(i.header_offset, _LOCAL_HEADER + i.compress_size) for i in infos})
    return all(at + length <= after for (at, length), (after, _) in pairwise([*spans, (start, 0)]))
