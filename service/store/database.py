"""The open store: one engine for the service's and the archive's tables, transactions, migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, RowMapping, exc, inspect, text
from sqlalchemy import event as sa_event

from screening.errors import LibraryError
from screening.library import Library, open_library
from screening.library.database import connect, location, spoken
from service.errors import ServiceError
from service.moment import now
from service.store import books, keyring
from service.store.audit import Action
from service.store.schema import REVISION, audit, event
from service.store.sealing import Sealer

Tx = Connection  # for the rooms above, which know no SQLAlchemy
Row = RowMapping
VERSION_TABLE = "service_version"
# With the pool's 20 more than a web process has threads: nobody waits for a connection, and who watches always gets one.
_MORE = 30
_PLACES = {"library.locked": 503, "library.unreachable": 503, "library.refused": 503, "library.full": 507}


class Store:
    """The database of a service. Raises :class:`ServiceError` for every trouble of the database: 503 for what passes by itself."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self.engine, self.sealer = engine, sealer

    @classmethod
    def open(cls, where: str, key: bytes = b"", *, old: bytes = b"", pool: int = 20, migrate: bool = True) -> Self:
        """Open a database and bring it to this version; made if it is not there. ``where`` is a path or URL; ``key`` seals.

        ``old`` is the key before it, until all is sealed anew. Without ``migrate`` nothing is made or changed. Raises :class:`LibraryError` for a database that can't be used,
        :class:`ServiceError` "store.key" if the keys don't open it.
        """
        open_library(where, create=migrate).close()
        engine = connect(location(where), create=False, pool_size=pool, max_overflow=_MORE, pool_timeout=10)
        if engine.dialect.name == "sqlite":
            sa_event.listen(engine, "connect", _modest)
        store = cls(engine, Sealer(key, old))
        engine.dialect.vault = store.sealer  # type: ignore[attr-defined]  # ours: see screening.library.vault
        try:
            store._migrate(look=not migrate)
            store._check_keys(look=not migrate)
            books.sources.add(engine)
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Close all connections."""
        books.sources.discard(self.engine)
        self.engine.dispose()

    def library(self) -> Library:
        """Return the archive in this database; one object a thread."""
        return Library(self.engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and writes nothing."""
        with _told(self.engine), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes: stored for good when this ends, not at all if it raises.

        SQLite: one writer at a time, from the beginning. PostgreSQL: READ COMMITTED; who reads a row to change it locks it
        (``with_for_update``). Archive rows are written under the archive's own lock: see :func:`archive_lock`.
        """
        options: dict[str, Any] = {"writes": True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "READ COMMITTED"
        with _told(self.engine), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    def _check_keys(self, *, look: bool) -> None:
        with self.read() as connection:
            incomplete = keyring.check(connection, self.sealer)
        if incomplete and not look:
            with self.write() as connection:
                keyring.complete(connection, self.sealer)

    def _migrate(self, *, look: bool = False) -> None:
        with self.read() if look else self.write() as connection:
            there = inspect(connection).has_table(VERSION_TABLE)
            found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() if there else None  # noqa: S608 - our own name
            if found == REVISION:
                return
            if found is not None and found > REVISION:
                raise LibraryError("store.newer", f"数据库的版本（{found}）比本程序新", "请升级本程序后再启动。")
            if look:
                raise LibraryError(
                    "store.pending", "数据库的表结构还不是本版本的", "请先备份，再用 screening-service serve 启动一次。"
                )
            _upgrade(connection)


def _modest(raw: Any, _record: Any) -> None:
    # A web process holds a dozen connections; the archive's 64 MB of cache each are meant for one.
    raw.execute("PRAGMA cache_size=-8192")


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - loads for long, and only a new version needs it
    from alembic.config import Config  # noqa: PLC0415 - as above

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x43535356})  # several start at once
        if inspect(connection).has_table(VERSION_TABLE):
            return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Turn what the database says into an answer."""
    try:
        with spoken(engine.url):
            try:
                yield
            except (
                exc.DataError
            ) as error:  # NUL in a text or a number out of range, on PostgreSQL: the request's fault, not ours
                raise ServiceError(
                    422, "request.characters", "请求里有数据库存不下的字符或数值", "请去掉不可见的字符后再试。"
                ) from error
    except exc.TimeoutError as error:  # of the pool
        raise ServiceError(
            503, "store.busy", "数据库正忙，没有等到空闲的连接", "请稍后再试。", headers={"Retry-After": "5"}
        ) from error
    except LibraryError as error:
        headers = {}
        status = _PLACES.get(error.code, 500)
        if status == 503:
            headers["Retry-After"] = "5"
        code = error.code.replace("library.", "store.", 1)
        message = error.message.replace("比对库", "数据库")
        raise ServiceError(status, code, message, error.advice, headers=headers) from error


def note(connection: Connection, by: str, action: Action, target: str = "", reason: str = "", **facts: Any) -> None:
    """Add a line to the audit: who did what to which thing. No personal data but the reason that a person gave."""
    connection.execute(
        audit.insert(),
        {"created": now(), "by": by, "action": action, "target": target, "reason": reason, "facts": facts or None},
    )


def tell(
    connection: Connection, kind: str, *, batch: str | None = None, submission: str | None = None, **body: Any
) -> None:
    """Add an event, in the same transaction as what it tells of; nothing personal in it."""
    connection.execute(
        event.insert(), {"kind": kind, "batch": batch, "submission": submission, "body": body, "created": now()}
    )
