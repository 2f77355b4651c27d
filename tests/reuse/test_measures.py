"""The measures of a search, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.document import Span
from screening.reuse.measures import Match, measure
from tests.gold.measures import by_the_book


def m(case, source, a, b, c, d, kind=""):
    return Match(case, source, Span(a, b), Span(c, d), kind)


def test_a_hand_worked_example():
    truth = [
        m("c1", "s1", 0, 100, 0, 100, "verbatim"),
        m("c1", "s2", 200, 300, 0, 100, "edited"),
        m("c2", "s1", 0, 50, 50, 100, "edited"),
    ]
    found = [
        m("c1", "s1", 0, 50, 0, 50),  # half of the first …
        m("c1", "s1", 50, 100, 50, 100),  # … and the other half: granularity 2
        m("c1", "s2", 200, 400, 0, 100),  # a hundred characters too long
        m("c3", "s9", 0, 80, 0, 80),  # a false alarm in a clean case
    ]
    result = measure(truth, found, {"c1": 1000, "c2": 500, "c3": 1000})
    overall = result.overall
    assert overall.precision == pytest.approx((1 + 1 + 200 / 300 + 0) / 4)
    assert overall.recall == pytest.approx((1 + 1 + 0) / 3)
    assert overall.granularity == pytest.approx((2 + 1) / 2)
    f1 = 2 * overall.precision * overall.recall / (overall.precision + overall.recall)
    assert overall.plagdet == pytest.approx(f1 / 1.3219280948873624)
    assert result.by_kind["verbatim"].plagdet == pytest.approx(1 / 1.584962500721156)
    assert result.by_kind["edited"].recall == pytest.approx(0.5)
    assert (result.pair_recall, result.pair_precision) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert result.rate_error == pytest.approx((0.1 + 0.1 + 0.08) / 3)
    assert result.clean_flagged == 1.0


def test_nothing_found_and_nothing_true():
    assert measure([], [], {}).overall.plagdet == 0
    assert measure([m("c", "s", 0, 9, 0, 9, "x")], [], {"c": 9}).overall.recall == 0


SPANS = st.builds(lambda a, n: Span(a, a + n), st.integers(0, 40), st.integers(1, 30))
MATCHES = st.lists(st.builds(Match, st.sampled_from("ab"), st.sampled_from("xy"), SPANS, SPANS), max_size=5)


@given(MATCHES, MATCHES)
def test_the_measures_equal_those_by_the_book(truth, found):
    lengths = {"a": 80, "b": 70, "c": 90}
    ours, book = measure(truth, found, lengths), by_the_book(truth, found, lengths)
    for name in ("precision", "recall", "granularity", "plagdet"):
        assert getattr(ours.overall, name) == pytest.approx(book[name])
    assert ours.rate_error == pytest.approx(book["rate_error"])
    assert ours.clean_flagged == pytest.approx(book["clean_flagged"])
