"""Formatting of a .doc ([MS-DOC]): runs and paragraphs out of the formatted disk pages, styles out of the style sheet."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from screening.intake.doc_binary import CHARACTERS, PARAGRAPHS, STYLES, DocFile
from screening.intake.limits import Limits
from screening.intake.refusals import refusal
from screening.intake.styles import Look

_PAGE = 512  # bytes of a formatted disk page
_OPERAND = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes of a property's operand by its kind; 0: told by its first byte
_HEADING = re.compile("(?:heading|标题|标 题)\\s*([1-9])")
_TITLES = {62: "title", 74: "subtitle"}  # built-in styles go by number: their names are in the writer's language
_WHITE = {8: "FFFFFF", 16: "C0C0C0"}  # of the sixteen old colours, those that may be hard to see
_DEPTH = 12  # of styles based on styles; Word allows 11
_NESTED = 31  # tables in tables: what Word itself can do


@dataclass(frozen=True, slots=True)
class Run:
    """What matters of a run: how it looks, tracked as deleted or inserted, whether control characters are special, symbol."""

    look: Look = field(default_factory=Look)
    deleted: bool = False
    inserted: bool = False
    special: bool = False
    symbol: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """What matters of a paragraph: style number, outline level 1–9, depth in tables, end of a row or cell, painted ground."""

    style: int = 0
    level: int | None = None
    depth: int = 0
    row_end: bool = False
    cell_end: bool = False  # of a table inside a table; a cell at depth 1 ends with its own character
    painted: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One style: name in lower case, its number if it is built in, what it is based on, its changes to runs and paragraphs."""

    name: str = ""
    level: int | None = None
    base: int = 0xFFF
    runs: bytes = b""
    paragraphs: bytes = b""


def changes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (property, operand) of a grpprl; stops where it is cut off."""
    at = 0
    while at + 2 < len(raw):
        (sprm,) = struct.unpack_from("<H", raw, at)
        at += 2
        size = _OPERAND[sprm >> 13]
        if sprm == 0xD608:  # a table's definition: two bytes of length, one too many
            size = 1 + struct.unpack_from("<H", raw, at)[0] if at + 2 <= len(raw) else 0
        elif not size:
            size = 1 + raw[at]
            if sprm == 0xC615 and raw[at] == 255:  # tabs, more than fit: the length is in the lists themselves
                return
        if not size or at + size > len(raw):
            return
        yield sprm, raw[at : at + size]
        at += size


class Formats:
    """Formatting by place in the stream; each distinct wording is resolved once."""

    def __init__(self, file: DocFile, limits: Limits) -> None:
        self.file = file
        self.sheets = _sheets(file.part(STYLES))
        self._runs = _Pages(file, CHARACTERS, 1, limits)
        self._paragraphs = _Pages(file, PARAGRAPHS, 13, limits)
        self._known_runs: dict[tuple[int, bytes, bytes], Run] = {}
        self._known_formats: dict[bytes, Format] = {}
        self._bases: dict[int, Run] = {}

    def paragraph(self, at: int) -> Format:
        """Return the format of the paragraph whose end mark lies at ``at``."""
        raw = self._paragraphs.at(at)[0]
        if raw not in self._known_formats:
            self._known_formats[raw] = self._format(raw)
        return self._known_formats[raw]

    def run(self, at: int, style: int, prm: bytes) -> tuple[Run, int]:
        """Return the run at ``at`` in a paragraph of ``style``, and where in the stream it ends."""
        raw, end = self._runs.at(at)
        key = (style, raw, prm)
        if key not in self._known_runs:
            self._known_runs[key] = self._changed(self._changed(self._base(style), raw), prm)
        return self._known_runs[key], end

    def _sheet(self, number: int) -> Sheet:
        return self.sheets[number] if number < len(self.sheets) else Sheet()

    def name(self, style: int) -> str:
        """Return the name of a style."""
        return self._sheet(style).name

    def _lineage(self, style: int) -> list[Sheet]:
        """Return the style and those it is based on, the most general first."""
        line: list[Sheet] = []
        while style < len(self.sheets) and len(line) < _DEPTH:
            line.insert(0, self.sheets[style])
            style = self.sheets[style].base
        return line

    def _base(self, style: int) -> Run:
        if style not in self._bases:
            run = Run()
            for sheet in self._lineage(style):
                run = self._changed(run, sheet.runs)
            self._bases[style] = run
        return self._bases[style]

    def _changed(self, run: Run, raw: bytes) -> Run:
        if not raw:
            return run
        look, base = run.look, run.look
        for sprm, value in changes(raw):
            if sprm == 0x4A30:  # character style
                for sheet in self._lineage(struct.unpack("<H", value)[0]):
                    look = self._changed(Run(look), sheet.runs).look if sheet.runs else look
            elif sprm in (0x083C, 0x0818):  # hidden, as a style's separator
                # 0x80: as the style says; 0x81: the contrary.
                on = {0: False, 1: True, 0x80: base.vanish, 0x81: not base.vanish}.get(value[0], True)
                if on or sprm == 0x083C:
                    look = replace(look, vanish=on)
            elif sprm == 0x0811:
                look = replace(look, web_hidden=value[0] not in (0, 0x80))
            elif sprm == 0x6870:
                look = replace(look, colour=_colour(value))
            elif sprm == 0x2A42:
                look = replace(look, colour=_WHITE.get(value[0], "000000") if value[0] else None)
            elif sprm == 0x4A43:
                look = replace(look, size=float(struct.unpack("<H", value)[0]))
            elif sprm == 0xCA71 and len(value) >= 9:
                look = replace(look, ground=_colour(value[5:9]) or look.ground)
            elif sprm == 0x4866 or (sprm == 0x2A0C and value[0] not in (0, 8)):
                if any(value):
                    look = replace(look, ground="808080")  # some ground, of a colour that is not asked for
            elif sprm == 0x0800:
                run = replace(run, deleted=bool(value[0]))
            elif sprm == 0x0801:
                run = replace(run, inserted=bool(value[0]))
            elif sprm == 0x0855:
                run = replace(run, special=bool(value[0]))
            elif sprm == 0x6A09:
                run = replace(run, symbol=struct.unpack_from("<H", value, 2)[0])
        return replace(run, look=look)

    def _format(self, raw: bytes) -> Format:
        style = struct.unpack_from("<H", raw)[0] if len(raw) >= 2 else 0
        found = Format(style)
        for sheet in self._lineage(style):
            found = replace(self._shaped(found, sheet.paragraphs), level=sheet.level or found.level)
        return self._shaped(replace(found, style=style), raw[2:])

    def _shaped(self, found: Format, raw: bytes, *, inside: bool = False) -> Format:
        for sprm, value in changes(raw):
            if sprm in (0x6645, 0x6646) and not inside:  # too long for the page: kept in the data stream
                (at,) = struct.unpack("<I", value)
                size = struct.unpack_from("<H", self.file.data, at)[0] if at + 2 <= len(self.file.data) else 0
                found = self._shaped(found, self.file.data[at + 2 : at + 2 + size], inside=True)
            elif sprm == 0x4600:
                found = replace(found, style=struct.unpack("<H", value)[0])
            elif sprm == 0x2640:
                found = replace(found, level=value[0] + 1 if value[0] < 9 else None)
            elif sprm == 0x2416:
                found = replace(found, depth=max(found.depth, value[0] & 1))
            elif sprm == 0x6649:
                found = replace(found, depth=min(_NESTED, max(0, struct.unpack("<i", value)[0])))
            elif sprm in (0x2417, 0x244C):
                found = replace(found, row_end=bool(value[0]))
            elif sprm == 0x244B:
                found = replace(found, cell_end=bool(value[0]))
            elif (sprm == 0xC64D and _colour(value[5:9])) or (sprm == 0x442D and any(value)):
                found = replace(found, painted=True)
        return found


def _colour(raw: bytes) -> str | None:
    """Return RRGGBB of a COLORREF; None for automatic."""
    return None if len(raw) < 4 or raw[3] else raw[:3].hex().upper()


class _Pages:
    """The formatted disk pages of runs (``entry`` 1 byte) or of paragraphs (13 bytes), looked into one at a time."""

    def __init__(self, file: DocFile, part: int, entry: int, limits: Limits) -> None:
        raw = file.part(part)
        n = max(0, (len(raw) - 4) // 8)
        if n > limits.elements:
            raise refusal("too_many_elements")
        self.main, self.entry = file.main, entry
        self.starts = struct.unpack_from(f"<{n}I", raw) if n else ()
        self.pages = struct.unpack_from(f"<{n}I", raw, 4 * (n + 1)) if n else ()
        self._open = -1
        self._bounds: tuple[int, ...] = ()

    def at(self, place: int) -> tuple[bytes, int]:
        """Return the raw properties at a place of the stream, and where their stretch ends (at least one byte on)."""
        n = bisect_right(self.starts, place) - 1
        beyond = self.starts[n + 1] if n + 1 < len(self.starts) else len(self.main)
        if n < 0:
            return b"", max(place + 1, beyond)
        start = (self.pages[n] & 0x3FFFFF) * _PAGE
        page = self.main[start : start + _PAGE]
        if len(page) < _PAGE:
            raise refusal("damaged", "格式信息不完整")
        if self._open != n:
            count = min(page[-1], (_PAGE - 5) // (4 + self.entry))
            self._bounds, self._open = struct.unpack_from(f"<{count + 1}I", page), n
        bounds = self._bounds
        i = bisect_right(bounds, place) - 1
        if not 0 <= i < len(bounds) - 1:
            return b"", max(place + 1, beyond if i >= 0 else bounds[0])
        offset = 2 * page[4 * len(bounds) + i * self.entry]
        return (self._properties(page, offset) if offset else b""), max(place + 1, bounds[i + 1])

    def _properties(self, page: bytes, offset: int) -> bytes:
        size = page[offset] if offset < _PAGE else 0
        if self.entry == 1:
            return page[offset + 1 : offset + 1 + size]
        if size:
            return page[offset + 1 : offset + 2 * size]
        size = page[offset + 1] if offset + 1 < _PAGE else 0
        return page[offset + 2 : offset + 2 + 2 * size]


def _sheets(raw: bytes) -> tuple[Sheet, ...]:
    """Read the style sheet; one that is cut off gives the styles before the cut."""
    sheets: list[Sheet] = []
    if len(raw) < 6:
        return ()
    head, count, base = struct.unpack_from("<HHH", raw)
    at = 2 + head
    for _ in range(min(count, 0xFFE)):
        if at + 2 > len(raw):
            break
        (size,) = struct.unpack_from("<H", raw, at)
        sheets.append(_sheet(raw[at + 2 : at + 2 + size], base))
        at += 2 + size
    return tuple(sheets)


def _sheet(raw: bytes, fixed: int) -> Sheet:
    if len(raw) < fixed + 2 or fixed < 8:
        return Sheet()
    sti, kind, parts = struct.unpack_from("<HHH", raw)
    sti &= 0xFFF
    (length,) = struct.unpack_from("<H", raw, fixed)
    at = fixed + 2
    name = raw[at : at + 2 * length].decode("utf-16-le", "replace").lower()
    at += 2 * length + 2
    found = []
    for _ in range(parts & 0xF):
        at += at & 1
        size = struct.unpack_from("<H", raw, at)[0] if at + 2 <= len(raw) else 0
        found.append(raw[at + 2 : at + 2 + size])
        at += 2 + size
    heading = _HEADING.fullmatch(name)
    level = sti if 1 <= sti <= 9 else int(heading[1]) if heading else None
    name = f"heading {level}" if level else _TITLES.get(sti, name)
    of_paragraphs = kind & 0xF == 1 and len(found) >= 2
    runs = found[1] if of_paragraphs else found[0] if kind & 0xF == 2 and found else b""
    return Sheet(name, level, kind >> 4, runs, found[0][2:] if of_paragraphs else b"")
