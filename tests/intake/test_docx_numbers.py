"""Automatic numbers and outline levels of a .docx, through styles and overrides; none of them is text."""

import pytest

from screening.intake import read
from tests.builder import NS, docx, num, numbering, p, style, style_row, styles
from tests.intake.test_docx import lines


def test_automatic_numbers_are_resolved_and_no_text():
    levels = [
        (1, "chineseCounting", "%1、"),
        (1, "chineseCounting", "（%2）"),
        (1, "decimal", "%3."),
        (1, "bullet", "•"),
    ]
    marks = [0, 1, 1, 2, 0, 1, 3]
    blocks = [p(f"题{n}", props=num(1, level)) for n, level in enumerate(marks)]
    document = read(docx(*blocks, numbering=numbering(*levels))).document
    assert [x.number for x in document.paragraphs] == ["一、", "（一）", "（二）", "1.", "二、", "（一）", ""]
    assert document.text.startswith("题0")


def test_numbers_restart_by_override_and_compose():
    levels = [(1, "decimal", "第%1章"), (1, "decimal", "%1.%2")]
    over = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    blocks = [
        p("a", props=num(1)),
        p("b", props=num(1, 1)),
        p("c", props=num(1, 1)),
        p("d", props=num(2)),
        p("e", props=num(9)),
        p("f", props=num(0)),
    ]
    document = read(docx(*blocks, numbering=numbering(*levels, overrides=over))).document
    assert [x.number for x in document.paragraphs] == ["第1章", "1.1", "1.2", "第1章", "", ""]


def test_numbering_and_levels_come_through_styles():
    sheet = styles(
        style_row("1", "heading 1", p_props='<w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/>'),
        style_row("2", "我的标题", based="1"),
        style_row("3", "标题 3"),
        style_row("X", "普通", p_props='<w:outlineLvl w:val="9"/>'),
    )
    blocks = [
        p("甲", props=style("1")),
        p("乙", props=style("2")),
        p("丙", props=style("3")),
        p("丁", props=style("X")),
        p("戊", props='<w:outlineLvl w:val="1"/>'),
    ]
    document = read(docx(*blocks, styles=sheet, numbering=numbering((1, "chineseCounting", "%1、")))).document
    assert [(x.style, x.level, x.number) for x in document.paragraphs] == [
        ("heading 1", 1, "一、"),
        ("我的标题", 1, "二、"),
        ("标题 3", 3, ""),
        ("普通", None, ""),
        ("", 2, ""),
    ]


def test_a_cycle_of_styles_does_no_harm():
    sheet = styles(style_row("A", "甲", based="B"), style_row("B", "乙", based="A"))
    assert lines(docx(p("字", props=style("A")), styles=sheet)) == ["字"]


@pytest.mark.parametrize("junk", ["x", "²", "-1", "1.5", "99999999999", ""])
def test_odd_numbers_in_levels_do_no_harm(junk):
    levels = f'<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="{junk}"><w:start w:val="{junk}"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    over = f'<w:num w:numId="1"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="{junk}"><w:startOverride w:val="{junk}"/></w:lvlOverride></w:num>'
    props = f'<w:numPr><w:ilvl w:val="{junk}"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="{junk}"/>'
    data = docx(p("甲", props=props), numbering=f"<w:numbering {NS}>{levels}{over}</w:numbering>")
    assert lines(data) == ["甲"]
