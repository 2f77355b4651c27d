"""Passages: found whole, exact on both sides, in either direction; rates that can be worked out again from them."""

import random
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.document import Document, Span
from screening.intake.manifest import CHINA
from screening.reuse.compare import SHOWN, against_notice, compare, compare_pair
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.kinds import swapped_facts
from screening.reuse.result import Reuse, ReuseKind
from tests.writing import noise


def side(text, name="x", **more):
    return Comparable(name, text, (Span(0, len(text)),), **more)


OWN = "\n".join(noise(random.Random(n), 200) for n in range(6))
LIFTED = "村里的老师说，听课的人坐在后排，一声不响，下了课却把板书上的一个错字、一句没问完的话、一个一直没有举手的孩子，都一条条说给我听。第二周他又来，坐在原来的地方，看我改没改。"


def whole(a, b, p):
    assert a.text[p.span.start : p.span.end] == p.quote
    assert b.text[p.source_span.start : p.source_span.end] == p.source_quote


def test_a_lifted_paragraph_is_found_exactly_and_alone():
    a = side(OWN + "\n" + LIFTED + "\n" + noise(random.Random(9)))
    b = side(noise(random.Random(102), 900) + "\n" + LIFTED + "\n结尾。", "y")
    (p,) = compare_pair(a, b)
    whole(a, b, p)
    assert (p.quote, p.source_quote, p.kind, p.similarity) == (LIFTED, LIFTED, ReuseKind.VERBATIM, 1.0)


def test_unrelated_texts_share_nothing():
    # Written by hand: two paragraphs on one theme, by two people.
    a = side(
        "每所村小先开出自己想要的课，承训院校照单配人，用完再评，评得不好下一回就不请。教研员一个学期跑遍四十所学校，记下三百多条意见。"
        + LIFTED
    )
    b = side(
        "去年秋天，县里把研修中心搬到了镇上。晚上七点开课，九点散场，路远的老师就住在学校宿舍。有人带着孩子来，孩子在隔壁写作业。",
        "y",
    )
    assert compare_pair(a, b) == ()


def test_swapped_paragraphs_are_found():
    one, two = (
        LIFTED,
        "研修中心搬到镇上以后，晚上七点开课，九点散场，路远的老师就住在学校宿舍，带着孩子来的，孩子在隔壁教室里写作业，值班的老师顺便照看，一个学期没有落下一次，连下雪的那几天也没有停。",
    )
    a, b = (
        side(one + "\n" + noise(random.Random(11), 600) + "\n" + two),
        side(two + "\n" + noise(random.Random(12), 600) + "\n" + one, "y"),
    )
    assert sorted(p.quote for p in compare_pair(a, b)) == sorted([one, two])


def test_a_localised_passage_shows_what_was_swapped():
    a = side(
        "2023年3月，临溪市组织35名教师走进石榴镇中心小学，听课48节，到课率由62%提高到95%，王老师说这样的研修才解渴，明年还要来，家离得远的也要来。"
    )
    b = side(
        "2022年5月，洛溪市组织32名教师走进柳湾镇中心小学，听课41节，到课率由58%提高到93%，李老师说这样的研修才解渴，明年还要来，家离得远的也要来。",
        "y",
    )
    (p,) = compare_pair(a, b)
    assert p.kind is ReuseKind.LOCALISED
    assert {("2022", "2023"), ("32", "35"), ("洛溪市", "临溪市"), ("李老师", "王老师")} <= set(p.swaps)


def test_edits_reordering_and_disguise_are_told_apart():
    edited = LIFTED.replace("村里", "乡里").replace("一声不响", "不言不语").replace("第二周", "下一周")
    (p,) = compare_pair(side(edited), side(LIFTED, "y"))
    assert p.kind is ReuseKind.EDITED
    x, y, z = (
        "晚上七点开课九点散场路远的老师就住在学校宿舍。",
        "带着孩子来的就让孩子在隔壁教室里安安静静写作业。",
        "值班老师顺便照看一个学期没有落下一次连下雪天也没停。",
    )
    (p,) = compare_pair(side(z + x + y), side(x + y + z, "y"))
    assert p.kind is ReuseKind.REORDERED
    hidden = "\u200b".join(LIFTED.replace("师", "師").replace("话", "話"))
    found = compare(side(hidden), MemoryCorpus([side(LIFTED, "y", place="archive")]))
    assert found.rates.repaired > 0.95
    assert found.rates.raw < 0.1


def test_a_short_copy_in_a_long_text_is_no_silence():
    a = side(OWN + "\n" + LIFTED[:66] + "\n" + noise(random.Random(4), 900))
    found = compare(
        a,
        MemoryCorpus(
            [
                side(noise(random.Random(505), 2000) + LIFTED, "y"),
                *(side(noise(random.Random(n), 2000), f"n{n}") for n in range(20, 50)),
            ]
        ),
    )
    assert [p.quote for p in found.passages if p.source == "y"] == [LIFTED[:66]]


def test_own_earlier_quoted_and_stock_text_are_counted_apart():
    notice = Document.from_lines(["案例应聚焦培训重点、难点和热点问题，整合先进经验，提出创新性的解决方案。"])
    text = "\n".join([OWN, LIFTED, "他写道：“" + noise(random.Random(31), 90) + "”", notice.text])
    me = side(text, unit="甲", author="周明远", received=datetime(2024, 1, 9, tzinfo=CHINA))
    corpus = MemoryCorpus(
        [
            side(LIFTED, "own", unit="甲", place="archive"),
            side(noise(random.Random(31), 90), "quoted", received=datetime(2024, 1, 3, tzinfo=CHINA)),
            side(notice.text * 2, "stock", received=datetime(2024, 1, 20, tzinfo=CHINA)),
        ]
    )
    found = compare(me, corpus, notice=notice)
    assert {s.id: (s.own, s.earlier) for s in found.sources} == {
        "own": (True, True),
        "quoted": (False, True),
        "stock": (False, False),
    }
    rates = found.rates
    assert rates.without_own < rates.total and rates.without_quotes < rates.total and rates.without_stock < rates.total
    assert [p.quoted for p in found.passages if p.source == "quoted"] == [True]
    assert found.stock
    assert Reuse.from_json(found.to_json()) == found


def test_the_notice_is_recognised():
    notice = Document.from_lines(["案例应聚焦培训重点、难点和热点问题，整合先进经验，提出创新性的解决方案。"])
    assert against_notice(side("我们认为" + notice.text), notice).rates.total > 0.8
    assert against_notice(side(LIFTED), notice).passages == ()


def test_every_cut_off_is_stated():
    found = compare(side(OWN), MemoryCorpus([side(OWN, f"y{n:03}") for n in range(30)]))
    assert found.of >= found.shown == min(SHOWN, found.of) == len(found.passages)
    assert found.compared_with == 30


def union_share(view_places, passages):
    hit = [any(p.span.start <= at < p.span.end for p in passages) for at in view_places]
    return round(sum(hit) / len(hit), 4)


@settings(max_examples=40, deadline=None)
@given(st.integers().map(random.Random))
def test_rates_can_be_worked_out_from_the_passages(rng):
    parts = [noise(rng, 150) for _ in range(6)]
    sources = [side(rng.choice(parts) + "\n" + noise(rng, 150), f"s{n}", place="archive") for n in range(3)]
    case = side("\n".join(parts))
    found = compare(case, MemoryCorpus(sources))
    assert found.rates.total == union_share(case.view.places.tolist(), found.passages)
    for s in found.sources:
        mine = [p for p in found.passages if p.source == s.id]
        assert s.rate == union_share(case.view.places.tolist(), mine)
        for p in mine:
            whole(case, next(x for x in sources if x.id == s.id), p)


@settings(max_examples=25, deadline=None)
@given(st.integers().map(random.Random))
def test_both_directions_find_the_same_places(rng):
    shared = noise(rng, 160)
    a = side(noise(rng, 250) + "\n" + shared + "\n" + noise(rng, 150))
    b = side(noise(rng, 100) + "\n" + shared + "\n" + noise(rng, 300), "y")
    there = {p.quote for p in compare_pair(a, b)}
    back = {p.source_quote for p in compare_pair(b, a)}
    assert any(shared in q for q in there)
    assert any(shared in q for q in back)


@pytest.mark.parametrize(
    ("source", "case", "want"),
    [("", "", ()), ("没有数字", "没有数字", ()), ("甲校来了", "乙校来了", (("甲校", "乙校"),))],
)
def test_swapped_facts(source, case, want):
    assert swapped_facts(source, case).pairs == want
