"""A whole batch comes in: looked at as far as can be done at once, unpacked by the workers; sealed, closed, cancelled."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from service.store import batches, schema
from service.store.sight import Sight
from tests.service.intake.sending import OTHER, UNIT, open_batch, send, text_of, zipped
from tests.service.working import drain

ALL = Sight(everything=True)
TWO = zipped({"一.docx": text_of(1), "二.docx": text_of(2)})
LIST = "文件名,单位,案例类型\n一.docx,白麓大学,典型工作案例\n二.docx,白麓大学,典型工作案例\n".encode()
ROSTER = "姓名,单位\n周明远,白麓大学\n".encode()


def post(client, data=TWO, manifest=None, roster=None, **fields):
    files = {"file": ("批.zip", data)} if data is not None else {}
    files |= {"manifest": ("清单.csv", manifest)} if manifest is not None else {}
    files |= {"roster": ("名册.csv", roster)} if roster is not None else {}
    return client.post("/api/v1/batches", files=files or None, data=fields)


def row_of(store, batch_id):
    with store.read() as tx:
        return batches.one(tx, batch_id, ALL)


def states(store, batch_id):
    with store.read() as tx:
        query = select(schema.submission.c.state).where(schema.submission.c.batch == batch_id)
        return sorted(tx.execute(query).scalars())


def test_a_zip_with_list_and_roster_is_taken_and_screened(client_of, store, settings):
    answer = post(client_of("administrator"), manifest=LIST, roster=ROSTER, name="第一批", blind="false")
    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["location"] == body["self"] == f"/api/v1/batches/{body['id']}"
    assert (body["state"], body["files"], body["rows"], body["blind"]) == ("unpacking", 2, 2, False)
    drain(store, settings)
    assert row_of(store, body["id"])["state"] == "sealed"
    assert states(store, body["id"]) == ["done", "done"]


@pytest.mark.parametrize("name", ["清单.xlsx", "清单.XLS", "清单", "单" * 255])
def test_a_list_is_read_whatever_it_is_called(client_of, store, settings, name):
    book, out = Workbook(), io.BytesIO()
    for line in LIST.decode().splitlines():
        book.active.append(line.split(","))
    book.save(out)
    files = {"file": ("批.zip", TWO), "manifest": (name, out.getvalue()), "roster": (name, _roster_sheet())}
    answer = client_of("administrator").post("/api/v1/batches", files=files)
    assert (answer.status_code, answer.json().get("rows")) == (202, 2), answer.text
    drain(store, settings)
    assert states(store, answer.json()["id"]) == ["done", "done"]


def _roster_sheet():
    book, out = Workbook(), io.BytesIO()
    for line in ROSTER.decode().splitlines():
        book.active.append(line.split(","))
    book.save(out)
    return out.getvalue()


def test_what_a_submitter_sends_is_its_units_whatever_the_list_says(client_of, store, settings):
    listed = LIST.replace("白麓大学".encode(), OTHER.encode())
    new = post(client_of("submitter", UNIT), manifest=listed).json()
    assert new["unit"] == UNIT
    drain(store, settings)
    with store.read() as tx:
        units = tx.execute(select(schema.submission.c.unit_key)).scalars().all()
    assert units == [UNIT, UNIT]
    assert post(client_of("submitter", UNIT), unit=OTHER).json()["code"] == "unit.other"
    assert post(client_of("submitter", UNIT), blind="false").json()["code"] == "forbidden.blind"


def _wide_sheet():
    """A small xlsx that claims 100,000 rows of 16,384 cells."""
    book, out = Workbook(), io.BytesIO()
    book.active["A1"], book.active["B1"], book.active["XFD100000"] = "文件名", "单位", "x"
    book.save(out)
    return out.getvalue()


def _swollen_sheet():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(200 << 20))
    return out.getvalue()


def _most_memory(pid):
    """Return the most memory that a process has had, in MB."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.split("VmHWM:")[1].split()[0]) >> 10


def test_a_spreadsheet_that_claims_too_much_is_refused(client_of, app):
    client = client_of("administrator")
    for sheet in (_wide_sheet(), _swollen_sheet()):
        assert len(sheet) < 1 << 20
        refused = post(client, manifest=sheet)
        assert refused.status_code == 422
        assert refused.json()["code"].startswith("table.")
        assert "报送清单" in refused.json()["title"]
    assert _most_memory(app.state.apart._idle[0].pid) < 1000


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"data": b"no zip"}, "zip.damaged"),
        ({"data": TWO[:-30]}, "zip.damaged"),
        ({"data": zipped({})}, "input.empty"),
        ({"data": text_of()}, "input.no_word"),
        ({"data": zipped({"图.png": b"x"})}, "input.no_word"),
        ({"manifest": "文件名\n三.docx\n".encode()}, "manifest.no_file"),
        ({"manifest": "文件名\n一.docx\n一\n".encode()}, "manifest.twice"),
        ({"data": None}, "batch.no_file"),
        ({"state": "open"}, "batch.empty"),
        ({"state": "closed"}, "request.invalid"),
        ({"manifest": b"a,b\n1,2\n"}, "table.header"),
        ({"manifest": "文件名,单味\n一.docx,x\n".encode()}, "table.unknown_column"),
        ({"manifest": "文件名,报送时间\n一.docx,昨天\n".encode()}, "manifest.date"),
        ({"manifest": b"PK\x03\x04"}, "table.damaged"),
        ({"roster": b"\xff\xfe\xfd"}, "table.encoding"),
        ({"rulebook": "no-such"}, "rulebook.unknown"),
        ({"rulebook": "/etc/passwd"}, "rulebook.unknown"),
        ({"name": "名" * 201}, "field.long"),
        ({"enforce_quota": "true"}, "batch.quota"),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(client_of, store, settings, more, code):
    refused = post(client_of("administrator"), **more)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["title"]
    assert str(settings.data) not in refused.text
    assert "/tmp" not in refused.text
    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(schema.batch)).scalar_one() == 0
    assert list((settings.data / "tmp").glob("*")) == []


def test_a_zip_of_too_many_files_is_refused(client_of, settings, monkeypatch):
    monkeypatch.setitem(settings.__dict__, "max_members", 1)
    assert post(client_of("administrator")).json()["code"] == "zip.too_many"


def test_an_open_batch_is_sealed_closed_and_then_left_alone(client_of, store):
    admin = client_of("administrator")
    batch = open_batch(admin, name="空")
    url = f"/api/v1/batches/{batch}"
    for deed, state in (("seal", "sealed"), ("seal", "sealed"), ("close", "closed"), ("close", "closed")):
        assert admin.post(f"{url}/{deed}").json() == {"id": batch, "state": state}
    assert row_of(store, batch)["closed"]
    for deed in ("seal", "cancel"):
        refused = admin.post(f"{url}/{deed}")
        assert (refused.status_code, refused.json()["code"], refused.json()["state"]) == (409, "batch.state", "closed")


def test_a_batch_that_is_unpacked_can_not_be_sealed_by_hand(client_of):
    admin = client_of("administrator")
    batch = post(admin).json()["id"]
    assert admin.post(f"/api/v1/batches/{batch}/seal").status_code == 409
    assert admin.post(f"/api/v1/batches/{batch}/close").status_code == 409


def test_a_cancelled_batch_leaves_the_archive(client_of, store, settings):
    client = client_of("submitter", UNIT)
    batch = post(client).json()["id"]
    drain(store, settings)
    assert len(store.library()) == 2
    assert client.post(f"/api/v1/batches/{batch}/cancel").json()["state"] == "cancelled"
    assert (len(store.library()), states(store, batch)) == (0, ["cancelled", "cancelled"])
    assert send(client, batch=batch).status_code == 409


def test_a_batch_that_is_cancelled_before_it_is_unpacked_stays_so(client_of, store, settings):
    client = client_of("submitter", UNIT)
    batch = post(client).json()["id"]
    client.post(f"/api/v1/batches/{batch}/cancel")
    drain(store, settings)
    assert (row_of(store, batch)["state"], states(store, batch)) == ("cancelled", [])


def test_a_unit_can_not_cancel_a_batch_of_all_units(client_of):
    batch = open_batch(client_of("administrator"))
    unit = client_of("submitter", UNIT)
    send(unit, batch=batch)
    for deed in ("seal", "cancel"):
        assert unit.post(f"/api/v1/batches/{batch}/{deed}").status_code == 404


def test_an_empty_batch_is_opened_with_json_as_with_a_form(client_of, store):
    client, key = client_of("administrator"), {"Idempotency-Key": "first"}
    asked = {"name": "2024 年第一批", "unit": UNIT, "blind": False, "enforce_quota": True}
    answer = client.post("/api/v1/batches", json=asked, headers=key)
    new = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, new["self"])
    assert {k: new[k] for k in asked} == asked
    assert (row_of(store, new["id"])["state"], new["state"]) == ("open", "open")
    form = client.post("/api/v1/batches", data={**asked, "state": "open"}, headers=key)
    assert (form.json()["id"], form.headers["idempotency-replayed"]) == (new["id"], "true")  # the same request
    assert client.post("/api/v1/batches", json={}).status_code == 202
    assert client_of("submitter", UNIT).post("/api/v1/batches", json={}).json()["unit"] == UNIT
    assert client_of("submitter", UNIT).post("/api/v1/batches", json={"blind": False}).status_code == 403


@pytest.mark.parametrize(
    "body",
    ['{"name": 1}', '{"enforceQuota": true}', '{"state": "sealed"}', "[]", "{", "", '{"name": "\\ud800"}', "\udcff"],
)
def test_json_that_is_none_or_asks_for_something_else_is_refused_without_its_values(client_of, body):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    content = body.encode("utf-8", "surrogateescape")
    answer = client_of("administrator").post("/api/v1/batches", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert "sealed" not in answer.text
