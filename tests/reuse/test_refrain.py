"""What is said over and over is found by what is said: in any order and number, within bounded time, and never from a mere phrase."""

import random

import pytest

from screening.document import Span
from screening.reuse.compare import compare, compare_pair
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.result import ReuseKind
from tests.writing import noise

SAID = (
    "研修不能只听不做，听完一节就要上一节，上完一节还要请人来看一节。",
    "看的人要说真话，做的人要改真处，改完了再请人来看第二遍。",
    "老周把炉子捅开，让每个孩子带一块自家的炭，排在窗台上认。",
)
OWN = noise(random.Random(7), 600)
OTHERS = [noise(random.Random(n), 2000) for n in range(30)]


def side(text, name="x"):
    return Comparable(name, text, (Span(0, len(text)),), place="archive")


def against(text, source):
    return compare(side(text), MemoryCorpus([side(source, "y"), *(side(t, f"d{n}") for n, t in enumerate(OTHERS))]))


def shuffled(seed, n):
    return "".join(random.Random(seed).choices(SAID, k=n))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (SAID[0] * 200, SAID[0] * 190),
        (SAID[0] * 200, OWN[:300] + SAID[0] + OWN[300:]),
        (shuffled(1, 60), shuffled(2, 60)),
        (shuffled(1, 60), OWN[:300] + "".join(SAID) + OWN[300:]),
    ],
    ids=["fewer times", "said once", "another order", "each said once"],
)
def test_the_same_sentences_are_found_in_any_order_and_number(text, source):
    found = against(text, source)
    assert [s.id for s in found.sources] == ["y"]
    assert found.rates.total == found.rates.without_stock == 1.0
    for p in found.passages:
        assert text[p.span.start : p.span.end] == p.quote
        assert source[p.source_span.start : p.source_span.end] == p.source_quote


def test_a_refrain_inside_a_text_is_found_alone_and_named_for_its_order():
    text, source = OWN[:300] + "\n" + shuffled(3, 40) + "\n" + OWN[300:], OTHERS[0] + "\n" + shuffled(4, 50)
    (p,) = compare_pair(side(text), side(source, "y"))
    assert p.kind is ReuseKind.REORDERED
    assert p.span.start == pytest.approx(301, abs=2)
    assert p.quote.rstrip("\n") == text.split("\n")[1]


def test_of_two_refrains_each_is_laid_beside_its_own():
    text = SAID[0] * 30 + OTHERS[2] + SAID[2] * 30
    source = SAID[2] * 30 + OTHERS[3] + SAID[0] * 30
    found = compare_pair(side(text), side(source, "y"))
    assert [(p.quote, p.source_quote) for p in found] == [(x * 30, x * 30) for x in (SAID[0], SAID[2])]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("教" * 3000, "教" * 2000),
        ("教师培训" * 500, "教师培训" * 300 + OWN),
        ("0123456789" * 500, "9876543210" * 500),
        (SAID[0] * 100, SAID[1] * 100),
        (OWN + "南陂实验小学" * 3, OTHERS[1] + "，".join(["南陂实验小学"] * 30)),
    ],
    ids=["one character", "one phrase", "digits", "other sentences", "a name"],
)
def test_what_says_too_little_is_no_evidence(text, source):
    assert compare_pair(side(text), side(source, "y")) == ()


@pytest.mark.timeout(60)
def test_two_hundred_thousand_characters_of_three_sentences_are_compared_whole():
    text, source = shuffled(5, 6600), shuffled(6, 6600)
    (p,) = compare_pair(side(text), side(source, "y"))
    assert p.span == Span(0, len(text))
