"""What the recipes of hostile files are made of: a name, the codes that are right, and a package written for the purpose."""

import base64
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.builder import NS, TYPES, docx, p, rels
from tests.faults.rawzip import Entry, archive

OPENED = "opened"
TEXT = "国培计划的一年"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
GOOD = docx(p(TEXT * 8), p("第二段" * 20))


@dataclass(frozen=True)
class Recipe:
    name: str
    build: Callable[[], bytes]
    expected: frozenset[str]
    file: str

    @property
    def bomb(self):
        return bool(self.expected & {"bomb", "too_many_entries", "doctype"})


RECIPES = []


def add(name, expected, build, file="案例.docx"):
    RECIPES.append(Recipe(name, build, frozenset(expected.split()), file))


def whole(body="", *, before="", root="document", attributes=""):
    return f"{before}<w:{root} {NS}{attributes}><w:body>{body}</w:body></w:{root}>"


def with_main(xml, *more, **fields):
    """Return a package whose main part is ``xml`` (text, or bytes as they are), and further entries."""
    content = xml.encode() if isinstance(xml, str) else xml
    return archive(
        Entry("[Content_Types].xml", TYPES.encode()),
        Entry("_rels/.rels", rels([("r", "officeDocument", "word/document.xml", False)]).encode()),
        Entry("word/document.xml", content, **fields),
        *more,
    )


def good_with(*more):
    return with_main(whole(p(TEXT)), *more)


def noise(n, seed=1):
    """Return a comment that deflates badly, so that the ratio of the part stays honest."""
    return f"<!--{base64.b64encode(random.Random(seed).randbytes(n)).decode()}-->"


def flood(piece, n):
    return whole(piece * n + noise(len(piece) * n // 100))


def nested(opening, closing, n, core=""):
    return whole(opening * n + core + closing * n)


def related(kind, target, *, external=False):
    return docx(p(TEXT), links=[("rX", kind, target, external)])


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


def least():
    return [
        Entry("_rels/.rels", rels([("r", "officeDocument", "word/document.xml", False)]).encode()),
        Entry("word/document.xml", whole(p(TEXT)).encode()),
    ]
