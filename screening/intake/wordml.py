"""The words of WordprocessingML that the reader of a .docx goes by, and how a few of its elements are read."""

from __future__ import annotations

from lxml import etree

from screening.intake.styles import W

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
SKIPPED = frozenset(
    W + n
    for n in (
        "pPr",
        "rPr",
        "sectPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sdtPr",
        "sdtEndPr",
        "rt",
        "rubyPr",
        "delInstrText",
        "annotationRef",
    )
)


def inner(parent: etree._Element, tag: str) -> list[etree._Element]:
    """Return rows or cells, also inside content controls and tracked insertions, in order."""
    out = []
    for child in parent:
        if child.tag == tag:
            out.append(child)
        elif (
            isinstance(child.tag, str)
            and child.tag not in SKIPPED
            and child.tag not in (W + "tr", W + "tc", W + "p", W + "tbl")
        ):
            out += inner(child, tag)
    return out


def text_of(element: etree._Element, *tags: str) -> str:
    """Return the text of all descendants with one of the tags."""
    return "".join(e.text or "" for e in element.iter(*tags))


def choice(alternate: etree._Element) -> etree._Element:
    """Return the branch to read: Choice, or Fallback if the Choice holds nothing that could be read."""
    branches = [b for b in alternate if b.tag in (MC + "Choice", MC + "Fallback")]
    for branch in branches:
        if any(True for _ in branch.iter(W + "t", W + "txbxContent", A + "blip", V + "imagedata", C + "chart")):
            return branch
    return branches[0] if branches else alternate


def symbol(element: etree._Element) -> str:
    """Return the character of a ``w:sym``; codes of symbol fonts lie in the private use area and have no text."""
    try:
        code = int(element.get(W + "char") or "", 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= code <= 0xF8FF or not 0x20 <= code < 0x110000 or 0xD800 <= code < 0xE000 else chr(code)
