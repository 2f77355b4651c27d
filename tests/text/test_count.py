"""字数 by the stated rule: East-Asian characters one each, other runs one each, white space and marks nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.text.count import count, count_words

COUNTED = {
    "": 0,
    "   \t\n": 0,
    "\u3000\u3000": 0,
    "石榴镇": 3,
    "石榴镇。": 4,
    "送教下乡，第 3 次": 8,
    "《山路上的研修》": 8,
    "二、案例简介": 6,
    "（一）主要做法": 7,
    "1.创新举措": 5,
    "1. 创新举措": 5,
    "2022年": 2,
    "2024年1月20日": 6,
    "2024.1.20": 1,
    "到课率98.5%": 4,
    "到课率９８．５％": 8,
    "36所学校、420名教师": 9,
    "AI": 1,
    "AI助教": 3,
    "用AI助教": 4,
    "AI 助教 app": 4,
    "chat-bot": 1,
    "chat bot": 2,
    "zhou@example.com": 1,
    "https://example.com/a?b=c": 1,
    "电话:0371-69691770": 3,
    "电话：0371－69691770": 6,
    "3+2模式": 3,
    "3 + 2 模式": 5,
    "1:1": 1,
    '他说:"好"': 5,
    "甲/乙": 3,
    "a、b、c": 5,
    "a,b,c": 1,
    "a, b, c": 3,
    "第一段\n第二段": 6,
    "甲\u00a0乙": 2,
    "国培\u3000省培": 4,
    "𠮷野老师": 4,
    "𬺈": 1,
    "⺁⼈": 2,
    "ひらがなカタカナ": 8,
    "한국어": 3,
    "ㄅㄆㄇ": 3,
    "ＸＹＺ": 3,
    "㈠㎡": 2,
    "教\u200b师": 2,
    "国\ufeff培": 2,
    "e\u0301cole": 1,
    "привет мир": 2,
    "①建机制": 4,
    "\U0001f600": 1,
    "好\U0001f600\U0001f600": 2,
    "10—15人": 2,
    "“国培”": 4,
}


@pytest.mark.parametrize("text", COUNTED)
def test_strings_counted_by_the_rule(text):
    assert count_words(text) == COUNTED[text]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("国培计划", 4, 4),
        ("“国培”计划", 6, 6),  # beside Han each mark is a run of its own: both readings agree
        ("AI——助教", 3, 5),
        ("Level“A”", 1, 4),
        ("12℃～15℃", 3, 5),
    ],
)
def test_the_band_is_as_wide_as_the_doubt(text, low, high):
    got = count(text)
    assert (got.low, got.high) == (low, high)


MIXED = st.text(
    st.sampled_from("教师，。“”‘’…—·①Ⅱ℃× \t\n\u3000aB1-+.@ＡＢ\u200b\u0301𠮷é") | st.characters(codec="utf-8")
)


@given(MIXED)
def test_the_count_lies_in_its_band(text):
    got = count(text)
    assert 0 <= got.low <= got.words <= got.high <= len(text)


@given(MIXED, MIXED)
def test_paragraphs_add_up(a, b):
    assert count_words(f"{a}\n{b}") == count_words(a) + count_words(b)


@given(MIXED)
def test_spaces_at_the_ends_and_han_behind_count_as_they_should(text):
    assert count_words(f" {text}\u3000\t") == count_words(text)
    assert count_words(f"{text}教师") == count_words(text) + 2
