import re
from itertools import chain

import pytest

from screening.topic.lexicon import LISTS, TRADE, lexicon


def lists_of(text):
    return {h.word: h.lists for h in lexicon().words.find(text)}


def test_a_word_has_the_lists_of_its_parts():
    assert lists_of("教师培训")["教师培训"] >= {"terms", "strong", "who", "act", "teachers", "training"}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("老师傅带我们看机床", "老师"),
        ("他毕业于一所著名师范大学", "名师"),
        ("我国培养了许多人", "国培"),
        ("全国培训了十万人", "国培"),
        ("教学时间不够", "学时"),
        ("认真听了同学分享", "学分"),
        ("学校长期坚持晨跑", "校长"),
        ("在教师节那天", "教师"),
        ("老师说课堂要活", "说课"),
    ],
)
def test_a_longer_word_hides_what_lies_inside_it(text, hidden):
    assert hidden not in lists_of(text)


def test_overlapping_words_are_both_found():
    assert list(lists_of("全国培训了十万名骨干教师培训者")) == ["培训", "骨干教师", "教师培训", "培训者"]


@pytest.mark.parametrize("name", [*LISTS, TRADE])
def test_every_list_is_in_use(name):
    assert any(name in lists for lists in lexicon().words._lists.values())


def test_a_trade_word_belongs_to_no_list_by_its_parts():
    for word in lexicon().trades:
        assert TRADE in lists_of(word)[word]
        assert "who" not in lists_of(word)[word], word


def test_words_are_plain():
    words = chain(lexicon().words._lists, lexicon().trades, *lexicon().themes.values())
    assert [w for w in words if not re.fullmatch("[\u4e00-\u9fffA-ZＡ-Ｚ]+", w)] == []
