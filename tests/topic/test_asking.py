"""The questions to reviewers: by quota, by lot, the same for the same seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.topic.asking import next_questions, shares

SCORES = {f"c{n:03}": n / 400 for n in range(400)}


def by_reason(questions):
    out = {}
    for q in questions:
        out.setdefault(q.why, []).append(SCORES[q.id])
    return out


def test_six_two_two_and_a_tenth_blind():
    asked = next_questions(SCORES, 50, seed=0)
    assert Counter(q.why for q in asked) == {"uncertain": 30, "top": 10, "random": 10}
    assert sum(q.blind for q in asked) == 5
    assert len({q.id for q in asked}) == 50


def test_uncertain_ones_lie_about_the_middle_and_top_ones_on_top():
    scores = by_reason(next_questions(SCORES, 50, seed=0))
    assert max(abs(s - 0.5) for s in scores["uncertain"]) <= 15 / 400
    assert sorted(scores["top"]) == [n / 400 for n in range(390, 400)]
    assert min(scores["random"]) < 0.3


def test_the_same_seed_asks_the_same_in_any_order_and_another_one_others():
    one, two = next_questions(SCORES, 50, seed=1), next_questions(dict(reversed(SCORES.items())), 50, seed=1)
    assert one == two
    other = next_questions(SCORES, 50, seed=2)
    assert {q.id for q in other if q.why == "random"} != {q.id for q in one if q.why == "random"}


def test_the_order_says_nothing_of_the_reason():
    whys = [q.why for q in next_questions(SCORES, 50, seed=0)]
    assert set(whys[:15]) == set(whys[-15:]) == {"uncertain", "top", "random"}


def test_over_many_seeds_every_text_may_be_asked_at_random_and_any_reason_blind():
    every = [q for seed in range(200) for q in next_questions(SCORES, 50, seed=seed)]
    assert len({q.id for q in every if q.why == "random"}) > 350
    share = {why: sum(q.blind for q in every if q.why == why) / sum(q.why == why for q in every) for why in _WHYS}
    assert all(p == pytest.approx(0.1, abs=0.02) for p in share.values())


_WHYS = ("uncertain", "top", "random")


def test_equal_scores_are_drawn_by_lot():
    same = dict.fromkeys(SCORES, 0.5)
    drawn = [{q.id for q in next_questions(same, 10, seed=s)} for s in (0, 1)]
    assert drawn[0] != drawn[1]


def test_what_is_decided_is_not_asked_again_until_nothing_is_left():
    decided, rounds = set(), 0
    while asked := next_questions(SCORES, 70, seed=0, decided=decided):
        assert not decided & {q.id for q in asked}
        decided |= {q.id for q in asked}
        rounds += 1
    assert decided == set(SCORES) and rounds == 6


@given(st.integers(0, 300))
def test_the_shares_add_up(number):
    quota = shares(number)
    assert sum(quota.values()) == number
    assert all(abs(quota[w] - number * p) < 1 for w, p in zip(_WHYS, (0.6, 0.2, 0.2), strict=True))


def test_nothing_to_ask():
    assert next_questions({}, 10, seed=0) == ()
    assert [q.id for q in next_questions({"a": 0.3}, 10, seed=0)] == ["a"]
