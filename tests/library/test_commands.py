"""The commands ``screening library …`` and a batch against an archive, as real processes."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from screening.library import open_library
from screening.library.transfer import verify
from tests.test_cli import RUN, refused, screening
from tests.writing import case_lines, docx


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Two folders: last year's cases, and this year's with a recycled one and one that took two paragraphs."""
    root = tmp_path_factory.mktemp("years")
    old, new = root / "往年", root / "今年"
    for n in range(6):
        path = old / f"甲县教育局-省培计划-案例{n}.docx"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(docx(case_lines(n)))
    new.mkdir()
    (new / "乙县教育局-国培计划-照旧.docx").write_bytes(docx([*case_lines(2), "此外又添了一句自己的话。"]))
    (new / "乙县教育局-国培计划-两段.docx").write_bytes(
        docx([*case_lines(40)[:6], *case_lines(4)[3:5], *case_lines(40)[6:]])
    )
    (new / "乙县教育局-国培计划-自己写.docx").write_bytes(docx(case_lines(41)))
    (old / "坏的.docx").write_bytes(b"PK\x03\x04not a zip")
    return root


def said(run):
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_add_list_info_export_import_remove_check(where, years, tmp_path):
    out = said(screening("library", "add", years / "往年", "--library", where, "--year", 2022))
    assert "新加入 6 篇" in out
    assert "没有加入“坏的.docx”" in out
    assert "新加入 0 篇，已在库中 6 篇" in said(screening("library", "add", years / "往年", "--library", where))
    rows = [json.loads(line) for line in said(screening("library", "list", "--library", where, "--json")).splitlines()]
    assert len(rows) == 6
    assert {r["unit"] for r in rows} == {"甲县教育局"}
    assert {r["year"] for r in rows} == {2022}
    assert not any("author" in r or "text" in r for r in rows)
    assert "没有符合条件" in said(screening("library", "list", "--library", where, "--unit", "丙"))
    info = json.loads(said(screening("library", "info", "--library", where, "--json")))
    assert info["documents"] == 6
    file = tmp_path / "导出.jsonl.gz"
    assert "已导出 6 篇" in said(screening("library", "export", file, "--library", where))
    other = tmp_path / "新.db"
    assert "新加入 6 篇" in said(screening("library", "import", file, "--library", other))
    assert json.loads(said(screening("library", "info", "--library", other, "--json")))["snapshot"] == info["snapshot"]
    assert "全部相符" in said(screening("library", "check", "--library", other))
    assert "已删除" in said(screening("library", "remove", rows[0]["id"], "--library", other))
    refused(screening("library", "remove", rows[0]["id"], "--library", other), "library.no_document")
    assert json.loads(said(screening("library", "info", "--library", other, "--json")))["documents"] == 5
    refused(screening("library", "info", "--library", tmp_path / "没有.db"), "library.missing")
    refused(screening("library", "add", tmp_path / "没有", "--library", other), "input.missing")
    refused(screening("library", "import", years / "往年" / "坏的.docx", "--library", other), "library.file")


def reports(out):
    return {r["case"]["file"]: r for r in map(json.loads, (out / "report.jsonl").read_text("utf-8").splitlines())}


def test_a_batch_against_an_archive_finds_what_it_finds_against_the_folder(where, years, tmp_path):
    said(screening("library", "add", years / "往年", "--library", where))
    options = ("--jobs", "1")
    screening("batch", years / "今年", "--out", tmp_path / "a", "--library", where, *options)
    screening("batch", years / "今年", "--out", tmp_path / "b", "--library", years / "往年", *options)
    one, two = reports(tmp_path / "a"), reports(tmp_path / "b")
    assert list(one) == list(two)
    for file, report in one.items():
        other = two[file]
        assert report["reuse"]["rates"] == other["reuse"]["rates"]
        assert [(s["file"], s["rate"], s["place"]) for s in report["reuse"]["sources"]] == [
            (s["file"], s["rate"], s["place"]) for s in other["reuse"]["sources"]
        ]
        assert [p["source_quote"] for p in report["reuse"]["passages"]] == [
            p["source_quote"] for p in other["reuse"]["passages"]
        ]
    recycled = one["乙县教育局-国培计划-照旧.docx"]
    assert recycled["reuse"]["rates"]["largest_source"] > 0.9
    assert recycled["reuse"]["sources"][0]["earlier"] is True
    assert one["乙县教育局-国培计划-自己写.docx"]["reuse"]["rates"]["total"] == 0
    info = json.loads(said(screening("library", "info", "--library", where, "--json")))
    assert recycled["made_with"]["library"] == {"id": info["snapshot"], "documents": 6}
    run = screening("check", years / "今年" / "乙县教育局-国培计划-照旧.docx", "--library", where, "--json")
    assert json.loads(run.stdout)["reuse"]["rates"]["largest_source"] > 0.9


def test_a_batch_on_several_workers_is_the_same(years, tmp_path):
    where = tmp_path / "库.db"
    said(screening("library", "add", years / "往年", "--library", where))
    many = tmp_path / "多"
    many.mkdir()
    for n in range(40):
        (many / f"案例{n}.docx").write_bytes(docx(case_lines(n)))
    for jobs in (1, 2):
        run = screening("batch", many, "--out", tmp_path / str(jobs), "--library", where, "--jobs", jobs)
        assert run.returncode == 1, run.stderr
    assert (tmp_path / "1" / "report.jsonl").read_bytes() == (tmp_path / "2" / "report.jsonl").read_bytes()


def test_an_archive_that_changes_during_a_batch_is_told(years, tmp_path):
    where = tmp_path / "库.db"
    said(screening("library", "add", years / "往年", "--library", where))
    many = tmp_path / "多"
    many.mkdir()
    for n in range(60):
        (many / f"案例{n}.docx").write_bytes(docx(case_lines(n)))
    command = [*RUN, "batch", str(many), "--out", str(tmp_path / "out"), "--library", str(where), "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (tmp_path / "out" / ".screening" / "index.json").exists():
            time.sleep(0.01)
        with open_library(where) as library:
            library.remove(next(library.rows()).id)
        _, err = process.communicate()
    assert process.returncode == 2
    assert "library.changed" in err
    assert not (tmp_path / "out" / "report.jsonl").exists()


def test_killing_library_add_loses_nothing_acknowledged(years, tmp_path):
    where = tmp_path / "库.db"
    rng = random.Random(5)
    open_library(where, create=True).close()
    for _ in range(4):
        command = [sys.executable, "-m", "screening", "library", "add", str(years / "往年"), "--library", str(where)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3 + rng.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        with open_library(where) as library:
            assert verify(library) == []
    assert "库中共 6 篇" in said(screening("library", "add", years / "往年", "--library", where))
