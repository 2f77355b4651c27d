"""README can't lie: its catalogue is generated, its commands exist, its Python runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from screening.catalogue import with_catalogue
from screening.checks import all_checks
from screening.output.labels import check_label
from tests.writing import case_lines, docx

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text("utf-8")


def test_the_catalogue_is_up_to_date():
    assert with_catalogue(TEXT) == TEXT, "run: python -m screening.catalogue"
    assert all(f"| `{name}` |" in TEXT for name in all_checks())


def test_every_command_and_option_in_readme_exists():
    lines = [
        line.split("#")[0].strip()
        for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
        for line in block.splitlines()
    ]
    commands = [shlex.split(line) for line in lines if line.startswith("screening ")]
    assert len(commands) >= 4
    for _, *words in commands:
        sub = [w for w in words[:2] if re.fullmatch("[a-z]+", w)]
        shown = subprocess.run(
            [sys.executable, "-m", "screening", *sub, "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert all(w in shown for w in words if w.startswith("--"))


def test_the_make_targets_are_there():
    makefile = (README.parent / "Makefile").read_text("utf-8")
    assert all(f"\n{target}:" in makefile for target in ("demo", "test"))


def test_the_python_in_readme_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "案例.docx").write_bytes(docx(case_lines(3)))
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "没有找到作者信息" in capsys.readouterr().out


def test_every_check_has_a_name_for_the_reader():
    assert all(check_label(name) != name for name in all_checks())
    assert check_label("没有这项") == "没有这项"
