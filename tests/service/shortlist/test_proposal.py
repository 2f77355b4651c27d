"""Who is proposed and why: pure, without a database."""

import random
from dataclasses import replace

import pytest

from screening.rulebook import load_rulebook
from service.shortlist.proposal import NEAR, Candidate, Place, propose
from service.shortlist.words import label, reasons

BOOK = load_rulebook("henan-2023-950")
SCHOOL = {"unit_key": "石榴镇小学", "unit": "石榴镇小学", "unit_type": "", "kind": "work_case", "project": "国培计划"}


def case(name, score=80.0, **more):
    values = SCHOOL | {"state": "done", "verdict": "clear", "parts": {}, "score": score} | more
    return Candidate(id=name, case=name, **values)


def group(*cases):
    (found,) = propose(cases, BOOK)
    return found


def states(*cases):
    return {p.candidate.id: p.state.value for p in group(*cases).placed}


def why(found, name):
    return "；".join(reasons(next(p for p in found.placed if p.candidate.id == name), found, str))


def placed(found, name):
    return next(p for p in found.placed if p.candidate.id == name)


def test_the_notice_allows_two_and_the_best_two_are_in():
    found = group(case("a", 70), case("b", 90), case("c", 80))
    assert [(p.candidate.id, p.state.value) for p in found.placed] == [("b", "in"), ("c", "in"), ("a", "reserve")]
    assert (found.limit, found.used, found.over) == (2, 2, 0)
    assert "每个单位每类项目" in found.rule.clause.quote
    assert "本单位本类 3 篇中第 3" in why(found, "a")
    assert "名额 2 个已满，前面的参考分更高" in why(found, "a")
    assert "名额 2 个，在名额之内" in why(found, "b")


def test_each_unit_and_class_has_places_of_its_own():
    other = {"unit": "白麓大学", "unit_key": "白麓大学"}
    cases = [case(f"a{n}") for n in range(3)] + [case(f"b{n}", **other) for n in range(3)]
    cases += [case(f"c{n}", project="省培计划") for n in range(3)]
    assert [g.used for g in propose(cases, BOOK)] == [2, 2, 2]


def test_a_university_may_hand_in_more_stories_whatever_single_files_say_of_it():
    story = {"kind": "growth_story"}
    school = [case(f"a{n:02}", **story) for n in range(17)]
    assert group(*school).limit == 5
    university = [replace(c, unit_type="省内高校") for c in school[:16]] + [school[16]]
    assert (group(*university).limit, group(*university).used) == (15, 15)


def test_a_report_for_which_the_notice_sets_no_limit_is_in_without_a_score_too():
    found = group(case("a", None, kind="self_report"), case("b", 40, kind="self_report"))
    assert (found.limit, found.used) == (None, 2)
    assert "通知没有规定名额" in why(found, "a")


def test_what_nobody_has_looked_at_waits_and_holds_no_place():
    copied = case("a", 99, verdict="look", concerns=(("疑似重复", "review"), ("篇幅", "blocker")))
    found = group(copied, case("b", 90), case("c", 80), case("d", 60))
    assert placed(found, "a").state is Place.CHECK
    assert placed(found, "c").state is Place.IN
    words = why(found, "a")
    assert "建议退回修改：篇幅；请人工查看：疑似重复" in words
    assert "核对通过后可以入围" in words
    assert placed(found, "b").yields_to == ()  # of two places one is left to it even then
    assert placed(found, "c").yields_to == ("a",)
    assert "《a》参考分更高，还在核对；通过后由其入围" in why(found, "c")


def test_a_decision_of_a_person_goes_before_what_the_machine_found():
    doubtful = {"verdict": "return", "concerns": (("篇幅", "blocker"),)}
    assert states(case("a", **doubtful), case("b", decision="return")) == {"a": "check", "b": "check"}
    assert states(case("a", decision="pass", **doubtful), case("b", decision="look")) == {"a": "in", "b": "check"}


def test_what_is_not_there_yet_or_not_known_is_to_be_checked():
    found = {
        "waiting": case("a", None, state="queued", verdict=""),
        "unreadable": case("a", None, verdict="incomplete", error="encrypted", decision="pass"),
        "no score": case("a", None),
        "no class": case("a", project=""),
        "broken": case("a", verdict="incomplete"),
    }
    words = {"waiting": "还没有筛查完", "unreadable": "文件读不出来", "no score": "没有参考分，不能排先后"}
    words |= {"no class": "没有写明项目类别，不能对照名额", "broken": "检查不完整"}
    for name, one in found.items():
        assert states(one) == {"a": "check"}, name
        assert words[name] in why(group(one), "a")


def test_the_border_is_shown_where_the_margin_decides_nothing():
    found = group(case("a", 90), case("b", 80), case("c", 80 - NEAR), case("d", 78.9))
    near = {p.candidate.id: p.near for p in found.placed}
    assert near == {"a": "", "b": "c", "c": "b", "d": ""}
    assert "相差不超过 1 分，难分高下，请人比较" in why(found, "c")


def test_equal_totals_go_by_the_weightiest_part_and_equal_cases_share_a_place():
    parts = {"form": (10.0, 15.0), "topic": (30.0, 35.0)}
    better = {"form": (9.0, 15.0), "topic": (31.0, 35.0)}
    found = group(case("a", 40, parts=parts), case("b", 40, parts=better), case("c", 40, parts=parts))
    assert {p.candidate.id: p.rank for p in found.placed} == {"b": 1, "a": 2, "c": 2}
    assert placed(found, "c").state is Place.RESERVE
    assert placed(found, "c").near == "a"


def test_hands_take_places_first_and_may_go_beyond_the_quota_which_is_said():
    cases = [case("a", 90), case("b", 80), case("c", 70), case("d", 60)]
    found = group(*cases[:2], replace(cases[2], hand="in"), cases[3])
    assert {p.candidate.id: p.state.value for p in found.placed} == {
        "a": "in",
        "b": "reserve",
        "c": "in",
        "d": "reserve",
    }
    assert "其中 1 个由人工选入，其余的参考分更高" in why(found, "b")
    assert placed(found, "c").proposed is Place.RESERVE
    assert label(placed(found, "c")) == "人工选入"
    assert "机器的建议是“建议候补”" in why(found, "c")
    over = group(*(replace(c, hand="in") for c in cases[:3]), cases[3])
    assert (over.used, over.over) == (3, 1)
    assert placed(over, "d").state is Place.RESERVE
    out = group(replace(cases[0], hand="out"), *cases[1:])
    assert {p.candidate.id: p.state.value for p in out.placed} == {"a": "reserve", "b": "in", "c": "in", "d": "reserve"}
    assert label(placed(out, "a")) == "人工列入候补"


def some(rng):
    """Return up to 14 cases of one unit, of all that there is."""
    return [
        case(
            f"c{n}",
            rng.choice([None, *(75 + k / 2 for k in range(20))]),
            hand=rng.choice(["", "", "", "in", "out"]),
            decision=rng.choice(["", "", "pass", "return"]),
            concerns=rng.choice([(), (), (("疑似重复", "review"),)]),
            project=rng.choice(["国培计划", "国培计划", "省培计划", ""]),
        )
        for n in range(rng.randrange(15))
    ]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes_the_proposal_keeps_the_quota_and_depends_on_no_order(seed):
    rng = random.Random(seed)
    for _ in range(40):
        holds(some(rng), rng)


def holds(cases, rng):
    found = propose(cases, BOOK)
    shuffled = list(cases)
    rng.shuffle(shuffled)
    assert propose(shuffled, BOOK) == found
    assert sum(len(g.placed) for g in found) == len(cases)
    for g in found:
        by_hand = sum(p.candidate.hand == "in" for p in g.placed)
        assert sum(p.proposed is Place.IN for p in g.placed) <= g.limit
        assert g.used <= max(g.limit, by_hand)
        scores = {s: [p.candidate.score for p in g.placed if p.state is s and not p.candidate.hand] for s in Place}
        assert not scores[Place.IN] or min(scores[Place.IN]) >= max(scores[Place.RESERVE], default=0)
        if scores[Place.RESERVE]:
            assert g.used >= g.limit
        for p in g.placed:
            assert not any(word in w for w in reasons(p, g, str) for word in ("淘汰", "不予", "拒绝", "抄袭"))
