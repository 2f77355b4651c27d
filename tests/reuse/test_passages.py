"""Passages in the author's own words: whole sentences, inside the compared text; quotations, kinds, raw rate, own work."""

import random

import pytest

from screening.case import Case, CaseInfo
from screening.document import Document, Paragraph, Span, Story
from screening.reuse.compare import compare, compare_pair
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.kinds import swapped_facts
from screening.reuse.rates import kept_raw
from screening.reuse.result import ReuseKind
from tests.writing import noise

SAID = "研修不能只听不做，听完一节就要上一节，上完一节还要请人来看一节，看的人要说真话，做的人要改真处。"
MORE = "下乡先生不住招待所，住在学校，早读就进班，放学后跟着老师一起改作业，一住就是两个星期，谁也不陪。"


def side(text, name="x", **more):
    return Comparable(name, text, (Span(0, len(text)),), **more)


def test_ends_move_out_to_the_end_of_the_sentence():
    a = "我们去看过三次。听说，" + SAID + MORE[:-9] + "没有人陪。" + noise(random.Random(1), 100)
    b = noise(random.Random(2), 100) + "先生说：" + SAID + MORE + noise(random.Random(3), 100)
    (p,) = compare_pair(side(a), side(b, "y"))
    assert p.quote == "听说，" + SAID + MORE[:-9] + "没有人陪。"
    assert p.source_quote == "先生说：" + SAID + MORE


def test_passages_that_touch_on_both_sides_once_their_sentences_are_whole_are_one():
    a = (
        SAID[:-1]
        + "，甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地。玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余，"
        + MORE
    )
    b = (
        SAID[:-1]
        + "，成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号。巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师，"
        + MORE
    )
    (p,) = compare_pair(side(a), side(b, "y"))
    assert (p.quote, p.source_quote) == (a, b)


def test_a_passage_never_leaves_the_compared_text():
    form = "作者信息：周明远，临溪市教师发展中心"
    text = form + SAID + MORE
    (p,) = compare_pair(Comparable("x", text, (Span(len(form), len(text)),)), side(form + SAID + MORE, "y"))
    assert p.span == Span(len(form), len(text))


def test_the_compared_text_of_a_case_is_body_boxes_and_notes_without_the_form():
    lines = [("标题", Story.BODY), (SAID, Story.BODY), ("文本框里的话", Story.TEXTBOX), ("页眉", Story.HEADER)]
    text, paragraphs = "", []
    for words, story in lines:
        paragraphs.append(Paragraph(Span(len(text), len(text) + len(words)), story=story))
        text += words + "\n"
    case = Case(CaseInfo(id="c", title="题", unit="甲", author="乙"), Document(text[:-1], tuple(paragraphs)))
    mine = Comparable.of_case(case, place="archive")
    assert "".join(mine.quote(s) for s in mine.spans) == "标题" + SAID + "文本框里的话"
    assert (mine.title, mine.unit, mine.author, mine.place) == ("题", "甲", "乙", "archive")


def test_only_a_passage_that_is_a_quotation_counts_as_quoted():
    own = noise(random.Random(5), 600)
    source = side(SAID + MORE, "y", place="archive")
    (quoted,) = compare(side(own + "她说：“" + SAID[:-1] + "。”" + own), MemoryCorpus([source])).passages
    assert quoted.quoted
    inside = side(SAID + MORE.replace("谁也不陪", "“谁也不陪”") + own)
    (taken,) = compare(inside, MemoryCorpus([source])).passages
    assert not taken.quoted


def test_a_text_of_quotations_is_no_text_of_ones_own():
    text = "“" + SAID[:-1] + "。”" + "“" + MORE[:-1] + "。”"
    sources = [side(SAID, "s", place="archive"), side(MORE, "m", place="archive")]
    rates = compare(side(text), MemoryCorpus(sources)).rates
    assert rates.total - rates.without_quotes == pytest.approx(0.2, abs=0.02)


def test_stock_never_hides_a_copied_whole():
    notice = Document.from_lines(["案例应聚焦培训重点、难点和热点问题，整合先进经验，提出创新性的解决方案。"])
    source = side(SAID + notice.text + MORE + SAID[::-1], "y", place="archive")
    whole = compare(side(source.text), MemoryCorpus([source]), notice=notice)
    assert whole.stock
    assert whole.rates.without_stock == whole.rates.total == 1.0
    mostly_notice = side(noise(random.Random(7), 300) + notice.text, "z")
    rates = compare(mostly_notice, MemoryCorpus([side(notice.text * 2, "y", place="archive")]), notice=notice).rates
    assert rates.total > 0
    assert rates.without_stock == 0


def test_an_end_that_a_chance_character_overshot_moves_back_to_the_sentence():
    a, b = SAID + MORE + "人人都说好，别处没有见过。", MORE[::-1] + SAID + MORE + "人在屋檐下，不得不低头。"
    (p,) = compare_pair(side(a), side(b, "y"))
    assert (p.quote, p.source_quote) == (SAID + MORE, SAID + MORE)


def test_namesakes_and_units_are_compared_without_spaces():
    mine = side(SAID + MORE, author="周 明远", unit="临溪市 一小")
    sources = [
        side(SAID + MORE, "same-author", author="周明远", place="archive"),
        side(SAID + MORE, "same-unit", unit="临溪市一小", place="archive"),
        side(SAID + MORE, "nobody", place="archive"),
    ]
    found = compare(mine, MemoryCorpus(sources))
    assert {s.id: s.own for s in found.sources} == {"same-author": True, "same-unit": True, "nobody": False}
    assert found.rates.without_own == found.rates.total


def test_edited_text_without_disguise_has_no_raw_gap():
    edited = SAID.replace("听完一节", "听过一节") + MORE.replace("两个星期", "半个多月")
    found = compare(side("Ａ１２３４５" + edited), MemoryCorpus([side(SAID + MORE, "y", place="archive")]))
    assert found.rates.raw == found.rates.repaired > 0.9


def test_the_raw_share_falls_with_the_disguise():
    source = side(SAID + MORE, "y")
    shares = []
    for every in (1, 5, 20, 1000):
        text = "".join(c + "\u200b" * (n % every == 0) for n, c in enumerate(SAID + MORE, 1))
        shares.append(kept_raw(side(text), [source], compare_pair(side(text), source)))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("source", "case", "want"),
    [
        ("到课率93.5%", "到课率96%", {("93.5", "96")}),
        ("从浙江回来的人", "从云南回来的人", {("浙江", "云南")}),
        ("王明远走了三里路", "李明远走了三里路", {("王", "李")}),
        ("比例达到93%，李老师说", "比例达到95%，王老师说", {("93", "95"), ("李老师", "王老师")}),
        ("松岗县的做法", "松崗縣的做法", set()),  # a traditional form is no other name
        ("先听后做才有用", "先听后练才有用", set()),  # a word is no fact
    ],
)
def test_facts_and_only_facts_are_named_as_exchanged(source, case, want):
    assert set(swapped_facts(source, case).pairs) == want


def test_one_exchanged_year_in_a_whole_copy_is_named():
    (p,) = compare_pair(side("2023年，" + SAID + MORE), side("2022年，" + SAID + MORE, "y"))
    assert (p.kind, p.swaps) == (ReuseKind.LOCALISED, (("2022", "2023"),))


def test_very_long_passages_are_judged_by_their_likeness_alone():
    long = noise(random.Random(9), 7000)
    (p,) = compare_pair(side(long.replace(long[50:52], "甲乙")), side(long, "y"))
    assert p.kind is ReuseKind.VERBATIM
    assert p.swaps == ()
