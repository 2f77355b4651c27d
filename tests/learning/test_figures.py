import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from screening.learning.figures import auc, ece, estimate, of_source

ROWS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=2, max_size=40)


def arrays(rows):
    return np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows], dtype=bool)


@given(ROWS)
def test_auc_is_that_of_scikit_learn(rows):
    scores, on = arrays(rows)
    if len(set(on.tolist())) == 2:
        assert auc(scores, on) == pytest.approx(roc_auc_score(on, scores))
    else:
        assert math.isnan(auc(scores, on))


@given(ROWS)
def test_ece_by_the_textbook(rows):
    expected = 0.0
    for b in range(10):
        inside = [(s, y) for s, y in rows if b / 10 <= s < (b + 1) / 10 or (b == 9 and s == 1.0)]
        if inside:
            mean = sum(s for s, _ in inside) / len(inside)
            expected += len(inside) / len(rows) * abs(mean - sum(y for _, y in inside) / len(inside))
    assert ece(*arrays(rows)) == pytest.approx(expected)


def rows_of(n, spread, seed=1):
    random = np.random.default_rng(seed)
    on = np.arange(n) % 2 == 0
    return random.normal(on * 1.0, spread), on


def test_the_interval_is_seeded_holds_the_figure_and_narrows_with_texts():
    few, many = rows_of(40, 1.0), rows_of(640, 1.0)
    one, two, other = (estimate(auc, *few, range(40), seed=s) for s in (0, 0, 1))
    assert one == two != other
    assert one.low < one.value < one.high
    wide = estimate(auc, *many, range(640), seed=0)
    assert wide.high - wide.low < (one.high - one.low) / 2
    assert (wide.on, wide.off) == (320, 320)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """Normal scores one spread apart have an AUC of Φ(1/√2) = 0.760."""
    found = [estimate(auc, *rows_of(80, 1.0, seed), range(80), seed=0) for seed in range(60)]
    assert 0.85 <= np.mean([e.low <= 0.760 <= e.high for e in found]) <= 1.0


def test_copies_make_no_interval_narrow():
    scores, on = rows_of(40, 1.0)
    tenfold = [np.repeat(a, 10) for a in (scores, on)]
    apart = estimate(auc, *tenfold, range(400), seed=0)
    together = estimate(auc, *tenfold, np.repeat(np.arange(40), 10).tolist(), seed=0)
    single = estimate(auc, scores, on, range(40), seed=0)
    assert together.high - together.low == pytest.approx(single.high - single.low, abs=0.02)
    assert apart.high - apart.low < 0.6 * (together.high - together.low)


def test_what_cannot_be_told_is_no_number():
    found = estimate(auc, [0.5, 0.6], [True, True], [0, 1], seed=0)
    assert math.isnan(found.value)
    assert str(found) == "—"
    assert found.to_json() == {"value": None, "low": None, "high": None, "on": 2, "off": 0}
    assert math.isnan(ece(np.array([]), np.array([], dtype=bool)))


def test_a_source_of_one_class_is_judged_against_all_of_the_other():
    on = np.array([True, True, False, False])
    assert of_source(np.array([True, False, False, False]), on).tolist() == [True, False, True, True]
    assert of_source(np.array([True, False, True, False]), on).tolist() == [True, False, True, False]
