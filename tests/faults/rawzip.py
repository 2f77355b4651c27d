"""Zip archives written field by field, so that any of them can lie."""

import struct
import zlib
from dataclasses import dataclass

MB = 2**20


def deflate(content):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(content) + squeeze.flush()


def deflated_repeat(block, times):
    """Return ``block`` deflated ``times`` over without deflating it more than once: after a full flush a stream can be repeated."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = squeeze.compress(block) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return once * times + squeeze.flush()


@dataclass
class Entry:
    """One entry as it is written; what is None is told truly."""

    name: bytes | str
    content: bytes = b""
    packed: bytes | None = None  # as it lies in the file, if that is not deflated content
    method: int = 8
    flags: int = 0x800
    size: int | None = None  # inflated, as the directory says
    packed_size: int | None = None
    crc: int | None = None
    at: int | None = None  # offset, as the directory says
    inner_name: bytes | str | None = None  # in front of the content, where another may stand
    mode: int = 0


def archive(*entries, count=None, directory_size=None, zip64=None, comment=b""):
    out, rows = bytearray(), []
    for e in entries:
        name = e.name.encode() if isinstance(e.name, str) else e.name
        inner = e.inner_name.encode() if isinstance(e.inner_name, str) else e.inner_name
        inner = name if inner is None else inner
        packed = e.packed if e.packed is not None else (deflate(e.content) if e.method == 8 else e.content)
        crc = zlib.crc32(e.content) if e.crc is None else e.crc
        size = len(e.content) if e.size is None else e.size
        packed_size = len(packed) if e.packed_size is None else e.packed_size
        fields = (e.flags, e.method, 0, 33, crc, packed_size, size)
        rows.append(
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\1\2",
                20,
                20,
                *fields[:4],
                *fields[4:],
                len(name),
                0,
                0,
                0,
                0,
                e.mode << 16,
                len(out) if e.at is None else e.at,
            )
            + name
        )
        out += struct.pack("<4s5H3L2H", b"PK\3\4", 20, *fields[:4], *fields[4:], len(inner), 0) + inner + packed
    start = len(out)
    for row in rows:
        out += row
    size = len(out) - start
    if zip64 is not None:
        at = len(out)
        out += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, zip64, zip64, size, start)
        out += struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    told = len(entries) if count is None else count
    size = size if directory_size is None else directory_size
    out += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, told & 0xFFFF, told & 0xFFFF, size, start, len(comment)) + comment
    return bytes(out)
