"""Words of two characters and more are found in texts and titles; what is removed leaves nothing."""

import sqlite3

import pytest
from sqlalchemy import select

from service.errors import ServiceError
from service.masking import Names
from service.store import search
from service.store.schema import submission
from tests.service.reading import rows


def found(store, query, **more):
    with store.read() as tx:
        return set(tx.execute(select(submission.c.title).where(search.matching(tx, query, **more))).scalars())


@pytest.fixture
def three(store):
    with store.write() as tx:
        for title, text in (
            ("甲", "教师在屏幕前讨论作业设计，電話 13800000101，王 小明主持，王老师来自临溪市第一小学。"),
            ("乙", "分层教学与单元整体教学，Word2016 与 32 人"),
            ("屏风", "业务设想"),
        ):
            search.add(
                tx, rows.submission(tx, store.sealer, title=title), text, Names.of(["王小明"], ["临溪市第一小学"])
            )


QUERIES = [
    ("屏幕", {"甲"}),
    ("作业设计", {"甲"}),
    ("设计 教师", {"甲"}),
    ("教学", {"乙"}),
    ("屏", {"屏风"}),  # a single character: titles only
    ("word2016", {"乙"}),
    ("Ｗｏｒｄ２０１６", {"乙"}),
    ("电话", {"甲"}),  # traditional characters in the text
    ("作业设想", set()),
    ("13800000101", set()),
    ("小明", set()),
    ("明主", set()),
    ("王老师", set()),  # "王某" is as much his name
    ("临溪", set()),
    ('" OR x', set()),
    ("x' | !y", set()),
    ("%", set()),
    ("\0", {"甲", "乙", "屏风"}),
    ("", {"甲", "乙", "屏风"}),
]


@pytest.mark.usefixtures("three")
def test_words_are_found(store):
    for query, titles in QUERIES:
        assert found(store, query) == titles, query


@pytest.mark.usefixtures("three")
def test_who_sees_titles_masked_finds_by_none_that_is_not_in_the_index(store):
    assert found(store, "屏风") == {"屏风"}
    assert found(store, "屏风", blind=True) == set()
    assert found(store, "屏", blind=True) == set()
    assert found(store, "屏幕", blind=True) == {"甲"}
    assert found(store, "", blind=True) == {"甲", "乙", "屏风"}


@pytest.mark.usefixtures("three")
def test_a_query_without_end_is_refused(store):
    with pytest.raises(ServiceError) as told:
        found(store, "字" * 101)
    assert told.value.code == "query.long"


@pytest.mark.usefixtures("three")
def test_what_is_added_again_is_replaced_and_what_is_removed_is_gone(store, settings):
    with store.read() as tx:
        ids = dict(tx.execute(select(submission.c.title, submission.c.id)).all())
    with store.write() as tx:
        search.add(tx, ids["乙"], "学情诊断")
    assert found(store, "教学") == set()
    assert found(store, "学情") == {"乙"}
    with store.write() as tx:
        for submission_id in ids.values():
            search.remove(tx, submission_id)
        search.remove(tx, ids["甲"])  # twice does no harm
        search.settle(tx)
    assert found(store, "学情") == found(store, "屏幕") == set()
    if store.engine.dialect.name == "sqlite":
        with sqlite3.connect(settings.database_url) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = b"".join(p.read_bytes() for p in settings.data.glob("screening.db*"))
        assert search._code("屏幕").encode() not in kept
        assert search._code("屏幕").encode()[1:] not in kept
