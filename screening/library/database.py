"""Connections: one engine for SQLite files and PostgreSQL URLs; every trouble of a database becomes a sentence."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect, text
from sqlalchemy.engine import URL, make_url

from screening.errors import LibraryError

BUSY = 30.0  # seconds to wait for another writer
APPLICATION_ID = 0x43534C42  # "CSLB" in the header of the SQLite file


def location(where: str | Path) -> URL:
    """Return the URL of an archive: a path is a SQLite file. Raises :class:`LibraryError` for a URL that is none."""
    if isinstance(where, Path) or not re.match(r"^[a-z][a-z0-9+]+://", str(where)):
        return URL.create("sqlite+pysqlite", database=str(where))
    try:
        url = make_url(str(where))
    except exc.ArgumentError as error:
        raise _unsupported(str(where).split("://", 1)[0]) from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        if find_spec("psycopg") is None:
            raise LibraryError(
                "library.driver", "没有安装 PostgreSQL 驱动", "请运行：pip install 'case-screening[postgres]'"
            )
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    raise _unsupported(backend)


def _unsupported(backend: str) -> LibraryError:
    return LibraryError(
        "library.url",
        f"比对库的地址不受支持：{backend}://…",
        "请给出一个 SQLite 文件路径，或 postgresql://用户@主机/库名。",
    )


def connect(url: URL, *, create: bool, **pool: Any) -> Engine:
    """Return an engine. A SQLite file that does not exist is made only with ``create``. Raises :class:`LibraryError`.

    ``pool`` says how many connections it keeps, for a program with many threads.
    """
    if url.get_backend_name() == "sqlite":
        _see_file(Path(url.database or ""), create=create)
        engine = create_engine(_readable(url), connect_args={"timeout": BUSY}, **pool)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True, **pool)
    with spoken(url), engine.connect() as connection:
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        engine.dispose()
        raise LibraryError(
            "library.encoding",
            f"PostgreSQL 数据库的编码是 {encoding}，存不下全部汉字",
            "请新建一个 UTF8 编码的数据库：createdb -E UTF8 -T template0 库名。",
        )
    return engine


def _see_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise LibraryError(
            "library.folder", f"{path} 是文件夹，不是比对库文件", "请给出比对库文件的路径，例如 比对库.db。"
        )
    if not path.exists():
        if not create:
            raise LibraryError(
                "library.missing",
                f"找不到比对库 {path}",
                "请核对路径；新建请用：screening library add 文件夹 --library 文件名.db",
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError("library.denied", f"建不了文件夹 {path.parent}", "请核对权限，或换一个位置。") from error
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(100)
    except OSError as error:
        raise LibraryError("library.denied", f"读不了比对库 {path}（{error.strerror}）", "请核对文件权限。") from error
    if head and (
        not head.startswith(b"SQLite format 3\0") or int.from_bytes(head[68:72], "big") not in (0, APPLICATION_ID)
    ):
        raise LibraryError(
            "library.not", f"{path.name} 不是比对库文件", "请核对 --library；比对库由 screening library add 建立。"
        )


def _readable(url: URL) -> URL:
    """Return the URL by which a file in a place without write permission can be read all the same.

    A write-ahead log needs a writable folder; where there is none and no log is left over, the file is as good as immutable.
    """
    path = Path(url.database or "")
    if not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return url
    wal = path.with_name(f"{path.name}-wal")
    immutable = "0" if wal.exists() and wal.stat().st_size else "1"
    return url.set(database=f"file:{path.absolute()}", query={"mode": "ro", "immutable": immutable, "uri": "true"})


def _sqlite_connected(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # transactions are begun by us, see _sqlite_begin
    cursor = raw.cursor()
    # secure_delete: the bytes of a removed document are overwritten. FULL: what is acknowledged survives a power cut.
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-65536",
        "mmap_size=1073741824",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    # For new files: pages of 16 KB hold several texts (of 4 KB one, and the rest of each page would lie idle); what packing and
    # removing leave free is given back to the disk, see given_back(). For them alone: said of a file that is in use, the second waits
    # for its writer, and with it whoever only wants to read.
    new = not cursor.execute("PRAGMA page_count").fetchone()[0]
    for pragma in (*(("page_size=16384", "auto_vacuum=INCREMENTAL") if new else ()), "journal_mode=WAL"):
        with suppress(sqlite3.OperationalError):  # a read-only file keeps what it has
            cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: two writers wait for each other instead of failing half-way.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def spoken(url: URL) -> Iterator[None]:
    """Turn what a database throws into :class:`LibraryError`."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _said(url, error) from error


def _said(url: URL, error: exc.DBAPIError) -> LibraryError:
    said = str(error.orig).lower()
    name = (
        (url.database or "").removeprefix("file:")
        if url.get_backend_name() == "sqlite"
        else f"{url.host or '本机'}/{url.database or ''}"
    )
    table: tuple[tuple[tuple[str, ...], tuple[str, str, str]], ...] = (
        (
            ("database is locked", "deadlock", "could not serialize", "lock timeout"),
            ("library.locked", f"比对库 {name} 正被别的程序写入，等了 {BUSY:.0f} 秒", "请稍后再试。"),
        ),
        (
            ("readonly", "read-only"),
            ("library.readonly", f"比对库 {name} 是只读的，写不进去", "请核对文件和文件夹的权限。"),
        ),
        (
            ("full", "no space"),
            ("library.full", f"磁盘满了，比对库 {name} 没有写完", "已有内容不受影响；请腾出空间后重做。"),
        ),
        (
            ("malformed", "not a database", "disk i/o error", "corrupt", "invalid page"),
            ("library.damaged", f"比对库 {name} 已损坏", "请从备份或导出文件恢复（screening library import）。"),
        ),
        (
            ("unable to open",),
            ("library.denied", f"打不开比对库 {name}", "请核对文件和文件夹的权限。"),
        ),
        (
            ("password authentication", "no password", "role ", "permission denied", "does not exist"),
            ("library.refused", f"数据库 {name} 拒绝了连接", "请核对用户名、密码、库名和权限。"),
        ),
    )
    for words, (code, message, advice) in table:
        if any(w in said for w in words):
            return LibraryError(code, message, advice)
    if isinstance(error, exc.OperationalError):
        return LibraryError("library.unreachable", f"连不上数据库 {name}", "请核对地址和端口，以及数据库是否在运行。")
    return LibraryError(
        "library.database",
        f"数据库 {name} 出错（{type(error.orig).__name__}）",
        "请稍后再试；若仍然如此，请联系维护人员。",
    )


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """Open a transaction; commit at the end, roll back on any error."""
    options: dict[str, Any] = {"writes": writes}
    if writes and engine.dialect.name == "postgresql":
        options["isolation_level"] = (
            "READ COMMITTED"  # after the lock below it must see what the writer before it wrote
        )
    with spoken(engine.url), engine.connect() as plain:
        connection = plain.execution_options(**options)
        with connection.begin():
            if writes:
                locked(connection)
            yield connection


def locked(connection: Connection) -> None:
    """Wait until no other transaction writes; SQLite's took the lock when it began. It is held to the end, and may be taken again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{int(1000 * BUSY)}ms'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPLICATION_ID})


def has_tables(engine: Engine) -> bool:
    """Say whether the archive's tables are there."""
    with spoken(engine.url):
        return inspect(engine).has_table("archive_state")


def given_back(engine: Engine) -> None:
    """Give free pages back to the disk and empty the write-ahead log, which still holds what pages held before; SQLite only."""
    if engine.dialect.name == "sqlite":
        with spoken(engine.url), engine.connect() as connection:
            raw = connection.connection.cursor()  # outside of any transaction
            # As a script: a page is freed with each step, and execute() takes but one.
            raw.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
            raw.close()
