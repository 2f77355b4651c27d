"""Originals come back byte for byte, as downloads; who may not see names gets a masked copy."""

import io

import pytest
from docx import Document
from sqlalchemy import select

from service.store import schema, submissions
from service.store.sight import Sight
from tests.service.intake.sending import OTHER, UNIT, send, text_of
from tests.service.working import drain
from tests.writing import case_lines, docx

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AUTHOR = "欧阳明澈"


def audit(store):
    with store.read() as tx:
        query = select(schema.audit.c.action, schema.audit.c.target, schema.audit.c.reason)
        return [tuple(r) for r in tx.execute(query) if r.action == "original.read"]


def test_the_original_comes_back_byte_for_byte(client_of, store):
    client = client_of("submitter", UNIT)
    new = send(client, name='一份 "材料" —— 𠮷.docx'.replace('"', "“")).json()["id"]
    answer = client.get(f"/api/v1/submissions/{new}/original")
    assert answer.content == text_of()
    assert answer.headers["content-type"] == DOCX
    assert answer.headers["content-length"] == str(len(text_of()))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    told = answer.headers["content-disposition"]
    assert told.startswith("attachment; filename=\"download.docx\"; filename*=UTF-8''")
    assert "%F0%A0%AE%B7.docx" in told
    assert audit(store) == []


def test_a_large_file_comes_piece_by_piece(client_of):
    client, data = client_of("administrator"), bytes(range(256)) * (3 << 12) + b"end"
    new = send(client, data, name="大.docx").json()["id"]
    assert client.get(f"/api/v1/submissions/{new}/original").content == data


@pytest.mark.parametrize("name", ["页.html", "图.svg", "案例.docx", "脚本.js"])
def test_what_a_browser_might_run_is_a_mere_file(client_of, name):
    client = client_of("administrator")
    new = send(client, b"<html><script>alert(1)</script></html>", name=name).json()["id"]
    answer = client.get(f"/api/v1/submissions/{new}/original")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_whoever_is_not_of_the_unit_is_written_down(client_of, store):
    new = send(client_of("submitter", UNIT)).json()["id"]
    url = f"/api/v1/submissions/{new}/original"
    assert client_of("administrator").get(url, params={"reason": "核对签章"}).status_code == 200
    assert client_of("reviewer", batches={"*": False}).get(url).status_code == 200
    assert audit(store) == [("original.read", new, "核对签章"), ("original.read", new, "")]


def test_who_may_not_see_it_does_not(client_of, store):
    new = send(client_of("submitter", UNIT)).json()["id"]
    url = f"/api/v1/submissions/{new}/original"
    assert client_of("submitter", OTHER).get(url).status_code == 404
    refused = client_of("reviewer").get(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden.blind")
    assert audit(store) == []


def test_the_form_is_asked_for_by_name(client_of):
    client = client_of("submitter", UNIT)
    files = {"file": ("案例.docx", text_of()), "form": ("作者信息表.docx", text_of(2))}
    new = client.post("/api/v1/submissions", files=files).json()["id"]
    assert client.get(f"/api/v1/submissions/{new}/original?part=form").content == text_of(2)
    without = send(client).json()["id"]
    assert client.get(f"/api/v1/submissions/{without}/original?part=form").status_code == 404


def test_the_masked_copy_has_no_name_and_no_unit(client_of, store, settings):
    lines = case_lines(4, 6)
    lines[2] = f"{UNIT}的{AUTHOR}老师，电话13800000101。{lines[2]}"
    data = docx(lines, {"作者真实姓名": AUTHOR, "单位": UNIT, "电话": "13800000101"})
    new = send(client_of("submitter", UNIT), data, name=f"{AUTHOR}-案例.docx").json()["id"]
    url = f"/api/v1/submissions/{new}/blind.docx"
    for read in (False, True):
        if read:
            drain(store, settings)
        answer = client_of("reviewer").get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, DOCX)
        document = Document(io.BytesIO(answer.content))
        text = "\n".join(p.text for p in document.paragraphs) + "".join(
            c.text for t in document.tables for r in t.rows for c in r.cells
        )
        assert lines[5] in text
        for hidden in (AUTHOR, UNIT, "13800000101"):
            assert hidden not in text
        assert AUTHOR not in str(answer.headers)
    assert answer.headers["x-blind-pictures"] == "0"


def test_names_that_only_the_request_told_are_masked_too(client_of, store, settings):
    lines = case_lines(5, 6)
    lines[2] = f"{UNIT}的{AUTHOR}老师来了。{lines[2]}"
    new = send(client_of("submitter", UNIT), docx(lines), author=AUTHOR).json()["id"]
    drain(store, settings)
    copy = client_of("reviewer").get(f"/api/v1/submissions/{new}/blind.docx").content
    text = "\n".join(p.text for p in Document(io.BytesIO(copy)).paragraphs)
    assert "老师来了" in text
    assert AUTHOR not in text and UNIT not in text


def test_what_has_no_masked_copy_says_so(client_of):
    client = client_of("administrator")
    new = send(client, "纯文本案例。".encode() * 100, name="案例.txt").json()["id"]
    refused = client.get(f"/api/v1/submissions/{new}/blind.docx")
    assert (refused.status_code, refused.json()["code"]) == (422, "blind_format")


def test_an_original_that_was_purged_is_not_there(client_of, store):
    client = client_of("administrator")
    new = send(client).json()["id"]
    with store.write() as tx:
        sha256 = submissions.one(tx, new, Sight(everything=True)).sha256
        tx.execute(schema.chunk.delete().where(schema.chunk.c.sha256 == sha256))
    assert client.get(f"/api/v1/submissions/{new}/original").status_code == 404
