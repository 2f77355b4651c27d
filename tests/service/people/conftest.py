"""People with accounts, and browsers that they sign in with."""

import re

import pytest
from fastapi.testclient import TestClient

from service.people import accounts
from service.people.principal import Role

PASSWORD = "岸边的柳树 七月开花"


@pytest.fixture
def person(store, settings):
    """Return a function that makes an account with :data:`PASSWORD` and returns its id."""

    def make(login="wang.li", role="reviewer", **more):
        user_id, link = accounts.create(store, settings, login=login, role=Role(role), by="user:test", **more)
        accounts.set_by_link(store, settings, link.rpartition("/")[2], PASSWORD)
        return user_id

    return make


@pytest.fixture
def browser(app):
    """Return a function that opens a browser without a session."""
    opened = []

    def make():
        client = TestClient(app, follow_redirects=False, raise_server_exceptions=False, headers={"Accept": "text/html"})
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def signed_in(browser):
    """Return a function: a browser in which somebody has signed in; it brings the token in the header."""

    def make(login="wang.li", password=PASSWORD):
        client = browser()
        answer = client.post("/api/v1/sessions", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    return make


def token_in(page):
    """Return the token of a page's forms."""
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
