"""Saved views, on both databases: whose they are, how many, what is not written in the clear."""

import pytest

from service.errors import ServiceError
from service.people import accounts
from service.people.principal import Role
from service.store import saved
from service.store.database import Store


@pytest.fixture
def person(store, settings):
    def make(login):
        return accounts.create(store, settings, login=login, role=Role.REVIEWER, by="test")[0]

    return make


def keep(store, user, name, query="率>30", **more):
    with store.write() as tx:
        return saved.save(tx, user, name, query=query, sort="rate", ascending=False, **more)


def names(store: Store, user, *, shared=True):
    with store.read() as tx:
        return [r["name"] for r in saved.listed(tx, user, shared=shared)]


def test_views_are_ones_own_unless_they_are_shared(store, person):
    me, you = person("me"), person("you")
    mine = keep(store, me, "  我的   视图 ")
    keep(store, me, "大家的", shared=True)
    assert names(store, me) == ["我的 视图", "大家的"]
    assert names(store, you) == ["大家的"]
    assert names(store, you, shared=False) == []
    with pytest.raises(ServiceError, match="找不到"), store.write() as tx:
        saved.rename(tx, you, mine, "他的")
    with pytest.raises(ServiceError, match="找不到"), store.write() as tx:
        saved.remove(tx, you, mine, manager=True)
    with store.write() as tx:
        saved.rename(tx, me, mine, "改了名的")
    assert names(store, me, shared=True) == ["改了名的", "大家的"]


def test_a_shared_view_can_be_removed_by_whoever_manages(store, person):
    me, you = person("me"), person("you")
    shared = keep(store, me, "大家的", shared=True)
    with pytest.raises(ServiceError, match="找不到"), store.write() as tx:
        saved.remove(tx, you, shared, manager=False)
    with store.write() as tx:
        saved.remove(tx, you, shared, manager=True)
    assert names(store, me) == []


def test_a_name_stands_once_and_there_is_an_end_to_them(store, person):
    me = person("me")
    first = keep(store, me, "先看")
    assert keep(store, me, "先看", query="率>50") == first
    with store.read() as tx:
        assert [r["query"] for r in saved.listed(tx, me, shared=False)] == ["率>50"]
    for n in range(saved.MOST - 1):
        keep(store, me, f"第 {n} 个")
    with pytest.raises(ServiceError, match="最多保存"):
        keep(store, me, "太多了")
    for wrong in ("", "  ", "长" * 41):
        with pytest.raises(ServiceError, match="名称"):
            keep(store, me, wrong)
