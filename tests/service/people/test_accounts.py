"""Signing in, being locked out, one-time links, changing passwords."""

import datetime as dt
import threading

import pytest

from service import moment
from service.errors import ServiceError
from service.people import accounts, passwords
from service.people.principal import Role
from service.store import users
from tests.service.people.conftest import PASSWORD

WRONG = "岸边的柳树 八月开花"


@pytest.fixture
def later(monkeypatch):
    """Return a function that moves the clock of the service on."""
    begin = [dt.timedelta()]
    real = moment.now

    def shifted():
        return real() + begin[0]

    for name in ("accounts", "sessions", "keys"):
        monkeypatch.setattr(f"service.people.{name}.now", shifted)
    for name in ("users", "sessions"):
        monkeypatch.setattr(f"service.store.{name}.now", shifted)

    def move(**much):
        begin[0] += dt.timedelta(**much)

    return move


def row_of(store, user_id):
    with store.read() as tx:
        return users.one(tx, user_id)


def refusal(store, settings, login, password):
    with pytest.raises(ServiceError) as told:
        accounts.sign_in(store, settings, login, password)
    return told.value.status, told.value.code, told.value.message, told.value.advice


def test_capitals_and_full_width_make_no_difference_to_a_login(store, settings, person):
    user_id = person("Wang.Li")
    assert accounts.sign_in(store, settings, "ＷＡＮＧ.li ", PASSWORD) == user_id


def test_every_refusal_is_the_same_and_costs_one_hashing(store, settings, person, monkeypatch):
    person("right")
    disabled = person("disabled")
    accounts.change(store, disabled, 1, by="user:test", active=False)
    accounts.create(store, settings, login="no.password", role=Role.REVIEWER, by="user:test")
    hashed = []
    real = passwords.Passwords.right
    monkeypatch.setattr(passwords.Passwords, "right", lambda *a: hashed.append(1) or real(*a))
    told = {
        refusal(store, settings, login, password)
        for login, password in [
            ("right", WRONG), ("nobody", WRONG), ("disabled", PASSWORD), ("no.password", ""), ("", ""),
        ]
    }  # fmt: skip
    assert len(told) == 1
    assert len(hashed) == 5


def test_after_some_wrong_passwords_the_right_one_is_refused_for_a_while_that_grows(store, settings, person, later):
    user_id = person()
    for _ in range(settings.lock_after):
        refusal(store, settings, "wang.li", WRONG)
    refusal(store, settings, "wang.li", PASSWORD)
    later(minutes=settings.lock_minutes, seconds=1)
    refusal(store, settings, "wang.li", WRONG)  # one more: twice the wait
    later(minutes=settings.lock_minutes, seconds=1)
    refusal(store, settings, "wang.li", PASSWORD)
    later(minutes=settings.lock_minutes)
    assert accounts.sign_in(store, settings, "wang.li", PASSWORD) == user_id
    assert row_of(store, user_id)["failures"] == 0


def test_attempts_during_a_lock_do_not_prolong_it(store, settings, person, later):
    user_id = person()
    for _ in range(settings.lock_after + 10):
        refusal(store, settings, "wang.li", WRONG)
    later(minutes=settings.lock_minutes, seconds=1)
    assert accounts.sign_in(store, settings, "wang.li", PASSWORD) == user_id


def test_an_administrator_waits_no_longer_than_once_and_a_link_ends_the_wait(store, settings, person, later):
    user_id = person("boss", "administrator")
    for _ in range(settings.lock_after + 3):
        refusal(store, settings, "boss", WRONG)
        later(minutes=settings.lock_minutes, seconds=1)
    assert accounts.sign_in(store, settings, "boss", PASSWORD) == user_id
    for _ in range(settings.lock_after):
        refusal(store, settings, "boss", WRONG)
    accounts.make_link(store, settings, user_id, by="command-line")
    assert accounts.sign_in(store, settings, "boss", PASSWORD) == user_id


def test_a_burst_of_guesses_counts_every_one(store, settings, person):
    user_id = person()
    threads = [threading.Thread(target=refusal, args=(store, settings, "wang.li", WRONG)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = row_of(store, user_id)
    assert row["failures"] == settings.lock_after  # what came after was refused unlooked
    assert row["locked_until"] is not None


# -- links ------------------------------------------------------------------------------------------------------------------


def secret_of(link):
    return link.rpartition("/")[2]


def test_a_first_start_gives_a_link_until_an_administrator_can_sign_in(store, settings):
    lost, link = accounts.first_link(store, settings), accounts.first_link(store, settings)
    assert link.startswith(f"{settings.url}/links/")
    with pytest.raises(ServiceError, match="用过或过期"):
        accounts.by_link(store, secret_of(lost))
    user_id = accounts.set_by_link(store, settings, secret_of(link), PASSWORD)
    assert accounts.first_link(store, settings) is None
    assert accounts.sign_in(store, settings, accounts.FIRST, PASSWORD) == user_id
    assert row_of(store, user_id)["role"] == "administrator"


def test_a_link_serves_once_and_ends(store, settings, person, later):
    user_id = person()
    link = secret_of(accounts.make_link(store, settings, user_id, by="user:test"))
    with pytest.raises(ServiceError, match="太短"):
        accounts.set_by_link(store, settings, link, "短")
    accounts.set_by_link(store, settings, link, WRONG)  # a weak one did not use it up
    with pytest.raises(ServiceError, match="用过或过期"):
        accounts.set_by_link(store, settings, link, PASSWORD)
    late = secret_of(accounts.make_link(store, settings, user_id, by="user:test"))
    later(hours=settings.link_hours, seconds=1)
    with pytest.raises(ServiceError, match="用过或过期"):
        accounts.set_by_link(store, settings, late, PASSWORD)
    assert accounts.sign_in(store, settings, "wang.li", WRONG) == user_id


def test_of_two_who_use_a_link_at_once_one_succeeds(store, settings, person):
    link = secret_of(accounts.make_link(store, settings, person(), by="user:test"))
    ends = []

    def use(new):
        try:
            ends.append(accounts.set_by_link(store, settings, link, new))
        except ServiceError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=use, args=(f"{WRONG}{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.count("link.gone") == 3


def test_secrets_are_kept_as_hashes_only(store, settings, person, signed_in):
    user_id = person()
    link = secret_of(accounts.make_link(store, settings, user_id, by="user:test"))
    cookie = signed_in().cookies["session"]
    with store.read() as tx:
        kept = "".join(
            str(row._mapping)
            for table in ("user", "session", "link", "audit")
            for row in tx.exec_driver_sql(f"SELECT * FROM service_{table}")
        )
    for secret in (link, cookie, PASSWORD):
        assert secret not in kept


# -- the last administrator -------------------------------------------------------------------------------------------------


def test_the_last_administrator_stays(store, settings, person):
    boss = person("boss", "administrator")
    accounts.create(store, settings, login="never.came", role=Role.ADMINISTRATOR, by="user:test")  # can't sign in yet
    for wanted in ({"active": False}, {"role": "reviewer"}):
        with pytest.raises(ServiceError, match="最后一位管理员"):
            accounts.change(store, boss, 1, by=f"user:{boss}", **wanted)
    person("second", "administrator")
    accounts.change(store, boss, 1, by=f"user:{boss}", role="reviewer")


def test_two_administrators_who_disable_each_other_at_once_do_not_both_succeed(store, person):
    pair = [person("one", "administrator"), person("two", "administrator")]
    ends = []

    def disable(user_id):
        try:
            accounts.change(store, user_id, 1, by="user:test", active=False)
            ends.append("done")
        except ServiceError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=disable, args=(user_id,)) for user_id in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["done", "user.last_administrator"]
