"""The sections that a notice asks for: 标题命中, 内容推断, 未发现; “contains the keyword” is not enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.document import Document
from screening.rulebook import load_rulebook
from screening.text.count import count_words
from screening.text.headings import find_headings
from screening.text.sections import find_sections, heading_sections
from screening.text.structure import SectionSpec

SPECS = load_rulebook().kinds["work_case"].sections
TEXT = "三月，研修班走进石榴镇，教师们围着屏幕听课，课后坐在一起磨课，直到天黑，第二天再上一遍。"


def names(heading):
    return [name for name, _ in heading_sections(heading, SPECS)]


@pytest.mark.parametrize(
    ("heading", "want"),
    [
        ("一、案例概要", ["案例概要"]),
        ("案例背景", ["案例概要"]),
        ("问题的提出", ["案例概要"]),
        ("（二）具体做法", ["主要做法"]),
        ("第二部分　主要举措", ["主要做法"]),
        ("项目实施的具体做法", ["主要做法"]),
        ("特色与创新", ["创新举措"]),
        ("创新做法", ["创新举措"]),
        ("取得成效：", ["实施成效"]),
        ("【 工 作 成 效 】", ["实施成效"]),
        ("经验与启示", ["典型经验"]),
        ("我们的几点体会", ["典型经验"]),
        ("示范辐射", ["推广价值"]),
        ("推广应用价值", ["推广价值"]),
        ("主要做法与创新举措", ["主要做法", "创新举措"]),
        ("主要措施及成效", ["主要做法", "实施成效"]),
        ("成效、经验与推广价值", ["实施成效", "典型经验", "推广价值"]),
        ("可复制可推厂的经验", ["推广价值"]),  # a slip of the pen
    ],
)
def test_wordings_that_announce_a_section(heading, want):
    assert names(heading) == want


@pytest.mark.parametrize(
    "heading",
    "创新人才培养|做好教师培训工作|教学方法创新|一次难忘的经历|经验丰富的老教师|成果展示会|提升培训实效|教学效果评价|背景音乐|问题与不足|下一步打算|推广普通话|"
    "活动过程中的小插曲|经验分享会|感悟生命|送教下乡见成效|以赛促研出成果|把做法写在大地上的人们|预期成果|学生学习方法|存在的问题".split(
        "|"
    ),
)
def test_wordings_that_only_contain_the_word(heading):
    assert names(heading) == []


def find(*lines, specs=SPECS):
    document = Document.from_lines(lines)
    found = find_sections(document, document.paragraphs, specs, find_headings(document, document.paragraphs))
    return document, {s.name: s for s in found}


def test_numbered_headings_give_spans_and_words():
    lines = [line for n, spec in enumerate(SPECS) for line in (f"{'一二三四五六'[n]}、{spec.name}", TEXT, TEXT)]
    document, found = find(*lines)
    for n, spec in enumerate(SPECS):
        section = found[spec.name]
        assert section.found == "heading"
        assert document.quote(section.heading) == lines[3 * n]
        assert document.quote(section.span).split("\n")[:3] == lines[3 * n : 3 * n + 3]
        assert section.words == 2 * count_words(TEXT)


def test_subheadings_belong_to_their_section():
    document, found = find("一、主要做法", "（一）建网络", TEXT, "（二）送课堂", TEXT, "二、实施成效", TEXT)
    assert document.quote(found["主要做法"].span).endswith(TEXT + "\n")
    assert found["主要做法"].words == count_words(f"（一）建网络{TEXT}（二）送课堂{TEXT}")


def test_a_table_of_contents_is_not_the_section():
    _, found = find("目录", "一、案例概要\t1", "二、主要做法\t2", "一、案例概要", TEXT, "二、主要做法", TEXT)
    assert found["案例概要"].words == found["主要做法"].words == count_words(TEXT)


def test_bare_and_run_in_wordings():
    document, found = find("案例概要", TEXT, f"主要做法：{TEXT}", f"说到成效：{TEXT}")
    assert found["案例概要"].found == "heading"
    assert document.quote(found["主要做法"].heading) == "主要做法"
    assert found["主要做法"].words >= count_words(TEXT)
    assert found["实施成效"].found != "heading"


def test_slogans_are_inferred_with_their_places_or_not_found():
    specs = (
        SectionSpec("主要做法", ("做法",), ("具体做法是", "分三步")),
        SectionSpec("推广价值", ("推广",), ("周边县区", "来学")),
    )
    document, found = find(
        "一、山里有了屏幕",
        TEXT,
        "二、老师走上讲台",
        f"我们的具体做法是分三步走。{TEXT}",
        "三、灯还亮着",
        TEXT * 2,
        specs=specs,
    )
    doing = found["主要做法"]
    assert doing.found == "inferred" and doing.heading is None
    assert [document.quote(c) for c in doing.cues] == ["具体做法是", "分三步"]
    assert document.quote(doing.span).startswith("二、老师走上讲台")
    assert (found["推广价值"].found, found["推广价值"].span, found["推广价值"].words) == ("none", None, 0)


def test_nothing_is_found_in_nothing():
    _, found = find()
    assert [s.found for s in found.values()] == ["none"] * len(SPECS)


WORDS = st.sampled_from(
    [
        "一、案例概要",
        "二、主要做法",
        "（一）建网络",
        "创新举措",
        "实施成效：到课率高了。",
        "推广价值",
        TEXT,
        "周边县区都来学，可复制。",
        "",
        "目录",
    ]
)


@given(st.lists(WORDS, max_size=14))
def test_every_answer_holds_together(lines):
    document, found = find(*lines)
    assert list(found) == [s.name for s in SPECS]
    for section in found.values():
        assert (section.span is None) == (section.found == "none")
        assert (section.heading is not None) == (section.found == "heading")
        if section.span:
            assert section.span.end <= len(document.text)
            assert all(section.span.covers(c) for c in section.cues)
            assert section.heading is None or section.span.covers(section.heading)


def test_shares_are_parts_of_the_text():
    _, found = find("一、案例概要", TEXT, "二、主要做法", TEXT, TEXT, TEXT)
    assert 0.2 < found["案例概要"].share < 0.3
    assert 0.7 < found["主要做法"].share < 0.8
    assert found["推广价值"].share == 0
