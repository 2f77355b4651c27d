"""The title in the body: what stands before it, what it is not, and when there is none."""

import pytest

from screening.case import AuthorForm, Case, CaseInfo, FormField
from screening.document import Document
from screening.intake import read
from screening.text.title import find_title, is_genre_line
from tests.builder import docx, p, style, style_row, styles, tbl, tc

TITLE = "一块屏幕点亮大山"
TEXT = "三月，研修班走进石榴镇。教师们围着一块屏幕听课，课后又坐在一起磨课，直到天黑。"


def title(*lines, form=""):
    document = Document.from_lines(lines)
    span = find_title(document, document.paragraphs, form)
    return document.quote(span) if span else None


@pytest.mark.parametrize(
    "before",
    [
        [],
        ["", "　"],
        ["附件2"],
        ["附件：", "典型工作案例"],
        ["2023年“国培计划”典型工作案例"],
        ["教师成长案例"],
        ["2023年河南省教师培训项目典型案例"],
        ["临溪市教育局"],
        ["石榴镇中心小学　周明远"],
        ["作者：周明远"],
        ["单位：临溪市教育局", "联系电话：0300-1234567", "报送单位: 石榴镇中心小学"],
        ["目录", "一、案例概要\t1", "二、主要做法\t2"],
    ],
)
def test_what_stands_before_the_title_is_none(before):
    assert title(*before, TITLE, TEXT) == TITLE


@pytest.mark.parametrize("line", [f"标题：{TITLE}", f"案例名称: {TITLE}", f"典型工作案例：{TITLE}", f"题目：　{TITLE}"])
def test_a_title_behind_its_label(line):
    assert title(line, TEXT) == TITLE


@pytest.mark.parametrize(
    "line",
    [
        "何以为师？",
        "我的国培故事！",
        "教育，是一场温暖的修行……",
        "一个人，一群人，一座山",
        "“三研三训”促成长",
        "十年磨一剑",
        "校长的一张课表：乡村校长培训纪实",
        "数智赋能：让研修可见",
    ],
)
def test_titles_of_every_shape(line):
    assert title(line, TEXT) == line


@pytest.mark.parametrize(
    "lines",
    [
        [TEXT],
        ["一、案例概要", TEXT],
        ["1. 案例概要", TEXT],
        ["典型工作案例", TEXT],
        ["典型工作案例", "一、案例概要", TEXT],
        ["那一天的课堂，孩子们的眼睛里有光，我忽然明白了什么叫作点亮，什么叫作陪伴！", TEXT],
        ["研修班开班了，", TEXT],
        [],
        [""],
    ],
)
def test_without_a_title_there_is_none(lines):
    assert title(*lines) is None


def test_a_subtitle_belongs_to_the_title():
    assert title(TITLE, "——临溪市研修平台的一年", TEXT) == f"{TITLE}\n——临溪市研修平台的一年"
    assert title(TITLE, "——" + "长" * 80, TEXT) == TITLE


def test_the_form_tells_a_title_that_its_place_does_not():
    assert title(TEXT[:30], TITLE, TEXT, form="一块屏幕，点亮大山") == TITLE
    assert title(TEXT[:30] + "。", TITLE, TEXT) is None


def test_words_title_style_and_the_only_cell():
    sheet = styles(style_row("T", "title"), style_row("S", "subtitle"))
    document = read(
        docx(p(TEXT[:20]), p(TITLE, props=style("T")), p("山里的一年", props=style("S")), p(TEXT), styles=sheet)
    ).document
    assert document.quote(find_title(document, document.paragraphs)) == f"{TITLE}\n山里的一年"
    framed = read(docx(tbl(["页眉", tc(p(TITLE), *[p(TEXT)] * 12)]))).document
    assert framed.quote(find_title(framed, framed.paragraphs)) == TITLE


def test_a_genre_is_no_title_but_a_title_may_name_one():
    assert is_genre_line("（ 典型案例 ）") and is_genre_line("省培计划教师成长案例：")
    assert not is_genre_line("一个教师成长案例的启示") and not is_genre_line("国培计划助力教师成长")


def case(*lines, form=None):
    document = Document.from_lines(lines)
    value = form.title.value if form else ""
    return Case(
        info=CaseInfo(id="x"),
        document=document,
        form=form,
        title_span=find_title(document, document.paragraphs, value),
    )


def test_the_body_begins_at_the_title_and_nothing_hides_before_it():
    cover = case("附件2", "典型工作案例", TITLE, TEXT)
    assert [cover.document.quote(q.span) for q in cover.body] == [TITLE, TEXT]
    assert len(cover.compared) == 4  # comparison leaves nothing out
    hidden = case(TEXT * 3, TITLE, TEXT, form=AuthorForm(title=FormField(TITLE)))
    assert hidden.document.quote(hidden.title_span) == TITLE
    assert len(hidden.body) == 3
