"""A backup taken while others write is of one moment, verified, and gives the same answers; nothing is ever overwritten."""

import base64
import json
import os
import subprocess
import sys
import threading
import zipfile

import pytest
from sqlalchemy import func, select

from service.errors import ServiceError
from service.store import runs, submissions
from service.store.backup import backup, restore
from service.store.database import Store
from service.store.schema import file, submission
from tests.service.jobs.handing import hand_in, row_of, text_of
from tests.service.working import drain

KEY = bytes(range(32))


@pytest.fixture
def store(settings):
    opened = Store.open(settings.database_url, KEY)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(request, where, tmp_path):
    if where.startswith("postgresql"):
        return request.getfixturevalue("postgres").create(f"again_{where.rsplit('/')[-1]}")
    return str(tmp_path / "anew" / "screening.db")


def _answers(store):
    """What the service would say of each submission: its row, its person, its report."""
    out = {}
    with store.read() as tx:
        for row in tx.execute(select(submission).order_by(submission.c.id)).mappings():
            report = runs.report_of(tx, store.sealer, row["run"]) if row["run"] else None
            out[row["id"]] = (dict(row), submissions.person_of(tx, store.sealer, row["id"]), report)
    return out


def test_a_backup_taken_during_writing_gives_the_same_answers(settings, store, tmp_path, elsewhere):
    done = [hand_in(store, text_of(n), f"{n}.docx", unit="临溪市第一小学", author="周明远") for n in range(3)]
    drain(store, settings)
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            written.append(hand_in(store, text_of(99), f"{len(written)}.docx"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            stop.wait(0.01)
        before = len(written)
        manifest = backup(store, tmp_path / "b.zip")
        after = len(written)
    finally:
        stop.set()
        writer.join()
    count = manifest["counts"]["service_submission"]
    assert 3 + before <= count <= 3 + after + 1  # the last one may not have been counted by its writer yet
    assert after > before, "the writer was kept waiting"
    here = _answers(store)
    assert restore(tmp_path / "b.zip", elsewhere, KEY)["sha256"] == manifest["sha256"]
    again = Store.open(elsewhere, KEY)
    try:
        there = _answers(again)
        assert len(there) == count
        assert set(done) < set(there)
        assert all(there[key] == here[key] for key in there)
        assert again.library().snapshot() == store.library().snapshot() == manifest["archive"]["snapshot"]
        # What was waiting is done there, by the same engine against the same archive: the same report.
        drain(again, settings)
        assert row_of(again, max(there))["state"] == "done"
    finally:
        again.close()


def test_nothing_is_overwritten(settings, store, tmp_path):
    (tmp_path / "b.zip").write_bytes(b"mine")
    with pytest.raises(ServiceError) as told:
        backup(store, tmp_path / "b.zip")
    assert (told.value.code, (tmp_path / "b.zip").read_bytes()) == ("backup.exists", b"mine")
    kept = hand_in(store, text_of(1))
    backup(store, tmp_path / "c.zip")
    with pytest.raises(ServiceError) as told:
        restore(tmp_path / "c.zip", settings.database_url, KEY)
    assert told.value.code == "restore.exists"
    assert row_of(store, kept)["state"] == "queued"


def test_one_flipped_byte_anywhere_in_a_backup_is_noticed(store, tmp_path, elsewhere):
    hand_in(store, text_of(1))
    backup(store, tmp_path / "b.zip")
    good = (tmp_path / "b.zip").read_bytes()
    for at in range(len(good) // 14, len(good), len(good) // 7):
        (tmp_path / "bad.zip").write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        with pytest.raises(ServiceError) as told:
            restore(tmp_path / "bad.zip", elsewhere, KEY)
        assert told.value.code == "restore.file"
    restore(tmp_path / "b.zip", elsewhere, KEY)  # nothing of the failed attempts is left in the way


def test_without_the_right_key_a_backup_is_not_restored(store, tmp_path, elsewhere):
    hand_in(store, text_of(1))
    assert backup(store, tmp_path / "b.zip")["key"]
    with pytest.raises(ServiceError) as told:
        restore(tmp_path / "b.zip", elsewhere, bytes(32))
    assert told.value.code == "store.key"


def test_a_backup_holds_nothing_readable_when_there_is_a_key(store, tmp_path):
    hand_in(store, text_of(1), "周明远的案例.docx", author="周明远")
    backup(store, tmp_path / "b.zip")
    if store.engine.dialect.name == "sqlite":  # PostgreSQL's dump is packed
        assert "周明远".encode() not in (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_rows_that_are_missing_from_the_copy_are_noticed(store, tmp_path):
    hand_in(store, text_of(1))
    backup(store, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        manifest, data = json.loads(archive.read("manifest.json")), archive.read("screening.db")
    manifest["counts"]["service_submission"] += 1
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("screening.db", data)
    with pytest.raises(ServiceError) as told:
        restore(tmp_path / "other.zip", str(tmp_path / "anew.db"), KEY)
    assert told.value.code == "restore.differs"
    assert not (tmp_path / "anew.db").exists()


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(settings, store, tmp_path):
    for n in range(3):
        hand_in(store, text_of(n))
    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(file)).scalar_one() == 3
        roots = (
            tx.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name LIKE 'service_decision%'").scalars().all()
        )
    store.close()
    path = settings.data / "screening.db"
    data = bytearray(path.read_bytes())
    for root in roots:  # pages that nobody reads at the start
        data[(root - 1) * 16384 : (root - 1) * 16384 + 16] = b"\xaa" * 16
    path.write_bytes(data)
    opened = Store.open(str(path), KEY)
    try:
        with pytest.raises(ServiceError) as told:
            backup(opened, tmp_path / "b.zip")
    finally:
        opened.close()
    assert told.value.code == "backup.damaged"
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_from_the_command_line(settings, store, tmp_path):
    hand_in(store, text_of(1))
    environment = os.environ | {"SCREENING_ENCRYPTION_KEY": base64.b64encode(KEY).decode()}

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "service", *map(str, words)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    made = run("backup", tmp_path / "b.zip", "--data", settings.data)
    assert (made.returncode, "材料 1 份" in made.stdout) == (0, True), made.stderr
    back = run("restore", tmp_path / "b.zip", "--data", tmp_path / "anew")
    assert (back.returncode, "核对无误" in back.stdout) == (0, True), back.stderr
    again = run("restore", tmp_path / "b.zip", "--data", tmp_path / "anew")
    assert again.returncode == 2
    assert "已有数据" in again.stderr
    assert run("backup", tmp_path / "c.zip", "--data", tmp_path / "nowhere").returncode == 2
