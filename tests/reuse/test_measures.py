"""The measures of a search, worked out by hand."""

import pytest

from screening.document import Span
from screening.reuse.measures import Match, measure


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
