"""Paper as Word documents in the manner of official papers (GB/T 9704), the same bytes for the same content.

The empty document, with its styles, margins and page numbers, comes from python-docx once a process; what stands in it is
written as WordprocessingML, because ten thousand sheets of a few hundred runs each have to be made.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from screening.output.markup import printable
from screening.output.paper import (
    BODY,
    BOTTOM,
    FONTS,
    HEADING,
    KAI,
    LATIN,
    LEFT,
    PAGE,
    RIGHT,
    SONG,
    TITLE,
    TOP,
    Block,
    Paragraph,
    Run,
    Table,
)

if TYPE_CHECKING:
    from docx.section import Section

_EPOCH = (2024, 1, 1, 0, 0, 0)  # of the entries of the zip: the content alone makes the bytes
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WIDTH = 8845  # twentieths of a point: the 156 mm of the type area


def document(content: Iterable[Block], *, name: str, made_at: datetime | None = None, size: float = 12) -> bytes:
    """Return the .docx of paragraphs and tables, a paragraph at the end, as Word wants it.

    ``name`` is the title in its properties, ``size`` that of the body in points. Raises ValueError for a time without a zone.
    """
    if made_at is not None and made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    parts = dict(_skeleton(size))
    begin, end = parts["word/document.xml"].split(b"<w:body>")
    body = "".join(_table(b) if isinstance(b, Table) else _paragraph(b) for b in content)
    parts["word/document.xml"] = b"".join((begin, b"<w:body>", body.encode(), end))
    parts["docProps/core.xml"] = _properties(name, made_at)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part, data in parts.items():
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()


def _words(value: str) -> str:
    """Return a text as it may stand in the XML of a document: control and bidi characters become a visible sign."""
    return escape(printable(value), quote=True)


def _run(r: Run) -> str:
    # The hint lets quotation marks and dashes take the Chinese font.
    fonts = '<w:rFonts w:hint="eastAsia"' + (f' w:eastAsia="{r.font}"' if r.font else "") + "/>"
    inside = fonts + ("<w:b/>" if r.bold else "") + (f'<w:color w:val="{r.color}"/>' if r.color else "")
    inside += f'<w:sz w:val="{r.size * 2:g}"/><w:szCs w:val="{r.size * 2:g}"/>' if r.size else ""
    inside += (f'<w:u w:val="{r.underline}"/>' if r.underline else "") + ('<w:em w:val="dot"/>' if r.dots else "")
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(_words(line) for line in r.text.split("\n"))
    return f'<w:r><w:rPr>{inside}</w:rPr><w:t xml:space="preserve">{lines}</w:t></w:r>'


def _paragraph(p: Paragraph) -> str:
    inside = (f'<w:pStyle w:val="{p.style}"/>' if p.style else "") + ("<w:keepNext/>" if p.keep else "")
    inside += f'<w:spacing w:before="{p.before * 20:g}"/>' if p.before else ""
    inside += '<w:ind w:firstLineChars="200" w:firstLine="480"/>' if p.indent else ""
    inside += f'<w:ind w:rightChars="{p.right * 100}" w:right="{p.right * 240}"/>' if p.right else ""
    inside += f'<w:jc w:val="{p.align}"/>' if p.align else ""
    return f"<w:p><w:pPr>{inside}</w:pPr>{''.join(map(_run, p.runs))}</w:p>"


_CELL_MARGINS = (
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
)


def _table(t: Table) -> str:
    widths = [_WIDTH * s // sum(t.shares) for s in t.shares]
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f"{_CELL_MARGINS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(_rows(t, widths))}</w:tbl>"
    )


def _rows(t: Table, widths: list[int]) -> Iterator[str]:
    for n in range(len(t.rows)):
        first = t.head and n == 0
        kept = ("<w:cantSplit/>" if t.whole or first else "") + ("<w:tblHeader/>" if first else "")
        yield f"<w:tr>{f'<w:trPr>{kept}</w:trPr>' if kept else ''}"
        for i, width in enumerate(widths):
            middle = '<w:vAlign w:val="center"/>' if first or t.labels else ""
            shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if t.is_name(n, i) else ""
            body = "".join(map(_paragraph, t.inside(n, i)))
            yield f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}{middle}</w:tcPr>{body}</w:tc>'
        yield "</w:tr>"


def _properties(name: str, made_at: datetime | None) -> bytes:
    """Return the properties; no time of making, where none is known, is more honest than a made-up one."""
    stamp = made_at and f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    times = "".join(
        f'<dcterms:{x} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{x}>' for x in ("created", "modified") if stamp
    )
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_words(name)}</dc:title><dc:creator>案例智审</dc:creator>{times}</cp:coreProperties>"
    ).encode()


@lru_cache(maxsize=4)
def _skeleton(size: float) -> tuple[tuple[str, bytes], ...]:
    """Return the parts of an empty paper: A4, margins, styles, page numbers."""
    from docx import Document  # noqa: PLC0415 - most runs write no paper
    from docx.enum.style import WD_STYLE_TYPE as STYLE  # noqa: PLC0415 - most runs write no paper
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN  # noqa: PLC0415 - most runs write no paper
    from docx.shared import Mm, Pt  # noqa: PLC0415 - most runs write no paper

    empty = Document()
    section = empty.sections[0]
    section.page_width, section.page_height = (Mm(x) for x in PAGE)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.footer_distance = Mm(25)
    empty.settings.odd_and_even_pages_header_footer = True
    for style, font, points, bold in (
        ("Normal", BODY, size, False),
        ("Title", TITLE, 22, False),
        ("Heading 1", HEADING, max(14, size), False),
        ("Heading 2", KAI, max(12, size), False),
    ):
        _style(empty.styles[style], font, points, bold=bold)
    normal = empty.styles["Normal"].paragraph_format
    normal.space_after = Pt(0)
    normal.line_spacing = Pt(round(size * 1.75))
    for level, before in ((1, 12), (2, 6)):
        form = empty.styles[f"Heading {level}"].paragraph_format
        form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(4), True
    top = empty.styles["Title"].paragraph_format
    top.alignment, top.space_after, top.line_spacing = ALIGN.CENTER, Pt(12), Pt(32)
    inside = empty.styles.add_style("Cell", STYLE.PARAGRAPH)
    inside.base_style = empty.styles["Normal"]
    _style(inside, BODY, 10.5, bold=False)
    inside.paragraph_format.line_spacing = Pt(16)
    small = empty.styles.add_style("Note", STYLE.PARAGRAPH)
    small.base_style = empty.styles["Normal"]
    _style(small, BODY, 10.5, bold=False)
    small.paragraph_format.line_spacing = Pt(17)
    _numbered(section)
    _slimmed(empty)
    raw = io.BytesIO()
    empty.save(raw)
    with zipfile.ZipFile(raw) as source:
        parts = {n: source.read(n) for n in source.namelist()}
    parts["word/fontTable.xml"] = _font_table()
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b'w:eastAsia="en-US"', b'w:eastAsia="zh-CN"')
    return tuple(parts.items())


def _slimmed(empty: Any) -> None:
    """Take out what the template brings and no paper uses, most of the bytes of a sheet: a thumbnail, a hundred styles of tables."""
    from docx.enum.style import WD_STYLE_TYPE as STYLE  # noqa: PLC0415 - most runs write no paper

    for rels, kinds in ((empty.part.package.rels, ("/thumbnail",)), (empty.part.rels, ("/stylesWithEffects",))):
        for rel in [r for r in rels.values() if r.reltype.endswith(kinds)]:
            del rels[rel.rId]
    for style in [s for s in empty.styles if s.type == STYLE.TABLE and s.name not in ("Normal Table", "Table Grid")]:
        style.element.getparent().remove(style.element)


def _style(style: Any, font: str, points: float, *, bold: bool) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - most runs write no paper
    from docx.shared import Pt, RGBColor  # noqa: PLC0415 - most runs write no paper

    style.font.size, style.font.bold, style.font.color.rgb = Pt(points), bold, RGBColor(0, 0, 0)
    style.font.name = LATIN
    properties = style.element.get_or_add_rPr()
    fonts = properties.rFonts
    for name in [n for n in fonts.attrib if n.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), font)
    for border in style.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)  # the template's title has a line below
    for spacing in properties.findall(qn("w:spacing")):
        properties.remove(spacing)


def _numbered(section: Section) -> None:
    """Put the number of the page at the foot, outside, as official papers do: — 1 —."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - most runs write no paper

    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        first = footer.paragraphs[0]
        font = f'<w:rPr><w:rFonts w:hint="eastAsia" w:eastAsia="{SONG}"/><w:sz w:val="28"/></w:rPr>'
        indent = "w:rightChars" if side == "right" else "w:leftChars"
        made = parse_xml(
            f'<w:p xmlns:w="{_W}"><w:pPr><w:ind {indent}="100"/><w:jc w:val="{side}"/></w:pPr>'
            f'<w:r>{font}<w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r>{font}<w:t>1</w:t></w:r></w:fldSimple>'
            f'<w:r>{font}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
        )
        first._p.getparent().replace(first._p, made)  # noqa: SLF001 - python-docx has no public way to a field


def _font_table() -> bytes:
    rows = "".join(f'<w:font w:name="{n}"><w:altName w:val="{",".join(alt)}"/></w:font>' for n, alt in FONTS.items())
    return (
        f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<w:fonts xmlns:w=\"{_W}\">{rows}</w:fonts>".encode()
    )
