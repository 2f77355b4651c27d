"""A unit's own check is recognised: by checking again what it says, or by the seal of the service that made it."""

import io
import subprocess
import sys

import pytest
from docx import Document

from screening.precheck import Precheck
from service.prechecks import WORDS
from tests.service.intake.sending import UNIT, open_batch, send, text_of
from tests.service.working import drain


@pytest.fixture
def where(tmp_path):
    """A code is recognised the same way on both databases."""
    return str(tmp_path / "data" / "screening.db")


def code_at_home(tmp_path, data, *words, name="案例.docx"):
    path = tmp_path / name
    path.write_bytes(data)
    run = [sys.executable, "-m", "screening", "check", str(path), "--sheet", str(tmp_path / "单.docx"), *words]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stderr.partition("自查码：")[2].split()[0]


def told(client, answer, store, settings):
    assert answer.status_code == 202, answer.text
    drain(store, settings)
    return client.get(f"/api/v1/submissions/{answer.json()['id']}").json()["precheck"]


def test_a_check_at_home_is_recognised_whatever_was_said_at_upload(client_of, store, settings, tmp_path):
    unit = client_of("submitter", UNIT)
    code = code_at_home(tmp_path, text_of(1), "--kind", "work_case")
    # The list knows more than the unit's computer did, and here are other texts to compare with.
    send(client_of(), text_of(1, 5), name="旧.docx", unit="白麓大学")
    answer = send(unit, text_of(1), kind="work_case", project="国培计划", author="周明远", precheck=f" {code}\n")
    found = told(unit, answer, store, settings)
    assert (found["result"], found["code"], found["sealed"]) == ("same", code, False)
    assert found["words"] == WORDS["same"] and found["rulebook"] == "henan-2023-950"


def test_another_file_is_told_apart(client_of, store, settings, tmp_path):
    code = code_at_home(tmp_path, text_of(1))
    found = told(client_of(), send(client_of(), text_of(2), unit=UNIT, precheck=code), store, settings)
    assert found["result"] == "different"
    unread = told(client_of(), send(client_of(), b"PK\3\4", unit=UNIT, precheck=code), store, settings)
    assert unread["result"] == "unread"


def test_other_versions_cannot_be_held_against_it(client_of, store, settings, tmp_path):
    code = code_at_home(tmp_path, text_of(1))
    old = code.replace("ZC1:", "ZC1:0.0.0-", 1)
    found = told(client_of(), send(client_of(), text_of(1), unit=UNIT, precheck=old), store, settings)
    assert found["result"] == "version" and found["engine"].startswith("0.0.0-")
    strange = ":".join("no_such_kind" if n == 5 else part for n, part in enumerate(code.split(":")))
    assert (
        told(client_of(), send(client_of(), text_of(1), unit=UNIT, precheck=strange), store, settings)["result"]
        == "version"
    )


def test_the_service_seals_what_it_checked_itself(client_of, store, settings):
    unit = client_of("submitter", UNIT)
    checked = unit.post("/api/v1/checks", files={"file": ("案例.docx", text_of(1))})
    code = checked.headers["X-Precheck"]
    assert (
        Precheck.read(code).seal
        and "X-Precheck" not in unit.post("/api/v1/checks", files={"file": ("坏.docx", b"PK\3\4")}).headers
    )
    found = told(unit, send(unit, text_of(1), precheck=code), store, settings)
    assert (found["result"], found["sealed"]) == ("sealed", True)
    other = told(unit, send(unit, text_of(2), name="乙.docx", precheck=code), store, settings)
    assert other["result"] == "broken"
    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert told(unit, send(unit, text_of(1), name="丙.docx", precheck=forged), store, settings)["result"] == "broken"


def test_a_seal_of_another_installation_is_none_of_ours(client_of, store, settings, monkeypatch):
    client = client_of()
    monkeypatch.setattr(store.sealer, "veil", b"another" * 5)
    code = client.post("/api/v1/checks", files={"file": ("案例.docx", text_of(1))}).headers["X-Precheck"]
    monkeypatch.undo()
    assert told(client, send(client, text_of(1), unit=UNIT, precheck=code), store, settings)["result"] == "broken"


@pytest.mark.parametrize("form", ["docx", "html", "pdf"])
def test_the_quick_check_gives_the_sheet_too(client_of, form):
    unit = client_of("submitter", UNIT)
    answer = unit.post("/api/v1/checks", files={"file": ("案例.docx", text_of(1))}, data={"sheet": form})
    if form == "pdf" and answer.status_code == 501:
        pytest.skip(answer.json()["detail"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    if form == "docx":
        text = "\n".join(p.text for p in Document(io.BytesIO(answer.content)).paragraphs)
        assert f"自查码：{answer.headers['X-Precheck']}" in text and "案例自查单" in text


@pytest.mark.parametrize("said", ["ZC1:?", "周明远 13800000101", "ZC1:a:b:c:d:e:f:g", "x" * 500])
def test_what_is_no_code_is_refused_without_being_repeated(client_of, said):
    answer = send(client_of(), text_of(1), unit=UNIT, precheck=said)
    assert answer.status_code == 422
    assert said not in answer.text


def test_who_has_none_is_told_nothing(client_of, store, settings):
    batch = open_batch(client_of())
    assert told(client_of(), send(client_of(), text_of(1), unit=UNIT, batch=batch), store, settings) is None
