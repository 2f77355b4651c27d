"""What reading finds of the author is kept, and hidden by value in what a blind reviewer is shown."""

import json

import pytest

from screening.intake.gather import case_id
from service.masking import names_of
from service.people.principal import Principal, Role
from service.store import batches, submissions
from service.views import report_view, shown_report, submission_view
from tests.service.jobs.handing import hand_in, open_batch, row_of
from tests.service.working import drain
from tests.writing import case_lines, docx

NAME, PHONE, POST = "闻人清和", "0379 6655 12", "教科研中心副主任兼工会主席"
BLIND = Principal(id="key:2", name="", role=Role.REVIEWER, batches={"*": True})
FORM = {"作者真实姓名": NAME, "单位": "青榆县第三小学", "职务/职称": POST, "邮箱": "wrqh@example.com", "电话": PHONE}


@pytest.fixture
def where(tmp_path):
    """What is shown is decided above the database."""
    return str(tmp_path / "data" / "screening.db")


def handed_in(store, settings, **stated):
    lines = case_lines(81, 6)
    lines[2] += f"笔者（{POST}，内线{PHONE}）与{NAME}工作室同行。"
    submission_id = hand_in(store, docx(lines, FORM), "案例.docx", **stated)
    drain(store, settings)
    with store.read() as tx:
        person = submissions.person_of(tx, store.sealer, submission_id)
        said = shown_report(tx, store.sealer, row_of(store, submission_id), BLIND).decode()
    return submission_id, person, said


def test_the_form_that_was_found_is_kept_and_hidden_by_value_and_the_files_name_leads_to_nothing(store, settings):
    submission_id, person, said = handed_in(store, settings)
    assert person["author"] == NAME
    assert person["form"]["phone"][0] == PHONE
    assert person["form"]["post"][0] == POST
    for value in (NAME, PHONE, POST, "wrqh@example.com", "青榆县第三小学"):
        assert value not in said
    guessed, row = case_id("案例.docx"), row_of(store, submission_id)
    assert row["case"] == guessed
    assert guessed not in said
    assert json.loads(said)["case"]["id"] == submission_id
    assert guessed not in submission_view(dict(row), person, BLIND).values()


def test_a_name_that_was_stated_stays_beside_the_one_that_was_found(store, settings):
    _, person, _ = handed_in(store, settings, author="第五云舒")
    names = names_of({}, person)
    assert {"第五云舒", NAME} <= set(names.people)


def test_a_rank_that_many_hold_is_no_name():
    assert "高级教师" not in names_of({}, {"form": {"post": ["高级教师", None]}}).values


def test_no_id_made_of_a_files_name_is_told_of_other_members_of_the_batch():
    guessed, source = case_id("闻人清和.docx"), "0123456789abcdef"
    evidence = [{"start": 0, "end": 1, "quote": "字", "other": {"case": c, "quote": ""}} for c in (guessed, source)]
    finding = {"code": "x", "message": "", "facts": {"cases": [guessed]}, "evidence": evidence}
    data = {
        "case": {"id": "c", "file": "", "author": "", "unit": ""},
        "text": "字",
        "outcomes": [{"rule": "x", "check": "x", "findings": [finding]}],
        "reuse": {"sources": [{"id": source, "title": "", "unit": ""}], "passages": []},
    }
    row, person = {"id": "1", "batch": "b", "unit": ""}, {"veil": bytes(32)}
    said = report_view(row, person, json.dumps(data).encode(), BLIND).decode()
    assert guessed not in said
    (shown,) = json.loads(said)["outcomes"][0]["findings"]
    alias = shown["evidence"][0]["other"]["case"]
    assert shown["facts"]["cases"] == [alias]  # the same one is called the same
    assert shown["evidence"][1]["other"]["case"] == source


def test_why_a_file_can_not_be_read_names_no_file_to_a_blind_reviewer(store, client_of):
    submission_id = hand_in(store, b"no document", "闻人清.docx")
    batch = open_batch(store, state="failed")
    with store.write() as tx:
        submissions.change(tx, submission_id, message="“闻人清.docx”打不开", advice="请把闻人清.docx另存")
        batches.change(tx, batch, error="manifest.no_file", message="压缩包里没有“闻人清.docx”", advice="请核对闻人清")
    for path in (f"/api/v1/submissions/{submission_id}", f"/api/v1/batches/{batch}"):
        seen = client_of("reviewer").get(path)
        assert seen.json()["message"]
        assert "闻人清" not in seen.text
    assert "闻人清" in client_of("reviewer", batches={"*": False}).get(f"/api/v1/batches/{batch}").text
