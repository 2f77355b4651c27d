"""Browsers in which people of each role have signed in, for the tests of pages."""

import itertools

import pytest

from service.people import accounts, sessions
from service.people.principal import Role
from service.store import users


@pytest.fixture
def where(tmp_path):
    """The pages use what the interface uses, which is tested on both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def browser(client_of, store, settings):
    """Return a function: a browser in which somebody of a role has signed in; ``token`` is for :func:`send`."""

    numbers = itertools.count()

    def make(role, *, unit="", blind=True):
        login = f"person.{next(numbers)}"
        user, _ = accounts.create(store, settings, login=login, role=Role(role), unit=unit, name="评审甲", by="test")
        if role == "reviewer":
            with store.write() as tx:
                users.assign(tx, user, "*", blind=blind)
        client = client_of(None)
        secret = sessions.start(store, settings, user)
        client.headers |= {"Accept": "text/html", "Origin": settings.url}
        client.cookies.set(sessions.cookie_name(settings), secret)
        client.token = sessions.principal_of(store, settings, secret).csrf
        return client

    return make


def send(client, path, **fields):
    """Send a form with the token of its page, and go where the answer leads."""
    return client.post(path, data={"csrf": client.token, **fields}, follow_redirects=True)
