"""The paper of a batch: a sheet for each case and a letter for each unit, whole or not at all, the same for any number of workers."""

import io
import json
import random
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from lxml import etree

from screening.batch import PAPER, screen_batch
from screening.cli import app
from screening.errors import UsageError
from screening.output.earlier import Earlier, report_at
from screening.output.sheet import report_number
from screening.papers import Papers, reports_at
from screening.report import Report
from tests import samples
from tests.writing import HEADINGS, docx, noise

BOTH = Papers(sheets=True, letters=True, view="brief")


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("报送")
    rng = random.Random(1)
    text = [x for heading in HEADINGS for x in (heading, noise(rng, 200))]
    files = {
        "甲县教育局/一.docx": docx(["同名：案例?", *text]),
        "甲县教育局/二.docx": docx(["同名：案例?", *text[:5]]),
        "乙县教育局/坏-周明远.docx": docx(["乙"])[:300],
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "报送清单.csv").write_text("文件名,单位,作者\n坏-周明远.docx,乙县教育局,周明远\n", "utf-8")
    return folder


def run(delivery, out, **more):
    return screen_batch(delivery, out, **{"jobs": 1, "papers": BOTH, "manifest": delivery / "报送清单.csv"} | more)


def words(path) -> str:
    document = Document(path)
    return "\n".join(
        [p.text for p in document.paragraphs] + [c.text for t in document.tables for r in t.rows for c in r.cells]
    )


def content(out):
    return {p.relative_to(out).as_posix(): p.read_bytes() for folder in BOTH.folders for p in (out / folder).iterdir()}


def test_each_case_has_a_sheet_and_each_unit_a_letter(delivery, tmp_path):
    result = run(delivery, tmp_path / "out")
    assert [f.name for f in result.files[-2:]] == ["sheets", "letters"]
    sheets = sorted(p.name for p in (tmp_path / "out" / "sheets").iterdir())
    assert sheets == ["1-同名：案例_.docx", "2-同名：案例_.docx", "3-坏-某某某.docx"]
    reports = [Report.from_json(json.loads(x)) for x in (tmp_path / "out" / "report.jsonl").read_bytes().splitlines()]
    numbers = {report_number(r): r for r in reports}
    for name in sheets:
        text = words(tmp_path / "out" / "sheets" / name)
        (mine,) = [r for number, r in numbers.items() if number in text]
        if mine.error:
            assert mine.error.message in text and "没有做任何检查" in text
        else:
            assert str(mine.counts["words"]) in text
    assert {
        p.name: "需要修改或说明的材料（1 份）" in words(p) for p in (tmp_path / "out" / "letters").iterdir()
    }.keys() == {
        "1-乙县教育局.docx",
        "2-甲县教育局.docx",
    }
    assert "文件读不出来" in words(tmp_path / "out" / "letters" / "1-乙县教育局.docx")
    assert "2 份材料已收到" in words(tmp_path / "out" / "letters" / "2-甲县教育局.docx")


def test_any_number_of_workers_writes_the_same_bytes_and_old_paper_goes(delivery, tmp_path):
    run(delivery, tmp_path / "one")
    many = tmp_path / "many"
    (many / "sheets").mkdir(parents=True)
    (many / "sheets" / "99-旧.docx").write_bytes(b"")
    run(delivery, many, jobs=2)
    assert content(many) == content(tmp_path / "one")


def test_paper_appears_whole_or_not_at_all_and_a_run_goes_on(delivery, tmp_path):
    out = tmp_path / "out"

    def stop(stage, done, _total):
        if stage == PAPER and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(delivery, out, progress=stop)
    assert not (out / "sheets").exists() and not (out / "report.jsonl").exists()
    run(delivery, out, resume=True)
    run(delivery, tmp_path / "whole")
    assert content(out) == content(tmp_path / "whole")
    assert not (out / ".screening").exists()


def test_no_paper_without_being_asked(delivery, tmp_path):
    run(delivery, tmp_path / "out", papers=Papers())
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["index.html", "report.jsonl", "summary.xlsx"]


def test_reports_are_read_one_at_a_time():
    """A letter's reports come from the file as they are asked for: memory stays flat however many a unit has."""
    lines = [json.dumps(r.to_json(), ensure_ascii=False).encode() + b"\n" for r in samples.reports()]
    stream = io.BytesIO(b"".join(lines))
    reports = reports_at(stream, ((0, len(lines[0])), (len(lines[0]), len(lines[1]))))
    assert next(reports).case.id == "c1" and stream.tell() == len(lines[0])
    assert next(reports).case.id == "c2"


def test_word_files_are_zips_of_well_formed_parts(delivery, tmp_path):
    run(delivery, tmp_path / "out", papers=Papers(sheets=True, view="aligned"))
    for path in (tmp_path / "out" / "sheets").iterdir():
        with zipfile.ZipFile(path) as z:
            assert z.testzip() is None
            for name in z.namelist():
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(z.read(name))


def test_a_case_that_was_handed_in_again_is_held_to_its_earlier_version(delivery, tmp_path):
    """Mended and under another name: found by unit and title. A file of the same name is found by its name."""
    run(delivery, tmp_path / "first")
    again = tmp_path / "again"
    rng = random.Random(2)
    mended = [x for heading in HEADINGS for x in (heading, noise(rng, 200))]
    for name, lines in {
        "丙县教育局/另.docx": ["另一篇", *mended],
        "甲县教育局/一.docx": ["换了题目", *mended[:5]],
    }.items():
        (again / name).parent.mkdir(parents=True, exist_ok=True)
        (again / name).write_bytes(docx(lines))
    papers = Papers(letters=True, earlier=tmp_path / "first")
    screen_batch(again, tmp_path / "second", jobs=1, papers=papers)
    said = {p.stem[2:]: words(p) for p in (tmp_path / "second" / "letters").iterdir()}
    assert "与上次的意见对照如下" in said["甲县教育局"] and "☐ 仍存在" in said["甲县教育局"]
    assert "与上次的意见对照如下" not in said["丙县教育局"]


def test_the_former_version_is_found_by_file_else_by_unit_and_title(tmp_path):
    rows = [samples.report("c1", "甲 题"), samples.report("c2", "乙题"), samples.report("c3", "乙题")]
    path = tmp_path / "report.jsonl"
    path.write_text("".join(json.dumps(r.to_json(), ensure_ascii=False) + "\n" for r in rows), "utf-8")
    earlier = Earlier.open(tmp_path)

    def former(case_id, title, unit=rows[0].case.unit):
        place = earlier.place_of(replace(rows[0].case, id=case_id, title=title, unit=unit))
        return place and report_at(path, place).case.id

    assert former("c2", "别的题") == "c2"
    assert former("new", "甲题") == "c1"
    assert former("new", "乙题") is None  # two of one title: nobody knows which
    assert former("new", "甲题", "别的单位") is None and former("new", "") is None


@pytest.mark.parametrize("content", [None, "{}\n", "不是 JSON\n", "[1]\n"])
def test_an_earlier_result_that_is_none_is_refused_before_the_work(delivery, tmp_path, content):
    if content is not None:
        (tmp_path / "report.jsonl").write_text(content, "utf-8")
    with pytest.raises(UsageError) as told:
        run(delivery, tmp_path / "out", papers=Papers(letters=True, earlier=tmp_path))
    assert told.value.code == ("earlier.missing" if content is None else "earlier.broken")
    assert not (tmp_path / "out").exists()


def test_the_command_asks_for_paper(delivery, tmp_path):
    command = ["batch", str(delivery), "--out", str(tmp_path / "out"), "--jobs", "1"]
    code = app(
        [*command, "--sheets", "--sheet-view", "brief", "--letters", "--until", "2024-03-01"], standalone_mode=False
    )
    assert code == 1
    assert all("检测报告单（简洁）" in words(p) for p in (tmp_path / "out" / "sheets").iterdir())
    letters = [words(p) for p in (tmp_path / "out" / "letters").iterdir()]
    assert letters and all("2024 年 3 月 1 日前" in text for text in letters if "请于" in text)
    app([*command, "--sheets", "--sheet-form", "html"], standalone_mode=False)
    (first, *_) = sorted((tmp_path / "out" / "sheets").iterdir())
    assert first.name == "1-同名：案例_.html" and "检测报告单" in first.read_text("utf-8")
    with pytest.raises(UsageError, match="--earlier"):
        app([*command, "--sheets", "--earlier", str(tmp_path / "out")], standalone_mode=False)
    with pytest.raises(UsageError, match="--until"):
        app([*command, "--letters", "--until", "三月一日"], standalone_mode=False)
