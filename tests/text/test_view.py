"""The matching view: what it keeps, what it repairs, and that everything leads back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.document import Span
from screening.text.view import fold, fold_character, repaired_characters


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("２０２３年，国培！", "2023年国培"),
        ("國培計劃", "国培计划"),
        ("⼈⼤", "人大"),
        ("教\u200b师\ufeff培 训", "教师培训"),
        ("рeop1e", "peop1e"),
        ("囗日曰", "口日日"),
        ("\u0412\u0410\u0421\u0422", "bact"),  # Cyrillic capitals: the small letters of three of them look different
        ("\u212bngstr\u00f6m \u0251", "angstroma"),
        ("㎡", "m2"),
        ("教\u3164师ˊ培\ufe0f训\U000e0041", "教师培训"),  # seen by nobody, yet letters or marks
        ("佐々木", "佐々木"),
        ("𠮷野家", "𠮷野家"),
        ("ABC", "abc"),
        ("①（一）", "1一"),
        ("", ""),
    ],
)
def test_what_a_text_becomes(text, want):
    assert fold(text).text == want


def test_the_raw_view_repairs_nothing():
    assert fold("國\u200b培，２", raw=True).text == "國\u200b培２"


def test_only_the_given_spans_are_seen_and_lead_back():
    view = fold("表格：甲。正文：乙丙。", (Span(5, 11),))
    assert view.text == "正文乙丙"
    assert view.to_source(2, 4) == Span(8, 10)
    assert view.from_source(Span(8, 10)) == (2, 4)


def test_repairs_are_counted_and_ordinary_text_has_none():
    ordinary = "2023年，NOTE 一：国培计划（第3期）。"
    assert repaired_characters(ordinary, fold(ordinary)) == 0
    hidden = "國培\u200b计\u200b划"
    assert repaired_characters(hidden, fold(hidden)) == 3


def test_letters_strewn_through_a_text_are_left_out_and_its_words_are_not():
    words = "教师发展中心每周三办一次夜间研修"
    assert fold("".join(f"{c}（shī）" for c in words)).text == words
    assert fold("".join(f"{c}x{n}" if n % 3 else c for n, c in enumerate(words))).text == words
    ordinary = "用AI备课，用PPT讲，用APP点名，用QQ答疑"
    assert fold(ordinary).text == "用ai备课用ppt讲用app点名用qq答疑"
    figures = "甲校12人乙校15人丙校8人丁校9人戊校7人己校6人庚校5人辛校4人壬校3人"
    assert fold(figures).text == figures


@given(st.text())
def test_every_character_of_a_view_leads_back(text):
    view = fold(text)
    assert len(view.codes) == len(view.places)
    assert np.all(np.diff(view.places) >= 0)
    for i in range(len(view)):
        span = view.to_source(i, i + 1)
        assert 0 <= span.start < span.end <= len(text)
        assert view.text[i] in fold_character(text[span.start])


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_a_part_folds_as_it_does_in_the_whole(text, a, b):
    low, high = sorted((min(a, len(text)), min(b, len(text))))
    start, end = fold(text).from_source(Span(low, high))
    assert fold(text).text[start:end] == fold(text, (Span(low, high),)).text
