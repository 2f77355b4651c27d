"""Seeds, blocks and how they gather: against slow versions, and what must join and what must stay apart."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.reuse.align import AlignParams, align
from screening.reuse.seeds import MOST_BLOCKS, Grams, blocks_of, shared
from screening.text.view import fold
from tests.writing import noise

PARAMS = AlignParams()


def grams(text):
    return Grams.of(fold(text).codes)


def blocks(a, b, weights=None):
    x, y = grams(a), grams(b)
    return blocks_of(x, shared(x, y), np.ones(len(x.hashes)) if weights is None else weights, PARAMS.repeats)


def found(a, b):
    """The stretches of two texts as (words of a, words of b)."""
    x, y = grams(a), grams(b)
    rows = align(x, y, np.ones(len(x.hashes)), PARAMS)
    one, two = fold(a).text, fold(b).text
    return [(one[s.a0 : s.a1], two[s.b0 : s.b1]) for s in rows]


@given(st.text(alphabet="一二三四", max_size=30), st.text(alphabet="一二三四", max_size=30))
def test_blocks_are_the_runs_of_equal_four_grams(a, b):
    def times(text, gram):
        return sum(text[i : i + 4] == gram for i in range(len(text) - 3))

    seeds = {
        (i, j)
        for i in range(len(a) - 3)
        for j in range(len(b) - 3)
        if a[i : i + 4] == b[j : j + 4]
        and times(a, a[i : i + 4]) <= PARAMS.repeats
        and times(b, a[i : i + 4]) <= PARAMS.repeats
    }
    want = []
    for i, j in seeds:
        if (i - 1, j - 1) not in seeds:
            n = 0
            while (i + n, j + n) in seeds:
                n += 1
            # A phrase that the text says four times tells each time half as much.
            told = sum(times(a, a[k : k + 4]) ** -0.5 for k in range(i, i + n)) / n
            want.append((i, j, n + 3, (n + 3) * told))
    # In texts so short all matches are near each other: one that lies in another twice as long, on either side, says nothing new.
    want = [
        m
        for m in want
        if not any(2 * m[2] <= w[2] and any(w[k] <= m[k] and m[k] + m[2] <= w[k] + w[2] for k in (0, 1)) for w in want)
    ]
    assert [(x.i, x.j, x.n, x.worth) for x in blocks(a, b)] == [(*w[:3], pytest.approx(w[3])) for w in sorted(want)]


def test_a_phrase_said_again_close_by_leads_no_passage_astray():
    # The source says 限制名额 again, far from the copied sentence's end; the copy stays one passage and keeps its place.
    copied = "他反对限制名额，说名额一少，村小的老师就轮不上，去了也坐在后排，回来照旧。"
    source = "会上有人提到限制名额。" + "窗外的雨下了一夜，河水涨到桥边。" + copied + "会后又有人问起限制名额的事。"
    assert [x for x, _ in found(copied, source)] == [fold(copied).text]


def test_letters_tell_less_than_characters():
    english = (
        "the professional development of teachers in rural schools has received attention in recent years and will"
    )
    other = (
        "children were divided into groups and the teachers of the first received training before the term began again"
    )
    assert found(english, other) == []
    (copied,) = found("前言" + english, english + "结尾")
    assert len(copied[0]) == len(fold(english))
    assert [b.n for b in blocks("abcdefghijk甲", "abcdefghijk乙")] == [11]
    assert blocks("tion甲甲甲", "tion乙乙乙") == []


def test_common_phrases_are_worth_less_and_the_commonest_nothing():
    x = "研修先从课堂开始"
    assert [b.worth for b in blocks(x, x, np.full(5, 0.5))] == [4.0]
    assert blocks(x, x, np.full(5, 0.05)) == []


def test_the_work_on_two_texts_of_one_template_is_bounded():
    rng = random.Random(5)
    phrases = [noise(rng, 6)[:5] for _ in range(MOST_BLOCKS + 300)]
    a = "".join(f"{p}{chr(0x7000 + n)}" for n, p in enumerate(phrases))
    b = "".join(f"{p}{chr(0x8000 + n)}" for n, p in enumerate(phrases))
    rare = "松岗县点菜单上没有讲座"
    kept = blocks(rare + a, b + rare)
    assert len(kept) == MOST_BLOCKS
    assert kept[0].n == len(rare)  # the weightiest stay


@settings(max_examples=30, deadline=None)
@given(st.integers().map(random.Random))
def test_swapping_the_sides_finds_the_same_places(rng):
    parts = [noise(rng, 90) for _ in range(3)]
    a = noise(rng, 200) + parts[0] + noise(rng, 200) + parts[1] + noise(rng, 100)
    b = parts[1] + noise(rng, 200) + parts[2] + noise(rng, 200) + parts[0]
    assert sorted(found(a, b)) == sorted((x, y) for y, x in found(b, a))


@pytest.mark.parametrize(("own", "passages"), [(40, 1), (75, 1), (130, 2), (200, 2)])
def test_much_own_text_between_two_copied_passages_stays_out_and_a_sentence_does_not_part_them(own, passages):
    rng = random.Random(3)
    one, two, between = noise(rng, 150), noise(rng, 150), fold(noise(rng, own)).text[:own]
    assert len(found(one + between + two, one + two)) == passages


def test_a_phrase_that_occurs_again_beyond_the_end_does_not_draw_the_end_to_it():
    rng = random.Random(10)
    phrase = "先听后上再请人看"
    copied = noise(rng, 60) + phrase + noise(rng, 60)
    rest = noise(rng, 8)[:7]
    ((a, b),) = found(copied + noise(rng, 90), copied + rest + phrase + noise(rng, 90))
    assert (a, b) == (fold(copied).text, fold(copied).text)


def test_what_a_shortened_copy_leaves_out_does_not_break_it():
    rng = random.Random(4)
    one, left_out, two = noise(rng, 150), noise(rng, 180), noise(rng, 150)
    ((a, b),) = found(one + two, one + left_out + two)
    assert (len(a), len(b)) == (len(fold(one + two)), len(fold(one + left_out + two)))


def test_text_that_is_not_alike_on_either_side_is_no_bridge():
    rng = random.Random(6)
    one, two = noise(rng, 120), noise(rng, 120)
    assert len(found(one + noise(rng, 90) + two, one + noise(rng, 90) + two)) == 2


def test_reworded_sentences_between_two_copied_ones_are_bridged():
    before = "桐塬区给每位新教师配了一名师傅，签的不是协议，是一张课表，每周二徒弟听师傅一节。"
    after = "两年里换过四对师徒，都是徒弟提出来的，理由写得很直白，区里照准。"
    a = "区里并不抽查材料，倒是随便推开哪间教室，问一问学生昨天有谁来听过课，听完又讲了些什么话。答得出就算过，答不上的下个月再看。"
    b = "区里抽查看的不是材料，而是随手推开一间教室，问问学生昨天有谁听过课，听完之后讲了什么话。答得出算过，答不出的下月再看。"
    ((x, y),) = found(before + a + after, before + b + after)
    assert (x, y) == (fold(before + a + after).text, fold(before + b + after).text)


def test_two_swapped_passages_with_own_text_between_stay_two():
    rng = random.Random(11)
    one, two = noise(rng, 120), noise(rng, 120)
    assert len(found(one + noise(rng, 70) + two, two + one)) == 2


def test_a_chance_word_some_way_beyond_the_end_does_not_draw_the_end_to_it():
    rng = random.Random(12)
    copied, one, two = noise(rng, 120), fold(noise(rng, 60)).text[:38], fold(noise(rng, 60)).text[:38]
    ((a, _),) = found(copied + one + "研修日志" + noise(rng, 60), copied + two + "研修日志" + noise(rng, 60))
    assert a == fold(copied).text


def test_a_sentence_that_the_source_says_twice_is_one_passage():
    rng = random.Random(8)
    said = noise(rng, 80)
    assert len(found(noise(rng, 50) + said, said + noise(rng, 300) + said)) == 1


@pytest.mark.parametrize(("shared", "passages"), [("研修日志", 0), ("研修日志要写真话不写套话", 1)])
def test_a_long_name_and_a_common_word_are_no_passage(shared, passages):
    name = "临溪市教师发展中心石榴镇研修部"
    a = noise(random.Random(1), 200) + name + "甲乙丙丁戊己庚" + shared + noise(random.Random(2), 50)
    b = noise(random.Random(3), 80) + name + "子丑寅卯辰申酉" + shared + noise(random.Random(4), 120)
    assert len(found(a, b)) == passages
