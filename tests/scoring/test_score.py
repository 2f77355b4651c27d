"""The score: what it shows gives it again, more of anything good never lowers it, and half a case has none."""

from dataclasses import replace

import pytest

from screening.checks import all_checks
from screening.document import Span
from screening.finding import Severity
from screening.scoring.parts import FORM_CHECKS, SECTION_WORDS
from screening.scoring.result import PARTS, Score
from screening.scoring.score import MIN_WORDS, score_case
from screening.text.narrative import Narrative
from screening.topic.result import TopicFit
from tests.scoring.measured import STORY, WORK_CASE, data, item, measured, section


def points(found, part, weights=WORK_CASE):
    return score_case(weights, found).parts[part].points


@pytest.mark.parametrize("weights", [WORK_CASE, STORY])
def test_the_total_can_be_reckoned_again_from_the_figures_shown(weights):
    score = score_case(weights, measured())
    assert list(score.parts) == list(weights)
    for name, part in score.parts.items():
        assert sum(f.weight for f in part.figures) == pytest.approx(1)
        value = part.factor * sum(f.share * f.weight for f in part.figures)
        assert part.points == round(weights[name] * value, 1)
    assert score.total == round(sum(p.points for p in score.parts.values()), 1)
    assert Score.from_json(score.to_json()) == score


def test_a_case_that_has_everything_has_all_points():
    full = measured(
        topic=TopicFit(band="on", score=1.0, participation=tuple(Span(n, n + 1) for n in range(4))),
        ledger=[x for n in range(15) for x in (data(n), item("event", n), item("date", n))],
        narrative=Narrative((Span(0, 9),) * 5, (Span(0, 9),) * 4, (Span(0, 9),) * 4),
        form={"title": []},
    )
    assert score_case(WORK_CASE, full).total == score_case(STORY, full).total == 100


MORE = {
    "topic": {"topic": TopicFit(band="on", score=0.95)},
    "structure": {"sections": [section(0), section(1), section(2, 100)]},
    "evidence": {"ledger": [data(n) for n in range(7)]},
    "examples": {"ledger": [data(0), item("event", 7), item("event", 8)]},
    "narrative": {"narrative": Narrative((Span(0, 9),) * 5, (Span(0, 9),) * 2, (Span(0, 9),) * 2)},
    "form": {"form": {"title": [Severity.NOTE], "file_format": []}},
}
LESS = {
    "topic": {"topic": TopicFit(band="unsure", score=0.4)},
    "structure": {"sections": [section(0), section(1), section(2, 100, "inferred")]},
    "evidence": {"ledger": [data(n, value="3人") for n in range(7)]},  # seven times the same
    "examples": {"ledger": [data(0), item("event", 7)]},
    "narrative": {"narrative": Narrative((Span(0, 9),) * 5, (Span(0, 9),) * 2, (Span(0, 9),))},
    "form": {"form": {"title": [Severity.NOTE, Severity.REVIEW], "file_format": []}},
}


@pytest.mark.parametrize("part", MORE)
def test_more_of_what_a_part_asks_for_gives_more_points(part):
    weights = STORY if part in STORY else WORK_CASE
    assert points(measured(**MORE[part]), part, weights) > points(measured(**LESS[part]), part, weights)


def test_heaping_up_buys_nothing_beyond_the_bound_and_stuffing_nothing_at_all():
    heap = [data(n) for n in range(60)]
    assert points(measured(ledger=heap), "evidence") == points(measured(ledger=[*heap, data(61)]), "evidence")
    stuffed = TopicFit(band="on", score=0.9, stuffing=(Span(0, 1400),))
    assert points(measured(ledger=[data(3)], topic=stuffed), "evidence") == 0
    beside = TopicFit(band="on", score=0.9, stuffing=(Span(0, 90), Span(310, 390)))
    assert points(measured(ledger=[data(3)], topic=beside), "evidence") > 0
    assert points(measured(sections=[section(0, SECTION_WORDS)]), "structure") == 25


def test_content_counts_as_far_as_it_is_on_the_topic_and_form_whatever_the_topic():
    on, near, off = (measured(topic=TopicFit(band=b, score=s)) for b, s in (("on", 0.5), ("unsure", 0.25), ("off", 0)))
    for part in ("structure", "evidence"):
        assert points(on, part) == pytest.approx(2 * points(near, part), abs=0.1)
        assert points(off, part) == 0
    assert points(on, "form") == points(off, "form") > 0


def test_a_notice_that_speaks_of_training_counts_half():
    case, notice = (
        measured(topic=TopicFit(band=b, score=0.8, genre=g)) for b, g in (("on", "case"), ("unsure", "notice"))
    )
    assert points(case, "topic") == 2 * points(notice, "topic") == 28
    assert score_case(WORK_CASE, notice).parts["evidence"].factor == 0.8


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": MIN_WORDS - 1}, "不足 400 字"),
        ({"topic": None}, "切题"),
        ({"sections": None}, "结构"),
        ({"ledger": None}, "证据"),
        ({"form": {}}, "规范"),
        ({"broken": ["标题"]}, "标题没有检查完"),
    ],
)
def test_half_a_case_has_no_score_but_a_reason(changes, words):
    score = score_case(WORK_CASE, measured(**changes))
    assert (score.total, score.parts, score.weights) == (None, {}, WORK_CASE)
    assert words in score.reason
    assert Score.from_json(score.to_json()) == score
    assert score_case(WORK_CASE, measured(words=MIN_WORDS)).total is not None
    assert "没有给这类材料" in score_case({}, measured()).reason


def test_what_a_story_does_not_need_is_not_asked_of_it():
    assert score_case(STORY, measured(sections=None)).total == pytest.approx(
        score_case(STORY, measured(sections=[])).total
    )
    assert "叙事" in score_case(STORY, measured(narrative=None)).reason
    spread = [item("event", n) for n in (0, 6, 12)]
    together = [replace(i, span=Span(n, n + 1)) for n, i in enumerate(spread)]
    assert points(measured(ledger=spread), "examples", STORY) > points(measured(ledger=together), "examples", STORY)


def test_hard_facts_are_no_part_of_the_average():
    assert set(FORM_CHECKS) <= set(all_checks())
    assert not {"length", "near_copy", "notice_copy", "quota", "deadline", "outside_report", "same_author"} & {
        *FORM_CHECKS
    }
    assert set(WORK_CASE) | set(STORY) == set(PARTS)
