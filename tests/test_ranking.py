"""Places by score: inside kind and class only, ties told by what decides them, near-ties called such."""

from screening.case import CaseInfo
from screening.ranking import Rank, ranks
from screening.scoring.result import Part, Score


def scored(case_id, topic, evidence, form=10.0, *, kind="work_case", project="国培计划"):
    points = {"form": (15, form), "topic": (35, topic), "evidence": (50, evidence)}
    parts = {k: Part(weight=w, factor=1.0, points=p, figures=()) for k, (w, p) in points.items()}
    return CaseInfo(id=case_id, kind=kind, project=project), Score.of(parts)


def places(*cases):
    return {k: (r.place, r.of) for k, r in ranks(cases).items()}


def test_the_higher_total_is_ahead_whatever_the_order_of_the_cases():
    a, b, c = scored("a", 30, 40), scored("b", 30, 20), scored("c", 30, 30)
    assert places(a, b, c) == places(c, b, a) == {"a": (1, 3), "c": (2, 3), "b": (3, 3)}
    assert {r.remark for r in ranks([a, b, c]).values()} == {""}


def test_kinds_and_classes_are_never_ranked_together():
    cases = [scored("a", 30, 40), scored("b", 1, 1, kind="growth_story"), scored("c", 1, 1, project="省培计划")]
    assert places(*cases) == {"a": (1, 1), "b": (1, 1), "c": (1, 1)}


def test_of_equal_totals_the_part_that_weighs_most_decides_and_is_named():
    found = ranks([scored("a", 30, 20), scored("b", 20, 30)])
    assert found["b"] == Rank(place=1, of=2, remark="与后一名总分相同，因“证据”得分较高排在前面")
    assert found["a"] == Rank(place=2, of=2, remark="与前一名总分相同，因“证据”得分较低排在后面")
    found = ranks([scored("a", 25, 30, 10), scored("b", 30, 30, 5)])
    assert (found["b"].place, "切题" in found["b"].remark) == (1, True)


def test_equal_in_everything_is_one_place_and_the_next_one_is_passed_over():
    found = ranks([scored("a", 30, 20), scored("b", 30, 20), scored("c", 10, 10)])
    assert [(r.place, r.of) for r in found.values()] == [(1, 3), (1, 3), (3, 3)]
    assert found["a"].remark == "2 篇各部分得分都相同，并列"


def test_one_point_is_a_near_tie_and_a_little_more_is_none():
    near = ranks([scored("a", 30, 20), scored("b", 30, 19)])
    assert near["a"].remark == "与后一名只差 1 分，难分高下"
    assert near["b"].remark == "与前一名只差 1 分，难分高下"
    assert {r.remark for r in ranks([scored("a", 30, 20), scored("b", 30, 18.9)]).values()} == {""}


def test_a_case_without_a_score_has_no_place():
    info = CaseInfo(id="x", project="国培计划")
    assert places(scored("a", 30, 20), (info, Score(total=None, reason="太短")), (info, None)) == {"a": (1, 1)}
