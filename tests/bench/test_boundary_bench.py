"""What the process boundary costs: ``screening check`` over ordinary files with it and without it, in turns, in processor time.

Time of the processors, of parent and children together: on the wall the figure would be that of whatever else the machine does.
"""

import os
import time

import psutil
import pytest

from screening.intake import boundary
from screening.intake import read as read_here
from screening.intake.boundary import Pool
from tests.bench import corpus, process
from tests.bench.figures import say

pytestmark = pytest.mark.bench

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "1000"))
ROUNDS = 3
RATIO = 0.85  # of the throughput without the boundary, at least
OVERHEAD = 0.001  # seconds a file, once warm


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = corpus.write(tmp_path_factory.mktemp("boundary") / "cases", DOCUMENTS)
    return sorted(folder.iterdir())


def test_check_is_nearly_as_fast_with_the_boundary_as_without(files, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")  # what is compared is the boundary, not the order of sets
    runs = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for state, done in runs.items():
            monkeypatch.setenv(boundary.SWITCH, state)
            done.append(process.python("-m", "screening", "check", "--json", *files))
    (said,) = {run.output for done in runs.values() for run in done}
    assert said.count("\n") == len(files)
    off, on = (min(run.cpu for run in runs[state]) for state in ("off", "on"))
    say(
        f"\nscreening check, {DOCUMENTS} files: boundary off {DOCUMENTS / off:.1f}, on {DOCUMENTS / on:.1f} "
        f"a second of processor, ratio {off / on:.3f}, {1000 * (on - off) / DOCUMENTS:.2f} ms a file with its start"
    )
    assert off / on >= RATIO


def test_a_warm_child_costs_less_than_a_millisecond_a_file(files):
    pool = Pool(size=1, files=10**9)
    pool.status()
    child = psutil.Process(pool._idle[0].pid)
    contents = [f.read_bytes() for f in files]
    here, there = [], []

    def spent():
        times = child.cpu_times()
        return time.process_time() + times.user + times.system

    for _ in range(ROUNDS + 1):  # the first round warms both
        for read, rounds in ((read_here, here), (pool.read, there)):
            start = spent()
            for data in contents:
                read(data, "a.docx")
            rounds.append((spent() - start) / len(files))
    assert pool._idle[0].pid == child.pid
    pool.close()
    a, b = min(here[1:]), min(there[1:])
    say(f"\nreading a file: here {1000 * a:.2f} ms of processor, in a child {1000 * b:.2f} ms")
    assert b - a <= OVERHEAD
