"""The report's JSON: both ways, and held to its published schema."""

import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from screening.finding import Severity
from screening.report import BatchReport, Outcome, Report, Verdict, verdict_of
from tests import samples

SCHEMA = json.loads((resources.files("screening") / "report.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("report", [samples.report(), samples.clean(), samples.failed()])
def test_a_report_keeps_to_the_schema_and_comes_back_equal(report):
    wire = json.loads(json.dumps(report.to_json(), ensure_ascii=False))
    Draft202012Validator(SCHEMA).validate(wire)
    assert Report.from_json(wire) == report


def test_a_batch_report_comes_back_equal():
    wire = json.loads(json.dumps(samples.batch().to_json(), ensure_ascii=False))
    assert BatchReport.from_json(wire) == samples.batch()


def test_the_schema_is_valid_and_refuses_a_report_without_verdict():
    Draft202012Validator.check_schema(SCHEMA)
    wire = samples.report().to_json()
    del wire["verdict"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(wire))


def outcome(status, *severities, shadow=False):
    findings = tuple(
        samples.report().outcomes[0].findings[0].__class__(code="x.y", message="", severity=s, clause=samples.CLAUSE)
        for s in severities
    )
    return Outcome(
        rule="r",
        check="x",
        status=status,
        severity=Severity.BLOCKER,
        clause=samples.CLAUSE,
        findings=findings,
        shadow=shadow,
    )


def test_the_verdict_is_a_function_of_the_outcomes():
    note, review, blocker = Severity.NOTE, Severity.REVIEW, Severity.BLOCKER
    assert verdict_of([]) is Verdict.CLEAR
    assert verdict_of([outcome("clear"), outcome("skipped"), outcome("found", note)]) is Verdict.CLEAR
    assert verdict_of([outcome("found", note, review)]) is Verdict.LOOK
    assert verdict_of([outcome("found", review), outcome("found", blocker)]) is Verdict.RETURN
    assert verdict_of([outcome("found", blocker), outcome("broken")]) is Verdict.INCOMPLETE


def test_a_rule_in_the_shadow_counts_for_nothing():
    assert (
        verdict_of([outcome("found", Severity.BLOCKER, shadow=True), outcome("broken", shadow=True)]) is Verdict.CLEAR
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["clear", "found", "skipped", "broken"]), st.sampled_from(list(Severity))), max_size=6
    )
)
def test_the_order_of_outcomes_does_not_matter(rows):
    outcomes = [outcome(status, *([severity] if status == "found" else [])) for status, severity in rows]
    assert verdict_of(outcomes) is verdict_of(outcomes[::-1])
