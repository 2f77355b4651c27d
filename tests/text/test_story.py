"""The aspects of a story are told with their places; a text of phrases has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.document import Document
from screening.text.ledger import ledger
from screening.text.story import LEAST, SEARCHED, story_aspects

STORY = (
    "2022年9月，我走进研修班。那天傍晚下着雨，周老师撑着伞站在校门口。",
    "他问我：“明天的课，你还上吗？”我说：“上。”",
    "第二天，天还没亮我就到了教室。后来，这节课我上了十一遍，直到孩子们先开口。",
)
PHRASES = ("通过培训，我更新了理念，提高了认识。", "我将以更高的标准要求自己，为教育事业贡献力量。")


def aspects(*lines):
    document = Document.from_lines(lines)
    found = story_aspects(document, document.paragraphs, ledger(document, document.paragraphs))
    return document, {a.name: a for a in found}


def test_a_story_has_all_with_its_places():
    document, found = aspects(*STORY)
    assert list(found) == list(SEARCHED)
    assert {a.found for a in found.values()} == {"inferred"}
    assert "那天" in [document.quote(c) for c in found["场景"].cues]
    assert "2022年9月" in [document.quote(c) for c in found["时间线索"].cues]
    assert any("你还上吗" in document.quote(c) for c in found["人物与对话"].cues)
    assert all(0 < a.share <= 1 and a.words > 0 for a in found.values())


def test_phrases_have_none():
    _, found = aspects(*PHRASES)
    assert {(a.found, a.span, a.words, a.share) for a in found.values()} == {("none", None, 0, 0.0)}


def test_nothing_has_nothing():
    assert {a.found for a in aspects()[1].values()} == {"none"}


@given(st.lists(st.sampled_from((*STORY, *PHRASES, "", "那天。")), max_size=8))
def test_places_lie_inside(lines):
    _, found = aspects(*lines)
    for a in found.values():
        assert (a.span is None) == (a.found == "none") == (len(a.cues) < LEAST)
        assert all(a.span.covers(c) for c in a.cues)
        assert 0 <= a.share <= 1


@pytest.mark.timeout(20)
def test_a_long_story_is_read():
    _, found = aspects(*STORY * 4000)
    assert found["场景"].found == "inferred"
