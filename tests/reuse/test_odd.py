"""Odd input: very short, very long, monotonous, nothing but quotes. The answers are sensible and come in bounded time."""

import random

import pytest

from screening.document import Span
from screening.reuse.compare import compare, compare_pair
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.result import Reuse, ReuseKind
from tests.writing import noise

SAID = "研修不能只听不做，听完一节就要上一节，上完一节还要请人来看一节，看的人要说真话，做的人要改真处。"
SOURCES = [noise(random.Random(n), 2500) for n in range(60)]


def side(text, name="x"):
    return Comparable(name, text, (Span(0, len(text)),), place="archive")


@pytest.fixture(scope="module")
def corpus():
    return MemoryCorpus([side(t, f"d{n:02}") for n, t in enumerate([*SOURCES, SAID])])


def sane(text, found):
    assert Reuse.from_json(found.to_json()) == found
    for p in found.passages:
        assert text[p.span.start : p.span.end] == p.quote
    for rate in (found.rates.total, found.rates.without_quotes, found.rates.without_stock, found.rates.raw):
        assert 0 <= rate <= found.rates.total


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "\u200b" * 500,
        "\ue000" * 500,
        "“" * 500,
        "”“" * 300,
        "教" * 5000,
        "教师培训" * 2000,
        "0123456789" * 500,
        "abc " * 2000,
    ],
    ids=[
        "empty",
        "a stop",
        "unseen",
        "private",
        "marks",
        "odd marks",
        "one character",
        "one phrase",
        "digits",
        "letters",
    ],
)
def test_what_says_nothing_finds_nothing(corpus, text):
    found = compare(side(text), corpus)
    assert (found.passages, found.rates.total) == ((), 0.0)
    sane(text, found)


def test_random_digits_are_no_evidence_against_other_digits():
    rng = random.Random(2)
    one, two = ("".join(rng.choices("0123456789", k=3000)) for _ in range(2))
    assert compare_pair(side(one), side(two, "y")) == ()


@pytest.mark.parametrize(
    "text",
    ["教" * 400, "教师培训" * 100, "2023 " * 80, SAID[:30]],
    ids=["one character", "one phrase", "digits", "30 characters"],
)
def test_an_equal_text_is_found_however_short_or_monotonous(text):
    found = compare(side(text), MemoryCorpus([side(text, "y"), *(side(t, f"d{n}") for n, t in enumerate(SOURCES[:9]))]))
    (p,) = found.passages
    assert (p.source, p.kind) == ("y", ReuseKind.VERBATIM)
    assert found.rates.total == found.rates.without_stock == 1.0


def test_the_same_file_twice_is_found_whole_in_both_and_never_in_itself():
    twice = MemoryCorpus([side(SOURCES[0], "x"), side(SOURCES[0], "y")])
    found = compare(side(SOURCES[0], "x"), twice)
    assert [s.id for s in found.sources] == ["y"]
    assert found.rates.total == 1.0


def test_thirty_characters_of_a_long_text_are_found(corpus):
    found = compare(side(SAID[:30]), corpus)
    assert [p.source for p in found.passages] == ["d60"]


def test_a_text_of_many_sources_names_more_than_a_short_one_could(corpus):
    text = "\n".join(t[:700] for t in SOURCES[:40])
    found = compare(side(text), corpus)
    assert {s.id for s in found.sources} == {f"d{n:02}" for n in range(40)}
    assert found.rates.total > 0.98
    sane(text, found)


def test_a_very_long_text_is_compared_whole(corpus):
    text = noise(random.Random(77), 100_000) + "\n" + SAID + "\n" + noise(random.Random(78), 100_000)
    found = compare(side(text), corpus)
    assert [p.quote for p in found.passages] == [SAID]
    sane(text, found)


QUOTED = SOURCES[3][:400]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (f"他写道：“{SAID[:-1]}。”", True),
        (f"他写道：「{SAID[:-1]}。」", True),
        (f"他写道：“{SAID}", False),  # never closed
        (f"他写道：”{SAID}“", False),  # the wrong way round
        (f"他写道：‘{SAID}’", False),  # single marks are for quotations inside quotations
        (f'他写道："{SAID}"', False),  # straight ones don't say where a quotation ends
        (f"他写道：“{SAID[:6]}”{SAID[6:]}", False),  # a word in marks
        (f"他写道：\u200b{SAID}\u200b", False),
        ("“" + SAID + SOURCES[9][:700] + "”", False),  # nobody quotes a page and a half
    ],
)
def test_only_what_is_visibly_quoted_counts_as_quoted(corpus, text, quoted):
    own = noise(random.Random(5), 900)
    found = compare(side(own + text + own[::-1]), corpus)
    assert {p.quoted for p in found.passages if p.source == "d60"} == {quoted}


def test_a_case_all_in_quotation_marks_is_still_a_copy(corpus):
    text = "".join(f"“{part}”\n" for part in (QUOTED[n : n + 100] for n in range(0, 400, 100)))
    rates = compare(side(text), corpus).rates
    assert rates.total > 0.95
    assert rates.without_quotes == pytest.approx(rates.total - 0.2, abs=0.01)
