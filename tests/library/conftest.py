"""Every test of the archive runs on a SQLite file and on PostgreSQL."""

import itertools

import pytest

from screening.library import open_library
from tests.library.cluster import cluster

_names = (f"archive{n}" for n in itertools.count())


@pytest.fixture(scope="session")
def postgres():
    with cluster() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "比对库.db")
    return request.getfixturevalue("postgres").create(next(_names))


@pytest.fixture
def library(where):
    with open_library(where, create=True) as opened:
        yield opened
