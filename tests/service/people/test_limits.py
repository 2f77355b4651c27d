"""Rate limits: a bucket for each who and what."""

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.errors import ServiceError
from service.people import keys
from service.people.limits import Limits
from service.people.principal import Role
from service.settings import Settings
from service.store.database import Store


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def settings():
    return Settings(requests_per_minute=60, uploads_per_minute=2, signins_per_minute=3)


def test_a_minutes_worth_may_come_at_once_and_comes_back_evenly(settings):
    clock = Clock()
    limits = Limits(clock)
    for _ in range(60):
        limits.take(settings, "requests", "key:a")
    with pytest.raises(ServiceError) as told:
        limits.take(settings, "requests", "key:a")
    assert (told.value.status, told.value.headers["Retry-After"]) == (429, "1")
    assert limits.take(settings, "requests", "key:b")["RateLimit"].startswith('"requests";r=59')
    clock.now = 0.5
    with pytest.raises(ServiceError):
        limits.take(settings, "requests", "key:a")
    clock.now = 1.0
    limits.take(settings, "requests", "key:a")


def test_who_waits_as_long_as_told_gets_in(settings):
    clock = Clock()
    limits = Limits(clock)
    for _ in range(2):
        limits.take(settings, "uploads", "key:a")
    with pytest.raises(ServiceError) as told:
        limits.take(settings, "uploads", "key:a")
    clock.now = float(told.value.headers["Retry-After"])
    limits.take(settings, "uploads", "key:a")


def test_zero_is_no_limit():
    limits = Limits(Clock())
    for _ in range(1000):
        assert limits.take(Settings(requests_per_minute=0), "requests", "key:a") == {}


def test_one_machine_has_one_bucket_whatever_address_of_its_network_it_takes(settings):
    limits = Limits(Clock())
    for n in range(3):
        limits.take_from(settings, "signins", f"2001:db8:1:2::{n}")
    with pytest.raises(ServiceError):
        limits.take_from(settings, "signins", "2001:db8:1:2:ffff::9")
    limits.take_from(settings, "signins", "2001:db8:1:3::1")
    limits.take_from(settings, "signins", "10.0.0.1")


def test_addresses_are_not_held_and_idle_buckets_are_forgotten(settings, monkeypatch):
    monkeypatch.setattr("service.people.limits._MANY", 100)
    clock = Clock()
    limits = Limits(clock)
    limits.take_from(settings, "signins", "203.0.113.77")
    assert "203.0.113.77" not in str(limits._buckets)
    for n in range(500):
        clock.now = n
        limits.take(settings, "requests", f"key:{n}")
    assert len(limits._buckets) <= 101


@pytest.fixture
def app_at(where, tmp_path):
    opened = []

    def make(**given):
        settings = Settings(data=tmp_path, database=where, **given)
        opened.append(Store.open(settings.database_url))
        return settings, opened[-1]

    yield make
    for store in opened:
        store.close()


def test_the_answer_says_what_is_left_and_when_to_come_again(app_at):
    settings, store = app_at(requests_per_minute=2, signins_per_minute=1)
    _, secret, _ = keys.issue(store, name="test", role=Role.ADMINISTRATOR, days=1, by="test")
    with TestClient(create_app(settings, store), headers={"Authorization": f"Bearer {secret}"}) as client:
        answers = [client.get("/api/v1/me") for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"requests";q=2;w=60'
        assert answers[0].headers["ratelimit"].startswith('"requests";r=1;')
        assert answers[2].json()["code"] == "too_many"
        assert 0 < int(answers[2].headers["retry-after"]) <= 30
        body = {"login": "nobody", "password": "x"}
        assert [client.post("/api/v1/sessions", json=body).status_code for _ in range(2)] == [401, 429]
