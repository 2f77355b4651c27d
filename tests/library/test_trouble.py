"""What may go wrong with an archive: each a sentence with an advice, and nothing acknowledged is lost."""

import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from screening.errors import LibraryError
from screening.library import database, open_library
from screening.library.transfer import verify
from tests.library.texts import entry
from tests.rights import without_override


def refused(where, code, **more):
    with pytest.raises(LibraryError) as error:
        open_library(where, **more)
    assert error.value.code == code
    assert error.value.advice
    return error.value.message


def test_what_is_no_archive(tmp_path):
    refused(tmp_path / "没有.db", "library.missing")
    refused(tmp_path, "library.folder")
    (tmp_path / "文本.db").write_text("这不是数据库")
    refused(tmp_path / "文本.db", "library.not")
    other = sqlite3.connect(tmp_path / "别的.db")
    other.execute("PRAGMA application_id = 42")
    other.execute("CREATE TABLE t (a)")
    other.close()
    refused(tmp_path / "别的.db", "library.not", create=True)
    refused("mysql://h/d", "library.url")
    refused("http://h/d", "library.url")


def test_a_torn_file_is_damaged(tmp_path):
    path = tmp_path / "库.db"
    with open_library(path, create=True) as library:
        list(library.add_many([entry(n) for n in range(6)]))
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(LibraryError) as error, open_library(path) as library:
        library.info()
    assert error.value.code == "library.damaged"


def test_a_read_only_archive_can_be_read_and_not_written(tmp_path):
    folder = tmp_path / "只读"
    path = folder / "库.db"
    with open_library(path, create=True) as library:
        library.add(entry(1))
    code = (
        "import sys; from screening.library import open_library; from screening.errors import LibraryError\n"
        "from tests.library.texts import entry\n"
        f"lib = open_library({str(path)!r}); assert len(lib) == 1; assert lib.entry(entry(1).id).text\n"
        "try:\n    lib.add(entry(2))\nexcept LibraryError as e:\n    print(e.code)\n"
    )
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        run = subprocess.run(
            without_override([sys.executable, "-B", "-c", code]), capture_output=True, text=True, check=False
        )
        assert run.stdout.strip() == "library.readonly", run.stderr
    finally:
        folder.chmod(0o755)


def test_a_locked_archive_says_so(where, monkeypatch):
    monkeypatch.setattr(database, "BUSY", 0.2)
    with open_library(where, create=True) as one, open_library(where) as two:
        with database.transaction(one.engine, writes=True), pytest.raises(LibraryError) as error:
            two.add(entry(1))
        assert error.value.code == "library.locked"
        assert two.add(entry(1)).new


def test_postgresql_trouble(postgres):
    refused(f"postgresql://{postgres.user}@127.0.0.1:1/nothing", "library.unreachable")
    refused(postgres.url("not_there"), "library.refused")
    latin = postgres.create("latin", "-E", "LATIN1", "--locale=C")
    assert "LATIN1" in refused(latin, "library.encoding", create=True)
    empty = postgres.create("empty_one")
    refused(empty, "library.missing")


def test_postgresql_stopped_and_started_again(postgres):
    with open_library(postgres.create("stopped"), create=True) as library:
        library.add(entry(1))
        postgres.stop()
        with pytest.raises(LibraryError) as error:
            library.add(entry(2))
        assert error.value.code == "library.unreachable"
        postgres.start()
        assert library.add(entry(2)).new
        assert len(library) == 2


ADDING = """
import sys
from screening.library import open_library, writing
from tests.library.texts import entry
writing.FRESH = 4
library = open_library(sys.argv[1])
for n in range(int(sys.argv[2]), int(sys.argv[2]) + 1000):
    print(library.add(entry(n, f"第{n}篇的正文。" * 40)).id, flush=True)
"""


def test_kill_at_any_moment_loses_nothing_acknowledged(where):
    open_library(where, create=True).close()
    rng = random.Random(11)
    acknowledged: set[str] = set()
    for turn in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", ADDING, where, str(1000 * turn)], stdout=subprocess.PIPE, text=True
        )
        first = process.stdout.readline()
        time.sleep(rng.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0]
        acknowledged |= {line for line in (first + rest).split("\n") if len(line) == 16}
        with open_library(where) as library:
            assert verify(library) == []
            there = {e.id for e in library.rows()}
            assert acknowledged <= there
            assert len(there - acknowledged) <= turn + 1


def test_who_comes_to_read_does_not_wait_for_who_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY", 60)
    path = tmp_path / "库.db"
    with open_library(path, create=True) as library:
        library.add(entry(1))
        writing = library.engine.connect().execution_options(writes=True)
        with writing, writing.begin():
            writing.exec_driver_sql("UPDATE archive_state SET value = value")
            began = time.monotonic()
            with open_library(path) as other:
                assert other.info().documents == 1
            assert time.monotonic() - began < 30
