import tomllib

import pytest

from screening.document import Document
from screening.topic.genre import genre_of
from screening.topic.lexicon import lexicon
from tests.topic.reading import DEMO, HERE, demo_text

GENRES = tomllib.loads((HERE / "genres.toml").read_text("utf-8"))


def told(text):
    document = Document.from_lines(text.strip().split("\n"))
    genre, markers, counts = genre_of(document, document.paragraphs, lexicon())
    return genre, [document.quote(s) for s in markers], counts


def test_every_genre_has_its_examples():
    assert set(GENRES) == set(lexicon().genres)


@pytest.mark.parametrize("genre", GENRES)
def test_a_text_of_the_genre_is_told_with_its_markers(genre):
    found, markers, counts = told(GENRES[genre]["is"])
    assert found == genre
    assert len(markers) >= counts[genre] >= lexicon().genres[genre].enough
    assert all(m in GENRES[genre]["is"] for m in markers)


@pytest.mark.parametrize("genre", GENRES)
def test_a_case_may_share_words_with_a_genre(genre):
    found, markers, counts = told(GENRES[genre]["almost"])
    assert found == "case"
    assert markers == []
    assert counts[genre] >= 1, "the example must come near"


@pytest.mark.parametrize("name", [n for n in DEMO if n != "f04"])
def test_cases_of_the_demonstration_are_cases(name):
    assert told(demo_text(name))[0] == "case"


AHEAD = [
    "学校打算从二月起开展“人人上好一堂家常课”的研修。",
    "拟成立研修小组，组长由校长担任。",
    "每名教师要磨出一堂家常课，由组内至少听两遍，时间暂定在星期一。",
    "力争到年底每人有一堂拿得出手的课。",
    "听课的老师只写一句话。",
    "村里的路不好走，遇到下雨要绕行十里。",
]


def test_what_is_yet_to_be_done_makes_a_plan_whatever_its_words():
    genre, markers, _ = told("\n".join(AHEAD))
    assert genre == "plan"
    assert markers == AHEAD[:4]


def test_what_was_planned_and_done_is_a_case():
    done = [
        "学校打算从二月起开展研修，三月就开了头。",
        "研修小组拟定的名单改了两次，组长由校长担任过。",
        "每名教师要磨出一堂家常课，到十二月磨完了二十六堂。",
    ]
    assert told("\n".join(done + AHEAD[4:]))[0] == "case"


VISIT = """10月11日上午，柳湾县骨干教师培训班开班式在县职教中心隆重举行，县教体局负责人出席仪式并作动员讲话。
局长指出，办好这次培训意义重大，全体学员要珍惜机会，学有所获。学员代表作表态发言，会场不时响起热烈的掌声。
仪式结束后，与会人员合影留念。"""


def test_news_of_a_ceremony_is_told_without_a_reporter():
    assert told(VISIT)[0] == "news"


def test_a_case_may_open_with_a_ceremony():
    assert (
        told(
            VISIT.split("\n", maxsplit=1)[0].replace("并作动员讲话", "")
            + "\n此后的三个月，老师们轮流上了四十节研讨课。"
        )[0]
        == "case"
    )


def test_a_word_said_ten_times_is_one_marker():
    assert told("特此通知。" * 10)[2]["notice"] == 1


def test_no_text_no_genre():
    assert genre_of(Document.from_lines([""]), (), lexicon()) == ("case", (), {})


@pytest.mark.parametrize("kind", ["is", "almost"])
def test_a_marker_passed_over_for_its_words_is_in_no_text(kind):
    markers = [m for g in lexicon().genres.values() for m in (*g.markers, *g.weak)]
    found = 0
    for text in (GENRES[g][kind] for g in GENRES):
        for m in markers:
            match = m.pattern.search(text)
            found += match is not None
            assert (m.search(text, 0, len(text)) is None) == (match is None), m.pattern.pattern
    assert found > 0 and sum(bool(m.words) for m in markers) > len(markers) / 2
