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
    assert len(markers) == counts[genre] >= lexicon().genres[genre].enough
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


def test_a_word_said_ten_times_is_one_marker():
    assert told("特此通知。" * 10)[2]["notice"] == 1


def test_no_text_no_genre():
    assert genre_of(Document.from_lines([""]), (), lexicon()) == ("case", (), {})


@pytest.mark.parametrize("kind", ["is", "almost"])
def test_a_marker_passed_over_for_its_words_is_in_no_text(kind):
    markers = [m for g in lexicon().genres.values() for m in g.markers]
    found = 0
    for text in (GENRES[g][kind] for g in GENRES):
        for m in markers:
            match = m.pattern.search(text)
            found += match is not None
            assert (m.search(text, 0, len(text)) is None) == (match is None), m.pattern.pattern
    assert found > 0 and sum(bool(m.words) for m in markers) > len(markers) / 2
