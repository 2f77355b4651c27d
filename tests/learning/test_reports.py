import json
from pathlib import Path

import pytest

from screening.errors import UsageError
from screening.learning.reports import questions, read_report, sheet
from tests.learning.labelled import written


def case(name, z, *, score, kind="work_case"):
    topic = {"score": score, "band": "unsure", "contributions": {"intercept": 0.25, "who_act": z - 0.25}}
    made = {"models": {f"topic-{kind}": "a" * 64}}
    info = {"id": name, "file": f"{name}.docx", "title": f"题目{name}", "kind": kind}
    return json.dumps({"case": info, "made_with": made, "topic": topic})


@pytest.fixture
def report(tmp_path):
    """Calibrated: the score shown is not the model's own."""
    rows = [case(f"c{n}", 0.0, score=0.9) for n in range(12)] + [case("g", 0.0, score=0.9, kind="growth_story")]
    unread = json.dumps({"case": {"id": "x"}, "error": {"code": "empty"}})
    return written(tmp_path / "report.jsonl", [*rows, unread])


def test_cases_without_a_score_are_passed_over(report):
    found = list(read_report(report))
    assert [c.id for c in found] == [*(f"c{n}" for n in range(12)), "g"]
    assert (found[0].score, found[0].z, found[0].kind, found[-1].kind) == (0.9, 0.0, "work_case", "growth_story")


def test_the_sheet_has_the_models_own_score_and_a_blind_line_none(report):
    lines = list(sheet(questions(read_report(report), 13, seed=0)))
    told = [x for x in lines if not x["blind"]]
    assert len(told) == 12 and all(x["score"] == 0.5 for x in told)
    (blind,) = [x for x in lines if x["blind"]]
    assert set(blind) == {"id", "file", "kind", "title", "blind", "label"}


def test_only_a_kind_and_only_what_is_not_answered(report, tmp_path):
    assert [c.id for _, c in questions(read_report(report), 5, kind="growth_story", seed=0)] == ["g"]
    answers = [{"id": f"c{n}", "label": "on" if n < 9 else ""} for n in range(12)]
    decided = written(tmp_path / "d.jsonl", map(json.dumps, answers))
    asked = questions(read_report(report), 50, kind="work_case", decided=decided, seed=0)
    assert {c.id for _, c in asked} == {"c9", "c10", "c11"}


@pytest.mark.parametrize("row", ["{}", '{"topic": {"score": 1}, "case": {}}', '{"case": [], "topic": {"score": 1}}'])
def test_what_is_no_report_is_named_by_its_line(tmp_path, row):
    with pytest.raises(UsageError) as caught:
        list(read_report(written(tmp_path / "a.jsonl", [case("c", 0.0, score=0.5), row])))
    assert caught.value.code == "labels.report"
    assert "第 2 行" in caught.value.message


def test_the_demonstration_line_matches_the_contract():
    """The fields read here are fields of the report's schema."""
    schema = json.loads((Path(__file__).parents[2] / "screening" / "report.schema.json").read_text("utf-8"))
    assert {"id", "file", "kind", "title"} <= set(schema["$defs"]["case"]["properties"])
    assert {"score", "band", "contributions"} <= set(schema["$defs"]["topic"]["properties"])
