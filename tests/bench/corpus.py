"""A delivery of .docx by the thousand: about 2,500 字 each, most unlike each other, some sharing paragraphs, a few copied whole.

The words come from jieba's dictionary by their frequency there, so that n-grams are as common and as rare as in ordinary text: neither
the random characters of ``writing.noise``, which share nothing, nor the one mould of ``writing.sentence``, which share everything.
"""

import random
import re
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

import docx as python_docx
from lxml import etree

from tests.builder import W, docx, p, r, style
from tests.writing import ACT, HEADINGS, TIME, WHAT, WHERE, WHO, sentence

PARAGRAPH = 185  # 字 at least; twelve paragraphs make about 2,500
PER_HEADING = 2
SHARING = 0.10  # of the cases take one to three paragraphs from another one
COPIES = 0.01  # of the cases are another one with some words exchanged
MOULD = 0.03  # of the paragraphs hold a sentence of one mould: the set phrases of a trade
FONT = (
    '<w:rFonts w:ascii="Times New Roman" w:eastAsia="仿宋_GB2312" w:hAnsi="Times New Roman"/>'
    '<w:sz w:val="32"/><w:szCs w:val="32"/>'
)
INDENT = (
    '<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>'
)


_MAIN = "application/vnd.openxmlformats-officedocument"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.wordprocessingml.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.wordprocessingml.styles+xml"/>'
    f'<Override PartName="/word/theme.xml" ContentType="{_MAIN}.theme+xml"/></Types>'
)


@cache
def _words() -> tuple[list[str], list[float]]:
    """Words, and their weights summed up."""
    # Found, not imported: the import warns on some versions of Python, and a warning is an error here.
    folder = Path(find_spec("jieba").origin).parent
    rows = [line.split() for line in (folder / "dict.txt").read_text("utf-8").splitlines()]
    kept = [(w, int(n)) for w, n, *_ in rows if int(n) >= 200 and re.fullmatch("[\u4e00-\u9fff]{1,4}", w)]
    # Less than proportional: a few single characters would drown the words otherwise.
    return [w for w, _ in kept], list(accumulate(n**0.75 for _, n in kept))


def _fact(rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return f"{rng.choice(TIME)}，{rng.choice(WHERE)}"
    if kind == 1:
        return rng.choice(ACT)
    return f"{rng.choice(WHO)}{rng.randint(11, 989)}人" if kind == 2 else f"提高到{rng.randint(300, 999) / 10}%"


def _prose(rng: random.Random) -> str:
    words, sums = _words()
    picked = iter(rng.choices(words, cum_weights=sums, k=40))
    clauses = ["".join(next(picked) for _ in range(rng.randint(4, 8))) for _ in range(rng.randint(2, 4))]
    if rng.random() < 0.5:
        clauses.insert(rng.randrange(len(clauses)), _fact(rng))
    return "，".join(clauses) + "。"


def _paragraph(rng: random.Random, mould: float) -> str:
    out = sentence(rng) if rng.random() < mould else ""
    while len(out) < PARAGRAPH:
        out += _prose(rng)
    return out


def texts(n: int, seed: int = 1, mould: float = MOULD) -> list[list[str]]:
    """``n`` cases as lines: title, headings, paragraphs. With a ``mould`` near 1 all of them are written from one template."""
    rng = random.Random(seed)
    out: list[list[str]] = []
    for number in range(n):
        if out and rng.random() < COPIES:
            swap = str.maketrans(dict(zip(rng.sample("的一是在人有", 3), rng.sample("了和于被把向", 3), strict=True)))
            lines = [line.translate(swap) for line in rng.choice(out)]
        else:
            lines = [f"{rng.choice(WHERE)}{rng.choice(WHAT)}{_prose(rng)[:6]}纪事{number}"]
            for heading in HEADINGS:
                lines += [heading, *(_paragraph(rng, mould) for _ in range(PER_HEADING))]
            if out and rng.random() < SHARING:
                other = rng.choice(out)
                for _ in range(rng.randint(1, 3)):
                    at = rng.choice([i for i, line in enumerate(lines) if len(line) >= PARAGRAPH])
                    lines[at] = rng.choice([line for line in other if len(line) >= PARAGRAPH])
        out.append(lines)
    return out


def shared(cases: list[list[str]]) -> set[tuple[int, int]]:
    """The pairs (later, earlier) of cases that have a paragraph in common, word for word."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, lines in enumerate(cases):
        for line in lines:
            if len(line) >= PARAGRAPH:
                holders[line].append(number)
    return {(b, a) for found in holders.values() for n, b in enumerate(found) for a in found[:n] if a != b}


@cache
def _template(kind: str) -> str:
    """A part of python-docx's template, as Word wrote it; without the hundred table styles, which a document of Word's does not carry."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    root = etree.fromstring(python_docx.Document().part.part_related_by(base + kind).blob)
    for table in root.findall(f"{{{W}}}style[@{{{W}}}type='table']"):
        root.remove(table)
    return etree.tostring(root, encoding="unicode")


def word_file(lines: list[str], number: int = 0) -> bytes:
    """Lines as a .docx: style sheet, theme, fonts on every run, two runs a paragraph, as Word writes them.

    ``number`` makes the style sheet the file's own, as it is where every author has another Word.
    """
    styles = _template("styles").replace('w:val="Normal"', f'w:val="Normal" w:rsid="{number:08X}"', 1)
    blocks = [p(r(lines[0], FONT), props=style("Title"))]
    for line in lines[1:]:
        if line in HEADINGS:
            blocks.append(p(r(line, FONT), props=style("Heading1")))
        else:
            half = len(line) // 2
            blocks.append(p(r(line[:half], FONT), r(line[half:], FONT), props=INDENT))
    return docx(*blocks, styles=styles, theme=_template("theme"), extra={"[Content_Types].xml": TYPES})


def write(folder: Path, n: int, seed: int = 1, mould: float = MOULD) -> Path:
    """Write ``n`` cases into the folder, which is made."""
    folder.mkdir(parents=True)
    for number, lines in enumerate(texts(n, seed, mould)):
        (folder / f"case-{number:06d}.docx").write_bytes(word_file(lines, number))
    return folder
