"""The zip of masked copies: every case of the batch, no name in it, for blind eyes and others alike."""

import csv
import io
import zipfile

import pytest
from docx import Document

from tests.service.jobs.handing import open_batch, zipped
from tests.service.working import drain
from tests.writing import case_lines, docx

UNIT, AUTHOR = "临溪市教育局", "赵青禾"


@pytest.fixture
def where(tmp_path):
    """Copies are the same on both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def batch(store, settings):
    lines = case_lines(11)
    lines[3] += f"{AUTHOR}老师在{UNIT}听课。"
    members = {
        f"{UNIT}/一-{AUTHOR}.docx": docx(lines),
        f"{UNIT}/二.txt": "\n".join(case_lines(12)).encode(),
        f"{UNIT}/坏.docx": b"PK\3\4",
    }
    manifest = f"文件名,单位,作者\n一-{AUTHOR}.docx,{UNIT},{AUTHOR}\n".encode()
    batch_id = open_batch(store, zipped(members), manifest, name="演示", rulebook="henan-2023-950")
    drain(store, settings)
    return batch_id


def unpacked(answer):
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist()}


def test_every_case_has_a_copy_without_names(client_of, batch):
    files = unpacked(client_of().get(f"/api/v1/batches/{batch}/copies.zip"))
    rows = list(csv.reader(io.StringIO(files.pop("目录.csv").decode("utf-8-sig"))))[1:]
    texts = {n: "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs) for n, data in files.items()}
    whole = "\n".join([*texts.values(), *("".join(r) for r in rows)])
    assert UNIT not in whole and AUTHOR not in whole and "某某某老师在某某某某某某听课" in whole
    assert len(rows) == 3 and len(files) == 2
    without = [r for r in rows if f"{r[0]}.docx" not in files]
    assert [r[4].startswith("没有副本：") for r in rows].count(True) == 1 and without[0][4].startswith("没有副本：")
    client = client_of()
    for number, submission, *_ in rows:
        if f"{number}.docx" in files:
            assert client.get(f"/api/v1/submissions/{submission}").json()["title"] in texts[f"{number}.docx"]


def test_blind_eyes_get_the_very_same(client_of, batch):
    one, two = (
        unpacked(client_of(role).get(f"/api/v1/batches/{batch}/copies.zip")) for role in ("administrator", "reviewer")
    )
    assert one == two
    assert client_of("submitter", UNIT).get(f"/api/v1/batches/{batch}/copies.zip").status_code == 403
