"""Every test of the service runs on a SQLite file and on PostgreSQL, unless it says otherwise."""

import itertools

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.people import keys
from service.people.principal import Role
from service.settings import Settings
from service.store.database import Store
from tests.library.cluster import cluster

_names = (f"service{n}" for n in itertools.count())


@pytest.fixture(scope="session")
def postgres():
    with cluster() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "data" / "screening.db")
    return request.getfixturevalue("postgres").create(next(_names))


@pytest.fixture
def settings(where, tmp_path):
    (tmp_path / "data").mkdir(exist_ok=True)
    # The least cost that the settings allow: the tests hash many passwords.
    return Settings(data=tmp_path / "data", database=where, password_memory=19, password_rounds=2)


@pytest.fixture
def store(settings):
    opened = Store.open(settings.database_url, settings.key_bytes)
    yield opened
    opened.close()


@pytest.fixture
def app(settings, store):
    made = create_app(settings, store)
    yield made
    made.state.apart.close()


@pytest.fixture
def client_of(app, store):
    """Return a function: a client that comes with a key of this role and unit; role None comes without.

    A reviewer sees all batches, blind, unless ``batches`` says otherwise.
    """
    opened = []

    def make(role="administrator", unit="", **more):
        client = TestClient(app, raise_server_exceptions=False)
        opened.append(client)
        if role:
            if role == "reviewer":
                more.setdefault("batches", {"*": True})
            _, secret, _ = keys.issue(store, name="test", role=Role(role), unit=unit, days=1, by="test", **more)
            client.headers["Authorization"] = f"Bearer {secret}"
        return client

    yield make
    for client in opened:
        client.close()
