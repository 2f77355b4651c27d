"""The command line from outside: real processes, real files, every wrong input a sentence in Chinese and exit code 2."""

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from openpyxl import load_workbook

from tests.rights import without_override
from tests.writing import case_lines, docx, noise

RUN = (sys.executable, "-m", "screening")


def screening(*args, **more):
    return subprocess.run([*RUN, *map(str, args)], capture_output=True, text=True, timeout=240, check=False, **more)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "报送"
    made.mkdir()
    for n in range(3):
        (made / f"案例{n}.docx").write_bytes(docx(case_lines(n)))
    return made


def refused(run, code):
    assert run.returncode == 2, run.stderr
    assert f"错误（{code}）：" in run.stderr
    assert "办法：" in run.stderr
    assert "Traceback" not in run.stderr


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from screening.cli import app; r = CliRunner().invoke(app, ['--help']);"
        "assert r.exit_code == 0, r.output; assert '筛查一整批' in r.output;"
        "print([m for m in ('sklearn', 'jieba', 'docx', 'openpyxl', 'lxml', 'numpy', 'joblib') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_an_empty_folder(tmp_path):
    (tmp_path / "空").mkdir()
    refused(screening("batch", tmp_path / "空", "--out", tmp_path / "out"), "input.empty")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_word_files(tmp_path):
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    run = screening("batch", tmp_path, "--out", tmp_path / "out")
    refused(run, "input.no_word")
    assert "照片.jpg" in run.stderr


def test_a_path_that_is_not_there(tmp_path):
    refused(screening("batch", tmp_path / "没有", "--out", tmp_path / "out"), "input.missing")
    refused(screening("check", tmp_path / "没有.docx"), "input.missing")


def test_an_unknown_rulebook_and_kind(folder, tmp_path):
    run = screening("batch", folder, "--out", tmp_path / "out", "--rulebook", "henan-2023-905")
    refused(run, "rulebook.unknown")
    assert "henan-2023-950" in run.stderr
    refused(screening("batch", folder, "--out", tmp_path / "out", "--kind", "论文"), "kind.unknown")


def test_a_manifest_with_an_unknown_column_or_file(folder, tmp_path):
    sheet = tmp_path / "清单.csv"
    sheet.write_text("文件名,单位名城\n案例0.docx,临溪市教育局\n", "utf-8")
    run = screening("batch", folder, "--out", tmp_path / "out", "--manifest", sheet)
    refused(run, "table.unknown_column")
    assert "单位名城" in run.stderr
    sheet.write_text("文件名,单位\n案例9.docx,临溪市教育局\n", "utf-8")
    run = screening("batch", folder, "--out", tmp_path / "out", "--manifest", sheet)
    refused(run, "manifest.no_file")
    assert "案例9.docx" in run.stderr


def test_an_unreadable_folder(folder, tmp_path):
    (folder / "锁着").mkdir(mode=0o000)
    command = without_override([*RUN, "batch", str(folder), "--out", str(tmp_path / "out")])
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    refused(run, "input.unreadable")
    assert "锁着" in run.stderr


def test_an_output_folder_that_cannot_be_written(folder, tmp_path):
    (tmp_path / "只读").mkdir(mode=0o500)
    command = without_override([*RUN, "batch", str(folder), "--out", str(tmp_path / "只读" / "out")])
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    refused(run, "out.denied")
    (tmp_path / "文件").write_text("x")
    refused(screening("batch", folder, "--out", tmp_path / "文件"), "out.no_folder")


def test_a_full_disk_leaves_nothing_half_written(folder, tmp_path):
    out = tmp_path / "out"
    run = screening(
        "batch",
        folder,
        "--out",
        out,
        "--jobs",
        "1",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000)),
    )
    refused(run, "out.full")
    assert [p.name for p in out.iterdir()] == [".screening"]
    assert screening("batch", folder, "--out", out, "--resume").returncode in (0, 1)
    assert sorted(p.name for p in out.iterdir()) == ["index.html", "report.jsonl", "summary.xlsx"]


def test_two_files_of_the_same_name_are_two_cases(tmp_path):
    for unit in ("甲县教育局", "乙县教育局"):
        (tmp_path / "in" / unit).mkdir(parents=True)
        (tmp_path / "in" / unit / "案例.docx").write_bytes(docx(case_lines(len(unit) + ord(unit[0]))))
    assert screening("batch", tmp_path / "in", "--out", tmp_path / "out").returncode in (0, 1)
    rows = [json.loads(x) for x in (tmp_path / "out" / "report.jsonl").read_text("utf-8").splitlines()]
    assert sorted(r["case"]["unit"] for r in rows) == ["乙县教育局", "甲县教育局"]
    assert len({r["case"]["id"] for r in rows}) == 2


def test_a_bad_file_never_stops_the_others(folder, tmp_path):
    (folder / "坏.docx").write_bytes((folder / "案例0.docx").read_bytes()[:5000])
    (folder / "空.docx").write_bytes(b"")
    run = screening("batch", folder, "--out", tmp_path / "out")
    assert run.returncode == 1
    rows = {
        r["case"]["file"]: r
        for r in map(json.loads, (tmp_path / "out" / "report.jsonl").read_text("utf-8").splitlines())
    }
    assert len(rows) == 5
    assert rows["坏.docx"]["error"]["code"] == "damaged"
    assert rows["空.docx"]["error"]["code"] == "empty"
    assert all(rows[f"案例{n}.docx"]["outcomes"] for n in range(3))


def test_files_that_are_no_cases_are_all_named_on_the_page_and_in_the_workbook(folder, tmp_path):
    names = [f"照片{n:02}.jpg" for n in range(12)]
    for name in names:
        (folder / name).write_bytes(b"\xff\xd8")
    (tmp_path / "往年").mkdir()
    (tmp_path / "往年" / "坏.docx").write_bytes(b"PK\x03\x04junk")
    run = screening("batch", folder, "--out", tmp_path / "out", "--library", tmp_path / "往年")
    assert run.returncode in (0, 1), run.stderr
    assert "没有检查“照片09.jpg”" in run.stdout and "照片10.jpg" not in run.stdout
    assert "另有 3 个，见 index.html 的“没有检查的文件”和 summary.xlsx 的“未检查的文件”表" in run.stdout
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    sheet = load_workbook(tmp_path / "out" / "summary.xlsx")["未检查的文件"]
    listed = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert listed == [*names, "坏.docx"]
    assert all(name in page for name in listed)


def test_the_result_is_the_same_for_any_number_of_workers_and_for_a_zip(folder, tmp_path):
    for n in range(3, 40):
        (folder / f"案例{n}.docx").write_bytes(docx(case_lines(n % 30)))
    with zipfile.ZipFile(tmp_path / "报送.zip", "w") as archive:
        for path in sorted(folder.iterdir(), reverse=True):
            archive.write(path, path.name)
    for name, source, jobs in (("one", folder, 1), ("two", folder, 2), ("zip", tmp_path / "报送.zip", 2)):
        run = screening("batch", source, "--out", tmp_path / name, "--jobs", jobs)
        assert run.returncode == 1, run.stderr
    one, two, three = ((tmp_path / n / "report.jsonl").read_bytes() for n in ("one", "two", "zip"))
    assert one == two
    assert one == three
    assert (tmp_path / "one" / "index.html").read_bytes() == (tmp_path / "two" / "index.html").read_bytes()


def test_ctrl_c_keeps_what_is_done_and_resume_gives_the_same_report(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(150):
        (folder / f"案例{n:03}.docx").write_bytes(docx(case_lines(n)))
    out = tmp_path / "out"
    run = subprocess.Popen(
        [*RUN, "batch", str(folder), "--out", str(out), "--jobs", "1"],
        stderr=subprocess.PIPE,
        text=True,
        # Started in the background, a test run inherits that ctrl-C is ignored; a terminal's command does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    kept = out / ".screening" / "report.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (kept.exists() and kept.stat().st_size > 0):
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "--resume" in said and "Traceback" not in said
    assert not (out / "report.jsonl").exists()
    before = kept.read_bytes()
    assert before
    assert screening("batch", folder, "--out", out, "--resume").returncode in (0, 1)
    assert screening("batch", folder, "--out", tmp_path / "whole").returncode in (0, 1)
    resumed = (out / "report.jsonl").read_bytes()
    assert resumed == (tmp_path / "whole" / "report.jsonl").read_bytes()
    assert resumed.startswith(before[: before.rfind(b"\n") + 1])


def test_resume_over_another_input_starts_anew(folder, tmp_path):
    out = tmp_path / "out"
    work = out / ".screening"
    work.mkdir(parents=True)
    (work / "key").write_text("another")
    (work / "report.jsonl").write_text("junk\n")
    assert screening("batch", folder, "--out", out, "--resume").returncode in (0, 1)
    assert len((out / "report.jsonl").read_text("utf-8").splitlines()) == 3


def test_check_says_what_it_found(folder):
    run = screening("check", folder / "案例0.docx")
    assert run.returncode == 1
    assert "作者信息" in run.stdout
    run = screening("check", folder / "案例0.docx", folder / "案例1.docx", "--json", "--kind", "work_case")
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    assert [r["case"]["file"] for r in reports] == ["案例0.docx", "案例1.docx"]
    assert run.returncode == 1


def test_check_of_an_unreadable_file_is_exit_two(tmp_path):
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04junk")
    run = screening("check", tmp_path / "坏.docx")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr + run.stdout


@pytest.mark.parametrize(("options", "search"), [((), "ordinary"), (("--thorough",), "thorough")])
def test_a_report_names_how_closely_it_looked(folder, options, search):
    run = screening("check", folder / "案例1.docx", "--library", folder, "--json", *options)
    assert json.loads(run.stdout)["made_with"]["search"] == search, run.stderr
    run = screening("compare", folder / "案例1.docx", folder / "案例2.docx", "--json", *options)
    assert json.loads(run.stdout)["search"] == search, run.stderr


def test_compare_shows_both_sides(tmp_path):
    lines = case_lines(1)
    (tmp_path / "a.docx").write_bytes(docx(lines))
    (tmp_path / "b.docx").write_bytes(docx([*case_lines(2)[:8], lines[2], lines[4]]))
    run = screening("compare", tmp_path / "a.docx", tmp_path / "b.docx", "--html", tmp_path / "ab.html")
    assert run.returncode == 1, run.stderr
    assert lines[2][:12] in re.sub(r"\s", "", run.stdout)
    assert lines[2][:12] in (tmp_path / "ab.html").read_text("utf-8")
    run = screening("compare", tmp_path / "a.docx", tmp_path / "b.docx", "--json")
    for passage in json.loads(run.stdout)["passages"]:
        assert len(passage["quote"]) == passage["end"] - passage["start"]
    (tmp_path / "c.docx").write_bytes(docx([noise(random.Random(7))]))
    assert screening("compare", tmp_path / "a.docx", tmp_path / "c.docx").returncode == 0


def test_limits_says_what_is_in_force_here():
    run = screening("limits")
    assert run.returncode == 0 and len(run.stdout.splitlines()) == 5
    assert all("生效" in line for line in run.stdout.splitlines())
    off = screening("limits", env={**os.environ, "SCREENING_BOUNDARY": "off"}).stdout
    assert off.count("：不生效。") == 5 and "SCREENING_BOUNDARY" in off


def test_rules_list_show_check_and_new(tmp_path):
    assert "henan-2023-950" in screening("rules", "list").stdout
    assert "字数不超过 3000 字" in re.sub(r"\n\s*", "", screening("rules", "show").stdout)
    made = screening("rules", "new", tmp_path / "新通知.toml")
    assert made.returncode == 0, made.stderr
    assert screening("rules", "check", tmp_path / "新通知.toml").returncode == 0
    refused(screening("rules", "new", tmp_path / "新通知.toml"), "rulebook.exists")
    broken = (tmp_path / "新通知.toml").read_text("utf-8").replace('use = "length"', 'use = "lenght"')
    (tmp_path / "坏.toml").write_text(broken, "utf-8")
    run = screening("rules", "check", tmp_path / "坏.toml")
    refused(run, "rulebook.invalid")
    assert "是否想写“length”" in run.stderr
