"""Headings in an author's own words: understood among siblings that name sections, and not taken for one when alone."""

import pytest

from screening.document import Document
from screening.rulebook import load_rulebook
from screening.text.announce import HINTED, LOOSE, announced, frame_level, is_other
from screening.text.headings import find_headings
from screening.text.sections import find_sections

SPECS = load_rulebook().kinds["work_case"].sections
TEXT = "三月，研修班走进石榴镇，教师们围着屏幕听课，课后坐在一起磨课，直到天黑，第二天再上一遍。"


def names(*lines):
    document = Document.from_lines([part for line in lines for part in (line, TEXT)])
    headings = find_headings(document, document.paragraphs)
    return {h.text: told for h, told in zip(headings, announced(headings, SPECS), strict=True)}


FRAME = ("一、案例概要", "二、主要做法", "四、实施成效")


@pytest.mark.parametrize(
    ("heading", "section", "how"),
    [
        ("三、本轮改造的若干突破点", "创新举措", LOOSE),
        ("三、特色与边界", "创新举措", LOOSE),
        ("三、我们觉得新在哪里", "创新举措", HINTED),
        ("五、两年攒下的门道", "典型经验", HINTED),
        ("六、推广条件与局限", "推广价值", LOOSE),
        ("六、别处能不能照着办", "推广价值", HINTED),
    ],
)
def test_free_wordings_are_understood_in_a_frame_only(heading, section, how):
    text = heading[2:]
    assert names(*sorted((*FRAME, heading), key=lambda line: "一二三四五六".index(line[0])))[text] == ((section, how),)
    assert names("一、清晨的操场", "二、班里来了新同学", heading)[text] == ()


@pytest.mark.parametrize("heading", ["三、存在的问题", "三、下一步打算", "三、组织领导", "三、雨天里的操场"])
def test_parts_that_the_notice_does_not_name_stay_unnamed(heading):
    assert names(*FRAME, heading)[heading[2:]] == ()


def test_a_hint_against_the_order_is_none():
    assert names(*FRAME, "五、新在哪里")["新在哪里"] == ()


def test_subheadings_are_no_frame():
    told = names("一、案例概要", "二、主要做法", "（一）研修流程说明", "三、创新举措")
    assert told["研修流程说明"] == ()


def test_the_level_that_divides_a_text():
    document = Document.from_lines(["一、甲甲", "（一）乙乙", "（二）丙丙", "（三）丁丁"])
    assert frame_level(find_headings(document, document.paragraphs)) == 2
    assert frame_level(()) == 0
    assert is_other("存在问题与不足", SPECS) and not is_other("主要做法", SPECS)
    assert not is_other("不足在哪里", load_rulebook().kinds["self_report"].sections)


def found(*lines):
    document = Document.from_lines(lines)
    sections = find_sections(document, document.paragraphs, SPECS, find_headings(document, document.paragraphs))
    return {s.name: (s.found, document.quote(s.span).split("\n")[0] if s.span else "") for s in sections}


def test_slogans_in_a_frame_are_told_by_their_place():
    told = found(
        "一、案例概要",
        TEXT,
        "二、把课堂搬上山",
        TEXT,
        "三、让石头开口",
        TEXT,
        "四、实施成效",
        TEXT,
        "五、典型经验",
        TEXT,
    )
    assert told["主要做法"] == ("inferred", "二、把课堂搬上山")
    assert told["创新举措"] == ("inferred", "三、让石头开口")
    assert told["推广价值"] == ("none", "")


def test_a_notice_with_as_many_headings_is_not_told_by_place():
    lines = ["一、研修时间", "二、研修地点", "三、人员安排", "四、食宿", "五、联系方式", "六、注意事项"]
    assert {how for how, _ in found(*(x for line in lines for x in (line, TEXT))).values()} == {"none"}


def test_the_five_aspects_of_a_report_in_an_authors_own_words():
    specs = load_rulebook().kinds["self_report"].sections
    lines = ["1. 做了什么，做得怎样", "2. 钱怎么花", "3. 摸索出来的办法", "4. 不足在哪里，打算怎样补", "5. 往后的安排"]
    document = Document.from_lines([x for line in lines for x in (line, TEXT)])
    sections = find_sections(document, document.paragraphs, specs, find_headings(document, document.paragraphs))
    told = {s.name: document.quote(s.heading) if s.heading else s.found for s in sections}
    assert [told[s.name] for s in specs] == [lines[0], lines[2], lines[3], lines[1], lines[4]]


def test_a_report_is_not_told_by_place():
    specs = load_rulebook().kinds["self_report"].sections
    document = Document.from_lines([x for n in "一二三四五" for x in (f"{n}、山里的灯亮着", TEXT)])
    sections = find_sections(document, document.paragraphs, specs, find_headings(document, document.paragraphs))
    assert {s.found for s in sections} == {"none"}
