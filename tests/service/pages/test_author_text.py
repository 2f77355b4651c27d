"""The text as the author wrote it, with marks that no character shifts."""

import hashlib
import re
import tomllib
from dataclasses import replace
from html import unescape
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import service
from screening.document import Document, Paragraph, Span, Story
from screening.output.marks import Mark
from screening.text.repairs import repairs_of
from screening.text.view import fold
from service.pages.author_text import LAYERS, Excluded, author_text, marks_of
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


def test_facts_are_marked_inside_of_other_marks_and_take_no_place_from_them():
    doc = Document.from_lines(["甲乙𠮷丙丁"])
    marks = [Mark(Span(0, 4), "verbatim", anchor="m-1", number=1)]
    html = author_text(doc.text, doc.paragraphs, marks, [Mark(Span(2, 5), "evidence", label="数据")], [0])
    assert html.count("<mark") == 1
    assert plain(re.search("<mark[^>]*>(.*?)</mark>", html)[1]) == "甲乙𠮷丙"
    assert [plain(b) for b in re.findall("<b[^>]*>(.*?)</b>", html)] == ["𠮷丙", "丁"]
    assert '<p id="t-0">' in html


def test_what_cannot_be_seen_has_a_sign_and_what_was_read_otherwise_says_how():
    text = "甲\u200b國乙"
    repairs = repairs_of(text, fold(text))
    report = samples.report()
    made = replace(report, text=text, reuse=replace(report.reuse, passages=(), stock=(), repairs=repairs), outcomes=())
    unseen, read = marks_of(made)
    assert (unseen.name, unseen.span, unseen.anchor) == ("trick unseen", Span(1, 2), "r-1")
    assert (read.name, read.label) == ("trick", "异常字符：繁体或异体字，读作“国”")


def test_what_a_person_excluded_is_marked_so():
    report = samples.report()
    (source,) = {p.source for p in report.reuse.passages if not p.stock}
    assert "excluded" not in {m.name for m in marks_of(report)}
    assert {m.name for m in marks_of(report, Excluded(frozenset({source}))) if m.number} == {"excluded"}


# Machado, Oliveira & Fernandes 2009, severity 1: what is left of linear RGB without the cones for red, or for green.
VISIONS = {
    "ordinary": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def seen(colour, vision):
    """The luminance (0-1) of #rrggbb for a kind of vision, as WCAG reckons contrast with it."""
    colour = "".join(c * 2 for c in colour) if len(colour) == 3 else colour
    channels = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    told = [min(1, max(0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in VISIONS[vision]]
    return 0.2126 * told[0] + 0.7152 * told[1] + 0.0722 * told[2]


def looks():
    """What the style sheet says of each kind of mark, with the colours that the whole service shares put in."""
    folder = Path(service.__file__).parent / "static"
    shared = dict(re.findall(r"(--[a-z-]+): ?(#[0-9a-f]+)", (folder / "app.css").read_text("utf-8")))
    css = re.sub(r"var\((--[a-z-]+)\)", lambda m: shared[m[1]], (folder / "case.css").read_text("utf-8"))
    rules = re.findall(r"([^{}]*)\{([^{}]*)\}", css.partition("/* A layer that is switched off")[0])
    return {
        name: ";".join(
            body for where, body in rules if re.search(rf"(?:^|,|mark)\.m-{name}(?:::after)?(?:,|$)", where.strip())
        )
        for name, _ in LAYERS
    }


def test_marks_differ_without_their_colours_and_stay_readable_for_every_kind_of_vision():
    cues = {}
    for name, body in looks().items():
        # Lines, frames, weights, signs: all but the colours.
        plain = re.sub(r"#[0-9a-f]{3,6}\b", "", re.sub(r"(?<![-\w])(color|background):[^;]*", "", body))
        cues.setdefault(re.sub(r"[\s;]+", " ", plain).strip(), []).append(name)
        ink = re.search(r"(?<![-\w])color:#([0-9a-f]+)", body)
        ground = re.search(r"background:#([0-9a-f]+)", body)
        for vision in VISIONS:
            pair = sorted(seen(c, vision) for c in (ink[1] if ink else "1d2733", ground[1] if ground else "fff"))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, vision)
    assert "" not in cues
    assert [names for names in cues.values() if len(names) > 1] == []


def test_vendored_files_are_those_that_are_named():
    folder = Path(service.__file__).parent / "static" / "vendor"
    rows = tomllib.loads((folder / "VENDOR.toml").read_text("utf-8"))["file"]
    assert {r["name"] for r in rows} == {p.name for p in folder.glob("*.js")}
    for row in rows:
        assert hashlib.sha256((folder / row["name"]).read_bytes()).hexdigest() == row["sha256"]
