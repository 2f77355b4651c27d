"""The text of a .docx by our own walk: every story once, in order; what can't be seen is kept apart as evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from screening.document import Document, Paragraph, Span, Story
from screening.finding import IntakeWarning
from screening.intake.limits import Limits
from screening.intake.numbering import Numbering
from screening.intake.package import Package, Relation
from screening.intake.refusals import refusal
from screening.intake.styles import Look, Style, Styles, Theme, W, number_of, outline_of, with_run_properties
from screening.intake.warnings import Notes
from screening.intake.wordml import DGM, MC, OFFICE, SKIPPED, A, C, M, V, choice, inner, symbol, text_of

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
_HARMFUL = re.compile("\\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile("[0-9IVXivx]{1,5}")


@dataclass(slots=True)
class _Block:
    """A paragraph in the making: text, and where and how it stands."""

    text: str
    style: str
    source: str
    story: Story
    level: int | None
    number: str
    table: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: story, path in the file, inside a table, whether grounds are painted by something not resolved here."""

    story: Story
    path: str
    table: bool = False
    painted: bool = False
    ground: str | None = None


@dataclass(slots=True)
class _Count:
    """Running numbers of the blocks at one level."""

    paragraphs: int = 0
    tables: int = 0


@dataclass(slots=True)
class _Line:
    """The runs of one paragraph while it is walked."""

    place: _Place
    look: Look
    pieces: list[str] = field(default_factory=list)


class DocxReader:
    """Reads one package. Use :func:`read_docx`."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self.package, self.limits = package, limits
        self.notes = Notes()
        self.blocks: list[_Block] = []
        self.boxes: list[etree._Element] = []
        self.pictures = 0
        self.main = self._main_part()
        self.relations = package.relations(self.main)
        theme = Theme.parse(self._related_xml("theme"))
        self.styles = Styles(self._related_xml("styles"), theme)
        self.numbering = Numbering(self._related_xml("numbering"), self.styles)
        self.paper = "FFFFFF"
        self._looks: dict[tuple[Any, ...], Look] = {}

    def _main_part(self) -> str:
        """Return the main part by the package's relationship, as Word does; by its usual name if the relationship dangles."""
        for relation in self.package.relations("").values():
            if relation.kind == "officeDocument" and not relation.external and self.package.has(relation.target):
                if relation.target.lower().startswith(("xl/", "ppt/")):
                    raise refusal("zip_not_word")
                return relation.target
        if self.package.has("word/document.xml"):
            self.notes.add("dangling_part")
            return "word/document.xml"
        broken = any(n.startswith("word/") for n in self.package.names()) or self.package.has("[content_types].xml")
        raise refusal("damaged", "缺少正文部件") if broken and not self._other_office() else refusal("zip_not_word")

    def _other_office(self) -> bool:
        return any(n.startswith(("xl/", "ppt/")) for n in self.package.names())

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
        self._whole(root)
        body = root.find(W + "body")
        if body is None:
            raise refusal("damaged", "缺少正文")
        self._blocks(body, _Place(Story.BODY, ""), _Count(), 1)
        for n, box in enumerate(self.boxes):  # the list grows while boxes inside boxes are met
            self._blocks(box, _Place(Story.TEXTBOX, f"textbox/{n}/", painted=True), _Count(), 1)
        self._notes_story("footnotes", "footnote", Story.FOOTNOTE)
        self._notes_story("endnotes", "endnote", Story.ENDNOTE)
        for kind, story in (("header", Story.HEADER), ("footer", Story.FOOTER)):
            for n, relation in enumerate(self._related(kind)):
                if self.package.has(relation.target):
                    self._blocks(
                        self.package.xml(relation.target), _Place(story, f"{kind}/{n}/", painted=True), _Count(), 1
                    )
        self._notes_story("comments", "comment", Story.COMMENT)
        return self._document()

    def _whole(self, root: etree._Element) -> None:
        """Note what concerns the file as a whole: paper, macros, links, embedded parts."""
        background = root.find(W + "background")
        if background is not None:
            colour = self.styles.theme.colour(background)
            stated = background.get(W + "color") or ""
            self.paper = colour or (stated.upper() if re.fullmatch("[0-9A-Fa-f]{6}", stated) else self.paper)
        if any(n.endswith("vbaproject.bin") for n in self.package.names()):
            self.notes.add("macros")
        for relation in self.relations.values():
            if relation.external and relation.kind != "hyperlink":
                self.notes.add("external_link", relation.target)
            elif relation.kind in ("oleObject", "package"):
                self.notes.add("embedded_object")
            elif relation.kind == "aFChunk":
                self.notes.add("unread_content")
        settings = self._related("settings")
        for relation in settings[:1]:
            for link in self.package.relations(relation.target).values():
                if link.external and link.kind == "attachedTemplate" and not link.target.lower().startswith("file:"):
                    self.notes.add("external_link", link.target)

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
            self._blocks(note, _Place(story, f"{name}/{n}/", painted=True), _Count(), 1)
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
                self.notes.add("unread_content")
            elif tag in (W + "del", W + "moveFrom"):
                self._deleted(child, place)
            elif isinstance(tag, str) and tag not in SKIPPED:
                self._blocks(
                    child, place, count, depth + 1
                )  # sdt, customXml, smartTag, ins, moveTo, and what is yet unknown

    def _table(self, table: etree._Element, place: _Place, number: int, depth: int) -> None:
        props = table.find(W + "tblPr")
        style = props.find(W + "tblStyle") if props is not None else None
        painted = place.painted or (style is not None and self.styles.get(style.get(W + "val") or "").shaded)
        base = f"{place.path}/" if place.table else place.path
        for r, row in enumerate(inner(table, W + "tr")):
            for c, cell in enumerate(inner(row, W + "tc")):
                shading = cell.find(f"{W}tcPr/{W}shd")
                ground = self.styles.theme.colour(shading, "Fill") if shading is not None else None
                here = _Place(
                    place.story,
                    f"{base}table/{number}/r{r}/c{c}",
                    table=True,
                    painted=painted,
                    ground=ground or place.ground,
                )
                self._blocks(cell, here, _Count(), depth + 3)

    def _paragraph(self, p: etree._Element, place: _Place, source: str, depth: int) -> None:
        props = p.find(W + "pPr")
        style_element = props.find(W + "pStyle") if props is not None else None
        style_id = style_element.get(W + "val") or "" if style_element is not None else self.styles.default_paragraph
        style = self.styles.get(style_id)
        look = style.look
        ground = place.ground
        if props is not None:
            shading = props.find(W + "shd")
            ground = (self.styles.theme.colour(shading, "Fill") if shading is not None else None) or ground
        if ground and look.ground is None:
            look = Look(look.vanish, look.colour, ground, look.size)
        line = _Line(place, look)
        self._runs(p, line, look, depth + 1)
        text = "".join(line.pieces)
        level = outline_of(props) or style.level
        number = self._number(props, style)
        for n, piece in enumerate(text.split("\n")):
            where = source if n == 0 else f"{source}/{n + 1}"
            self.blocks.append(
                _Block(piece, style.name, where, place.story, level, number if n == 0 else "", place.table)
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
                self._deleted(child, line.place)
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
                if tag in (W + "ins", W + "moveTo"):
                    self.notes.add("insertions", text_of(child, W + "t"), line.place.path)
                self._runs(child, line, look, depth + 1)

    def _run(self, run: etree._Element, line: _Line, depth: int) -> None:
        look = line.look
        props = next(run.iterchildren(W + "rPr"), None)
        if props is not None and len(props):
            look = self._look_of(look, props)
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
                self.notes.add("deletions", child.text or "", line.place.path)
            elif tag == W + "instrText":
                if _HARMFUL.search(child.text or ""):
                    self.notes.add("fields", child.text or "", line.place.path)
            elif tag == W + "txbxContent":
                self.boxes.append(child)
            elif tag == MC + "AlternateContent":
                self._inside(choice(child), line, look, depth + 1)
            elif tag == W + "r":
                self._run(child, line, depth)
            elif isinstance(tag, str) and tag not in SKIPPED:
                self._seen(child)
                self._inside(child, line, look, depth + 1)

    def _seen(self, element: etree._Element) -> None:
        """Note pictures, charts, diagrams and embedded objects that are met on the way."""
        tag = element.tag
        if tag in (A + "blip", V + "imagedata"):
            self.pictures += 1
        elif tag in (C + "chart", DGM + "relIds"):
            self.notes.add("unread_content")
        elif tag == OFFICE + "OLEObject":
            self.notes.add("embedded_object")

    def _say(self, text: str, line: _Line, look: Look) -> None:
        if not text:
            return
        why = look.unseen(self.paper) if text.strip() else ""
        if why == "white_text" and line.place.painted:
            why = ""  # the ground is painted by a table style or a shape: white may well be readable there
        if why:
            # Word hides the page numbers of every table of contents from web view: they are no evidence of anything.
            if not _PAGE_NUMBER.fullmatch(text.strip()):
                self.notes.add(why, text, line.place.path)
        else:
            line.pieces.append(text.replace("\r", "").replace("\n", " "))

    def _deleted(self, element: etree._Element, place: _Place) -> None:
        self.notes.add("deletions", text_of(element, W + "t", W + "delText"), place.path)

    # -- result ---------------------------------------------------------------------------------------------------------

    def _document(self) -> Document:
        order = list(Story)
        self.blocks.sort(key=lambda b: order.index(b.story))  # stable: inside a story, the order of the walk
        paragraphs, at = [], 0
        for b in self.blocks:
            span = Span(at, at + len(b.text))
            paragraphs.append(Paragraph(span, b.style, b.source, b.story, b.level, b.number, b.table))
            at = span.end + 1
        return Document("\n".join(b.text for b in self.blocks), tuple(paragraphs))


def read_docx(data: bytes, limits: Limits) -> tuple[Document, tuple[IntakeWarning, ...], dict[str, str], int]:
    """Return document, warnings, personal traces of the properties, and the number of pictures.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`.
    """
    reader = DocxReader(Package(data, limits), limits)
    document = reader.read()
    return document, reader.notes.warnings(), _properties(reader.package), reader.pictures


def _properties(package: Package) -> dict[str, str]:
    """Return creator, last editor, company and the like: what blind review hides."""
    found: dict[str, str] = {}
    for name in ("docProps/core.xml", "docProps/app.xml"):
        if not package.has(name):
            continue
        for element in package.xml(name):
            key = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if key in ("creator", "lastModifiedBy", "Company", "Manager") and element.text and element.text.strip():
                found[key] = element.text.strip()
    return found
