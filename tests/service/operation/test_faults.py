"""Real faults: a full disk, a torn log, flipped bytes, a database that goes away. A clear answer each, never a wrong score."""

import contextlib
import json
import random
import shutil
import subprocess
import sys
import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from screening.topic.model import models_folder
from service.app import create_app
from service.errors import ServiceError
from service.people import keys
from service.people.principal import Role
from service.settings import Settings
from service.store import runs
from service.store.database import Store
from service.store.schema import submission
from tests.library.cluster import cluster
from tests.service.jobs.handing import alter, hand_in, row_of, text_of
from tests.service.working import drain

MB = 1 << 20


def report_of(store, submission_id):
    with store.read() as tx:
        return json.loads(runs.report_of(tx, store.sealer, row_of(store, submission_id)["run"]))


def client_of(settings, store):
    client = TestClient(create_app(settings, store), raise_server_exceptions=False)
    _, secret, _ = keys.issue(store, name="test", role=Role.ADMINISTRATOR, days=1, by="test")
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def fresh_readiness(client):
    """Ask once more than the answer that is kept, and again while the first look takes its time."""
    client.app.state.readiness._last = None
    for _ in range(50):
        answer = client.get("/readyz")
        if answer.json().get("checks") != {"database": "store.slow"}:
            break
        time.sleep(0.1)
    return answer


# -- a full disk -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_needs_no_restart(small_disk):
    settings = Settings(data=small_disk)
    store = Store.open(settings.database_url)
    client = client_of(settings, store)
    filler = small_disk / "filler"
    try:
        acknowledged = [hand_in(store, text_of(n), f"{n}.docx") for n in range(2)]
        assert fresh_readiness(client).json()["checks"]["disk"] == "ok"
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 256 * 1024))
        noise = random.Random(1)
        with pytest.raises(ServiceError) as told:
            acknowledged.extend(hand_in(store, noise.randbytes(20_000), f"x{n}.docx") for n in range(200))
        assert (told.value.status, told.value.code) == (507, "store.full")
        assert told.value.advice
        # Whoever writes is told so; whoever reads is served.
        with contextlib.suppress(OSError), (small_disk / "rest").open("wb", 0) as rest:
            while True:
                rest.write(bytes(4096))
        new = {"name": "x", "role": "submitter", "unit": "临溪市第一小学"}
        for _ in range(300):  # the log has some room of its own left
            said = client.post("/api/v1/keys", json=new)
            if said.status_code != 201:
                break
        assert (said.status_code, said.json()["code"]) == (507, "store.full")
        assert client.get("/api/v1/keys").status_code == 200
        ready = fresh_readiness(client)
        assert (ready.status_code, ready.json()["checks"]["disk"]) == (503, "disk.full")
        with pytest.raises(ServiceError) as told:
            drain(store, settings)  # a worker ends here and begins anew
        assert told.value.status == 507
        # Room again: the same process goes on where it was.
        filler.unlink()
        (small_disk / "rest").unlink()
        later = hand_in(store, text_of(9))
        drain(store, settings)
        assert client.post("/api/v1/keys", json=new).status_code == 201
        assert fresh_readiness(client).status_code == 200
        with store.read() as tx:
            rows = {r.id: r for r in tx.execute(select(submission))}
            assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert set(rows) == {*acknowledged, later}
        assert all(r.state == "done" and r.attempts <= 1 for r in rows.values())
    finally:
        client.close()
        store.close()


# -- a torn log --------------------------------------------------------------------------------------------------------------

_WRITER = """
import os, sys
from service.store.database import Store
from tests.service.jobs.handing import hand_in, text_of
store = Store.open(sys.argv[1])
data = text_of(1)
for n in range(30):
    print(hand_in(store, data, f"{n}.docx"), flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A database whose writer was killed, with its log, and what it had acknowledged."""
    path = tmp_path_factory.mktemp("killed") / "screening.db"
    done = subprocess.run([sys.executable, "-c", _WRITER, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert path.with_name("screening.db-wal").stat().st_size > 100_000
    return path, done.stdout.split()


def _torn(killed, tmp_path, tear):
    path, acknowledged = killed
    copy = tmp_path / path.name
    shutil.copy(path, copy)
    log = bytearray(path.with_name("screening.db-wal").read_bytes())
    copy.with_name("screening.db-wal").write_bytes(tear(log))
    store = Store.open(str(copy))
    try:
        with store.read() as tx:
            found = tx.execute(select(submission.c.id).order_by(submission.c.id)).scalars().all()
            assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        for one in found:
            row_of(store, one)
        after = hand_in(store, text_of(2))
        drain(store, Settings(data=tmp_path))
        assert row_of(store, after)["verdict"]
    finally:
        store.close()
    return acknowledged, found


def test_after_a_kill_all_that_was_acknowledged_is_there(killed, tmp_path):
    acknowledged, found = _torn(killed, tmp_path, lambda log: log)
    assert found == acknowledged


@pytest.mark.parametrize("share", [0.35, 0.6, 0.93])
@pytest.mark.parametrize("how", ["truncated", "flipped"])
def test_of_a_torn_log_whole_transactions_up_to_the_tear_are_kept(killed, tmp_path, how, share):
    def tear(log):
        at = int(len(log) * share)
        if how == "truncated":
            return log[:at]
        log[at] ^= 0xFF
        return log

    acknowledged, found = _torn(killed, tmp_path, tear)
    assert found == acknowledged[: len(found)]  # nothing half, nothing out of order
    assert len(found) < len(acknowledged)


# -- flipped bytes -----------------------------------------------------------------------------------------------------------


def _flip(store, table, column, where, at=0.6):
    """Flip one bit of one value, behind the program's back."""
    with store.write() as tx:
        mark = "%s" if tx.dialect.name == "postgresql" else "?"
        key, value = where
        data = bytearray(
            tx.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {key} = {mark}", (value,)).scalars().first()
        )
        data[int(len(data) * at)] ^= 0x04
        done = tx.exec_driver_sql(f"UPDATE {table} SET {column} = {mark} WHERE {key} = {mark}", (bytes(data), value))
        assert done.rowcount == 1


def _try_often(store, settings, submission_id):
    """Do all the attempts at once that a service makes over some minutes."""
    for _ in range(settings.attempts + 1):
        alter(store, submission_id, run_after=None)
        drain(store, settings)


def test_a_flipped_byte_in_an_original_fails_that_one_only(settings, store):
    bad, good = hand_in(store, text_of(1), "bad.docx"), hand_in(store, text_of(2), "good.docx")
    _flip(store, "service_chunk", "data", ("sha256", row_of(store, bad)["sha256"]))
    _try_often(store, settings, bad)
    row = row_of(store, bad)
    assert (row["state"], row["verdict"], row["score"]) == ("failed", "incomplete", None)
    assert (row["error"], "已损坏" in row["message"], bool(row["advice"])) == ("store.damaged", True, True)
    assert (row_of(store, good)["state"], row_of(store, good)["verdict"] != "incomplete") == ("done", True)


def test_a_flipped_byte_in_a_sealed_case_or_report_is_told_and_never_scored(settings):
    store = Store.open(settings.database_url, bytes(range(32)))
    try:
        one, other = hand_in(store, text_of(1)), hand_in(store, text_of(2))
        drain(store, settings)
        before = report_of(store, other)
        _flip(store, "service_run", "body", ("id", row_of(store, one)["run"]))
        with pytest.raises(ServiceError) as told:
            report_of(store, one)
        assert told.value.code in ("store.sealed", "store.damaged")
        _flip(store, "service_case", "body", ("submission", one))
        alter(store, one, state="read", attempts=0)
        _try_often(store, settings, one)
        assert (row_of(store, one)["state"], row_of(store, one)["verdict"]) == ("failed", "incomplete")
        assert row_of(store, one)["score"] is None
        assert report_of(store, other) == before
    finally:
        store.close()


def test_a_flipped_byte_in_an_unsealed_report_is_told(settings, store):
    one = hand_in(store, text_of(1))
    drain(store, settings)
    _flip(store, "service_run", "body", ("id", row_of(store, one)["run"]))
    with pytest.raises(ServiceError) as told:
        report_of(store, one)
    assert told.value.code == "store.damaged"


@pytest.mark.parametrize("column", ["text", "prints", "grams"])
def test_a_flipped_byte_in_the_archive_is_told_or_makes_no_difference(settings, store, column):
    """A wrong score is the one thing that must not happen."""
    text = text_of(1, 12)
    source = hand_in(store, text)
    drain(store, settings)
    again = hand_in(store, text_of(1, 11), "again.docx")  # most of it is the same
    drain(store, settings)
    right = row_of(store, again)
    assert right["rate"] > 0.5
    table, key = ("archive_document", "id") if column == "text" else ("archive_fresh", "number")
    with store.read() as tx:
        number = tx.exec_driver_sql("SELECT min(number) FROM archive_document").scalar()
    _flip(store, table, column, (key, row_of(store, source)["document"] if column == "text" else number))
    alter(store, again, state="read", attempts=0)
    _try_often(store, settings, again)
    row = row_of(store, again)
    if row["verdict"] == "incomplete":
        assert row["score"] in (None, right["score"])  # reuse has no part in the score
        assert row["rate"] is None
    else:
        assert (row["state"], row["rate"], row["score"]) == ("done", right["rate"], right["score"])


def test_an_altered_model_makes_reports_incomplete_never_wrong(settings, store, tmp_path):
    own = tmp_path / "models"
    shutil.copytree(models_folder(), own)
    with_models = settings.model_copy(update={"models": str(own)})
    one = hand_in(store, text_of(1))
    drain(store, with_models)
    right = row_of(store, one)
    model = own / "topic-work_case" / "model.joblib"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    alter(store, one, state="read", attempts=0)
    _try_often(store, with_models, one)
    row = row_of(store, one)
    same = (row["state"], row["topic_score"], row["score"]) == ("done", right["topic_score"], right["score"])
    assert same or (row["verdict"] == "incomplete" and row["score"] is None)


# -- PostgreSQL comes and goes -----------------------------------------------------------------------------------------------


@pytest.fixture
def own_cluster():
    with cluster() as server:
        yield server


def test_while_postgresql_is_away_the_answer_is_503_and_afterwards_all_goes_on(own_cluster, tmp_path):
    (tmp_path / "data").mkdir()
    settings = Settings(data=tmp_path / "data", database=own_cluster.create("away"))
    store = Store.open(settings.database_url)
    client = client_of(settings, store)
    try:
        kept = hand_in(store, text_of(1))
        assert client.get("/api/v1/keys").status_code == 200
        own_cluster.stop()
        for path in ("/api/v1/keys", "/readyz"):
            client.app.state.readiness._last = None
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert answer.json()["advice"]
        assert client.get("/healthz").status_code == 200
        assert "screening_database_up 0.0" in client.app.state.metrics.text().decode()
        with pytest.raises(ServiceError) as told:
            hand_in(store, text_of(2))
        assert told.value.status == 503
        own_cluster.start()
        assert client.get("/api/v1/keys").status_code == 200
        assert fresh_readiness(client).status_code == 200
        drain(store, settings)
        assert row_of(store, kept)["state"] == "done"
    finally:
        client.close()
        store.close()
