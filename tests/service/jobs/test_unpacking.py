"""A zip becomes submissions: each once, whatever happens in between; what is no case is named."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from screening.intake.gather import case_id
from service.jobs import unpacking
from service.jobs.kit import Kit
from service.jobs.running import run as do
from service.store import runs, submissions, work
from service.store.schema import batch, event, file, submission
from tests.service.jobs.handing import members, open_batch, text_of, zipped
from tests.service.working import drain


def batch_of(store, batch_id):
    with store.read() as tx:
        return tx.execute(select(batch).where(batch.c.id == batch_id)).mappings().one()


def claim(store):
    with store.write() as tx:
        return work.claim(tx, "one", 60, 8)


def sheet(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def report(store, row):
    with store.read() as tx:
        return json.loads(runs.report_of(tx, store.sealer, row["run"]))


def test_a_zip_with_its_list_is_unpacked_read_and_screened(store, settings):
    data = zipped(
        {
            "临溪市/一.docx": text_of(1),
            "临溪市/二.docx": text_of(2),
            "临溪市/二-作者信息表.docx": text_of(3),
            "说明.xlsx": b"PK",
            "__MACOSX/._一.docx": b"x",
        }
    )
    listed = sheet(["文件名", "单位", "作者", "报送时间"], ["一.docx", "临溪市教育局", "周明远", "2024-01-20 09:00"])
    here = open_batch(store, data, listed)
    drain(store, settings)
    row = batch_of(store, here)
    assert (row["state"], row["archive"], row["revision"]) == ("sealed", None, 2)
    assert {r["name"] for r in row["remarks"]} == {"说明.xlsx", "__MACOSX/._一.docx"}
    one, two = members(store, here)
    assert (one["state"], two["state"]) == ("done", "done")
    assert one["case"] == case_id("临溪市/一.docx")
    said = report(store, one)
    assert (said["case"]["file"], said["case"]["author"]) == ("临溪市/一.docx", "周明远")
    assert said["case"]["received"] == "2024-01-20T09:00:00+08:00"
    assert {s["place"] for s in said["reuse"]["sources"]} == {"batch"}
    assert one["unit"] == "临溪市教育局"
    with store.read() as tx:
        assert submissions.person_of(tx, store.sealer, two["id"])["form_file"] == "临溪市/二-作者信息表.docx"
        # The zip and its list are kept no longer; the three files are.
        assert tx.execute(select(func.count()).select_from(file)).scalar() == 3
        kinds = tx.execute(select(event.c.kind).where(event.c.batch == here).order_by(event.c.number)).scalars().all()
    assert kinds.index("batch.sealed") < kinds.index("submission.done") < kinds.index("batch.done")
    assert "not_in_manifest" in {w["code"] for w in report(store, two)["warnings"]}


def test_a_member_that_cannot_be_taken_out_is_done_with_a_report(store, settings):
    data = bytearray(zipped({"好.docx": text_of(1), "坏.docx": text_of(2)}))
    at = data.index("坏.docx".encode()) + 200
    data[at : at + 50] = bytes(50)
    here = open_batch(store, bytes(data))
    drain(store, settings)
    bad, good = members(store, here)  # in the order of their names
    assert (good["verdict"] != "incomplete", bad["state"], bad["verdict"]) == (True, "done", "incomplete")
    assert report(store, bad)["error"]["code"] == bad["error"] == "unreadable"
    assert report(store, bad)["case"]["id"] == case_id("坏.docx")


@pytest.mark.parametrize("stops", [0, 1, 2])
def test_stopped_in_between_it_goes_on_where_it_was(store, settings, monkeypatch, stops):
    monkeypatch.setattr(unpacking, "_AT_ONCE", 1)  # a transaction a member
    here = open_batch(store, zipped({f"{n}.docx": text_of(n) for n in range(3)}))
    stored, put = [], unpacking.hand_in

    def hand_in(tx, sealer, handed):
        if len(stored) == stops:
            stored.append("stop")
            raise KeyboardInterrupt  # as a kill would: the transaction is lost
        stored.append(handed.file)
        return put(tx, sealer, handed)

    monkeypatch.setattr(unpacking, "hand_in", hand_in)
    kit = Kit(store, settings)
    (lease,) = claim(store)
    with pytest.raises(KeyboardInterrupt):
        do(kit, lease)
    assert len(members(store, here)) == stops
    with store.write() as tx:
        work.release(tx, "one")
        tx.execute(batch.update().values(run_after=None))
    drain(store, settings)
    assert sorted(m["case"] for m in members(store, here)) == sorted(case_id(f"{n}.docx") for n in range(3))
    assert {m["state"] for m in members(store, here)} == {"done"}


def test_a_list_that_names_other_files_fails_the_batch_with_its_reason(store, settings):
    here = open_batch(store, zipped({"一.docx": text_of(1)}), sheet(["文件名"], ["二.docx"]))
    assert drain(store, settings) == 1
    row = batch_of(store, here)
    assert (row["state"], row["error"]) == ("failed", "manifest.no_file")
    assert "二.docx" in row["message"]
    assert members(store, here) == []
    with store.read() as tx:
        assert tx.execute(select(event.c.kind)).scalars().all() == ["batch.failed"]
    with store.write() as tx:
        tx.execute(batch.update().values(manifest=None))
        work.retry_batch(tx, here)
    drain(store, settings)
    assert batch_of(store, here)["state"] == "sealed"
    assert [m["state"] for m in members(store, here)] == ["done"]


def test_what_is_no_zip_fails_without_naming_a_path_of_this_machine(store, settings):
    here = open_batch(store, b"no zip at all")
    drain(store, settings)
    row = batch_of(store, here)
    assert row["state"] == "failed"
    assert str(settings.data) not in row["message"]
    assert "/" not in row["message"]


def test_nothing_is_left_in_the_data_folder(store, settings):
    open_batch(store, zipped({"一.docx": text_of(1)}))
    drain(store, settings)
    assert list((Path(settings.data) / "tmp").iterdir()) == []


def test_a_lost_lease_stores_nothing(store, settings):
    here = open_batch(store, zipped({"一.docx": text_of(1)}))
    (lease,) = claim(store)
    with store.write() as tx:
        tx.execute(batch.update().values(fence=lease.fence + 1))
    do(Kit(store, settings), lease)
    assert members(store, here) == []
    with store.read() as tx:
        assert tx.execute(select(submission.c.id)).first() is None
