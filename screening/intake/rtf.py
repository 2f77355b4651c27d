"""The text of an .rtf by our own reader: groups and control words, all code pages that Word writes; no LibreOffice needed."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field, replace

from screening.document import Document, Story
from screening.finding import IntakeWarning
from screening.intake.blocks import Block, document_of
from screening.intake.doc_binary import joined
from screening.intake.fields import note_code, overstruck
from screening.intake.limits import Limits
from screening.intake.refusals import refusal
from screening.intake.styles import Look
from screening.intake.warnings import Notes

_TOKEN = re.compile(
    rb"\\([a-zA-Z]+)(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_DEEPEST = 2_000  # groups in groups; Word writes some thirty
# Code pages by the number that the file states, and the character set of a font.
_PAGES = {
    936: "gb18030",
    950: "cp950",
    932: "cp932",
    949: "cp949",
    65001: "utf-8",
    10000: "mac-roman",
    10008: "gb18030",
}
_CHARSETS = {77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256}
_CHARSETS |= {186: 1257, 204: 1251, 222: 874, 238: 1250}
_SIGNS = {
    "tab": "\t", "line": "\n", "page": "\n", "column": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emdash": "—", "endash": "–", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c",
    "ltrmark": "\u200e", "rtlmark": "\u200f",
}  # fmt: skip
_SYMBOLS = {"~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}"}
# Groups of text that belong to no story: tables of the file, data, and what stands twice for the sake of old programs.
_DROPPED = re.compile(
    "pict|objdata|listtext|pntext|pntxta|pntxtb|nonshppict|nonesttables|listtable|listoverridetable|upr|shprslt|sp|xe|"
    "tc|tcn|rxe|bkmkstart|bkmkend|template|ftnsep|ftnsepc|ftncn|aftnsep|aftnsepc|aftncn|revtbl|rsidtbl|"
    "private1|passwordhash|filetbl|atnid|atnauthor|atndate|atnref|atrfstart|atrfend|atnparent|falt|panose|objclass|objname|formfield|info"
)
_STORIES = {
    "footnote": Story.FOOTNOTE, "annotation": Story.COMMENT, "shptxt": Story.TEXTBOX, "dptxbxtext": Story.TEXTBOX, "header": Story.HEADER, "headerl": Story.HEADER,
    "headerr": Story.HEADER, "headerf": Story.HEADER, "footer": Story.FOOTER, "footerl": Story.FOOTER, "footerr": Story.FOOTER,
    "footerf": Story.FOOTER,
}  # fmt: skip
_COLLECTED = {"author": "creator", "operator": "lastModifiedBy", "company": "Company", "manager": "Manager"}
_TABLES = frozenset(("fonttbl", "colortbl", "stylesheet"))


@dataclass(slots=True)
class _Flow:
    """One story, or one note or box of it, and its open paragraph."""

    story: Story
    path: str = ""
    pieces: list[str] = field(default_factory=list)
    paragraphs: int = 0
    table: list[int] = field(default_factory=lambda: [-1, 0, 0])  # number, row, cell
    inside: bool = False


@dataclass(slots=True)
class _State:
    """What a group inherits and leaves behind: where its text goes, how it looks, what paragraph it stands in."""

    flow: _Flow | None
    kind: str = ""  # of a table of the file, or of a property
    starred: bool = False
    font: int = -1
    skip: int = 1  # characters after each \u for programs without Unicode
    look: Look = field(default_factory=Look)
    deleted: bool = False
    inserted: bool = False
    style: int = 0
    level: int | None = None
    table: bool = False
    painted: bool = False
    twice: _Flow | None = None  # where the text goes that stands here in two encodings


class RtfReader:
    """Reads one file. Use :func:`read_rtf`."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.notes = limits, Notes()
        self.blocks: list[Block] = []
        self.pictures = 0
        self.properties: dict[str, str] = {}
        self._page, self._default_font = 1252, -1
        self._fonts: dict[int, int] = {}
        self._colours: list[str | None] = []
        self._colour = [-1, -1, -1]
        self._styles: dict[int, tuple[str, int | None]] = {}
        self._stories: dict[Story, int] = {}
        self._code: list[str] = []
        self._bytes = bytearray()
        self._to_skip = 0

    def read(self, data: bytes) -> Document:
        """Walk the groups and return the document."""
        body = _Flow(Story.BODY)
        stack: list[_State] = []
        self.state = _State(body)
        at = 0
        while match := _TOKEN.match(data, at):
            at = match.end()
            word, number, code, symbol, brace, text = match.groups()
            if text or code:
                self._take(text or bytes([int(code, 16)]))
                continue
            if word == b"bin":
                at += max(0, int(number or 0))
            self._flush()
            if word:
                self._word(word.decode(), int(number) if number else None)
            elif brace == b"{":
                if len(stack) > _DEEPEST:
                    raise refusal("too_deep")
                stack.append(copy(self.state))
                self.state.starred = data[at : at + 2] == b"\\*"  # anywhere else the star says nothing
            elif brace == b"}":
                self._close(stack.pop() if stack else copy(self.state))
            elif symbol:
                self._symbol(symbol.decode("latin-1"))
        self._flush()
        if body.pieces:
            self._end(body)
        return document_of(self.blocks)

    # -- characters -----------------------------------------------------------------------------------------------------

    def _take(self, raw: bytes) -> None:
        dropped = min(self._to_skip, len(raw))
        self._to_skip -= dropped
        self._bytes += raw[dropped:]

    def _flush(self) -> None:
        self._to_skip = 0
        if self._bytes:
            raw = bytes(self._bytes)
            self._bytes.clear()
            self._say(raw.decode("ascii") if raw.isascii() else self._decoded(raw))

    def _decoded(self, raw: bytes) -> str:
        page = self._fonts.get(self.state.font, 0) or self._page
        try:
            return raw.decode(_PAGES.get(page, f"cp{page}"))
        except (UnicodeDecodeError, LookupError):
            return raw.decode("cp1252", "ignore")

    def _say(self, text: str) -> None:
        state = self.state
        if state.kind:
            self._collect(text)
        flow = state.flow
        if flow is None or not text:
            return
        place = self._place(flow)
        if state.deleted:
            self.notes.add("deletions", joined(text), place)
            return
        why = state.look.unseen("FFFFFF", text) if text.strip() else ""
        if why == "white_text" and (state.painted or state.table or flow.story is not Story.BODY):
            why = ""
        if why:
            self.notes.add(why, joined(text), place)
            return
        if state.inserted:
            self.notes.add("insertions", joined(text), place)
        flow.pieces.append(text)

    def _symbol(self, symbol: str) -> None:
        if symbol in "\r\n":
            self._word("par", None)
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])

    # -- groups ---------------------------------------------------------------------------------------------------------

    def _close(self, outer: _State) -> None:
        flow, kind = self.state.flow, self.state.kind
        if flow and outer.flow and flow is not outer.flow and flow.pieces:  # a note or box ends with its group
            self._end(flow)
        self.state = outer
        if kind == "fldinst" != outer.kind:
            code = "".join(self._code)
            self._code.clear()
            start, end = overstruck(code)
            self._say(code[start:end])
            note_code(code, self.notes, self._place(outer.flow) if outer.flow else "")

    def _enter(self, word: str) -> bool:
        """Take a control word that says what its group is for; say whether it was one."""
        state, flow = self.state, self.state.flow
        if word in _TABLES or word in _COLLECTED or word == "fldinst":
            state.kind, state.flow = word, None
        elif word in _STORIES and flow:
            story = _STORIES[word]
            if story is Story.TEXTBOX and flow.story is not Story.BODY:
                story = flow.story  # a box in a header is no text of the body
            if story is Story.COMMENT:
                self.notes.add("comments")
            number = self._stories[story] = self._stories.get(story, -1) + 1
            self.state = _State(_Flow(story, f"{story.value}/{number}/"), font=self._default_font)
        elif word == "ftnalt" and flow:
            flow.story, flow.path = Story.ENDNOTE, flow.path.replace("footnote", "endnote")
        elif word == "ud":  # the same in Unicode as the group before it
            state.flow = state.twice
        elif _DROPPED.fullmatch(word):
            self.pictures += word == "pict" and flow is not None
            state.flow, state.kind, state.twice = None, "", flow if word == "upr" else None
        elif state.starred and word not in ("shpinst", "do"):
            state.flow, state.kind = None, ""
        else:
            return False
        return True

    def _collect(self, text: str) -> None:
        kind = self.state.kind
        if kind == "fldinst":
            self._code.append(text)
        elif kind == "colortbl":
            for _ in range(text.count(";")):
                self._colours.append(bytes(self._colour).hex().upper() if min(self._colour) >= 0 else None)
                self._colour = [-1, -1, -1]
        elif kind == "stylesheet" and text.strip("; "):
            self._styles.setdefault(self.state.style, (text.strip("; ").lower(), self.state.level))
        elif kind in _COLLECTED and text.strip():
            key = _COLLECTED[kind]
            self.properties[key] = self.properties.get(key, "") + text

    # -- control words --------------------------------------------------------------------------------------------------

    def _word(self, word: str, number: int | None) -> None:
        state, on = self.state, number != 0
        value = number or 0
        if self._enter(word):
            return
        state.starred = False
        if word in _SIGNS:
            self._say(_SIGNS[word])
            return
        match word:
            case "u":
                self._say(chr(value & 0xFFFF))
                self._to_skip = state.skip
            case "uc":
                state.skip = max(0, value)
            case "par" | "sect" | "cell" | "nestcell" | "row" | "nestrow":
                self._break(word)
            case "f":
                state.font = value
            case "fcharset" if state.kind == "fonttbl":
                self._fonts.setdefault(state.font, _CHARSETS.get(value, 0))
            case "cpg" if state.kind == "fonttbl":
                self._fonts[state.font] = value
            case "ansicpg" | "mac" | "pc" | "pca":
                self._page = {"mac": 10000, "pc": 437, "pca": 850}.get(word, value)
            case "deff":
                self._default_font = state.font = value
            case "red" | "green" | "blue":
                self._colour[("red", "green", "blue").index(word)] = value & 0xFF
            case "plain":
                state.look, state.font, state.deleted, state.inserted = Look(), self._default_font, False, False
            case "pard":
                state.style, state.level, state.table, state.painted = 0, None, False, False
            case "v":
                state.look = replace(state.look, vanish=on)
            case "fs":
                state.look = replace(state.look, size=float(value))
            case "cf":
                state.look = replace(state.look, colour=self._coloured(value))
            case "highlight" | "chcbpat" | "cb":
                state.look = replace(state.look, ground=self._coloured(value))
            case "cbpat" | "shading":
                state.painted = on
            case "deleted":
                state.deleted = on
            case "revised":
                state.inserted = on
            case "s":
                state.style = value
            case "outlinelevel":
                state.level = value + 1 if value < 9 else None
            case "intbl" | "itap":
                state.table = on

    def _coloured(self, number: int) -> str | None:
        return self._colours[number] if 0 <= number < len(self._colours) else None

    # -- paragraphs -----------------------------------------------------------------------------------------------------

    def _break(self, word: str) -> None:
        flow = self.state.flow
        if flow is None:
            return
        if word in ("row", "nestrow"):
            flow.table[1:] = [flow.table[1] + 1, 0]
        elif word != "sect" or flow.pieces:
            self._end(flow, cell=word in ("cell", "nestcell"))
            if word in ("cell", "nestcell"):
                flow.table[2] += 1

    def _place(self, flow: _Flow) -> str:
        if self.state.table:
            number, row, cell = flow.table
            return f"{flow.path}table/{max(0, number)}/r{row}/c{cell}"
        return f"{flow.path}body/{flow.paragraphs}"

    def _end(self, flow: _Flow, *, cell: bool = False) -> None:
        state = self.state
        inside = state.table or cell
        if inside and not flow.inside:
            flow.table[:] = [flow.table[0] + 1, 0, 0]
        flow.inside = inside
        place = self._place(flow)
        flow.paragraphs += not inside
        name, level = self._styles.get(state.style, ("", None))
        if len(self.blocks) > self.limits.paragraphs:
            raise refusal("too_long")
        for n, piece in enumerate("".join(flow.pieces).split("\n")):
            where = place if n == 0 else f"{place}/{n + 1}"
            self.blocks.append(Block(joined(piece), name, where, flow.story, state.level or level, inside))
        flow.pieces.clear()


def read_rtf(data: bytes, limits: Limits) -> tuple[Document, tuple[IntakeWarning, ...], dict[str, str], int]:
    """Return document, warnings, personal traces of the properties, and the number of pictures; as ``read_docx`` does.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`.
    """
    reader = RtfReader(limits)
    document = reader.read(data)
    return document, reader.notes.warnings(), reader.properties, reader.pictures
