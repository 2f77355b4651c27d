"""Seeded mutations of our own files: bytes of the file, bytes of a part, and what an XML editor gone mad would do to a tree."""

import io
import random
import zipfile
from copy import deepcopy

from lxml import etree

from screening.demo import run as demo
from screening.demo.recipe import recipes
from tests.builder import W, docx, num, numbering, p, r, style, style_row, styles, tbl
from tests.faults.recipe import zipped
from tests.intake.legacy_files import small_doc
from tests.intake.pdf_files import pdf

NASTY = (
    "", "0", "-1", "1e9", "100000000", "99999999999999999999", "NaN", "true", "0x", "\u0661", "²", "../../x", "NULL",
    "http://127.0.0.1:9/x", "auto", "FFFFFF", "FFFFFG", "w:p", "\u202e", "𠮷" * 50, "a" * 5_000, "%1%2%9", "\t\n",
)  # fmt: skip
NAMES = (
    "p", "r", "t", "tbl", "tr", "tc", "sdt", "sdtContent", "ins", "del", "pPr", "rPr", "numPr", "vanish", "color", "sz",
    "br", "tab", "sym", "instrText", "fldChar", "txbxContent", "body", "hyperlink", "footnoteReference", "outlineLvl",
)  # fmt: skip


def seeds():
    """Return (suffix, bytes) of fifty and some files, all different.

    Those of the demonstration that are packages, a few with constructs that they lack, and one or two of each other format.
    """
    found = [data for recipe in recipes() if zipfile.is_zipfile(io.BytesIO(data := demo._content(recipe)))]
    lists = numbering((1, "chineseCounting", "%1、"), (1, "decimal", "%1.%2"))
    box = f"<w:r><w:pict><w:txbxContent>{p('框里的字')}</w:txbxContent></w:pict></w:r>"
    text = "国培计划教师研修，36 所学校的 420 名教师参加。"
    found += [
        docx(p("标题", props=num(1, 0)), p(text, props=num(1, 1)), numbering=lists, styles=styles()),
        docx(p(text, box), tbl(["甲", tbl(["乙", "丙"])], ["丁", "戊"])),
        docx(p(text), footnotes=f'<w:footnote w:id="2">{p("脚注")}</w:footnote>', header=p("页眉"), footer=p("1")),
        docx(
            p(r(text, '<w:color w:val="FFFFFF"/>'), r("藏", "<w:vanish/>"), props=style("A")),
            styles=styles(style_row("A", "heading 1", based="B"), style_row("B", "b", r_props='<w:sz w:val="21"/>')),
        ),
        docx(f"<w:p><w:ins>{r('增')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del></w:p>", p(text * 30)),
        docx(p(text), links=[("x", "image", "http://127.0.0.1:9/x.png", True), ("y", "header", "NULL", False)]),
    ]
    return [*((".docx", data) for data in found), *_of_other_formats(text)]


def _of_other_formats(text):
    page = f"<html><head><meta charset=utf-8></head><body><h1>标题</h1><p>{text * 9}</p><table><tr><td>甲</table></body></html>"
    parts = f'Content-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset="utf-8"\n\n{page}\n--b--\n'
    lines = "\n".join(["标题", *[text * 5] * 9])
    yield ".doc", small_doc((f"标题\r{text * 30}\r", False, 0), ("plain words\r", True, 0))
    yield ".doc", small_doc(*((f"{text}\r", False, 0) for n in range(40)))
    yield ".pdf", pdf([(50, "A case of training"), (70, "of 420 teachers")], [(50, "in 36 schools.")])
    yield (
        ".rtf",
        b"{\\rtf1\\ansi\\ansicpg936 {\\b A case} of training\\par " + b"\\'b9\\'fa\\'c5\\'e0 " * 50 + b"\\par}",
    )
    yield ".html", page.encode()
    yield ".mht", f"MIME-Version: 1.0\n{parts}".encode()
    yield ".txt", lines.encode("utf-8-sig")
    yield ".txt", lines.encode("gb18030")
    yield ".zip", zipped({"甲/案例.docx": docx(p("标题"), p(text * 20)), "乙/案例.txt": lines})


def mutated(data, rng):
    """Return a mutation: of bytes, or of a Word package one of all the kinds below, the trees most often."""
    kinds, weights = (_flipped, _cut, _spliced), (2, 1, 2)
    if any(name.endswith(".rels") for name in _names(data)):
        kinds, weights = (*kinds, _in_part, _in_tree), (*weights, 3, 8)
    return rng.choices(kinds, weights)[0](data, rng)


def _names(data):
    if not data.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return z.namelist()


def _flipped(data, rng):
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _cut(data, rng):
    return data[: rng.randrange(len(data))] if rng.random() < 0.7 else data[rng.randrange(len(data)) :]


def _spliced(data, rng):
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, n = rng.randrange(len(out)), rng.choice((1, 4, 100, 2_000))
        piece = rng.choice((b"", rng.randbytes(n), bytes(n), bytes(out[:n]), b"PK\1\2", b"PK\5\6"))
        out[at : at + rng.choice((0, n))] = piece
    return bytes(out)


def _in_part(data, rng):
    """Change the bytes of a part, and write the package anew, so that its checksums are right."""
    files, name = _files(data, rng)
    files[name] = rng.choice((_flipped, _cut, _spliced))(files[name] or b"<", rng)
    return _package(files)


def _in_tree(data, rng):
    files, name = _files(data, rng)
    try:
        root = etree.fromstring(files[name])
    except etree.XMLSyntaxError:
        return _in_part(data, rng)
    for _ in range(rng.choice((1, 1, 3, 10, 40))):
        _shaken(root, rng)
    files[name] = etree.tostring(root)
    return _package(files)


def _shaken(root, rng):
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    one, other = rng.choice(elements), rng.choice(elements)
    kind = rng.randrange(9)
    if kind == 0:
        one.tag = f"{{{W}}}{rng.choice(NAMES)}"
    elif kind == 1 and one.attrib:
        one.set(rng.choice(list(one.attrib)), _printable(rng))
    elif kind == 2 and one.attrib:
        del one.attrib[rng.choice(list(one.attrib))]
    elif kind == 3:
        one.set(f"{{{W}}}val", _printable(rng))
    elif kind == 4:
        one.text = _printable(rng) * rng.choice((1, 50))
    elif kind == 5 and one is not root:
        one.getparent().remove(one)
    elif kind == 6 and len(elements) < 20_000:
        other.append(deepcopy(one))
    elif kind == 7 and one is not root and one not in other.iterancestors() and one is not other:
        other.insert(0, one)
    else:
        inner = etree.SubElement(one, f"{{{W}}}{rng.choice(NAMES)}")
        for _ in range(rng.choice((0, 5, 120))):
            inner = etree.SubElement(inner, inner.tag)


def _printable(rng):
    return rng.choice(NASTY)


def _files(data, rng):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        files = {name: z.read(name) for name in z.namelist()}
    parts = [n for n in files if n.endswith((".xml", ".rels"))]
    return files, "word/document.xml" if "word/document.xml" in files and rng.random() < 0.6 else rng.choice(parts)


def _package(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            z.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def stream(n, seed=1):
    """Yield (number, suffix, bytes) of ``n`` mutations, the same ones for the same seed; each can be had again by its number."""
    found = seeds()
    for number in range(n):
        rng = random.Random(f"{seed}/{number}")
        suffix, data = rng.choice(found)
        yield number, suffix, mutated(data, rng)
