"""Automatic numbers as Word shows them: formats, restarts, linked lists."""

import pytest

from screening.intake import read
from screening.intake.numbering import chinese, formatted
from tests.builder import NS, docx, num, numbering, p, style_row, styles


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("decimal", {1: "1", 12: "12"}),
        ("decimalZero", {3: "03", 12: "12"}),
        ("ordinal", {3: "3."}),
        ("decimalFullWidth", {12: "１２"}),
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 105: "一百零五"}),
        ("chineseCountingThousand", {21: "二十一"}),
        ("japaneseCounting", {3: "三"}),
        ("ideographDigital", {10: "一〇", 21: "二一"}),
        ("ideographTraditional", {1: "甲", 11: "甲"}),
        ("ideographZodiac", {12: "亥"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "21"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX"}),
        ("lowerRoman", {9: "ix"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA"}),
        ("lowerLetter", {3: "c"}),
        ("bullet", {3: ""}),
        ("none", {3: ""}),
        ("unheardOf", {3: "3"}),
    ],
)
def test_formats(style, shown):
    assert {n: formatted(n, style) for n in shown} == shown


def test_numbers_beyond_reason_are_shown_plainly():
    assert (chinese(0), chinese(10**6), formatted(0, "upperLetter")) == ("0", "1000000", "")


def numbers(*blocks, **parts):
    return [x.number for x in read(docx(*blocks, **parts)).document.paragraphs]


def test_a_list_style_lends_its_levels():
    levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    part = (
        f'<w:numbering {NS}><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num></w:numbering>'
    )
    sheet = styles(style_row("L", "列表", p_props='<w:numPr><w:numId w:val="1"/></w:numPr>', kind="numbering"))
    assert numbers(p("甲", props=num(2)), p("乙", props=num(2)), styles=sheet, numbering=part) == ["一、", "二、"]


def test_a_list_style_that_links_to_itself_does_no_harm():
    part = (
        f'<w:numbering {NS}><w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num></w:numbering>'
    )
    sheet = styles(style_row("L", "列表", p_props='<w:numPr><w:numId w:val="2"/></w:numPr>', kind="numbering"))
    assert numbers(p("甲", props=num(2)), styles=sheet, numbering=part) == [""]


def test_deeper_levels_start_again_under_each_number():
    part = numbering((1, "decimal", "%1."), (1, "decimal", "%1.%2"))
    blocks = [p(str(n), props=num(1, level)) for n, level in enumerate([0, 1, 1, 0, 1])]
    assert numbers(*blocks, numbering=part) == ["1.", "1.1", "1.2", "2.", "2.1"]


def test_a_paragraph_may_take_its_number_away_and_a_style_keeps_its_own():
    sheet = styles(style_row("H", "heading 1", p_props='<w:numPr><w:numId w:val="1"/></w:numPr>'))
    blocks = [
        p("甲", props='<w:pStyle w:val="H"/>'),
        p("乙", props=f'<w:pStyle w:val="H"/>{num(0)}'),
        p("丙", props='<w:pStyle w:val="H"/><w:numPr><w:ilvl w:val="0"/></w:numPr>'),
    ]
    assert numbers(*blocks, styles=sheet, numbering=numbering((1, "chineseCounting", "%1、"))) == ["一、", "", "二、"]
