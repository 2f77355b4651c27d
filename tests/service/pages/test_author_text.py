"""The text as the author wrote it, with marks that no character shifts."""

import hashlib
import re
import tomllib
from html import unescape
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import service
from screening.document import Document, Paragraph, Span, Story
from screening.output.marks import Mark
from service.pages.author_text import Excluded, author_text, marks_of
from tests import samples

LETTERS = st.text(alphabet="甲乙𠮷é<&\"' 丙👩‍🏫", min_size=1, max_size=12)


def plain(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


@given(st.lists(LETTERS, min_size=1, max_size=5), st.data())
def test_marks_lie_where_their_spans_are_whatever_the_characters(lines, data):
    doc = Document.from_lines(lines)
    a = data.draw(st.integers(0, len(doc.text) - 1))
    b = data.draw(st.integers(a + 1, len(doc.text)))
    html = author_text(doc.text, doc.paragraphs, [Mark(Span(a, b), "verbatim", anchor="m-1", number=1)])
    assert plain(html) == "".join(lines)
    inside = "".join(plain(m) for m in re.findall("<mark[^>]*>(.*?)</mark>", html))
    assert inside == doc.text[a:b].replace("\n", "")


def test_a_mark_over_three_paragraphs_has_one_anchor_and_one_number():
    doc = Document.from_lines(["甲甲", "乙乙", "丙丙"])
    html = author_text(doc.text, doc.paragraphs, [Mark(Span(1, 7), "verbatim", anchor="m-1", number=1)])
    assert html.count("<mark") == 3
    assert html.count('id="m-1"') == 1
    assert html.count('data-n="1"') == 1


def test_cells_of_one_row_stand_in_one_row_and_notes_beside_the_text():
    text = "甲\n乙\n丙\n丁\n注"
    places = ["table/0/r0/c0", "table/0/r0/c1", "table/0/r1/c0", "table/0/r1/c1", "footnote/1"]
    paragraphs = [
        Paragraph(Span(2 * n, 2 * n + 1), source=s, table=n < 4, story=Story.BODY if n < 4 else Story.FOOTNOTE)
        for n, s in enumerate(places)
    ]
    html = author_text(text, paragraphs, [])
    assert re.findall("<tr>.*?</tr>", html) == [
        "<tr><td><p>甲</p></td><td><p>乙</p></td></tr>",
        "<tr><td><p>丙</p></td><td><p>丁</p></td></tr>",
    ]
    assert "<h3>脚注</h3><p>注</p>" in html


def test_what_a_person_excluded_is_marked_so():
    report = samples.report()
    (source,) = {p.source for p in report.reuse.passages if not p.stock}
    assert "excluded" not in {m.name for m in marks_of(report)}
    assert {m.name for m in marks_of(report, Excluded(frozenset({source}))) if m.number} == {"excluded"}


def test_vendored_files_are_those_that_are_named():
    folder = Path(service.__file__).parent / "static" / "vendor"
    rows = tomllib.loads((folder / "VENDOR.toml").read_text("utf-8"))["file"]
    assert {r["name"] for r in rows} == {p.name for p in folder.glob("*.js")}
    for row in rows:
        assert hashlib.sha256((folder / row["name"]).read_bytes()).hexdigest() == row["sha256"]
