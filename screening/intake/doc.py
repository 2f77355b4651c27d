"""The text of a .doc by our own reader: every story once, in order, without LibreOffice; what can't be seen is kept apart."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from screening.document import Document, Story
from screening.finding import IntakeWarning
from screening.intake.blocks import Block, document_of
from screening.intake.doc_binary import (
    BOXES,
    COMMENTS,
    ENDNOTES,
    FOOTNOTES,
    HEADER_BOXES,
    HEADER_SHAPES,
    HEADERS,
    DocFile,
    joined,
)
from screening.intake.doc_format import Format, Formats, Run
from screening.intake.fields import HARMFUL, overstruck
from screening.intake.limits import Limits
from screening.intake.refusals import refusal
from screening.intake.warnings import PAGE_NUMBER, QUOTE, Notes

_END = re.compile("[\r\x07\x0c]")  # of a paragraph, of a cell or row, of a page or section
_FIELD = re.compile("[\x13\x14\x15]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f(]")
_SIGNS = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-"}
_BLANK, _SYMBOL = "\x02", "("
# The head of a picture's data ([MS-ODRAW] OfficeArtBlip): version 0, a known instance, a record type of F01A to F01F, F029, F02A.
_BLIP = re.compile(rb"[\x00\x10\x20\x30\x40\x50\x60\x80\x90\xa0\xb0].[\x1a-\x1f\x29\x2a]\xf0", re.DOTALL)


@dataclass(slots=True)
class _Counter:
    """Where the walk is in a stretch: paragraphs so far, and the open tables by depth as [table, row, cell]."""

    paragraphs: int = 0
    tables: int = 0
    open: list[list[int]] = field(default_factory=list)

    def place(self, depth: int) -> str:
        """Return the place of the next paragraph at a depth in tables; leaving a table closes it."""
        if len(self.open) > depth:
            del self.open[depth:]
        while len(self.open) < depth:
            self.open.append([self.tables if not self.open else 0, 0, 0])
            self.tables += len(self.open) == 1
        if depth:
            return "/".join(f"table/{t}/r{r}/c{c}" for t, r, c in self.open)
        self.paragraphs += 1
        return f"body/{self.paragraphs - 1}"


class DocReader:
    """Reads one file. Use :func:`read_doc`."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.file = DocFile(data, limits)
        self.formats = Formats(self.file, limits)
        self.limits = limits
        self.notes = Notes()
        self.blocks: list[Block] = []
        # A drawn shape in the text may be a line or a box of text; a picture has its data somewhere.
        self.pictures = len(_BLIP.findall(self.file.main)) + len(_BLIP.findall(self.file.data))
        if self.file.macros:
            self.notes.add("macros")
        for _ in range(self.file.objects):
            self.notes.add("embedded_object")

    def read(self) -> Document:
        """Walk all stories and return the document."""
        footnotes, headers, comments, endnotes, boxes, header_boxes, _ = accumulate(self.file.counts)
        self._stretch(0, footnotes, Story.BODY, "")
        self._several(boxes, BOXES, 22, Story.TEXTBOX, "textbox", 5)
        self._several(footnotes, FOOTNOTES, 0, Story.FOOTNOTE, "footnote", 1)
        self._several(endnotes, ENDNOTES, 0, Story.ENDNOTE, "endnote", 4)
        self._headers(headers)
        self._header_boxes(header_boxes)
        self._several(comments, COMMENTS, 0, Story.COMMENT, "comment", 3)
        return document_of(self.blocks)

    def _several(self, start: int, part: int, size: int, story: Story, name: str, number: int) -> None:
        """Read a story of many small ones; the last position bounds the mark that closes the whole and belongs to none."""
        for n, (a, b) in enumerate(pairwise(self._bounds(part, size, self.file.counts[number]))):
            if a == b:
                continue
            if story is Story.COMMENT:
                self.notes.add("comments")
            self._stretch(start + a, start + b, story, f"{name}/{n}/")

    def _bounds(self, part: int, size: int, count: int) -> list[int]:
        bounds = [b for b in self.file.positions(part, size) if b <= count]
        if len(bounds) < 2 or bounds != sorted(bounds):
            return [0, count]  # the list is broken: the text is worth more than its division
        return bounds[:-1] if len(bounds) > 2 else bounds

    def _header_boxes(self, start: int) -> None:
        """Read the text boxes of headers and footers: each names its shape, and each shape is anchored in one of the stories."""
        stories = self.file.positions(HEADERS, 0)
        anchors = zip(self.file.positions(HEADER_SHAPES, 26), self.file.elements(HEADER_SHAPES, 26), strict=False)
        anchored = {shape[:4]: cp for cp, shape in anchors}
        named = [box[14:18] for box in self.file.elements(HEADER_BOXES, 22)]
        for n, (a, b) in enumerate(pairwise(self._bounds(HEADER_BOXES, 22, self.file.counts[6]))):
            cp = anchored.get(named[n] if n < len(named) else b"", 0)
            story = _story_of(bisect_right(stories, cp) - 1)
            self._stretch(start + a, start + b, story, f"{story.value}/textbox/{n}/")

    def _headers(self, start: int) -> None:
        """Read headers and footers: six separators of notes, then six stories a section, each closed by a mark of its own."""
        count = self.file.counts[2]
        bounds = [b for b in self.file.positions(HEADERS, 0) if b <= count] if count else []
        if bounds != sorted(bounds):
            return
        for n, (a, b) in enumerate(pairwise(bounds)):
            if b - a > 1:
                story = _story_of(n)
                self._stretch(start + a, start + b - 1, story, f"{story.value}/{n}/")

    # -- paragraphs -----------------------------------------------------------------------------------------------------

    def _stretch(self, start: int, end: int, story: Story, path: str) -> None:
        """Read the paragraphs between two character positions."""
        shown = _without_instructions(self.file.text[start:end], self.notes, path)
        counter, first = _Counter(), len(self.blocks)
        at = start
        while at < end:
            match = _END.search(shown, at - start)
            stop = start + match.start() if match else end
            form = self.formats.paragraph(self.file.place(min(stop, end - 1))[0])
            mark = match[0] if match else ""
            place = path + counter.place(max(form.depth, mark == "\x07"))
            text = self._line(shown[at - start : stop - start], at, form, story, place)
            if form.row_end:
                if counter.open:
                    counter.open[-1][1:] = [counter.open[-1][1] + 1, 0]
            else:
                self._add(text, form, story, place, depth=len(counter.open))
            if (mark == "\x07" or form.cell_end) and not form.row_end and counter.open:
                counter.open[-1][2] += 1
            at = stop + 1
        if story is not Story.BODY:
            self._trimmed(first)

    def _add(self, text: str, form: Format, story: Story, place: str, *, depth: int) -> None:
        if len(self.blocks) > self.limits.elements:
            raise refusal("too_many_elements")
        name = self.formats.name(form.style)
        for n, piece in enumerate(text.split("\n")):
            where = place if n == 0 else f"{place}/{n + 1}"
            self.blocks.append(Block(joined(piece), name, where, story, form.level, depth > 0))

    def _line(self, shown: str, start: int, form: Format, story: Story, place: str) -> str:
        """Return the text of a paragraph that a reader sees; the rest goes to the notes."""
        pieces: list[str] = []
        painted = form.painted or form.depth > 0 or story is not Story.BODY
        at = 0
        while at < len(shown):
            byte, prm = self.file.place(start + at)
            run, beyond = self.formats.run(byte, form.style, prm)
            stop = self.file.reach(start + at, beyond) - start
            self._say(self._plain(shown[at:stop], run), run, place, pieces, painted=painted)
            at = stop
        return "".join(pieces)

    def _plain(self, raw: str, run: Run) -> str:
        """Return the text of a run: signs as characters, anchors and marks left out."""
        if not _CONTROL.search(raw):
            return raw

        def sign(match: re.Match[str]) -> str:
            c = match[0]
            if c == _SYMBOL:
                if not (run.symbol and (run.special or raw == _SYMBOL)):  # some writers leave out that it is special
                    return c
                return "" if 0xD800 <= run.symbol <= 0xF8FF or run.symbol < 0x20 else chr(run.symbol)
            return _SIGNS.get(c, "")

        return _CONTROL.sub(sign, raw)

    def _say(self, text: str, run: Run, place: str, pieces: list[str], *, painted: bool) -> None:
        if not text:
            return
        if run.deleted:
            self.notes.add("deletions", joined(text), place)
            return
        why = run.look.unseen("FFFFFF", text) if text.strip() else ""
        if why == "white_text" and painted:
            why = ""  # the ground may be painted by a table, a shape or a shading that is not resolved here
        if why:
            if not PAGE_NUMBER.fullmatch(text.strip()):
                self.notes.add(why, joined(text), place)
            return
        if run.inserted:
            self.notes.add("insertions", joined(text), place)
        pieces.append(text)

    def _trimmed(self, first: int) -> None:
        """Drop empty paragraphs at the end of a small story: writers close each with one or two of their own."""
        while len(self.blocks) > first and not self.blocks[-1].text:
            self.blocks.pop()


def _story_of(number: int) -> Story:
    """Return what the story of that number is: after the separators of the notes three headers and three footers by turns."""
    return Story.HEADER if number % 6 in (0, 1, 4) else Story.FOOTER


def _without_instructions(text: str, notes: Notes, place: str) -> str:
    """Return the text, as long as before, with the instructions and marks of fields blanked out; results stay.

    Only fields with both ends count: a stray mark must not swallow the rest of the text.
    """
    if "\x13" not in text:
        return text
    cuts: list[tuple[int, int]] = []
    open_fields: list[list[int]] = []
    for match in _FIELD.finditer(text):
        at = match.start()
        if match[0] == "\x13":
            open_fields.append([at, -1])
        elif match[0] == "\x14" and open_fields:
            open_fields[-1][1] = at
        elif match[0] == "\x15" and open_fields:
            begin, separator = open_fields.pop()
            end = separator if separator >= 0 else at
            start, stop = overstruck(text[begin + 1 : end]) if separator < 0 else (0, 0)
            cuts += [(begin, begin + 1 + start), (begin + 1 + stop, end + 1), (at, at + 1)]
            instruction = text[begin + 1 : min(end, begin + QUOTE)]
            if HARMFUL.match(instruction):
                notes.add("fields", joined(instruction), place)
    out, done = [], 0
    for a, b in sorted(cuts):
        if b > done:
            out += [text[done:a], _BLANK * (b - max(a, done))]
            done = b
    return "".join([*out, text[done:]])


def read_doc(data: bytes, limits: Limits) -> tuple[Document, tuple[IntakeWarning, ...], dict[str, str], int]:
    """Return document, warnings, personal traces of the properties, and the number of pictures; as ``read_docx`` does.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`.
    """
    try:
        reader = DocReader(data, limits)
        document = reader.read()
    except (struct.error, IndexError) as error:
        raise refusal("damaged") from error
    return document, reader.notes.warnings(), reader.file.properties, reader.pictures
