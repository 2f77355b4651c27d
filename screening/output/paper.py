"""Paper for the file: Word documents in the manner of official papers (GB/T 9704), the same bytes for the same content.

The empty document, with its styles, margins and page numbers, comes from python-docx once a process; what stands in it is
written as WordprocessingML, because ten thousand sheets of a few hundred runs each have to be made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from screening.output.markup import printable

if TYPE_CHECKING:
    from docx.section import Section

_EPOCH = (2024, 1, 1, 0, 0, 0)  # of the entries of the zip: the content alone makes the bytes
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WIDTH = 8845  # twentieths of a point: the 156 mm of the type area
# The fonts of official papers, each with what stands for it on a computer that does not have it.
BODY, TITLE, HEADING, KAI = "仿宋", "方正小标宋简体", "黑体", "楷体"
_FONTS = {
    BODY: "仿宋_GB2312,FangSong,STFangsong,Noto Serif CJK SC",
    TITLE: "方正小标宋_GBK,华文中宋,宋体,Noto Serif CJK SC",
    HEADING: "SimHei,Noto Sans CJK SC",
    KAI: "楷体_GB2312,KaiTi,Noto Serif CJK SC",
    "宋体": "SimSun,Noto Serif CJK SC",
    "Times New Roman": "Liberation Serif",
}


def words(value: str) -> str:
    """Return a text as it may stand in the XML of a document: control and bidi characters become a visible sign."""
    return escape(printable(value), quote=True)


def run(
    value: str,
    *,
    color: str = "",
    underline: str = "",
    bold: bool = False,
    dots: bool = False,
    size: float = 0,
    font: str = "",
) -> str:
    """Return a run. ``color`` is RRGGBB, ``underline`` a name of Word's, ``dots`` emphasis dots below, ``size`` in points."""
    # The hint lets quotation marks and dashes take the Chinese font.
    fonts = '<w:rFonts w:hint="eastAsia"' + (f' w:eastAsia="{font}"' if font else "") + "/>"
    inside = fonts + ("<w:b/>" if bold else "") + (f'<w:color w:val="{color}"/>' if color else "")
    if size:
        inside += f'<w:sz w:val="{size * 2:g}"/><w:szCs w:val="{size * 2:g}"/>'
    inside += (f'<w:u w:val="{underline}"/>' if underline else "") + ('<w:em w:val="dot"/>' if dots else "")
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(words(line) for line in value.split("\n"))
    return f'<w:r><w:rPr>{inside}</w:rPr><w:t xml:space="preserve">{lines}</w:t></w:r>'


def paragraph(
    *content: str,
    style: str = "",
    align: str = "",
    indent: bool = False,
    keep: bool = False,
    before: float = 0,
    right: int = 0,
) -> str:
    """Return a paragraph of runs (strings of :func:`run`).

    ``indent`` sets the first line in by two characters, ``keep`` keeps it with the next, ``before`` is the space above in points,
    ``right`` the distance from the right margin in characters.
    """
    inside = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:keepNext/>" if keep else "")
    inside += f'<w:spacing w:before="{before * 20:g}"/>' if before else ""
    inside += '<w:ind w:firstLineChars="200" w:firstLine="480"/>' if indent else ""
    inside += f'<w:ind w:rightChars="{right * 100}" w:right="{right * 240}"/>' if right else ""
    inside += f'<w:jc w:val="{align}"/>' if align else ""
    return f"<w:p><w:pPr>{inside}</w:pPr>{''.join(content)}</w:p>"


def title(value: str) -> str:
    """Return the title of the paper."""
    return paragraph(run(value), style="Title")


def heading(value: str, level: int = 1) -> str:
    """Return a heading of level 1 or 2."""
    return paragraph(run(value), style=f"Heading{level}")


class Cell(str):
    """The content of a cell that is markup already; any other string is text, whatever it looks like."""

    __slots__ = ()


def cell(*paragraphs: str) -> Cell:
    """Return the content of a cell of several paragraphs in the table's style; each argument is a run or several."""
    return Cell("".join(paragraph(p, style="Cell") for p in paragraphs))


_CELL_MARGINS = (
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
)


def table(
    rows: Sequence[Sequence[str | Cell]],
    shares: Sequence[int],
    *,
    head: bool = True,
    labels: bool = False,
    whole: bool = True,
) -> str:
    """Return a table over the whole width. ``shares`` are the columns' parts of it.

    With ``head`` the first row is repeated on every page; with ``labels`` every other column holds the names of values; with ``whole``
    no row breaks over two pages.
    """
    widths = [WIDTH * s // sum(shares) for s in shares]
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    out = [
        f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>{_CELL_MARGINS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    ]
    for n, row in enumerate(rows):
        first = head and n == 0
        kept = ("<w:cantSplit/>" if whole or first else "") + ("<w:tblHeader/>" if first else "")
        out.append(f"<w:tr>{f'<w:trPr>{kept}</w:trPr>' if kept else ''}")
        for i, (content, width) in enumerate(zip(row, widths, strict=True)):
            middle = '<w:vAlign w:val="center"/>' if first or labels else ""
            name = first or (labels and i % 2 == 0)
            shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if name else ""
            body = content if isinstance(content, Cell) else cell(run(content, bold=name))
            out.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}{middle}</w:tcPr>{body}</w:tc>')
        out.append("</w:tr>")
    out.append("</w:tbl>")
    return "".join(out)


def document(content: Iterable[str], *, name: str, made_at: datetime | None = None, size: float = 12) -> bytes:
    """Return the .docx of paragraphs and tables, a paragraph at the end, as Word wants it.

    ``name`` is the title in its properties, ``size`` that of the body in points. Raises ValueError for a time without a zone.
    """
    if made_at is not None and made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    parts = dict(_skeleton(size))
    begin, end = parts["word/document.xml"].split(b"<w:body>")
    parts["word/document.xml"] = b"".join((begin, b"<w:body>", *(c.encode() for c in content), end))
    parts["docProps/core.xml"] = _properties(name, made_at)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part, data in parts.items():
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()


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
        f"<dc:title>{words(name)}</dc:title><dc:creator>案例智审</dc:creator>{times}</cp:coreProperties>"
    ).encode()


@lru_cache(maxsize=4)
def _skeleton(size: float) -> tuple[tuple[str, bytes], ...]:
    """Return the parts of an empty paper: A4, margins, styles, page numbers."""
    from docx import Document  # noqa: PLC0415 - most runs write no paper
    from docx.enum.style import WD_STYLE_TYPE as STYLE  # noqa: PLC0415
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    empty = Document()
    section = empty.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
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
    from docx.enum.style import WD_STYLE_TYPE as STYLE  # noqa: PLC0415

    for rels, kinds in ((empty.part.package.rels, ("/thumbnail",)), (empty.part.rels, ("/stylesWithEffects",))):
        for rel in [r for r in rels.values() if r.reltype.endswith(kinds)]:
            del rels[rel.rId]
    for style in [s for s in empty.styles if s.type == STYLE.TABLE and s.name not in ("Normal Table", "Table Grid")]:
        style.element.getparent().remove(style.element)


def _style(style: Any, font: str, points: float, *, bold: bool) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    style.font.size, style.font.bold, style.font.color.rgb = Pt(points), bold, RGBColor(0, 0, 0)
    style.font.name = "Times New Roman"
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
    from docx.oxml import parse_xml  # noqa: PLC0415

    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        first = footer.paragraphs[0]
        font = '<w:rPr><w:rFonts w:hint="eastAsia" w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr>'
        indent = "w:rightChars" if side == "right" else "w:leftChars"
        made = parse_xml(
            f'<w:p xmlns:w="{_W}"><w:pPr><w:ind {indent}="100"/><w:jc w:val="{side}"/></w:pPr>'
            f'<w:r>{font}<w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r>{font}<w:t>1</w:t></w:r></w:fldSimple>'
            f'<w:r>{font}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
        )
        first._p.getparent().replace(first._p, made)  # noqa: SLF001 - python-docx has no public way to a field


def _font_table() -> bytes:
    rows = "".join(f'<w:font w:name="{n}"><w:altName w:val="{alt}"/></w:font>' for n, alt in _FONTS.items())
    return (
        f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<w:fonts xmlns:w=\"{_W}\">{rows}</w:fonts>".encode()
    )


_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069\ud800-\udfff]')


def safe_name(number: int, of: int, name: str) -> str:
    """Return a file's name that every system takes and that no other ``number`` has.

    >>> safe_name(7, 120, 'CON: 读书/研修?.')
    '007-CON_ 读书_研修_.docx'
    """
    plain = " ".join(_UNSAFE.sub("_", _UNSEEN.sub("", name)).split())[:48].rstrip(" .")
    return f"{number:0{len(str(of))}d}-{plain or '未命名'}.docx"
