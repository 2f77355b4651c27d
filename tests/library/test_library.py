"""The archive: what goes in comes out, what is near is found, what is removed leaves no trace; on both databases."""

import json
import random
import sqlite3

import pytest
from sqlalchemy import text

from screening.errors import LibraryError
from screening.library import archive, open_library, writing
from screening.library.entry import Entry
from screening.library.transfer import export, read_export, verify
from screening.reuse.compare import compare
from screening.reuse.corpus import MemoryCorpus
from tests.gold.rewriting import rows
from tests.library.texts import entry, mixed


def added(library, entries):
    return list(library.add_many(entries))


def test_what_goes_in_comes_out(library):
    given = [entry(n, year=2020 + n, received="2022-01-20T09:00:00+08:00", author="周明远") for n in range(5)]
    given.append(entry(9, "生僻字𠮷野家，\u200b零宽，emoji🙂，Ⅻ"))
    assert [a.new for a in added(library, given)] == [True] * 6
    assert {e.id: library.entry(e.id) for e in given} == {e.id: e for e in given}
    assert [e.id for e in library.rows()] == sorted(e.id for e in given)
    info = library.info()
    assert (info.documents, info.units, info.years["2022"]) == (6, 3, 1)


def test_adding_again_changes_nothing(library):
    first = added(library, [entry(1), entry(2)])
    before = library.snapshot()
    again = added(library, [entry(2), entry(1), entry(1)])
    assert [a.new for a in again] == [False] * 3
    assert {a.id for a in again} == {a.id for a in first}
    assert library.snapshot() == before
    assert len(library) == 2


@pytest.mark.parametrize("packed", [False, True])
def test_it_finds_what_a_corpus_in_memory_finds(library, packed):
    entries = [entry(n) for n in range(30)]
    entries += [mixed(n, entries[n : n + 2]) for n in range(10)]
    added(library, entries[:20])
    if packed:
        library.pack()
    added(library, entries[20:])
    memory = MemoryCorpus([e.comparable() for e in entries])
    assert len(library) == len(memory)
    assert (library.rarity.frequency == memory.rarity.frequency).all()
    for probe in [*(mixed(50 + n, entries[n : n + 3]) for n in range(5)), entries[3], entry(77, "没有关系的一句话。")]:
        side = probe.comparable()
        assert [(c.id, c.shared) for c in library.near(side)] == [(c.id, c.shared) for c in memory.near(side)]
        assert compare(side, library) == compare(side, memory)


@pytest.mark.parametrize("packed", [False, True])
def test_it_finds_rewritings_as_a_corpus_in_memory_does(library, packed):
    texts = {(r.id, r.way): r.text for r in rows()}
    entries = [entry(n, text) for n, ((_, way), text) in enumerate(texts.items()) if way == "source"]
    added(library, [*entries[:5], *(entry(200 + n) for n in range(20))])
    if packed:
        library.pack()
    added(library, entries[5:])
    memory = MemoryCorpus([library.get(row.id) for row in library.rows()])
    found = 0
    for (_, way), rewritten in texts.items():
        if way in ("paraphrased", "decoy"):
            case = entry(300, rewritten).comparable()
            mine, other = library.kin(case), memory.kin(case)
            assert [(c.id, round(c.score, 6)) for c in mine.candidates] == [
                (c.id, round(c.score, 6)) for c in other.candidates
            ]
            assert compare(case, library) == compare(case, memory)
            found += bool(compare(case, library).rates.rewritten)
    assert found >= 8


def test_the_order_of_adding_and_a_detour_do_not_matter(where, tmp_path):
    entries = [entry(n) for n in range(12)]
    shuffled = [*entries, entry(99)]
    random.Random(4).shuffle(shuffled)
    with open_library(where, create=True) as one, open_library(tmp_path / "other.db", create=True) as two:
        added(one, entries)
        for e in shuffled:
            two.add(e)
        two.pack()
        two.remove(entry(99).id)
        assert one.snapshot() == two.snapshot()
        assert one.info().id != two.info().id
        probe = mixed(3, entries[:4]).comparable()
        assert compare(probe, one) == compare(probe, two)


@pytest.mark.parametrize("packed", [False, True])
def test_a_removed_document_leaves_no_trace(library, where, packed, tmp_path):
    keep, gone = (
        entry(1),
        entry(2, "这句话只在将被删除的文档里出现，姓名是欧阳修竹。" * 20, author="欧阳修竹", file="欧阳修竹.docx"),
    )
    added(library, [keep])
    library.pack()
    reference = sorted(map(tuple, _tables(library)))
    added(library, [gone])
    if packed:
        library.pack()
    library.remove(gone.id)
    assert sorted(map(tuple, _tables(library))) == reference
    with pytest.raises(LibraryError, match=gone.id):
        library.entry(gone.id)
    with pytest.raises(LibraryError) as error:
        library.remove(gone.id)
    assert error.value.code == "library.no_document"
    assert library.near(gone.comparable()) == ()
    assert verify(library) == []
    if not where.startswith("postgresql"):
        library.close()
        raw = b"".join(p.read_bytes() for p in tmp_path.iterdir())
        assert "欧阳修竹".encode() not in raw


def _tables(library):
    with library.engine.connect() as connection:
        for table in ("archive_document", "archive_fresh", "archive_posting", "archive_frequency"):
            yield from ((table, *map(_plain, row)) for row in connection.execute(text(f"SELECT * FROM {table}")))


def _plain(value):
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)


def test_waiting_documents_are_packed_by_themselves(library, monkeypatch):
    monkeypatch.setattr(writing, "FRESH", 3)
    for n in range(9):
        library.add(entry(n))
    with library.engine.connect() as connection:
        waiting = connection.exec_driver_sql("SELECT count(*) FROM archive_fresh").scalar_one()
    assert waiting == 1
    assert verify(library) == []


def test_export_and_import_give_the_same_archive(library, tmp_path):
    added(library, [entry(n, author="甲", year=2021) for n in range(7)])
    file = tmp_path / "导出.jsonl.gz"
    assert export(library, file) == 7
    first = file.read_bytes()
    export(library, file)
    assert file.read_bytes() == first
    with open_library(tmp_path / "新.db", create=True) as other:
        added(other, read_export(file))
        assert other.snapshot() == library.snapshot()
        assert list(other.rows()) == list(library.rows())
        assert verify(other) == []


@pytest.mark.parametrize("cut", [0, 10, 200, -40, -1])
def test_a_damaged_export_is_refused(library, tmp_path, cut):
    added(library, [entry(n) for n in range(3)])
    file = tmp_path / "导出.jsonl.gz"
    export(library, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(LibraryError) as error:
        list(read_export(file))
    assert error.value.code == "library.file"
    (tmp_path / "别的.gz").write_bytes(b"PK\x03\x04")
    with pytest.raises(LibraryError):
        list(read_export(tmp_path / "别的.gz"))


def test_two_readers_see_each_others_changes(where):
    with open_library(where, create=True) as one, open_library(where) as two:
        probe = mixed(1, [entry(1)]).comparable()
        assert two.near(probe) == ()
        one.add(entry(1))
        assert [c.id for c in two.near(probe)] == [entry(1).id]
        one.remove(entry(1).id)
        assert two.near(probe) == ()
        assert two.rarity.size == 0


ODD = {
    "thirty characters": "三十个字的一小段话，只为看看会不会有什么不妥的地方在里面吧。",
    "nothing": "",
    "blank": " \n　\n",
    "one character": "啊" * 5000,
    "digits": "0123456789" * 800,
    "quotes": "“" + "引用的话。" * 400 + "”",
    "long": "\n".join(f"第{n}段讲的是第{n * 7919 % 1013}所学校的第{n * 31 % 997}次教研。" for n in range(8000)),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_kept_and_compared(library, name):
    e = entry(1, ODD[name])
    library.add(e)
    library.pack()
    twin = entry(2, ODD[name])
    library.add(twin)
    assert verify(library) == []
    reuse = compare(e.comparable(), library)
    assert {s.id for s in reuse.sources} <= {twin.id}
    assert bool(reuse.sources) is (name not in ("nothing", "blank")), reuse.rates
    library.remove(e.id)
    assert verify(library) == []


# -- damage -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        ("archive_document", "number", "text"),
        ("archive_posting", "bucket", "entries"),
        ("archive_frequency", "part", "counts"),
        ("archive_fresh", "number", "prints"),
        ("archive_fresh", "number", "grams"),
    ],
)
def test_a_flipped_byte_is_found_and_never_used(tmp_path, table, key, column):
    path = tmp_path / "库.db"
    with open_library(path, create=True) as library:
        added(library, [entry(n) for n in range(4)])
        library.pack()
        library.add(entry(5))
    raw = sqlite3.connect(path)
    for number, blob in raw.execute(f"SELECT {key}, {column} FROM {table}").fetchall():
        at = len(blob) // 2
        broken = blob[:at] + bytes([blob[at] ^ 8]) + blob[at + 1 :]
        raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (broken, number))
    raw.commit()
    raw.close()
    with open_library(path) as library:
        assert verify(library)
        with pytest.raises(LibraryError) as error:
            compare(mixed(1, [entry(1), entry(5)]).comparable(), library)
        assert error.value.code == "library.damaged"
        assert error.value.advice


def test_a_missing_row_is_found(where):
    with open_library(where, create=True) as library:
        added(library, [entry(n) for n in range(4)])
        library.pack()
        with library.engine.begin() as connection:
            connection.execute(text("DELETE FROM archive_document WHERE id = :id"), {"id": entry(2).id})
        said = verify(library)
        assert any("文档集合" in s for s in said)
        assert any("索引" in s for s in said)


def test_an_archive_of_other_parameters_or_a_newer_version_is_refused(where):
    open_library(where, create=True).close()
    with open_library(where) as library, library.engine.begin() as connection:
        changed = json.dumps({**archive.PARAMETERS, "keep": 8})
        connection.execute(text("UPDATE archive_state SET value = :v WHERE name = 'parameters'"), {"v": changed})
    with pytest.raises(LibraryError) as error:
        open_library(where)
    assert error.value.code == "library.parameters"
    assert "keep" in error.value.message
    engine = library.engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE archive_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LibraryError) as error:
        open_library(where, create=True)
    assert error.value.code == "library.newer"


def test_entries_come_back_from_json():
    e = entry(3, year=2022)
    assert Entry.from_json(json.loads(json.dumps(e.to_json()))) == e
    with pytest.raises(TypeError):
        Entry.from_json({"sha256": "a", "text": "b", "unknown": 1})
