"""The evidence on a group, from the results of a batch."""

import json
import random

import pytest
from lxml import html

from screening.batch import screen_batch
from screening.cli import app
from screening.errors import UsageError
from screening.group_evidence import group_file
from screening.output.labels import percent
from screening.output.sheet import report_number
from screening.report import Report
from tests.writing import HEADINGS, docx, noise


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder, out = tmp_path_factory.mktemp("报送"), tmp_path_factory.mktemp("结果")
    rng = random.Random(1)
    text = [x for heading in HEADINGS for x in (heading, noise(rng, 200))]
    files = {
        "甲县/一.docx": ["一块屏幕", *text],
        "乙县/二.docx": ["一块屏幕 周明远", *text, noise(rng, 300), "作者：周明远"],
        "丙县/三.docx": ["别的", noise(rng, 500)],
    }
    for name, lines in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(docx(lines))
    (folder / "清单.csv").write_text(
        "文件名,单位,作者,报送时间\n一.docx,甲县,林晓,2024-01-05 09:00\n二.docx,乙县,周明远,2024-01-03 09:00\n", "utf-8"
    )
    batch = screen_batch(folder, out, manifest=folder / "清单.csv", jobs=1).batch
    return out, batch


def test_it_says_what_the_reports_say(results):
    out, batch = results
    root = html.fromstring(group_file(out, 1).decode())
    (group,) = batch.clusters
    rows = [[c.text_content().strip() for c in r] for r in root.xpath("//section[1]//tbody/tr")]
    reports = {
        r.case.id: r
        for r in (Report.from_json(json.loads(x)) for x in (out / "report.jsonl").read_bytes().splitlines())
    }
    assert [(r[2], r[3], r[4], r[5]) for r in rows] == [
        (m.unit, m.received[:16].replace("T", " "), report_number(reports[m.id]), reports[m.id].case.sha256)
        for m in group.members
    ]
    assert rows[0][1].endswith("最早") and "谁最早：第 1 份。" in root.text_content()
    (told,) = [
        [c.text_content() for c in r] for r in root.xpath("//table[caption[starts-with(., '相似的每一对')]]/tbody/tr")
    ]
    a, b = (int(n) for n in told[0].split(" 与 "))
    (source,) = reports[group.members[a - 1].id].reuse.sources
    assert source.id == group.members[b - 1].id and told[1:] == [percent(source.rate), percent(source.share_of_source)]
    assert "周明远" not in root.text_content() and not root.xpath("//script | //link | //@src")


def test_the_command_writes_it(results, tmp_path):
    app(["evidence", str(results[0]), "1", "--html", str(tmp_path / "x.html")], standalone_mode=False)
    assert (tmp_path / "x.html").read_bytes() == group_file(results[0], 1)


def test_a_group_that_there_is_not_is_said_so(results, tmp_path):
    with pytest.raises(UsageError, match="共 1 组"):
        group_file(results[0], 2)
    with pytest.raises(UsageError, match="找不到筛查结果"):
        group_file(tmp_path, 1)
