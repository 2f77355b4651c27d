"""The boundary itself: children that die, hang, swell or lie cost one file its answer and nobody else anything."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

from screening.errors import UnreadableError
from screening.intake import Limits, boundary, read
from screening.intake.boundary import Pool
from tests.builder import docx, p, tbl
from tests.faults.watching import readers

GOOD = docx(p("国培计划" * 50), tbl(["甲", "乙"]))
FAULTY = "import os, time, screening.intake.child as c; real = c.parse\ndef read(data, name, limits):\n {fault}\n return real(data, name, limits)\nc.parse = read; sink = os.dup(1); c.main()"
QUICK = Limits(seconds=0.5)


@pytest.fixture
def faulty():
    pools = []

    def make(fault, **more):
        pools.append(Pool(program=FAULTY.format(fault=fault), **more))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def code_of(pool, data=GOOD, name="x.docx", limits=None):
    with pytest.raises(UnreadableError) as caught:
        pool.read(data, name, limits)
    return caught.value.code


IF_BAD = "if name == 'bad.docx': "


@pytest.mark.parametrize(
    ("fault", "limits", "code"),
    [
        ("os._exit(3)", None, "crashed"),
        ("os.abort()", None, "crashed"),
        ("os.kill(os.getpid(), 9)", None, "crashed"),
        ("time.sleep(60)", QUICK, "timeout"),
        ("[0 for _ in iter(int, 1)]", QUICK, "timeout"),
        ("bytearray(600 * 2**20)", None, "memory"),
        ("[bytearray(2**20) for _ in range(10**6)]", None, "memory"),
        ("1 / 0", None, "internal"),
        ("read(data, name, limits)", None, "internal"),  # without end
        ("os.write(sink, b'nonsense that is no frame at all'); os._exit(0)", None, "crashed"),
        ("os.write(sink, bytes([0,0,0,2,0,0,0,0]) + b'{}')", None, "crashed"),
        ("os.write(sink, bytes([0,0,0,4,0,0,0,0]) + b'null')", None, "crashed"),
        ('os.write(sink, bytes([0,0,0,19,0,0,0,0]) + b\'{"intake":{"a":[]}}\')', None, "crashed"),
        ("os.write(sink, bytes([255] * 8))", None, "crashed"),
    ],
)
def test_a_fault_has_its_code_and_the_next_file_is_read(faulty, fault, limits, code):
    pool = faulty(IF_BAD + fault)
    assert code_of(pool, name="bad.docx", limits=limits) == code
    assert pool.read(GOOD, "x.docx") == read(GOOD, "x.docx")


def test_an_answer_that_is_too_long_is_cut_off(faulty):
    assert code_of(faulty("pass"), limits=Limits(answer=100)) == "crashed"


@pytest.mark.parametrize(
    ("kind", "attempt"),
    [
        ("network", "import socket; socket.create_connection(('127.0.0.1', {port}), 1)"),
        ("files", "os.write(os.open('{folder}/written', os.O_CREAT | os.O_WRONLY), b'x')"),
        ("processes", "os.fork() or os._exit(0)"),
    ],
)
def test_what_a_child_has_given_up_it_cannot_do(faulty, kind, attempt, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pool = faulty(attempt.format(port=listener.getsockname()[1], folder=tmp_path))
        # Root may start processes, and some kernels give no namespace: then the status says so, and that is what is promised.
        assert not pool.status()[kind] or code_of(pool) == "internal"
    assert kind != "files" or (tmp_path / "written").stat().st_size == 0


def test_what_is_in_force_is_told():
    in_force = boundary.status()
    assert set(in_force) == {"network", "files", "processes", "memory"}
    assert in_force["files"] and in_force["memory"]


def test_no_secret_of_the_environment_goes_in(faulty, monkeypatch):
    monkeypatch.setenv("SCREENING_LIBRARY", "postgresql://user:secret@host/db")
    assert faulty("assert 'secret' not in repr(dict(os.environ))").read(GOOD)


def test_a_child_is_replaced_after_its_share_of_files():
    pool = Pool(size=1, files=3)
    seen = []
    for _ in range(7):
        pool.read(GOOD)
        seen.append(tuple(c.pid for c in pool._idle))
    pool.close()
    assert len({pids for pids in seen if pids}) == 3
    assert not set(readers()) & {pid for pids in seen for pid in pids}


def test_a_child_that_was_ended_while_idle_costs_nothing():
    pool = Pool(size=1)
    pool.read(GOOD)
    os.kill(pool._idle[0].pid, signal.SIGKILL)
    assert pool.read(GOOD) == read(GOOD)
    pool.close()


def test_many_threads_share_a_pool():
    pool, wanted, got = Pool(size=2), read(GOOD), []
    threads = [threading.Thread(target=lambda: got.extend(pool.read(GOOD) for _ in range(5))) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [wanted] * 40 and len(pool._idle) <= 2
    pool.close()


def test_no_orphan_is_left_when_the_parent_is_killed():
    program = f"from screening.intake.boundary import Pool; from screening.intake import Limits\nFAULTY = {FAULTY.format(fault='[0 for _ in iter(int, 1)]')!r}\nidle = Pool(); idle.warm(); idle.status()\nprint(flush=True)\nPool(program=FAULTY).read({GOOD!r}, 'x.docx', Limits(seconds=1))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        until = time.monotonic() + 20
        while len(children := readers(parent.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(children) == 2
        parent.kill()
    while time.monotonic() < until and any(map(psutil.pid_exists, children)):
        time.sleep(0.02)
    assert not any(map(psutil.pid_exists, children))


def test_a_child_that_cannot_start_is_told():
    pool = Pool(program="raise SystemExit(1)")
    assert code_of(pool) == "no_reader"
    pool.close()


def test_it_can_be_switched_off(monkeypatch):
    inside = boundary.read(GOOD, "x.docx")
    monkeypatch.setenv(boundary.SWITCH, "off")
    assert boundary.read(GOOD, "x.docx") == inside and not any(boundary.status().values())
