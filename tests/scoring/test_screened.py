"""The score of whole cases, through the pipeline: what the checks and stages say arrives in it."""

import pytest

from screening import pipeline
from screening.case import Case, CaseInfo
from screening.document import Document
from screening.errors import ModelError
from screening.finding import Severity
from screening.pipeline import Setting
from screening.rulebook import load_rulebook
from tests.topic.reading import demo_text

SETTING = Setting.of(load_rulebook())
GOOD = demo_text("w01")


def screened(text, kind="work_case", setting=SETTING, title="一块屏幕点亮大山"):
    document = Document.from_lines([title or "典型工作案例", *text.strip().split("\n")])
    case = Case(
        CaseInfo(id="x", kind=kind, title=title), document, title_span=document.paragraphs[0].span if title else None
    )
    return pipeline.screen(case, setting)


def test_a_solid_case_is_ahead_of_a_thin_one_and_that_of_a_full_one_off_the_topic():
    lines = GOOD.split("\n")
    thin, nurses = screened("\n".join(lines[: len(lines) // 3])).score, screened(demo_text("f01")).score
    assert screened(GOOD).score.total > thin.total + 10
    assert thin.total > nurses.total + 20


def test_a_finding_of_form_costs_points_and_a_hard_fact_none():
    named, nameless = screened(GOOD), screened(GOOD, title="")
    assert "title.missing" in {f.code for f in nameless.findings}
    assert named.score.parts["form"].points > nameless.score.parts["form"].points
    weeks = (f"第{n}周，老师们照例磨课，谁也没有缺席，记录本又厚了一些。" for n in range(300))
    long = screened("\n".join([GOOD, *weeks]))
    assert [f.code for f in long.findings if f.severity is Severity.BLOCKER] == ["length.over"]
    assert long.score.parts["form"].points == named.score.parts["form"].points


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (screened("一、案例概要\n培训教师三十名。"), "不足 400 字"),
        (screened(GOOD, kind="poem"), "不认识"),
        (
            screened(
                GOOD, setting=Setting(rulebook=SETTING.rulebook, models={"work_case": ModelError("model.missing", "")})
            ),
            "切题",
        ),
    ],
)
def test_no_score_without_a_reason(report, reason):
    assert report.score.total is None
    assert reason in report.score.reason
