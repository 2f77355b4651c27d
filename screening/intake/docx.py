"""The text of a .docx by our own walk: every story once, in order; what can't be seen is kept apart as evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from screening.document import Document, Story
from screening.finding import IntakeWarning
from screening.intake.blocks import Block, document_of
from screening.intake.chunk import read_chunk
from screening.intake.evidence import COUNTED, main_part, note_description, note_package, properties_of
from screening.intake.fields import FieldStack, note_code
from screening.intake.limits import Limits
from screening.intake.numbering import Numbering
from screening.intake.package import Package, Relation
from screening.intake.placing import Page, ground_of_box, hidden_row
from screening.intake.refusals import refusal
from screening.intake.styles import (
    Look,
    Style,
    Styles,
    Theme,
    W,
    measures_of,
    number_of,
    outline_of,
    with_run_properties,
)
from screening.intake.warnings import Notes
from screening.intake.wordml import DGM, MC, OFFICE, SKIPPED, A, C, M, R, V, choice, inner, symbol, text_of

_BLOCKS = frozenset(W + n for n in ("p", "tbl"))
_TEXT = frozenset((W + "t", M + "t"))
_SIGNS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "noBreakHyphen": "-",
    W + "br": "\n",
    W + "cr": "\n",
    W + "softHyphen": "",
}
# A page copied from the web brings the ends of its forms along, and a lone number says nothing: no evidence of anything.
_ORDINARY = re.compile("[0-9IVXivx]{1,5}|z?-?窗体[顶底]端|(?:Top|Bottom) of Form")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: story, path in the file, inside a table, and what of it can be seen.

    ``painted`` says that the ground is painted by something not resolved here, ``unseen`` why nothing can be seen here.
    """

    story: Story
    path: str
    table: bool = False
    painted: bool = False
    ground: str | None = None
    unseen: str = ""


@dataclass(slots=True)
class _Count:
    """Running numbers of the blocks at one level."""

    paragraphs: int = 0
    tables: int = 0


@dataclass(slots=True)
class _Line:
    """The runs of one paragraph while it is walked."""

    place: _Place
    source: str
    look: Look
    unseen: str = ""
    linked: bool = False
    pieces: list[str] = field(default_factory=list)
    fields: FieldStack = field(default_factory=FieldStack)


class DocxReader:
    """Reads one package. Use :func:`read_docx`. With ``notes`` it is a chunk of another, and chunks of its own are not read."""

    def __init__(self, package: Package, limits: Limits, notes: Notes | None = None) -> None:
        self.package, self.limits = package, limits
        self.notes, self._inside_chunk = notes or Notes(), notes is not None
        self.chunks: set[str] = set()
        self.blocks: list[Block] = []
        self.boxes: list[etree._Element] = []
        self.pictures = self.objects = 0
        self.page = Page()
        self.main = main_part(package, self.notes)
        self.relations = package.relations(self.main)
        theme = Theme.parse(self._related_xml("theme"))
        self.styles = Styles(self._related_xml("styles"), theme)
        self.numbering = Numbering(self._related_xml("numbering"), self.styles)
        self.paper = "FFFFFF"
        self._looks: dict[tuple[Any, ...], Look] = {}

    def _related(self, kind: str) -> list[Relation]:
        rows = sorted(self.relations.items())
        return [r for _, r in rows if r.kind == kind and not r.external]

    def _related_xml(self, kind: str) -> etree._Element | None:
        for relation in self._related(kind):
            if self.package.has(relation.target):
                return self.package.xml(relation.target)
            self.notes.add("dangling_part")
        return None

    def read(self) -> Document:
        """Walk all stories and return the document."""
        root = self.package.xml(self.main)
        self._paint(root)
        body = root.find(W + "body")
        if body is None:
            raise refusal("damaged", "缺少正文")
        self.page = Page.of(body)
        self._story(body, _Place(Story.BODY, ""))
        self._notes_story("footnotes", "footnote", Story.FOOTNOTE)
        self._notes_story("endnotes", "endnote", Story.ENDNOTE)
        for kind, story in (("header", Story.HEADER), ("footer", Story.FOOTER)):
            for n, relation in enumerate(self._related(kind)):
                if self.package.has(relation.target):
                    self._story(self.package.xml(relation.target), _Place(story, f"{kind}/{n}/", painted=True))
        self._notes_story("comments", "comment", Story.COMMENT)
        note_package(self.package, self.notes, objects_met=self.objects > 0, chunks=self.chunks)
        return document_of(self.blocks)

    def _story(self, root: etree._Element, place: _Place) -> None:
        """Read a story, then its text boxes; only those of the body are a story of their own."""
        self._blocks(root, place, _Count(), 1)
        for n, box in enumerate(self.boxes):  # the list grows while boxes inside boxes are met
            self._blocks(box, self._in_box(box, place, n), _Count(), 1)
        self.boxes.clear()

    def _in_box(self, box: etree._Element, place: _Place, n: int) -> _Place:
        ground, why = ground_of_box(box), self.page.unseen_box(box)
        story = Story.TEXTBOX if place.story is Story.BODY else place.story
        return _Place(story, f"{place.path}textbox/{n}/", painted=ground is None, ground=ground, unseen=why)

    def _paint(self, root: etree._Element) -> None:
        """Take the colour of the paper."""
        background = root.find(W + "background")
        if background is not None:
            colour = self.styles.theme.colour(background)
            stated = background.get(W + "color") or ""
            self.paper = colour or (stated.upper() if re.fullmatch("[0-9A-Fa-f]{6}", stated) else self.paper)

    def _notes_story(self, kind: str, name: str, story: Story) -> None:
        root = self._related_xml(kind)
        if root is None:
            return
        n = 0
        for note in root:
            if note.tag != W + name or note.get(W + "type") in (
                "separator",
                "continuationSeparator",
                "continuationNotice",
            ):
                continue
            if story is Story.COMMENT:
                self.notes.add("comments")
            self._story(note, _Place(story, f"{name}/{n}/"))
            n += 1

    # -- blocks ---------------------------------------------------------------------------------------------------------

    def _blocks(self, parent: etree._Element, place: _Place, count: _Count, depth: int) -> None:
        if depth > self.limits.depth:
            raise refusal("too_deep")
        for child in parent:
            tag = child.tag
            if tag == W + "p":
                self._paragraph(
                    child, place, f"{place.path}body/{count.paragraphs}" if not place.table else place.path, depth
                )
                count.paragraphs += 1
            elif tag == W + "tbl":
                self._table(child, place, count.tables, depth)
                count.tables += 1
            elif tag == MC + "AlternateContent":
                self._blocks(choice(child), place, count, depth + 1)
            elif tag == W + "altChunk":
                self._chunk(child)
            elif tag in (W + "del", W + "moveFrom"):
                self._deleted(child, place.path)
            elif isinstance(tag, str) and tag not in SKIPPED:
                self._blocks(
                    child, place, count, depth + 1
                )  # sdt, customXml, smartTag, ins, moveTo, and what is yet unknown

    def _chunk(self, chunk: etree._Element) -> None:
        relation = self.relations.get(chunk.get(R + "id") or "")
        name = relation.target if relation else ""
        if name in self.chunks:
            return
        self.chunks.add(name)
        if relation is None or relation.external or self._inside_chunk:
            self.notes.add("unread_content", source=name)
        else:
            self.blocks += read_chunk(self.package, name, self.limits, self.notes, self._inner)

    def _inner(self, data: bytes) -> Document:
        reader = DocxReader(Package(data, self.limits), self.limits, self.notes)
        document = reader.read()
        self.pictures += reader.pictures
        return document

    def _table(self, table: etree._Element, place: _Place, number: int, depth: int) -> None:
        props = table.find(W + "tblPr")
        style = props.find(W + "tblStyle") if props is not None else None
        painted = self.styles.get(style.get(W + "val") or "").painted if style is not None else frozenset()
        base = f"{place.path}/" if place.table else place.path
        rows = inner(table, W + "tr")
        off = "off_page" if self.page.unseen_table(props) else ""
        for r, row in enumerate(rows):
            unseen = place.unseen or off or ("hidden_text" if hidden_row(row) else "")
            if row.find(f"{W}trPr/{W}del") is not None:
                self._deleted(row, f"{base}table/{number}/r{r}")
                continue
            cells = inner(row, W + "tc")
            for c, cell in enumerate(cells):
                ground = self.styles.theme.ground(cell.find(f"{W}tcPr/{W}shd"))
                edges = {
                    "firstRow": r == 0,
                    "lastRow": r == len(rows) - 1,
                    "firstCol": c == 0,
                    "lastCol": c == len(cells) - 1,
                }
                here = _Place(
                    place.story,
                    f"{base}table/{number}/r{r}/c{c}",
                    table=True,
                    painted=ground is None and (place.painted or any(edges.get(part, True) for part in painted)),
                    ground=ground or place.ground,
                    unseen=unseen,
                )
                self._blocks(cell, here, _Count(), depth + 3)

    def _paragraph(self, p: etree._Element, place: _Place, source: str, depth: int) -> None:
        props = p.find(W + "pPr")
        style_element = props.find(W + "pStyle") if props is not None else None
        style_id = style_element.get(W + "val") or "" if style_element is not None else self.styles.default_paragraph
        style = self.styles.get(style_id)
        look = style.look
        ground = (self.styles.theme.ground(props.find(W + "shd")) if props is not None else None) or look.ground
        if ground := ground or place.ground:
            look = replace(look, ground=ground)
        unseen = place.unseen or self.page.unseen(props, {**style.measures, **measures_of(props)})
        line = _Line(place, source, look, unseen)
        self._runs(p, line, look, depth + 1)
        line.fields.finish(self.notes, source)
        text = "".join(line.pieces)
        level = outline_of(props) or style.level
        number = self._number(props, style)
        if len(self.blocks) > self.limits.paragraphs:
            raise refusal("too_long")
        for n, piece in enumerate(text.split("\n")):
            where = source if n == 0 else f"{source}/{n + 1}"
            self.blocks.append(
                Block(piece, style.name, where, place.story, level, place.table, number if n == 0 else "")
            )

    def _number(self, props: etree._Element | None, style: Style) -> str:
        stated = number_of(props)
        if stated and not stated[0] and style.number:
            stated = (style.number[0], stated[1])
        found = stated or style.number
        return self.numbering.next(*found) if found else ""

    # -- runs -----------------------------------------------------------------------------------------------------------

    def _runs(self, parent: etree._Element, line: _Line, look: Look, depth: int) -> None:
        if depth > self.limits.depth:
            raise refusal("too_deep")
        for child in parent:
            tag = child.tag
            if tag == W + "r":
                self._run(child, line, depth)
            elif tag in SKIPPED or not isinstance(tag, str):
                continue
            elif tag in (W + "del", W + "moveFrom"):
                self._deleted(child, line.source)
            elif tag in _BLOCKS:  # a block inside a paragraph is not valid, and is read all the same
                self._blocks(parent, line.place, _Count(), depth + 1)
                return
            elif tag == MC + "AlternateContent":
                self._runs(choice(child), line, look, depth + 1)
            elif tag in _TEXT:
                if tag == M + "t":
                    self.notes.add("math")
                self._say(child.text or "", line, look)
            elif tag == W + "txbxContent":
                self.boxes.append(child)
            else:
                linked, line.linked = line.linked, line.linked or tag == W + "hyperlink"
                if tag in (W + "ins", W + "moveTo"):
                    self.notes.add("insertions", text_of(child, W + "t"), line.source)
                elif tag == W + "fldSimple":
                    note_code(child.get(W + "instr") or "", self.notes, line.source)
                self._runs(child, line, look, depth + 1)
                line.linked = linked

    def _run(self, run: etree._Element, line: _Line, depth: int) -> None:
        look = line.look
        props = next(run.iterchildren(W + "rPr"), None)
        if props is not None and len(props):
            look = self._look_of(look, props)
            if look.web_hidden and line.linked:
                look = replace(look, web_hidden=False)  # LibreOffice hides the whole line of a table of contents so
        self._inside(run, line, look, depth + 1)

    def _look_of(self, look: Look, props: etree._Element) -> Look:
        """Return ``look`` changed by a ``w:rPr``; most runs of a file say the same, so each wording is resolved once."""
        key = (look, tuple((e.tag, *e.items()) for e in props))
        if key not in self._looks:
            style = props.find(W + "rStyle")
            if style is not None:
                look = self.styles.with_character_style(look, style.get(W + "val") or "")
            self._looks[key] = with_run_properties(look, props, self.styles.theme)
        return self._looks[key]

    def _inside(self, parent: etree._Element, line: _Line, look: Look, depth: int) -> None:
        if depth > self.limits.depth:
            raise refusal("too_deep")
        for child in parent:
            tag = child.tag
            if tag in _TEXT:
                self._say(child.text or "", line, look)
            elif tag in _SIGNS:
                line.pieces.append(_SIGNS[tag])
            elif tag == W + "sym":
                self._say(symbol(child), line, look)
            elif tag == W + "delText":
                self.notes.add("deletions", child.text or "", line.source)
            elif tag == W + "instrText":
                line.fields.say(child.text or "", self.notes, line.source)
            elif tag == W + "fldChar":
                line.fields.mark(child.get(W + "fldCharType") or "", line.pieces, self.notes, line.source)
            elif tag == W + "txbxContent":
                self.boxes.append(child)
            elif tag == MC + "AlternateContent":
                self._inside(choice(child), line, look, depth + 1)
            elif tag == W + "r":
                self._run(child, line, depth)
            elif isinstance(tag, str) and tag not in SKIPPED:
                self._seen(child, line)
                self._inside(child, line, look, depth + 1)

    def _seen(self, element: etree._Element, line: _Line) -> None:
        """Note pictures, charts, diagrams, embedded objects and texts beside the text that are met on the way."""
        tag = element.tag
        if tag in (A + "blip", V + "imagedata"):
            self.pictures += 1
            if line.place.story in COUNTED and self.page.filled_by(element):
                self.notes.add("page_pictures", source=line.source)
        elif tag in (C + "chart", DGM + "relIds"):
            self.notes.add("unread_content", source=line.source)
        elif tag == OFFICE + "OLEObject":
            self.objects += 1
            kind = element.get("ProgID") or ""
            # A formula of the old editor is an object too, and no file.
            self.notes.add("unread_content" if kind.startswith("Equation") else "embedded_object", kind, line.source)
        else:
            note_description(element, self.notes, line.source)

    def _say(self, text: str, line: _Line, look: Look) -> None:
        if not text:
            return
        why = (line.unseen or look.unseen(self.paper, text)) if text.strip() else ""
        if why == "white_text" and line.place.painted and look.ground is None:
            why = ""  # the ground is painted by a table style or a shape: white may well be readable there
        if why:
            ordinary = why == "hidden_text" and _ORDINARY.fullmatch(text.strip())
            if not ordinary and any(map(str.isalnum, text)):
                self.notes.add(why, text, line.source)
        else:
            line.pieces.append(text.replace("\r", "").replace("\n", " "))

    def _deleted(self, element: etree._Element, source: str) -> None:
        self.notes.add("deletions", text_of(element, W + "t", W + "delText"), source)


def read_docx(data: bytes, limits: Limits) -> tuple[Document, tuple[IntakeWarning, ...], dict[str, str], int]:
    """Return document, warnings, personal traces of the properties, and the number of pictures.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`.
    """
    reader = DocxReader(Package(data, limits), limits)
    document = reader.read()
    properties = properties_of(reader.package, reader.notes)
    return document, reader.notes.warnings(), properties, reader.pictures
