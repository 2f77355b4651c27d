"""The service under kills, by the hundred; and how fast it works through a batch, beside the command line."""

import os
import time

import pytest

from service.settings import Settings
from service.store.database import Store
from tests.bench import corpus, process
from tests.bench.figures import say
from tests.library.cluster import cluster
from tests.service.jobs.handing import members, open_batch, zipped
from tests.service.killing import Served, free_port, kill_again_and_again

pytestmark = pytest.mark.bench

KILLS = int(os.environ.get("BENCH_KILLS", "300"))
CASES = int(os.environ.get("BENCH_CASES", "500"))
LOG = 64 << 20  # bytes that the write-ahead log may reach
DEARER = 2.5  # times the processor time of ``screening batch``, which has all texts in memory and stores nothing


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_killed_hundreds_of_times_nothing_acknowledged_is_lost(tmp_path, dialect):
    folder = tmp_path / "data"
    if dialect == "sqlite":
        figures = kill_again_and_again(folder, str(folder / "screening.db"), KILLS)
    else:
        with cluster() as server:
            figures = kill_again_and_again(folder, server.create("killed"), KILLS)
    say(f"\n{dialect}: {figures.line}")
    assert (figures.lost, figures.doubled, figures.unfinished, figures.failed, figures.broken) == (0, 0, 0, 0, 0)


def test_a_batch_through_the_service_beside_the_command_line(tmp_path):
    source = corpus.write(tmp_path / "batch", CASES)
    plain = process.python("-m", "screening", "batch", source, "--out", tmp_path / "out", "--jobs", "2")
    settings = Settings(data=tmp_path / "data", port=free_port())
    settings.data.mkdir()
    store, served = Store.open(settings.database_url), Served(settings, workers=2)
    data = zipped({path.name: path.read_bytes() for path in sorted(source.iterdir())})
    log = settings.data / "screening.db-wal"
    before = process.spent()
    served.start()
    began, largest = time.perf_counter(), 0
    here = open_batch(store, data)
    try:
        while sum(m["state"] == "done" for m in members(store, here)) < CASES:
            largest = max(largest, log.stat().st_size)
            time.sleep(1)
        seconds = time.perf_counter() - began
    finally:
        served.stop()
        store.close()
    cpu = process.spent() - before
    size = sum(f.stat().st_size for f in settings.data.iterdir())
    say(
        f"\n{CASES} cases: screening batch {plain.seconds:.1f} s, {CASES / plain.seconds:.1f} docs/s, {plain.cpu:.1f} s cpu"
    )
    say(f"  the service, 2 workers: {seconds:.1f} s, {CASES / seconds:.1f} docs/s, {cpu:.1f} s cpu")
    say(
        f"  database {size / 2**20:.1f} MB for {len(data) / 2**20:.1f} MB; write-ahead log at most {largest / 2**20:.1f} MB"
    )
    assert largest < LOG
    assert cpu < DEARER * plain.cpu
