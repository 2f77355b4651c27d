"""Backups: one file with a consistent copy of the database, taken while others write, and a manifest by which it is verified.

The file is a zip that is not packed further: ``manifest.json`` and ``screening.db`` (SQLite) or ``screening.dump`` (pg_dump's custom
format). Originals, reports and the archive lie in the database, so that this is all; the encryption key is not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.engine import URL

from screening import __version__
from screening.errors import ScreeningError
from screening.library.database import location, spoken
from screening.library.membership import size_of, snapshot_of, state_of
from screening.library.transfer import verify
from service.errors import ServiceError
from service.moment import now, shown
from service.store import keyring
from service.store.database import Store
from service.store.schema import REVISION, author, case, chunk, metadata, run
from service.store.sealing import Sealer

FORMAT: Final = "case-screening-backup"
_MANIFEST: Final = "manifest.json"
_SQLITE, _POSTGRES = "screening.db", "screening.dump"
_STEP: Final = 1024  # pages of 16 KB that are copied at a time
_PIECE: Final = 1 << 20
_PROBES: Final = 20  # sealed bodies of each kind that are opened


def backup(store: Store, path: Path) -> dict[str, Any]:
    """Write a backup while others write; return its manifest. The file appears whole or not at all.

    Raises :class:`ServiceError`: "backup.exists", "backup.file" (can't be written), "backup.client" (no pg_dump), "backup.damaged".
    """
    if path.exists():
        raise ServiceError(409, "backup.exists", f"{path} 已经存在", "请换一个文件名；备份不覆盖已有的文件。")
    if not path.absolute().parent.is_dir():
        raise ServiceError(422, "backup.file", f"没有文件夹 {path.absolute().parent}", "请先建好存放备份的文件夹。")
    partial = path.with_name(f".{path.name}.part")
    try:
        with TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder:
            copy = Path(folder) / (_SQLITE if store.engine.dialect.name == "sqlite" else _POSTGRES)
            facts = _copy_sqlite(store, copy) if copy.name == _SQLITE else _dump(store, copy)
            manifest = {
                "format": FORMAT,
                "schema": 1,
                "made": shown(now()),
                "engine": __version__,
                "revision": REVISION,
                "database": store.engine.dialect.name,
                "file": copy.name,
                "size": copy.stat().st_size,
                "sha256": _sha256(copy),
                "key": store.sealer.key_id,
                **facts,
            }
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, allowZip64=True) as out:
                out.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))
                out.write(copy, copy.name)
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.link(partial, path)  # fails if somebody made a file of this name meanwhile
    except OSError as error:
        raise ServiceError(
            507,
            "backup.file",
            f"写不了备份 {path}（{error.strerror or type(error).__name__}）",
            "请核对磁盘空间和权限。",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _copy_sqlite(store: Store, copy: Path) -> dict[str, Any]:
    source = Path(str(store.engine.url.database))
    with (
        _spoken(store.engine.url),
        closing(sqlite3.connect(f"file:{source.absolute()}?mode=ro", uri=True, isolation_level=None)) as raw,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        # One reading transaction from beginning to end: the copy is of one moment, and writers go on in the log meanwhile.
        raw.execute("BEGIN")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        raw.backup(target, pages=_STEP)
        raw.execute("COMMIT")
        target.execute("PRAGMA journal_mode=DELETE")  # one file
    _sound(copy)
    engine = _plain(copy)
    try:
        with engine.connect() as connection:
            return _facts(connection)
    finally:
        engine.dispose()


def _dump(store: Store, copy: Path) -> dict[str, Any]:
    with store.read() as tx:
        snapshot = tx.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _client(
            "pg_dump", store.engine.url, "--format=custom", "--no-owner", f"--snapshot={snapshot}", "--file", str(copy)
        )
        return _facts(tx)


def restore(path: Path, url: str, key: bytes, old: bytes = b"") -> dict[str, Any]:
    """Restore a backup into a database that is not there yet, and verify it; return its manifest.

    ``url`` is a path or URL. Raises :class:`ServiceError`: "restore.exists" (nothing is ever overwritten), "restore.file" (no backup, or
    damaged), "restore.newer", "restore.database" (of the other kind), "restore.differs" (verification), "store.key".
    """
    with _opened(path) as (manifest, stream):
        target = location(url)
        if manifest["database"] != target.get_backend_name():
            raise ServiceError(
                422,
                "restore.database",
                f"这份备份来自 {manifest['database']}，不能恢复到 {target.get_backend_name()}",
                "请用同一种数据库恢复（设置 database）。",
            )
        if manifest["revision"] > REVISION:
            raise ServiceError(422, "restore.newer", "这份备份由更新的版本做成", "请先升级本程序，再恢复。")
        if target.get_backend_name() == "sqlite":
            _restore_sqlite(manifest, stream, Path(str(target.database)), (key, old))
        else:
            _restore_postgres(manifest, stream, url, (key, old))
    return manifest


def _restore_sqlite(manifest: dict[str, Any], stream: IO[bytes], target: Path, keys: tuple[bytes, bytes]) -> None:
    if target.exists() or target.with_name(f"{target.name}-wal").exists():
        raise _there(str(target))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".restore-") as folder:
        fresh = Path(folder) / target.name
        _unpack(manifest, stream, fresh)
        _sound(fresh)
        _verify(manifest, str(fresh), keys)
        with suppress(FileNotFoundError):
            fresh.with_name(f"{fresh.name}-wal").unlink()
        os.link(fresh, target)


def _restore_postgres(manifest: dict[str, Any], stream: IO[bytes], url: str, keys: tuple[bytes, bytes]) -> None:
    from screening.library import open_engine  # noqa: PLC0415 - only where there is PostgreSQL

    engine = open_engine(url)
    try:
        with _spoken(engine.url), engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise _there(f"数据库 {engine.url.database}")
    finally:
        engine.dispose()
    with TemporaryDirectory() as folder:
        dump = Path(folder) / _POSTGRES
        _unpack(manifest, stream, dump)
        _client("pg_restore", engine.url, "--no-owner", "--single-transaction", "--exit-on-error", str(dump))
    _verify(manifest, url, keys)


def _verify(manifest: dict[str, Any], url: str, keys: tuple[bytes, bytes]) -> None:
    """Compare what is there with the manifest, look at every row of the archive, open sealed bodies."""
    store = Store.open(url, keys[0], old=keys[1])  # an older version is brought to this one here
    try:
        with store.read() as tx:
            found = _facts(tx)
            wrong = [
                f"{name} 应为 {manifest[name]}，恢复后是 {found[name]}"
                for name in ("counts", "archive")
                if manifest[name].items() - found[name].items()
            ]
            wrong += sealed_probe(tx, store.sealer)
        wrong += verify(store.library())
        if store.engine.dialect.name == "sqlite":
            with store.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()
    if wrong:
        raise ServiceError(
            500,
            "restore.differs",
            "恢复后的数据与备份时不一致：" + "；".join(wrong[:5]),
            "请换一份备份，并保留这一份备查。",
        )


def sealed_probe(tx: Connection, sealer: Sealer) -> list[str]:
    """Open the keys' probes and the newest sealed bodies of each kind; return what does not open, a sentence each."""
    wrong = []
    try:
        keyring.check(tx, sealer)
    except ServiceError as error:
        return [error.message]
    kinds = (
        ("作者信息", select(author.c.submission, author.c.body).order_by(author.c.submission.desc()), "author/{}"),
        ("读出的案例", select(case.c.submission, case.c.body).order_by(case.c.submission.desc()), "case/{}"),
        ("报告", select(run.c.id, run.c.body).order_by(run.c.id.desc()), "run/{}"),
        ("原件", select(chunk.c.sha256, chunk.c.data).where(chunk.c.number == 0), "{}/0"),
    )
    for name, query, place in kinds:
        for key, body in tx.execute(query.limit(_PROBES)):
            try:
                sealer.open(body, place.format(key))
            except ServiceError as error:
                wrong.append(f"{name}打不开：{error.message}")
                break
    return wrong


def _facts(tx: Connection) -> dict[str, Any]:
    """Return what a backup holds: rows by table, and the name of the archive's set of documents."""
    counts = {
        table.name: tx.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables
    }
    state, size = state_of(tx), size_of(tx)
    snapshot = snapshot_of(state["parameters"], state["content"], size)
    return {"counts": counts, "archive": {"id": state["id"], "documents": size, "snapshot": snapshot}}


def _sound(file: Path) -> None:
    """Raise :class:`ServiceError` "backup.damaged" unless SQLite finds its own structure whole."""
    try:
        with closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True)) as raw:
            said = [row[0] for row in raw.execute("PRAGMA integrity_check(5)")]
            said += ["外键不符"] if raw.execute("PRAGMA foreign_key_check").fetchone() else []
    except sqlite3.DatabaseError as error:
        said = [type(error).__name__]
    if said != ["ok"]:
        raise ServiceError(
            500,
            "backup.damaged",
            f"数据库的结构已损坏（{len(said)} 处）",
            "请从更早的备份恢复（screening-service restore），并检查磁盘。",
        )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[dict[str, Any], IO[bytes]]]:
    try:
        archive = zipfile.ZipFile(path)
        manifest = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != FORMAT or manifest["file"] not in (_SQLITE, _POSTGRES):
            raise _no_backup(path)
        stream = archive.open(manifest["file"])
    except (zipfile.BadZipFile, LookupError, TypeError, ValueError, OSError) as error:
        raise _no_backup(path) from error
    with archive, stream:
        yield manifest, stream


def _no_backup(path: Path) -> ServiceError:
    return ServiceError(
        422,
        "restore.file",
        f"{path.name} 不是完整的备份文件",
        "请核对文件，或换一份备份；备份用 screening-service backup 做成。",
    )


def _unpack(manifest: dict[str, Any], stream: IO[bytes], target: Path) -> None:
    """Write the copy of the database to disk. Raises :class:`ServiceError` "restore.file" if a byte of it was altered."""
    digest = hashlib.sha256()
    try:
        with target.open("xb") as out:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, EOFError) as error:
        raise _no_backup(target) from error
    except OSError as error:
        raise ServiceError(
            507,
            "restore.disk",
            f"写不了 {target.parent}（{error.strerror or type(error).__name__}）",
            "请核对磁盘空间和权限。",
        ) from error
    if digest.hexdigest() != manifest["sha256"]:
        raise _no_backup(target)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _there(name: str) -> ServiceError:
    return ServiceError(
        409,
        "restore.exists",
        f"{name} 里已有数据，没有动它",
        "恢复只写到空的地方：请换一个 --data 文件夹或新建一个空库。",
    )


def _plain(file: Path) -> Engine:
    from sqlalchemy import create_engine  # noqa: PLC0415 - a copy needs none of the archive's own settings

    return create_engine(URL.create("sqlite+pysqlite", database=str(file)))


@contextmanager
def _spoken(url: URL) -> Iterator[None]:
    try:
        with spoken(url):
            yield
    except ScreeningError as error:
        if isinstance(error, ServiceError):
            raise
        raise ServiceError(500, error.code, error.message, error.advice) from error
    except sqlite3.Error as error:
        raise ServiceError(
            500, "backup.damaged", f"数据库读不出来（{type(error).__name__}）", "请运行 screening-service doctor 查看。"
        ) from error


def _client(program: str, url: URL, *words: str) -> None:
    """Run one of PostgreSQL's programs. Raises :class:`ServiceError` "backup.client"."""
    found = shutil.which(program) or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise ServiceError(
            500,
            "backup.client",
            f"没有找到 {program}",
            "请安装 PostgreSQL 客户端（Debian、Ubuntu：apt-get install postgresql-client），"
            "或由数据库管理员用 pg_dump --format=custom 备份整个库。",
        )
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ) | ({"PGPASSWORD": url.password} if url.password else {})
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program; the password goes by the environment
        [found, f"--dbname={address}", *words], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        version = "版本不匹配" if b"version" in done.stderr else "没有成功"
        raise ServiceError(
            500, "backup.client", f"{program} {version}（退出码 {done.returncode}）", "请核对地址、权限和客户端的版本。"
        )
