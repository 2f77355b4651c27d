"""The service under kills, by the hundred; and how fast it works through a batch, beside the command line."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.settings import Settings
from service.store.database import Store
from tests.bench.corpus import delivery
from tests.bench.figures import say
from tests.library.cluster import cluster
from tests.service.jobs.handing import members, open_batch, zipped
from tests.service.killing import Served, free_port, kill_again_and_again

KILLS = int(os.environ.get("KILLS", "300"))
CASES = int(os.environ.get("CASES", "500"))


@pytest.mark.bench
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_killed_hundreds_of_times_nothing_acknowledged_is_lost(tmp_path, dialect):
    folder = tmp_path / "data"
    if dialect == "sqlite":
        figures = kill_again_and_again(folder, str(folder / "screening.db"), KILLS)
    else:
        with cluster() as server:
            figures = kill_again_and_again(folder, server.create("killed"), KILLS)
    say(f"{dialect}: {figures.line}")
    assert (figures.lost, figures.doubled, figures.unfinished, figures.failed, figures.broken) == (0, 0, 0, 0, 0)
