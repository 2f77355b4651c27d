"""The quick check: the command line's report, and nothing is kept."""

import contextlib
import io
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from screening.cli import app as cli
from service import apart
from service.apart import Apart
from service.errors import ServiceError
from service.store.schema import metadata
from tests.service.intake.sending import OTHER, UNIT, send, text_of
from tests.service.working import drain
from tests.writing import case_lines, docx


def check(client, data, name="案例.docx", **fields):
    return client.post("/api/v1/checks", files={"file": (name, data)}, data=fields)


def on_the_command_line(path, *words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli(["check", str(path), "--json", *words])
    return out.getvalue().removesuffix("\n")


def rows(store):
    with store.read() as tx:
        tables = {t.name: tx.execute(select(func.count()).select_from(t)).scalar_one() for t in metadata.sorted_tables}
    return tables | {"archive": len(store.library())}


def files_of(folder):
    return {str(p) for p in Path(folder).rglob("*")}


@pytest.fixture
def known(client_of, store, settings):
    """An archive with two texts of another unit; the second of 12 paragraphs has half of the first."""
    admin = client_of("administrator")
    for seed in (1, 2):
        send(admin, text_of(seed), name=f"{seed}.docx", unit=OTHER, author="周明远")
    drain(store, settings)
    return docx([*case_lines(1, 6)[:8], *case_lines(3, 6)[8:]])


def test_the_report_is_that_of_the_command_line_and_nothing_is_kept(
    client_of, store, settings, known, tmp_path, monkeypatch
):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    admin = client_of("administrator")
    before, there = rows(store), files_of(settings.data)
    answer = check(admin, known, kind="work_case")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (rows(store), files_of(settings.data) - there, files_of(temporary)) == (before, set(), set())
    path = tmp_path / "案例.docx"
    path.write_bytes(known)
    assert answer.text == on_the_command_line(path, "--kind", "work_case", "--library", settings.database_url)
    assert answer.json()["reuse"]["sources"]


def test_against_an_empty_archive_nothing_is_compared(client_of, tmp_path):
    path = tmp_path / "案例.docx"
    path.write_bytes(text_of())
    assert check(client_of("administrator"), text_of()).text == on_the_command_line(path)


def test_a_submitter_learns_of_other_units_only_that_there_is_a_source(client_of, known):
    report = check(client_of("submitter", UNIT), known).json()
    source = report["reuse"]["sources"][0]
    assert source["rate"] > 0.2
    assert all(p["source_quote"] == "" and p["quote"] for p in report["reuse"]["passages"])
    assert OTHER not in json.dumps(report, ensure_ascii=False)
    assert "周明远" not in json.dumps(report, ensure_ascii=False)
    own = check(client_of("submitter", OTHER), known).json()
    assert own["reuse"]["sources"][0]["unit"] == OTHER


def test_a_file_that_can_not_be_read_is_a_report_too(client_of, tmp_path):
    path = tmp_path / "坏.docx"
    path.write_bytes(b"PK\x03\x04 broken")
    answer = check(client_of("administrator"), path.read_bytes(), name="坏.docx")
    assert answer.status_code == 200
    assert answer.text == on_the_command_line(path)
    assert answer.json()["error"]["advice"]


def test_wrong_wishes_are_refused(client_of):
    client = client_of("administrator")
    assert check(client, text_of(), kind="诗歌").json()["code"] == "kind.unknown"
    assert check(client, text_of(), rulebook="/etc/passwd").json()["code"] == "rulebook.unknown"
    assert check(client, b"").json()["code"] == "empty"
    assert check(client, b"x", name="..").json()["code"] == "file.name"


# -- the processes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def made():
    opened = []

    def make(*words, program):
        pool = Apart(*words, program=program)
        opened.append(pool)
        return pool

    yield make
    for pool in opened:
        pool.close()


SLOW = "import service.errands as e, time; e._ERRANDS = {'wait': lambda errand, data: (time.sleep(errand['for']), b'')}; e.main()"
DIES = "import service.errands as e, os; e._ERRANDS = {'die': lambda errand, data: os._exit(1)}; e.main()"
FAILS = "import service.errands as e; e._ERRANDS = {'fail': lambda errand, data: 1 / 0}; e.main()"


def test_who_takes_too_long_is_ended_and_the_next_is_served(made):
    pool = made(1, 3.0, program=SLOW)
    with pytest.raises(ServiceError) as caught:
        pool.ask({"do": "wait", "for": 60})
    assert (caught.value.status, caught.value.code) == (503, "check.too_long")
    assert int(caught.value.headers["Retry-After"]) > 0
    assert pool.ask({"do": "wait", "for": 0}) == ({}, b"")


def test_who_comes_while_all_are_busy_is_asked_to_come_again(made, monkeypatch):
    monkeypatch.setattr(apart, "_WAIT", 0.2)
    pool = made(1, 30.0, program=SLOW)
    with ThreadPoolExecutor(1) as other:
        long = other.submit(pool.ask, {"do": "wait", "for": 3})
        time.sleep(0.1)
        with pytest.raises(ServiceError) as caught:
            pool.ask({"do": "wait", "for": 0})
        assert (caught.value.status, caught.value.code) == (503, "busy")
        long.result()


def test_a_file_that_ends_the_process_twice_is_refused(made):
    with pytest.raises(ServiceError) as caught:
        made(1, 30.0, program=DIES).ask({"do": "die"})
    assert (caught.value.status, caught.value.code) == (422, "check.crashed")


def test_what_fails_inside_says_so_without_what_was_in_it(made):
    with pytest.raises(ServiceError) as caught:
        made(1, 30.0, program=FAILS).ask({"do": "fail"})
    assert (caught.value.code, "ZeroDivisionError" in caught.value.message) == ("check.failed", True)


def test_no_process_outlives_the_pool(made):
    pool = made(1, 30.0, program=SLOW)
    pool.ask({"do": "wait", "for": 0})
    pid = pool._idle[0].pid
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
