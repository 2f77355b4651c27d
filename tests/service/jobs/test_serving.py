"""The processes: started, told to stop, killed, started twice."""

import os
import signal
import stat
import subprocess
import sys
import time

import httpx2
import pytest

from service.jobs.worker import LATE
from service.settings import Settings
from service.store import work
from service.store.database import Store
from service.supervisor import Crew
from tests.service.jobs.handing import alter, hand_in, row_of, text_of
from tests.service.killing import Served, free_port
from tests.service.working import drain


@pytest.fixture
def local(tmp_path):
    """Settings of a service on SQLite; its folder is not there yet."""
    return Settings(data=tmp_path / "data", port=free_port(), lease_seconds=5)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def command(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "service", *words], capture_output=True, text=True, check=False, **more
    )


def test_a_service_starts_works_and_stops_when_told(local):
    local.data.mkdir(mode=0o755)
    served = Served(local, workers=1)
    assert served.start() < 20  # seconds; on a quiet machine one
    store = Store.open(local.database_url)
    try:
        said = (local.data / "log").read_text("utf-8")
        assert f"{served.url}/links/" in said
        submission_id = hand_in(store, text_of(1))
        until(lambda: row_of(store, submission_id)["state"] == "done")
        twice = command("serve", "--data", str(local.data), "--port", str(free_port()))
        assert (twice.returncode, "已有一个服务在用" in twice.stderr) == (2, True)
        taken = command("serve", "--data", str(local.data.parent / "other"), "--port", str(local.port))
        assert (taken.returncode, f"不能监听 127.0.0.1:{local.port}" in taken.stderr) == (2, True)
        assert stat.S_IMODE((local.data.parent / "other").stat().st_mode) == 0o700
        waiting = [hand_in(store, text_of(seed)) for seed in range(2, 12)]
        until(lambda: any(row_of(store, i)["state"] != "queued" for i in waiting))
        assert served.stop() == 0
        states = {row_of(store, i)["state"] for i in waiting}
        assert states <= {"queued", "read", "done"}  # finished or put back, nothing in hand
        assert {row_of(store, i)["attempts"] for i in waiting} == {0}
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{served.url}/healthz")
        drain(store, local)
        assert {row_of(store, i)["state"] for i in waiting} == {"done"}
    finally:
        store.close()
        if served.process.poll() is None:
            served.kill()


def test_a_worker_that_dies_is_replaced_and_its_work_put_back(local):
    local.data.mkdir()
    store = Store.open(local.database_url)
    crew = Crew(store, local.model_copy(update={"workers": 1}), "group:")
    crew.start()
    try:
        until(lambda: signed_on(store))
        (first,) = signed_on(store)
        (name, process) = next(iter(crew.running.items()))
        assert first == name
        submission_id = hand_in(store, text_of(1), priority=-5, batch=None)
        alter(store, submission_id, state="reading", lease_owner=name, lease_until=None, attempts=1, fence=1)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: row_of(store, submission_id)["state"] == "queued")
        assert row_of(store, submission_id)["lease_owner"] is None
        until(lambda: signed_on(store) and signed_on(store) != [name])
        alter(store, submission_id, run_after=None)
        until(lambda: row_of(store, submission_id)["state"] == "done")
    finally:
        crew.stop()
        crew.wait()
        store.close()
    assert crew.running == {}


def signed_on(store):
    with store.read() as tx:
        return list(tx.execute(work.select(work.worker.c.id)).scalars())


STUCK = "import time; from service.jobs import worker; worker.run = lambda kit, lease: time.sleep(60); worker.main(worker_settings)"


def test_what_takes_too_long_ends_its_worker_and_is_given_up_in_the_end(local):
    local.data.mkdir()
    store = Store.open(local.database_url)
    try:
        submission_id = hand_in(store, text_of(1))
        words = f"from service.settings import Settings; worker_settings = Settings(data={str(local.data)!r}, item_seconds=1); {STUCK}"
        done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, "Timeout" in done.stderr) == (LATE, True), done.stderr
        owner = row_of(store, submission_id)["lease_owner"]
        with store.write() as tx:
            work.release(tx, owner, "screening_timeout")
        alter(store, submission_id, run_after=None, attempts=local.attempts)
        drain(store, local)
        assert (row_of(store, submission_id)["state"], row_of(store, submission_id)["error"]) == (
            "failed",
            "screening_timeout",
        )
    finally:
        store.close()
