"""Sheets, letters and the page that verifies a sheet's number."""

import io
import sys
import zipfile

import docx
import pytest

from screening.output import paper_typst
from tests.service.intake.sending import send
from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.working import drain
from tests.writing import docx as docx_of

UNIT = "临溪市教育局"


@pytest.fixture
def where(tmp_path):
    """Paper is the same on both databases: SQLite is enough."""
    return str(tmp_path / "data" / "screening.db")


def words_of(data):
    document = docx.Document(io.BytesIO(data))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_a_sheet_has_a_number_that_can_be_verified(client_of, store, settings):
    submission = hand_in(store, text_of(3), unit=UNIT, kind="work_case", author="王丽")
    client = client_of("submitter", UNIT)
    assert client.get(f"/api/v1/submissions/{submission}/sheet.docx").status_code == 409
    drain(store, settings)
    answer = client.get(f"/api/v1/submissions/{submission}/sheet.docx")
    number = answer.headers["content-disposition"].partition('"')[2].removesuffix('.docx"')
    assert number in words_of(answer.content)
    page = client_of(None).get(f"/verify/{number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "编号有效" in page.text
    assert client.get(f"/api/v1/submissions/{submission}/report").json()["case"]["sha256"] in page.text
    assert UNIT not in page.text
    assert "王丽" not in page.text
    assert client_of(None).get("/verify/AL-0000-0000-0000-0000", headers={"Accept": "text/html"}).status_code == 404


def test_each_unit_has_a_letter_of_its_own(client_of, store, settings):
    members = {f"{UNIT}/甲.docx": text_of(4), "白麓大学/乙.docx": text_of(5)}
    batch = open_batch(store, zipped(members), name="演示")
    drain(store, settings)
    assert client_of("reviewer").get(f"/api/v1/batches/{batch}/letters.zip").status_code == 403
    data = client_of().get(f"/api/v1/batches/{batch}/letters.zip?until=2024-03-01").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(archive.namelist())
        assert len(names) == 2
        (own,) = [n for n in names if UNIT in n]
        said = words_of(archive.read(own))
    assert UNIT in said
    assert "白麓大学" not in said
    assert "2024年3月1日" in said.replace(" ", "")
    for empty in ("?until=", ""):  # the form of the page, left empty
        data = client_of().get(f"/api/v1/batches/{batch}/letters.zip{empty}").content
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert "请于　　　　年　　月　　日前" in words_of(archive.read(own)).replace(" ", "")


def test_a_version_that_replaces_another_is_held_to_it(client_of, store, settings):
    """The first version was too short and named no form; the letter on the second one says what is mended and what is left."""
    unit = client_of("submitter", UNIT)
    batch = open_batch(store, name="演示", rulebook="henan-2023-950")
    first = send(unit, docx_of(["太短", "只有一句话。"]), batch=batch, kind="work_case").json()["id"]
    drain(store, settings)
    second = send(unit, text_of(4), replaces=first, kind="work_case")
    assert second.status_code == 202
    drain(store, settings)
    reports = [client_of().get(f"/api/v1/submissions/{i}/report").json() for i in (first, second.json()["id"])]
    codes = [{f["code"] for o in r["outcomes"] for f in o["findings"] if f["severity"] != "note"} for r in reports]
    data = client_of().get(f"/api/v1/batches/{batch}/letters.zip").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = archive.namelist()
        said = words_of(archive.read(name))
    assert codes[0] - codes[1] and codes[0] & codes[1]
    assert "与上次的意见对照如下" in said and "☑ 已修改" in said and "☐ 仍存在" in said
    assert "1 份材料已收到" in said  # the version that left is not a material of its own


@pytest.mark.parametrize(("form", "start"), [("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF"), ("docx", b"PK")])
def test_the_sheet_comes_in_every_form(client_of, store, settings, form, start):
    if form == "pdf":
        pytest.importorskip("typst")
    submission = hand_in(store, text_of(3), unit=UNIT, kind="work_case", author="王丽")
    drain(store, settings)
    answer = client_of("reviewer").get(f"/api/v1/submissions/{submission}/sheet.{form}?view=aligned")
    if form == "pdf" and answer.status_code == 501:
        pytest.skip(answer.json()["detail"])
    assert answer.status_code == 200 and answer.content.startswith(start)
    # A page of ours would be held to the service's policy: it is a file to keep.
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    assert answer.headers["content-disposition"].startswith("attachment")


def test_without_the_typesetter_the_service_says_what_is_missing(client_of, store, settings, monkeypatch):
    submission = hand_in(store, text_of(3), unit=UNIT, kind="work_case")
    drain(store, settings)
    paper_typst._fonts.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    answer = client_of().get(f"/api/v1/submissions/{submission}/sheet.pdf")
    paper_typst._fonts.cache_clear()
    assert answer.status_code == 501
    assert answer.json()["code"] == "pdf.typst"
    assert "case-screening[pdf]" in answer.json()["advice"]
