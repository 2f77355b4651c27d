"""What the process boundary costs: ``screening check`` over ordinary files with it and without it, in turns, on the same machine."""

import os
import statistics
import subprocess
import sys
import time

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


def checked(files, out):
    """Return the seconds that ``screening check`` takes; its reports go to a file, they are too long for a pipe that nobody reads."""
    start = time.perf_counter()
    with out.open("wb") as stream:
        subprocess.run(
            [sys.executable, "-m", "screening", "check", "--json", *files], cwd=process.ROOT, stdout=stream, check=False
        )
    assert out.read_bytes().count(b"\n") == len(files)
    return time.perf_counter() - start


def test_check_is_nearly_as_fast_with_the_boundary_as_without(files, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONHASHSEED", "0")  # what is compared is the boundary, not the order of sets
    seconds = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for state, runs in seconds.items():
            monkeypatch.setenv(boundary.SWITCH, state)
            runs.append(checked(files, tmp_path / state))
    assert (tmp_path / "on").read_bytes() == (tmp_path / "off").read_bytes()
    off, on = min(seconds["off"]), min(seconds["on"])
    say(
        f"\nscreening check, {DOCUMENTS} files: boundary off {DOCUMENTS / off:.1f}/s, on {DOCUMENTS / on:.1f}/s, ratio {off / on:.3f}"
    )
    assert off / on >= RATIO


def test_a_warm_child_costs_less_than_a_millisecond_a_file(files):
    pool = Pool(size=1)
    pool.status()
    here, there = [], []
    for data in (f.read_bytes() for f in files):
        for read, spent in ((read_here, here), (pool.read, there)):
            start = time.perf_counter()
            read(data, "a.docx")
            spent.append(time.perf_counter() - start)
    pool.close()
    medians = statistics.median(here), statistics.median(there)
    say(f"\nreading a file: here {1000 * medians[0]:.2f} ms, in a child {1000 * medians[1]:.2f} ms")
    assert medians[1] - medians[0] <= OVERHEAD
