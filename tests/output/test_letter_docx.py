"""The letter to a unit: each problem with the notice's sentence and its mending; what became of earlier ones."""

import io
from dataclasses import replace
from datetime import date

from docx import Document

from screening.finding import Finding, Severity
from screening.output.advice import advice_of
from screening.output.letter_docx import letter_docx
from screening.report import Outcome
from screening.rulebook import load_rulebook
from tests import samples

BOOK = load_rulebook()


def made(*reports, **more) -> bytes:
    return letter_docx("临溪市教育局", iter(reports), BOOK, **{"until": date(2024, 3, 1)} | more)


def lines(data) -> list[str]:
    return [p.text for p in Document(io.BytesIO(data)).paragraphs]


def tables(data) -> list[list[list[str]]]:
    return [[[c.text for c in r.cells] for r in t.rows] for t in Document(io.BytesIO(data)).tables]


def finding(code, severity=Severity.REVIEW, **facts) -> Finding:
    return Finding(
        code=code,
        message=f"说的是 {code}{''.join(facts.values())}",
        severity=severity,
        clause=samples.CLAUSE,
        facts=facts,
    )


def report(*findings, case_id="c1", skipped=()):
    outcomes = [
        Outcome(
            rule=f.code,
            check=f.code.split(".")[0],
            status="found",
            severity=Severity.REVIEW,
            clause=samples.CLAUSE,
            findings=(f,),
        )
        for f in findings
    ]
    named = {o.check for o in outcomes} | set(skipped)
    outcomes += [
        Outcome(rule=c, check=c, status="clear", severity=Severity.REVIEW, clause=samples.CLAUSE)
        for c in ("length", "title", "near_copy", "trainee")
        if c not in named
    ]
    outcomes += [
        Outcome(rule=c, check=c, status="skipped", severity=Severity.REVIEW, clause=samples.CLAUSE, reason="没有")
        for c in skipped
    ]
    return samples.report(case_id, f"题目{case_id}", outcomes=tuple(outcomes))


def test_each_problem_stands_with_the_notices_sentence_its_mending_and_the_day():
    over = finding("length.over", Severity.BLOCKER)
    data = made(
        report(over, finding("title.long", Severity.NOTE), finding("manual.todo", Severity.NOTE)), report(case_id="c2")
    )
    (asked, received) = tables(data)
    assert asked[1:] == [["1", "须修改", over.message, "附件 一.4：“字数不超过 3000 字”", advice_of("length.over")]]
    assert received[1:] == [["1", "题目c2", "临溪市教育局/c2.docx", "周明远"]]
    text = "\n".join(lines(data))
    assert (
        text.startswith("关于补充修改报送材料的函\n临溪市教育局：") and "2 份材料已收到" in text and "其中 1 份" in text
    )
    assert "请于 2024 年 3 月 1 日前" in text and "另供参考，可以不改：说的是 title.long。" in text
    assert "manual" not in text and "抄袭" not in text


def test_a_day_not_given_is_left_to_be_filled_in():
    assert "请于 　　　　年　　月　　日前" in "\n".join(lines(made(report(finding("length.over")), until=None)))


def test_an_unreadable_file_is_among_what_must_be_mended():
    data = made(samples.failed())
    assert tables(data)[0][1] == [
        "1",
        "须修改",
        "文件读不出来，没有做任何检查：文件设有打开密码",
        "—",
        "请去掉密码后另存再报送。",
    ]
    assert "其中 1 份" in "\n".join(lines(data))


def test_a_unit_without_problems_is_thanked():
    text = "\n".join(lines(made(report())))
    assert "暂没有需要修改或说明的事项" in text and "请于" not in text


def test_what_is_said_of_several_cases_is_said_once():
    quota = finding("quota.over")
    data = made(report(quota), report(quota, finding("title.missing"), case_id="c2"))
    rows = [row[2] for table in tables(data) for row in table[1:]]
    assert rows == ["说的是 quota.over", "说的是 title.missing"]
    assert "\n".join(lines(data)).count("另见“共同的事项”（1 项）。") == 2


def test_earlier_problems_are_ticked_off():
    before = report(
        finding("length.over"),
        finding("near_copy.whole", source="s1"),
        finding("title.missing"),
        finding("trainee.absent"),
    )
    now = report(
        finding("near_copy.passage", source="s1"),
        finding("near_copy.passage", source="s2"),
        finding("title.missing"),
        skipped=["trainee"],
    )
    (table,) = tables(made(now, earlier={"c1": before}))
    assert {(row[2], row[5]) for row in table[1:]} == {
        ("说的是 near_copy.passages1", "☐ 仍存在"),
        ("说的是 near_copy.passages2", "☐ 新发现"),
        ("说的是 title.missing", "☐ 仍存在"),
        ("说的是 length.over", "☑ 已修改"),
        ("说的是 trainee.absent", "☐ 未能核对"),  # the check did not run: that is not mended
    }


def test_a_case_whose_problems_are_all_mended_is_received():
    data = made(report(), earlier={"c1": report(finding("length.over"))})
    (table,) = tables(data)
    assert table[1][1] == "题目c1（上次的 1 项已修改）"
    assert "暂没有需要修改或说明的事项" in "\n".join(lines(data))


def test_of_an_unreadable_new_version_nothing_earlier_counts_as_mended():
    (table,) = tables(made(samples.failed(), earlier={"c3": report(finding("length.over"))}))
    assert [row[5] for row in table[1:]] == ["☐ 新发现", "☐ 未能核对"]


def test_a_file_that_can_be_read_at_last_is_ticked_off():
    unread = replace(samples.failed(), case=report().case)
    data = made(report(finding("length.over")), earlier={"c1": unread})
    rows = tables(data)[0][1:]
    assert [(row[2], row[5]) for row in rows] == [
        ("说的是 length.over", "☐ 新发现"),
        ("文件读不出来：文件设有打开密码", "☑ 已修改"),
    ]
    assert tables(made(samples.failed(), earlier={"c3": samples.failed()}))[0][1][5] == "☐ 仍存在"


def test_who_mended_something_is_thanked():
    text = "\n".join(lines(made(report(), report(case_id="c2"), earlier={"c1": report(finding("length.over"))})))
    assert "其中 1 份是修改后重新报送的，已与上次的意见逐项对照，谢谢配合。" in text
    assert "重新报送的" not in "\n".join(lines(made(report())))


def test_a_unit_sees_its_authors_and_nobodys_phone():
    one = report(replace(finding("personal_data.mobile"), message="电话 13800000101"))
    data = made(one)
    assert "作者：周明远" in "\n".join(lines(data)) and tables(data)[0][1][2] == "电话 138****0101"


def test_the_same_content_has_the_same_bytes():
    one = report(finding("length.over"))
    assert made(one) == made(one) != made(one, until=date(2024, 3, 2))
