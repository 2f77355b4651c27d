"""Migrations: an archive is brought to this version when it is opened for writing, and refused if it is newer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, text

from screening.errors import LibraryError
from screening.library.database import APPLICATION_ID, has_tables, transaction
from screening.library.schema import REVISION, state

VERSION_TABLE = "archive_version"


def ready(engine: Engine, *, create: bool, first: Mapping[str, str]) -> None:
    """See that the tables are there and of this version; ``first`` are the values of a new archive's state.

    Raises :class:`LibraryError` "library.missing", "library.newer".
    """
    there = has_tables(engine)
    if not there and not create:
        raise LibraryError(
            "library.missing", "数据库里还没有比对库", "新建请用：screening library add 文件夹 --library 地址"
        )
    if there:
        with transaction(engine, writes=False) as connection:
            found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()  # noqa: S608 - our own name
        if found == REVISION:
            return  # without Alembic, which takes longer to load than the archive to open
        if found > REVISION:
            raise LibraryError(
                "library.newer",
                f"比对库的版本（{found}）比本程序新",
                "请升级本程序，或用新版本导出（screening library export）后导入到新库。",
            )
    with transaction(engine, writes=True) as connection:
        _upgrade(connection)
        if not connection.execute(select(state.c.name)).first():
            connection.execute(insert(state), [{"name": k, "value": v} for k, v in first.items()])
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see ready()
    from alembic.config import Config  # noqa: PLC0415 - loads for long, and only a new archive needs it

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
