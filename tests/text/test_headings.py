"""Headings by style, numbering and wording; what looks like one in running text and is none."""

import pytest

from screening.document import Document
from screening.intake import read
from screening.text.headings import find_headings, numbering, wording
from tests.builder import docx, num, p, style, style_row, styles, tbl, tc
from tests.builder import numbering as numbers

TEXT = "三月，研修班走进石榴镇，教师们围着一块屏幕听课，课后又坐在一起磨课，直到天黑。"


def headings(*lines):
    document = Document.from_lines(lines)
    return find_headings(document, document.paragraphs)


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("第一部分 案例概要", 1, "案例概要"),
        ("第三章：推广价值", 1, "推广价值"),
        ("一、案例概要", 1, "案例概要"),
        ("一、 案 例 概 要", 1, "案例概要"),
        ("一．案例概要", 1, "案例概要"),
        ("一 案例概要", 1, "案例概要"),
        ("十二、推广价值：", 1, "推广价值"),
        ("（一）主要做法", 2, "主要做法"),
        ("(二)创新举措", 2, "创新举措"),
        ("三）实施成效", 2, "实施成效"),
        ("1.典型经验", 3, "典型经验"),
        ("2、典型经验", 3, "典型经验"),
        ("３．典型经验", 3, "典型经验"),
        ("4 典型经验", 3, "典型经验"),
        ("1.1 研修背景", 4, "研修背景"),
        ("2.3.1研修背景", 4, "研修背景"),
        ("（1）建立机制", 4, "建立机制"),
        ("2）建立机制", 4, "建立机制"),
        ("③建立机制", 5, "建立机制"),
        ("Ⅱ. 研修背景", 1, "研修背景"),
        ("　　一、用好“一块屏幕”，打造研修共同体", 1, "用好“一块屏幕”，打造研修共同体"),
        ("四、成效如何？", 1, "成效如何？"),
    ],
)
def test_typed_numbering(line, level, text):
    (found,) = headings(TEXT, line, TEXT)
    assert (found.level, found.text, found.how) == (level, text, "number")
    assert found.span.start == len(TEXT) + 1 + len(line) - len(line.lstrip())


@pytest.mark.parametrize(
    "line",
    [
        "一是建立三级网络，明确责任",
        "第一，要抓住骨干",
        "第一次走进研修班的教室",
        "一、二年级的孩子们",
        "一天，他来了",
        "一位老师说",
        "一线教师的心声",
        "三位一体的研修模式",
        "十年树木，百年树人",
        "1.5万名教师参加培训",
        "2.5倍的增长",
        "3.5课时",
        "1:1结对",
        "3个工作坊",
        "2023年5月",
        "5月12日，我们出发",
        "1958年建校",
        "20名学员",
        "（以下简称“国培”）",
        "（图1 研修现场）",
        "图1 研修现场",
        "表2 满意度调查",
        "I like",
        "A组",
        "一、我们召开了启动会。",
        "1. 教师们愿意来吗？这是我们在启动会上听到最多的一个问题吗？",
        "1. 教师们普遍反映，这样的培训接地气、冒热气，是他们几年来参加过的最受欢迎的培训，也是收获最大的一次",
        "2、",
        "(1)",
    ],
)
def test_running_text_is_no_heading(line):
    assert headings(TEXT, line, TEXT) == ()


def test_word_styles_outline_levels_and_automatic_numbers():
    sheet = styles(style_row("1", "heading 1"), style_row("T", "title"), style_row("C", "toc 1"))
    document = read(
        docx(
            p("一块屏幕点亮大山", props=style("T")),
            p("一、案例概要　　1", props=style("C")),
            p("案例概要", props=style("1")),
            p(TEXT),
            p("大纲级别的标题", props='<w:outlineLvl w:val="1"/>'),
            p("自动编号的标题", props=num(1)),
            p(TEXT + TEXT, props=num(1)),
            p("带项目符号的一句", props=num(1, 1)),
            p(TEXT * 3, props=style("1")),  # a whole paragraph in heading style is text
            styles=sheet,
            numbering=numbers((1, "chineseCounting", "%1、"), (1, "bullet", "•")),
        )
    ).document
    assert [(h.text, h.level, h.how) for h in find_headings(document, document.paragraphs)] == [
        ("案例概要", 1, "style"),
        ("大纲级别的标题", 2, "style"),
        ("自动编号的标题", 1, "number"),
    ]


@pytest.mark.parametrize("line", ["目录", "目　录", "一、案例概要\t1", "一、案例概要......3", "（一）主要做法……12"])
def test_a_table_of_contents_holds_no_headings(line):
    assert headings(line) == ()


def test_cells_hold_no_headings_unless_they_hold_the_text():
    short = read(docx(p(TEXT), tbl(["一、案例概要", "二、主要做法"]))).document
    assert find_headings(short, short.paragraphs) == ()
    cell = tc(p("一、案例概要"), *[p(TEXT)] * 12, p("二、主要做法"), p(TEXT))
    long = read(docx(tbl(["正文", cell]))).document
    assert [h.text for h in find_headings(long, long.paragraphs)] == ["案例概要", "主要做法"]


def test_wording_is_bare():
    for line in ("【案例概要】", "★ 案例概要：", "《案例概要》", "[案例概要]", "案 例 概 要", "1 ．案例概要"):
        assert wording(line) == "案例概要"
    assert numbering("案例概要") is None


def test_short_lines_over_text_are_headings_together_only():
    lines = ("把课堂搬上山", TEXT, "结果", TEXT, "山里人的账本", TEXT)
    assert [(h.text, h.how) for h in headings(*lines)] == [(t, "alone") for t in lines[::2]]
    assert headings(*lines[:4]) == ()


@pytest.mark.parametrize(
    "line", ["“明天还来吗”", "图2 研修现场", "有三件事：", "大家都说好！", "姓名|单位", "春天来了，"]
)
def test_short_lines_that_are_no_headings(line):
    assert headings("把课堂搬上山", TEXT, "山里人的账本", TEXT, line, TEXT) == ()


def test_a_poem_and_a_signature_have_no_headings():
    assert headings("春风吹过山岗", "麦子一夜变黄", "我在讲台守望", "等你放下行囊") == ()
    assert headings(TEXT, "丰渠县教师发展中心", "2023年12月") == ()


def test_numbered_headings_stand_below_parts():
    found = headings("第一部分 案例概要", TEXT, "一、县里统筹", TEXT, "第二部分 主要做法", TEXT)
    assert [(h.text, h.level) for h in found] == [("案例概要", 1), ("县里统筹", 2), ("主要做法", 1)]
