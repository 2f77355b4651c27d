"""Real .doc and .rtf files, made by LibreOffice from documents of our own, and small .doc files written byte by byte."""

import shutil
import struct
import subprocess

import pytest

from screening.demo import word
from screening.demo.faults import compound_file
from screening.demo.recipe import recipes
from tests.builder import docx, p, r, style, style_row, styles, tbl, tc

PARTS = {
    "document": "document.main",
    "styles": "styles",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "header": "header",
    "footer": "footer",
}
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(
        f'<Override PartName="/word/{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{k}+xml"/>'
        for n, k in PARTS.items()
    )
    + "</Types>"
)
WHEN = 'w:author="甲" w:date="2023-01-01T00:00:00Z"'


def char(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(instruction, result):
    code = f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
    return char("begin") + code + char("separate") + r(result) + char("end")


def note(kind, text, ref):
    rules = "".join(
        f'<w:{kind} w:type="{t}" w:id="{n}"><w:p><w:r><w:{t}/></w:r></w:p></w:{kind}>'
        for n, t in enumerate(("separator", "continuationSeparator"))
    )
    return f'{rules}<w:{kind} w:id="2"><w:p><w:r><w:{ref}/></w:r>{r(text)}</w:p></w:{kind}>'


def text_box(*blocks):
    content = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    shape = f'<v:shape style="width:100pt;height:50pt"><v:textbox>{content}</v:textbox></v:shape>'
    return f"<w:r><w:pict>{shape}</w:pict></w:r>"


def constructs():
    """Return a .docx with one of everything that a .doc keeps in a place of its own."""
    return docx(
        p("一块屏幕点亮大山", props=style("H1")),
        p("正文第一段，ASCII “引号”—— é 𠮷。"),
        tbl(["甲", "乙"], [tc(p("丙一"), p("丙二")), tc(tbl(["内1", "内2"], ["内3", "内4"]), p("内表之后"))]),
        p("域：", field(" PAGEREF x ", "第3页"), "之后", field(' HYPERLINK "http://e.example/" ', "链接")),
        p("有", r("隐藏", "<w:vanish/>"), "字", r("白字", '<w:color w:val="FFFFFF"/>'), r("小字", '<w:sz w:val="4"/>')),
        p(
            "改",
            f'<w:del w:id="1" {WHEN}><w:r><w:delText>删掉的</w:delText></w:r></w:del>',
            f'<w:ins w:id="2" {WHEN}>{r("插入的")}</w:ins>',
            "完",
        ),
        p("样式藏字", props=style("Hid")),
        p(
            "脚注",
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            "尾注",
            '<w:r><w:endnoteReference w:id="2"/></w:r>',
            "批注",
            '<w:r><w:commentReference w:id="0"/></w:r>',
        ),
        p("行一", "<w:r><w:br/></w:r>", "行二", "<w:r><w:tab/></w:r>", "列", "<w:r><w:noBreakHyphen/></w:r>", "连"),
        p("页前", '<w:r><w:br w:type="page"/></w:r>', "页后"),
        p(text_box(p("框里一段"), p("框里二段")), "框外"),
        p("小标题", props='<w:outlineLvl w:val="1"/>'),
        p("末段"),
        '<w:sectPr><w:headerReference w:type="default" r:id="rId13"/><w:footerReference w:type="default" r:id="rId14"/></w:sectPr>',
        styles=styles(
            style_row("H1", "heading 1", p_props='<w:outlineLvl w:val="0"/>'),
            style_row("Hid", "Hid", r_props="<w:vanish/>"),
        ),
        footnotes=note("footnote", "脚注内容", "footnoteRef"),
        endnotes=note("endnote", "尾注内容", "endnoteRef"),
        header=p("页眉", text_box(p("页眉里的框"))),
        footer=p("页脚", text_box(p("页脚里的框"))),
        comments=f'<w:comment w:id="0" {WHEN} w:initials="甲">{p("批注内容")}</w:comment>',
        extra={"[Content_Types].xml": TYPES},
    )


def need_office():
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer)")


def made_by_office(folder):
    """Return (.docx, .doc) by name: the constructs, and six texts of the demonstration."""
    sources = {"constructs": constructs()}
    texts = [x for x in recipes() if x.make == "docx" and x.form != "file"][::6][:6]
    sources |= {f"text{n}": word.body(x.source, x.form, x.labels, x.form_changes) for n, x in enumerate(texts)}
    for name, data in sources.items():
        (folder / f"{name}.docx").write_bytes(data)
    office(folder, "doc", *(f"{name}.docx" for name in sources))
    office(folder, "rtf", "constructs.docx", "text0.docx")
    return {name: (data, (folder / f"{name}.doc").read_bytes()) for name, data in sources.items()}


def office(folder, kind, *files):
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, *(folder / f for f in files)],
        check=True,
        capture_output=True,
        timeout=120,
    )


def small_doc(*pieces, counts=None, modifiers=(), flags=0, broken=None):
    """Return a .doc of pieces (text, compressed, prm), without any formatting; ``broken`` overrides the pieces' (cps, fcs)."""
    at, body, fcs, cps = 0x600, b"", [], [0]
    for text, narrow, _ in pieces:
        raw = text.encode("cp1252") if narrow else text.encode("utf-16-le")
        fcs.append((at + len(body)) * 2 | 0x40000000 if narrow else at + len(body))
        cps.append(cps[-1] + (len(raw) if narrow else len(raw) // 2))
        body += raw + b"\0" * (len(raw) % 2)
    total = cps[-1]
    cps, fcs = broken or (cps, fcs)
    table = struct.pack(f"<{len(cps)}I", *cps)
    table += b"".join(struct.pack("<HIH", 0, fc, prm) for fc, (_, _, prm) in zip(fcs, pieces, strict=True))
    clx = b"".join(b"\x01" + struct.pack("<H", len(m)) + m for m in modifiers)
    clx += b"\x02" + struct.pack("<I", len(table)) + table
    longs = [0] * 22
    longs[3:11] = counts or [total, 0, 0, 0, 0, 0, 0, 0]
    places = [0] * 186
    places[66:68] = 0, len(clx)
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, flags | 0x0200).ljust(32, b"\0")
    fib += (
        struct.pack("<H28xH", 14, 22)
        + struct.pack("<22i", *longs)
        + struct.pack("<H", 93)
        + struct.pack("<186I", *places)
    )
    return compound_file(("WordDocument", fib.ljust(at, b"\0") + body), ("1Table", clx))
