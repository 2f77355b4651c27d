"""Seeded mutations of our own files: bytes of the file, bytes of a part, and what an XML editor gone mad would do to a tree."""

import io
import random
import zipfile
from copy import deepcopy

from lxml import etree

from screening.demo import run as demo
from screening.demo.recipe import recipes
from tests.builder import W, docx, num, numbering, p, r, style, style_row, styles, tbl

NASTY = (
    "", "0", "-1", "1e9", "100000000", "99999999999999999999", "NaN", "true", "0x", "\u0661", "²", "../../x", "NULL",
    "http://127.0.0.1:9/x", "auto", "FFFFFF", "FFFFFG", "w:p", "\u202e", "𠮷" * 50, "a" * 5_000, "%1%2%9", "\t\n",
)  # fmt: skip
NAMES = (
    "p", "r", "t", "tbl", "tr", "tc", "sdt", "sdtContent", "ins", "del", "pPr", "rPr", "numPr", "vanish", "color", "sz",
    "br", "tab", "sym", "instrText", "fldChar", "txbxContent", "body", "hyperlink", "footnoteReference", "outlineLvl",
)  # fmt: skip


def seeds():
    """Return some fifty files: those of the demonstration that are packages, and a few with constructs that they lack."""
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
    return [_package(_files(data)) for data in found]


def mutated(data, rng):
    """Return a mutation of a package: one of the kinds below, the trees most often."""
    return rng.choices((_flipped, _cut, _spliced, _in_part, _in_tree), (2, 1, 2, 3, 8))[0](data, rng)


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
    files, name = _opened(data, rng)
    files[name] = rng.choice((_flipped, _cut, _spliced))(files[name] or b"<", rng)
    return _package(files)


def _in_tree(data, rng):
    files, name = _opened(data, rng)
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


def _files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {name: z.read(name) for name in z.namelist()}


def _opened(data, rng):
    files = _files(data)
    parts = [n for n in files if n.endswith((".xml", ".rels"))]
    return files, "word/document.xml" if "word/document.xml" in files and rng.random() < 0.6 else rng.choice(parts)


def _package(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            z.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # a date of its own would change the bytes
    return out.getvalue()


def stream(n, seed=1):
    """Yield (number, bytes) of ``n`` mutations, the same ones for the same seed; each can be had again by its number."""
    found = seeds()
    for number in range(n):
        rng = random.Random(f"{seed}/{number}")
        yield number, mutated(rng.choice(found), rng)
