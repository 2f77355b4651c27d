"""What concerns a package as a whole, and texts beside the text: links, templates, macros, objects, properties, alternative texts."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from lxml import etree

from screening.document import Story
from screening.errors import UnreadableError
from screening.intake.fields import is_far
from screening.intake.package import Package, Relation
from screening.intake.refusals import refusal
from screening.intake.styles import W
from screening.intake.warnings import Notes
from screening.intake.wordml import WP, V

COUNTED = frozenset({Story.BODY, Story.TEXTBOX, Story.FOOTNOTE, Story.ENDNOTE})
STUFFED = 100  # Han characters: a description of a picture, or a file's subject, is shorter
_HAN = re.compile("[\u4e00-\u9fff]")
_PERSONAL = ("creator", "lastModifiedBy", "Company", "Manager")
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")


def main_part(package: Package, notes: Notes) -> str:
    """Return the main part by the package's relationship, as Word does; by its usual name if the relationship dangles."""
    other_office = any(n.startswith(("xl/", "ppt/")) for n in package.names())
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and not relation.external and package.has(relation.target):
            if relation.target.lower().startswith(("xl/", "ppt/")):
                raise refusal("zip_not_word")
            return relation.target
    if package.has("word/document.xml"):
        notes.add("dangling_part")
        return "word/document.xml"
    broken = any(n.startswith("word/") for n in package.names()) or package.has("[content_types].xml")
    raise refusal("damaged", "缺少正文部件") if broken and not other_office else refusal("zip_not_word")


def note_package(package: Package, notes: Notes, *, objects_met: bool, chunks: AbstractSet[str]) -> None:
    """Note macros, controls, links and embedded files.

    ``objects_met`` says that the walk has told of the objects, ``chunks`` are the parts whose text it has read or told of.
    """
    if any(n.endswith("vbaproject.bin") for n in package.names()):
        notes.add("macros")
    for name in package.names():
        if not name.endswith(".rels"):
            continue
        folder, _, base = name.rpartition("_rels/")
        part = folder + base.removesuffix(".rels")
        try:
            relations = package.relations(part)
        except UnreadableError as error:
            if error.code != "damaged":
                raise
            notes.add("dangling_part", source=part)  # only what hangs on that part is lost
            continue
        for relation in relations.values():
            if relation.target not in chunks:
                _note_relation(relation, part, notes, objects_met=objects_met)
    if package.has("word/settings.xml") and b"docVar" in package.read("word/settings.xml"):
        values = (e.get(W + "val") or "" for e in package.xml("word/settings.xml").iter(W + "docVar"))
        _note_stuffed(" ".join(values), notes, "word/settings.xml")


def _note_relation(relation: Relation, part: str, notes: Notes, *, objects_met: bool) -> None:
    kind, target = relation.kind, relation.target
    if relation.external:
        if kind == "attachedTemplate":
            if is_far(target):
                notes.add("remote_template", target, part)
        elif kind == "image" and not is_far(target):
            notes.add("linked_picture", target, part)
        elif kind != "hyperlink":
            notes.add("external_link", target, part)
    elif kind == "aFChunk":
        notes.add("unread_content", source=part)
    elif kind == "control":
        notes.add("controls", source=part)
    elif kind in ("oleObject", "package") and not objects_met and "/charts/" not in part:
        notes.add("embedded_object", source=part)  # a chart's own numbers are no other file


def _note_stuffed(text: str, notes: Notes, source: str) -> None:
    if len(_HAN.findall(text)) >= STUFFED:
        notes.add("stuffed_text", " ".join(text.split()), source)


def note_description(element: etree._Element, notes: Notes, source: str) -> None:
    """Note a long alternative text of a picture or shape, and words drawn as a shape (WordArt), which are not read."""
    if element.tag == V + "textpath":
        if len(_HAN.findall(element.get("string") or "")) >= 2 and not source.startswith(("header", "footer")):
            notes.add("unread_content", element.get("string") or "", source)
    elif element.tag == WP + "docPr" or (isinstance(element.tag, str) and element.tag.endswith("}cNvPr")):
        _note_stuffed(f"{element.get('title') or ''} {element.get('descr') or ''}", notes, source)
    elif isinstance(element.tag, str) and element.tag.startswith(V):
        _note_stuffed(f"{element.get('title') or ''} {element.get('alt') or ''}", notes, source)


def properties_of(package: Package, notes: Notes) -> dict[str, str]:
    """Return creator, last editor, company and the like, which blind review hides; note long texts among the properties."""
    found: dict[str, str] = {}
    for name in _PROPERTIES:
        if not package.has(name):
            continue
        root = package.xml(name)
        _note_stuffed(" ".join(e.text or "" for e in root.iter()), notes, name)
        for element in root if name != _PROPERTIES[2] else ():
            key = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if key in _PERSONAL and element.text and element.text.strip():
                found[key] = element.text.strip()
    return found
