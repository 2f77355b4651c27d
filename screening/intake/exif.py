"""What a photograph says of its maker, and the photograph without it: a small walk over the segments of JPEG and PNG."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_EXIF = b"Exif\x00\x00"
_SOS, _EOI = 0xDA, 0xD9
# Segments of a JPEG that describe: Exif and XMP, Photoshop's (IPTC), comments. The others (colours, size) draw the picture.
_JPEG_TEXTS = (0xE1, 0xED, 0xFE)
_ORIENTATION, _GPS, _OWN_IFD = 0x0112, 0x8825, 0x8769
_TAGS = {
    0x010E: "description",
    0x010F: "make",
    0x0110: "model",
    0x0131: "software",
    0x0132: "date",
    0x013B: "artist",
    0x8298: "copyright",
    0x9003: "taken",
    0x9C9B: "title",
    0x9C9D: "author",
    0xA430: "owner",
}


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) of the segments before the picture's own data; stops where the file is damaged."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in (_SOS, _EOI):
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            return
        yield marker, at, end
        at = end


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(_PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at, end
        at = end


def stripped(data: bytes) -> bytes:
    """Return a JPEG or PNG without what describes it; its turn is kept. Other formats come back as they are."""
    if data.startswith(_PNG):
        cuts = [(a, b, b"") for kind, a, b in _png_chunks(data) if kind in _PNG_TEXTS]
    elif data.startswith(b"\xff\xd8"):
        cuts = [(a, b, b"") for marker, a, b in _jpeg_segments(data) if marker in _JPEG_TEXTS]
        turn = _entries(_tiff(data)).get(_ORIENTATION, b"")
        if cuts and turn and turn not in (b"\x00\x01", b"\x01\x00"):
            cuts[0] = (*cuts[0][:2], _turned(int.from_bytes(turn, "little" if turn[1] == 0 else "big")))
    else:
        return data
    out, at = [], 0
    for a, b, instead in cuts:
        out += [data[at:a], instead]
        at = b
    return b"".join([*out, data[at:]])


def _turned(orientation: int) -> bytes:
    """Return a segment that says nothing but how a photograph is turned: without it, it would lie on its side."""
    tiff = b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation & 0xF, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff


def _tiff(data: bytes) -> bytes:
    if data.startswith(_PNG):
        return next((data[a + 8 : b - 4] for kind, a, b in _png_chunks(data) if kind == b"eXIf"), b"")
    for marker, a, b in _jpeg_segments(data):
        if marker == 0xE1 and data[a + 4 : a + 10] == _EXIF:
            return data[a + 10 : b]
    return b""


def _entries(tiff: bytes, at: int | None = None, deep: int = 0) -> dict[int, bytes]:
    """Return tag -> value of a TIFF directory and of the one that belongs to it; what is damaged is left out."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    out: dict[int, bytes] = {}
    try:
        if order is None:
            return out
        start = struct.unpack_from(f"{order}I", tiff, 4)[0] if at is None else at
        (number,) = struct.unpack_from(f"{order}H", tiff, start)
        for n in range(min(number, 200)):
            tag, kind, count, value = struct.unpack_from(f"{order}HHI4s", tiff, start + 2 + 12 * n)
            size = count * {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}.get(kind, 0)
            offset = struct.unpack(f"{order}I", value)[0]
            out[tag] = value[:size] if size <= 4 else tiff[offset : offset + size]
            if tag == _OWN_IFD and deep == 0:
                out |= _entries(tiff, offset, 1)
    except struct.error:
        pass
    return out


def facts(data: bytes) -> dict[str, str]:
    """Return what a JPEG or PNG says of its maker: artist, software, date, "gps" …; empty for other formats."""
    out: dict[str, str] = {}
    for tag, value in _entries(_tiff(data)).items():
        if tag == _GPS:
            out["gps"] = "含有拍摄地点"
        elif tag in _TAGS:
            wide = tag >= 0x9C9B and tag <= 0x9C9F  # Windows writes these as UTF-16
            words = value.decode("utf-16-le" if wide else "utf-8", "replace").strip("\x00 ")
            if words:
                out[_TAGS[tag]] = words
    if data.startswith(_PNG):
        for kind, a, b in _png_chunks(data):
            if kind in (b"tEXt", b"iTXt"):
                key, _, value = data[a + 8 : b - 4].partition(b"\x00")
                words = value.strip(b"\x00").decode("utf-8" if kind == b"iTXt" else "latin-1", "replace").strip("\x00 ")
                if words:
                    out[key.decode("latin-1").lower()] = words
    for marker, a, b in _jpeg_segments(data) if data.startswith(b"\xff\xd8") else ():
        if marker == 0xFE and (words := data[a + 4 : b].decode("utf-8", "replace").strip("\x00 ")):
            out["comment"] = words
    return out
