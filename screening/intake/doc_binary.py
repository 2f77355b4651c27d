"""The binary layer of a .doc ([MS-DOC]): the streams, the file information block, and the text through the piece table."""

from __future__ import annotations

import itertools
import struct
from bisect import bisect_right
from dataclasses import dataclass

import olefile

from screening.intake.limits import Limits
from screening.intake.refusals import refusal

# Parts of the file information block that are used here, by their place in FibRgFcLcb97.
STYLES, FOOTNOTES, COMMENTS, HEADERS, CHARACTERS, PARAGRAPHS, CLX, HEADER_SHAPES, ENDNOTES, BOXES, HEADER_BOXES = (
    1,
    3,
    5,
    11,
    12,
    13,
    33,
    41,
    47,
    56,
    58,
)
_COUNTS = (
    3,
    4,
    5,
    7,
    8,
    9,
    10,
)  # of FibRgLw97: body, footnotes, headers, comments, endnotes, text boxes, those of headers
WORD_97 = 0xC1
# A byte of a compressed piece is Windows-1252; the five bytes that it leaves undefined stand for themselves.
_NARROW = {b: bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(0x80, 0xA0)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: first character position, place of its bytes in the stream, bytes a character, properties on top."""

    cp: int
    at: int
    width: int
    length: int
    prm: bytes


class DocFile:
    """A .doc, opened: ``main`` and ``table`` streams, ``counts`` of characters by story, ``text`` by character position.

    Positions are UTF-16 units, as the format counts, so ``text`` keeps surrogates apart until :func:`joined`.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open it. Raises :class:`UnreadableError` ("damaged", "encrypted", "bomb", "too_many_elements"); nothing else."""
        try:
            with olefile.OleFileIO(data) as ole:
                self.main = _stream(ole, "WordDocument")
                flags = struct.unpack_from("<H", self.main, 10)[0]
                if flags & 0x0100:
                    raise refusal("encrypted")
                self.table = _stream(ole, "1Table" if flags & 0x0200 else "0Table")
                self.data = _stream(ole, "Data") if ole.exists("Data") else b""
                self.macros = ole.exists("Macros") or ole.exists("_VBA_PROJECT_CUR")
                self.objects = sum(len(path) == 2 and path[0] == "ObjectPool" for path in ole.listdir(storages=True))
                self.properties = _properties(ole)
            self._places, self.counts = _fib(self.main)
            self.pieces = self._pieces(limits)
        except (struct.error, IndexError, OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            # olefile and struct say "broken" in many ways.
            raise refusal("damaged") from error
        self._starts = [p.cp for p in self.pieces]
        self.text = "".join(self._decoded(p) for p in self.pieces)
        if len(self.text) < sum(self.counts):
            raise refusal("damaged", "正文不完整")

    def part(self, number: int) -> bytes:
        """Return a structure of the table stream by its number in the file information block; empty if the file has none."""
        at, length = self._places[number] if number < len(self._places) else (0, 0)
        return self.table[at : at + length]

    def positions(self, number: int, size: int) -> list[int]:
        """Return the character positions of a PLC whose data elements have ``size`` bytes."""
        raw = self.part(number)
        n = (len(raw) - 4) // (4 + size) + 1 if len(raw) >= 4 else 0
        return list(struct.unpack_from(f"<{n}I", raw))

    def elements(self, number: int, size: int) -> list[bytes]:
        """Return the data elements of a PLC, each of ``size`` bytes."""
        raw, n = self.part(number), len(self.positions(number, size))
        return [raw[at : at + size] for at in range(4 * n, 4 * n + (n - 1) * size, size)]

    def place(self, cp: int) -> tuple[int, bytes]:
        """Return where in the stream the character at ``cp`` lies, and the properties of its piece."""
        piece = self.pieces[bisect_right(self._starts, cp) - 1]
        return piece.at + (cp - piece.cp) * piece.width, piece.prm

    def reach(self, cp: int, end: int) -> int:
        """Return the first character position after ``cp`` that lies in another piece, or at or behind the byte ``end``."""
        piece = self.pieces[bisect_right(self._starts, cp) - 1]
        inside = -(-(end - piece.at) // piece.width)
        return piece.cp + max(cp - piece.cp + 1, min(piece.length, inside))

    def _decoded(self, piece: Piece) -> str:
        raw = self.main[piece.at : piece.at + piece.length * piece.width]
        if piece.width == 1:
            return raw.decode("latin-1").translate(_NARROW)
        return "".join(map(chr, struct.unpack(f"<{piece.length}H", raw)))

    def _pieces(self, limits: Limits) -> list[Piece]:
        """Read the Clx: property modifiers, then the piece table."""
        clx, at, modifiers = self.part(CLX), 0, []
        while clx[at] == 1:
            size = struct.unpack_from("<H", clx, at + 1)[0]
            modifiers.append(clx[at + 3 : at + 3 + size])
            at += 3 + size
        if clx[at] != 2:
            raise refusal("damaged", "缺少正文")
        (size,) = struct.unpack_from("<I", clx, at + 1)
        raw = clx[at + 5 : at + 5 + size]
        n = (size - 4) // 12
        if len(raw) < size or n < 1:
            raise refusal("damaged", "缺少正文")
        if n > limits.elements:
            raise refusal("too_many_elements")
        cps = struct.unpack_from(f"<{n + 1}I", raw)
        # No honest file tells a byte twice: more text than bytes would be the bomb of this format.
        if cps[0] or any(a > b for a, b in itertools.pairwise(cps)):
            raise refusal("damaged")
        if cps[-1] > len(self.main):
            raise refusal("bomb")
        pieces = []
        for i in range(n):
            fc, prm = struct.unpack_from("<IH", raw, 4 * (n + 1) + 8 * i + 2)
            width = 1 if fc & 0x40000000 else 2
            start = (fc & 0x3FFFFFFF) // (3 - width)
            length = cps[i + 1] - cps[i]
            if length and start + length * width > len(self.main):
                raise refusal("damaged", "正文不完整")
            if length:
                pieces.append(Piece(cps[i], start, width, length, _modifier(prm, modifiers)))
        return pieces


# [MS-DOC] Prm0: the few properties that a piece may carry in a single word, by their short number.
_SHORT = {0x41: 0x0800, 0x42: 0x0801, 0x54: 0x083C}


def _modifier(prm: int, modifiers: list[bytes]) -> bytes:
    """Return the list of property changes that a piece carries."""
    if prm & 1:
        number = prm >> 1
        return modifiers[number] if number < len(modifiers) else b""
    sprm = _SHORT.get(prm >> 1 & 0x7F)
    return struct.pack("<HB", sprm, prm >> 8) if sprm else b""


def _stream(ole: olefile.OleFileIO, name: str) -> bytes:
    data: bytes = ole.openstream(name).read()
    if len(data) < ole.get_size(name):
        raise refusal("damaged", "文件没有传完")
    return data


def _fib(main: bytes) -> tuple[list[tuple[int, int]], tuple[int, ...]]:
    """Return places (offset, length) of the structures in the table stream, and the characters of each story."""
    (csw,) = struct.unpack_from("<H", main, 32)
    at = 34 + 2 * csw
    (cslw,) = struct.unpack_from("<H", main, at)
    longs = struct.unpack_from(f"<{cslw}i", main, at + 2)
    at += 2 + 4 * cslw
    (n,) = struct.unpack_from("<H", main, at)
    numbers = struct.unpack_from(f"<{2 * n}I", main, at + 2)
    counts = tuple(longs[i] for i in _COUNTS)
    if min(counts) < 0:
        raise refusal("damaged")
    return list(zip(numbers[::2], numbers[1::2], strict=True)), counts


def _properties(ole: olefile.OleFileIO) -> dict[str, str]:
    """Return author, last editor, company and manager, under the names that a .docx gives them."""
    meta = ole.get_metadata()
    page = meta.codepage if isinstance(meta.codepage, int) else 1252
    encoding = {65001: "utf-8", -535: "utf-8", 10008: "gb18030", 936: "gb18030", 950: "big5"}.get(page, "cp1252")
    found = {}
    for key, value in (
        ("creator", meta.author),
        ("lastModifiedBy", meta.last_saved_by),
        ("Company", meta.company),
        ("Manager", meta.manager),
    ):
        text = value.decode(encoding, "replace") if isinstance(value, bytes) else str(value or "")
        if text.strip("\0 "):
            found[key] = text.strip("\0 ")
    return found


def joined(text: str) -> str:
    """Return text with its surrogate pairs put together; half a pair is dropped.

    >>> joined(chr(0xD842) + chr(0xDFB7) + chr(0xD842)) == "𠮷"
    True
    """
    if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
