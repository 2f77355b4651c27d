"""Sheets, letters and the page that verifies a sheet's number."""

import io
import zipfile

import docx
import pytest

from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.working import drain

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
