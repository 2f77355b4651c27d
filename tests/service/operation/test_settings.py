"""The settings, from the command line and in README."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.catalogue import with_settings
from service.doctor import examine
from service.settings import Settings, table
from service.store.database import Store
from tests.service.jobs.handing import alter, hand_in, text_of
from tests.service.working import drain

README = Path(__file__).parents[3] / "README.md"


def run(*words, cwd, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SCREENING_")} | variables
    environment["PYTHONPATH"] = str(README.parent)
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_readme_has_every_setting():
    text = README.read_text("utf-8")
    assert with_settings(text) == text, "run: python -m service.catalogue"
    assert all(f"| `{name}` |" in text for name in Settings.model_fields)


def test_the_commands_in_readme_exist(tmp_path):
    lines = [line.split("#")[0].split() for line in README.read_text("utf-8").splitlines()]
    named = {
        tuple(w for w in words[1:3] if w.isascii() and w.isalpha())
        for words in lines
        if words[:1] == ["screening-service"]
    }
    assert {("settings", "check"), ("doctor",), ("backup",), ("restore",)} <= named
    assert [words for words in named if run(*words, "--help", cwd=tmp_path).returncode] == []


def test_the_list_names_every_setting(tmp_path):
    shown = run("settings", "list", cwd=tmp_path, COLUMNS="300").stdout
    assert all(name in shown for name, *_ in table())


def test_a_new_key_is_one_and_another_each_time(tmp_path):
    first, second = (run("settings", "new-key", cwd=tmp_path).stdout.strip() for _ in range(2))
    assert first != second
    assert len(base64.b64decode(first)) == 32
    assert Settings(encryption_key=first).key_bytes


def test_check_names_what_is_not_known_and_what_may_be_meant(tmp_path):
    done = run("settings", "check", "--data", tmp_path / "data", cwd=tmp_path, SCREENING_WORKRS="2")
    assert done.returncode == 1
    assert "✗ SCREENING_WORKRS" in done.stdout
    assert "SCREENING_WORKERS？" in done.stdout
    assert not (tmp_path / "data").exists(), "looking changes nothing"
    assert run("settings", "check", cwd=tmp_path, SCREENING_WORKERS="2").returncode == 0


def test_check_refuses_a_key_in_the_file_that_is_none(tmp_path):
    (tmp_path / "screening-service.toml").write_text("prot = 8000\n", "utf-8")
    done = run("settings", "check", cwd=tmp_path)
    assert done.returncode != 0
    assert "port" in done.stdout
    assert "prot" in done.stdout


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"SCREENING_RULEBOOK": "henan-1999"}, "✗ 规则集"),
        ({"SCREENING_DATABASE": "postgresql://nobody@127.0.0.1:1/x"}, "✗ 数据库"),
        ({"SCREENING_DATABASE": "mysql://x"}, "✗ 数据库"),
        ({"SCREENING_ENCRYPTION_KEY": "abc"}, "encryption_key"),
    ],
)
def test_check_says_what_does_not_work(tmp_path, variables, word):
    done = run("settings", "check", cwd=tmp_path, **variables)
    assert done.returncode in (1, 2)
    assert word in done.stdout + done.stderr


def _doctor(settings):
    return {line.subject: line for line in examine(settings)}


def test_doctor_finds_a_sound_installation_sound(settings, store):
    hand_in(store, text_of(1))
    lines = _doctor(settings)
    assert [line.subject for line in lines.values() if line.mark == "✗"] == []
    assert {
        "版本",
        "数据库",
        "磁盘",
        "内存",
        "字体",
        "LibreOffice",
        "比对库",
        "时钟",
        "加密保存",
        "工作进程",
        "处理失败",
    } <= set(lines)
    assert lines["工作进程"].said == "没有在运行的，1 份在等"
    assert all(line.advice for line in lines.values() if line.mark != "✓")


def test_doctor_tells_dead_letters_pending_tables_and_a_wrong_key(settings, store):
    alter(store, hand_in(store, text_of(1)), state="failed")
    assert _doctor(settings)["处理失败"].said == "材料 1"
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE service_version SET version_num = '0000'")
    assert "表结构" in _doctor(settings)["数据库"].said
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT version_num FROM service_version").scalar() == "0000", (
            "looking changes nothing"
        )


def test_doctor_tells_an_altered_archive(settings, store):
    hand_in(store, text_of(1))
    drain(store, settings)
    assert _doctor(settings)["比对库"].mark == "✓"
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE archive_state SET value = '" + "0" * 64 + "' WHERE name = 'content'")
    assert _doctor(settings)["比对库"].mark == "✗"


def test_doctor_tells_sealed_data_that_no_key_opens(settings):
    key = bytes(range(32))
    opened = Store.open(settings.database_url, key)
    hand_in(opened, text_of(1))
    opened.close()
    lines = _doctor(settings)
    assert "密钥" in lines["数据库"].said
    assert lines["数据库"].mark == "✗"
