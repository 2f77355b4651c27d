"""The code on a 自查单: the same file and versions give it again, anything else does not."""

import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import UsageError
from screening.precheck import Precheck
from screening.single import check_files
from tests import samples
from tests.writing import HEADINGS, docx, noise

MADE = datetime(2024, 1, 20, 9, 30, 59, tzinfo=timezone(timedelta(hours=8)))


def code_of(report, **more):
    return Precheck.of(report, **{"kind": "", "made": MADE} | more)


def test_a_code_is_read_back_as_it_was_made():
    made = code_of(samples.report(), kind="work_case")
    assert Precheck.read(made.code) == made
    assert Precheck.read("\n ".join(re.findall(".{1,20}", made.code))) == made  # broken over lines
    sealed = replace(made, seal="0" * 20)
    assert Precheck.read(sealed.code) == sealed and sealed.unsealed == made.code
    assert made.made == datetime(2024, 1, 20, 1, 30, tzinfo=UTC)


def taken(text):
    try:
        return Precheck.read(text)
    except UsageError:
        return None


@given(st.text(max_size=120) | st.from_regex(r"ZC1(:[a-z0-9]{1,16}){5,9}", fullmatch=True))
def test_whatever_is_no_code_is_refused_politely(text):
    found = taken(text)
    assert found is None or found.code == "".join(text.split())


def test_a_month_that_there_is_not_is_no_time():
    code = code_of(samples.report()).code.replace("20240120T0130Z", "20241320T0130Z")
    with pytest.raises(UsageError):
        Precheck.read(code)


def test_it_holds_for_the_same_file_and_result_and_for_no_other():
    report = samples.report()
    code = code_of(report)
    assert code.is_of(report) and code.made_by(report.made_with)
    assert not code.is_of(replace(report, case=replace(report.case, sha256="b" * 64)))
    assert not code.is_of(samples.clean())
    (first, *rest) = report.outcomes
    assert not code.is_of(replace(report, outcomes=(replace(first, findings=()), *rest)))
    assert not code.is_of(replace(report, counts={**report.counts, "words": 1}))
    # Nor with another time or kind written into it.
    assert not replace(code, made=code.made + timedelta(minutes=1)).is_of(report)
    assert not replace(code, kind="growth_story").is_of(report)


def test_a_score_may_differ_in_its_last_digits():
    report = samples.report()
    assert report.topic
    assert code_of(report).is_of(replace(report, topic=replace(report.topic, score=report.topic.score - 0.0001)))


def test_other_versions_are_told():
    report = samples.report()
    code, by = code_of(report), report.made_with
    assert not code.made_by(replace(by, engine="9.9"))
    assert not code.made_by(replace(by, rulebook={**by.rulebook, "digest": "e" * 64}))
    assert not code.made_by(replace(by, models={"topic-work_case": "0" * 64}))


def test_a_rulebook_of_any_name_has_a_code():
    report = samples.report()
    by = replace(report.made_with, rulebook={"id": "某省：通知 1", "digest": "d" * 64})
    code = code_of(replace(report, made_with=by))
    assert Precheck.read(code.code) == code and Precheck.read(code.code).rulebook == "某省：通知 1"


def test_a_file_that_was_not_read_has_none():
    with pytest.raises(ValueError, match="not read"):
        code_of(samples.failed())


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    rng = random.Random(3)
    path = tmp_path_factory.mktemp("自查") / "案例.docx"
    path.write_bytes(docx(["分片区推进", *[x for h in HEADINGS for x in (h, noise(rng, 150))], "作者：赵青禾"]))
    return path


def screening(*words):
    return subprocess.run(
        [sys.executable, "-m", "screening", *map(str, words)], capture_output=True, text=True, check=False
    )


def test_the_command_writes_a_sheet_whose_code_can_be_worked_out_again(case, tmp_path):
    sheet = tmp_path / "自查单.docx"
    done = screening("check", case, "--sheet", sheet, "--sheet-view", "brief", "--json")
    assert done.returncode == 1, done.stderr
    document = Document(sheet)
    text = "\n".join(p.text for p in document.paragraphs)
    code = re.search(r"自查码：(ZC1:\S+)", text)[1]
    assert "案例自查单（简洁）" in text and "不证明是谁、什么时候查的" in text
    assert f"自查码：{code}" in done.stderr
    assert json.loads(done.stdout)["case"]["sha256"] in text
    (again,) = check_files([case])
    assert Precheck.read(code).is_of(again) and Precheck.read(code).made_by(again.made_with)
    changed = tmp_path / "改过.docx"
    changed.write_bytes(docx(["分片区推进", "改过了。"]))
    (other,) = check_files([changed])
    assert not Precheck.read(code).is_of(other)


def test_a_check_against_an_archive_has_no_code(case, tmp_path):
    (tmp_path / "库").mkdir()
    (tmp_path / "库" / "旧.docx").write_bytes(docx(["旧案例", noise(random.Random(9), 400)]))
    done = screening("check", case, "--library", tmp_path / "库", "--sheet", tmp_path / "单.html")
    assert done.returncode == 1, done.stderr
    page = (tmp_path / "单.html").read_text("utf-8")
    assert "ZC1:" not in page + done.stderr and "案例检测报告单" in page


@pytest.mark.parametrize(("words", "said"), [(["单.odt"], "格式认不出"), (["单"], "格式认不出")])
def test_a_form_that_there_is_not_is_refused_before_the_work(case, tmp_path, words, said):
    done = screening("check", case, "--sheet", tmp_path / words[0])
    assert done.returncode == 2 and said in done.stderr and not done.stdout


def test_one_sheet_is_of_one_file(case, tmp_path):
    done = screening("check", case, case, "--sheet", tmp_path / "单.docx")
    assert done.returncode == 2 and "一次写一份" in done.stderr
