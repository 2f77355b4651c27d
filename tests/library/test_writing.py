"""Writing in a transaction of one's own: rows of a service and the archive's are stored together or not at all."""

import threading

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select

from screening.errors import LibraryError
from screening.library import (
    add_in,
    describe_in,
    given_back,
    open_engine,
    open_library,
    prepare,
    remove_in,
    transaction,
)
from screening.library.transfer import export, read_export, verify
from tests.library.texts import entry, mixed

own = Table("submission", metadata := MetaData(), Column("id", String(40), primary_key=True))


@pytest.fixture
def library(where):
    """An archive on an engine that belongs to somebody with a table of their own."""
    engine = open_engine(where, create=True)
    with open_library(engine, create=True) as opened:
        with transaction(engine, writes=True) as connection:
            metadata.create_all(connection)
        yield opened
    engine.dispose()


def submitted(library):
    with transaction(library.engine, writes=False) as connection:
        return set(connection.execute(select(own.c.id)).scalars())


def submit(library, *entries, fail=False):
    made = [prepare(e) for e in entries]
    with transaction(library.engine, writes=True) as connection:
        added = add_in(connection, made)
        connection.execute(insert(own), [{"id": a.id} for a in added if a.new])
        if fail:
            raise ZeroDivisionError
    return added


def remove_both(library, *entries):
    with transaction(library.engine, writes=True) as connection:
        for e in entries:
            remove_in(connection, e.id)


def test_one_transaction_covers_both(library):
    assert [a.new for a in submit(library, entry(1), entry(2), entry(1))] == [True, True, False]
    with pytest.raises(ZeroDivisionError):
        submit(library, entry(3), fail=True)
    there = {entry(1).id, entry(2).id}
    assert submitted(library) == {e.id for e in library.rows()} == there
    with pytest.raises(LibraryError):
        remove_both(library, entry(1), entry(3))
    assert {e.id for e in library.rows()} == there
    assert verify(library) == []


@pytest.mark.parametrize("packed", [False, True])
def test_removing_in_a_transaction(library, where, tmp_path, packed):
    words = "这句话只在将被删除的文档里出现，姓名是欧阳修竹。" * 20
    submit(library, entry(1), entry(2, words, author="欧阳修竹"))
    if packed:
        library.pack()
    with transaction(library.engine, writes=True) as connection:
        remove_in(connection, entry(2, words).id)
        with pytest.raises(LibraryError) as error:
            remove_in(connection, entry(2, words).id)
        assert error.value.code == "library.no_document"
    given_back(library.engine)
    assert [e.id for e in library.rows()] == [entry(1).id]
    assert verify(library) == []
    if not where.startswith("postgresql"):
        assert "欧阳修竹".encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_another_owner_of_the_same_bytes(library, where, tmp_path):
    first = entry(1, unit="甲校", author="甲", year=2021, file="甲.docx")
    second = entry(
        1, unit="乙校", author="乙", title="另一个标题", file="乙.docx", received="2023-01-20T09:00:00+08:00"
    )
    submit(library, first, entry(2))
    probe = mixed(1, [first]).comparable()
    with open_library(where) as reader:
        for times in range(2):  # once before the archive has recorded any change of this kind, once after
            for old, new in ((first, second), (second, first)):
                assert reader.near(probe)[0].id == first.id
                assert reader.get(first.id).unit == old.unit
                before = library.snapshot()
                with transaction(library.engine, writes=True) as connection:
                    describe_in(connection, new.id, new)
                assert reader.near(probe)[0].id == first.id
                assert reader.get(first.id).unit == reader.view().get(first.id).unit == new.unit
                assert library.entry(first.id) == new, times
                assert library.snapshot() == before
    assert verify(library) == []
    export(library, tmp_path / "导出.gz")
    assert first in list(read_export(tmp_path / "导出.gz"))
    with transaction(library.engine, writes=True) as connection:
        with pytest.raises(LibraryError) as error:
            describe_in(connection, entry(9).id, entry(9))
        assert error.value.code == "library.no_document"
        with pytest.raises(ValueError, match=first.id):
            describe_in(connection, entry(2).id, first)


def test_an_engine_that_is_given_stays_open(library):
    connection = library.engine.connect()
    pool = library.engine.pool
    with open_library(library.engine) as second:
        assert len(second) == 0
    assert library.engine.pool is pool  # dispose() would have put a new one in its place
    connection.close()
    with open_library(library.engine.url.render_as_string(hide_password=False)) as third:
        engine, pool = third.engine, third.engine.pool
    assert engine.pool is not pool


def test_writers_without_the_lock_lose_nothing(library):
    """Transactions that took no lock when they began: PostgreSQL's take it then, SQLite's may be told that they can't."""
    postgresql = library.engine.dialect.name == "postgresql"
    engine = library.engine.execution_options(isolation_level="READ COMMITTED") if postgresql else library.engine
    done, said = [], []

    def run(start):
        for n in range(start, start + 8):
            made = prepare(entry(n, f"第{n}篇"))
            try:
                with engine.begin() as connection:
                    add_in(connection, [made])
                done.append(made.entry.id)
            except Exception as error:  # noqa: BLE001 - kept to be looked at below
                said.append(str(error))

    threads = [threading.Thread(target=run, args=(100 * n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(postgresql or "locked" not in s for s in said), said
    assert done
    assert {e.id for e in library.rows()} == set(done)
    assert verify(library) == []
