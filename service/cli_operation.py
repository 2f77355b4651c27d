"""The commands by which the service is run: settings, backup, restore, doctor."""

from __future__ import annotations

import base64
import difflib
import os
import secrets
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from screening.console import console
from screening.errors import UsageError
from service.settings import FILE, PREFIX, Settings, load_settings, table

settings_app = typer.Typer(help="设置：查看、核对、生成密钥。", no_args_is_help=True)
# Of the engine and of this program, but no settings of the service.
_OTHERS: Final = frozenset({f"{PREFIX}SETTINGS", f"{PREFIX}LIBRARY", f"{PREFIX}BOUNDARY"})

DataOption = Annotated[Path | None, typer.Option("--data", help="数据文件夹。")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="数据库地址；不写就用数据文件夹里的文件。")]


@settings_app.command("list")
def list_() -> None:
    """列出全部设置：名称、环境变量、默认值、说明。"""
    rows = Table("名称", "环境变量", "默认值", "说明")
    for row in table():
        rows.add_row(*row)
    console().print(rows)


@settings_app.command("new-key")
def new_key() -> None:
    """生成一个加密密钥。请另存一份：丢了它，加密保存的内容谁也读不出来。"""
    print(base64.b64encode(secrets.token_bytes(32)).decode())  # noqa: T201 - for a pipe or a file


@settings_app.command("check")
def check(data: DataOption = None, database: DatabaseOption = None) -> None:
    """核对设置：认不得的名称、数据文件夹、数据库、规则集、模型、LibreOffice。有错退出码为 1。"""
    from service import doctor

    unknown = list(unknown_names(os.environ, _file_keys()))
    lines = [doctor.Line(doctor.WRONG, name, "没有这项设置", _meant(name)) for name in unknown]
    try:
        found = load_settings(data=data, database=database)
    except UsageError as error:
        lines.append(doctor.Line(doctor.WRONG, "设置", error.message, error.advice))
    else:
        lines += [*doctor.basics(found), doctor.database(found)]
    _show(lines)


def doctor(data: DataOption = None, database: DatabaseOption = None) -> None:
    """检查整个安装：数据库、版本、字体、磁盘、内存、读取限制、比对库、时钟、密钥、工作进程。有错退出码为 1。"""
    from service import doctor as looks

    _show(looks.examine(load_settings(data=data, database=database)))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪个文件；不覆盖已有的。")],
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """备份：服务不用停。一个文件，含全部材料、报告、评审意见和比对库；不含加密密钥。"""
    from service.store import backup as work
    from service.store.database import Store

    found = load_settings(data=data, database=database)
    if not found.database and not Path(found.database_url).exists():
        raise UsageError("backup.none", f"{found.data} 里没有数据", "请用 --data 指明服务的数据文件夹。")
    store = Store.open(found.database_url, found.key_bytes, old=found.old_key_bytes, migrate=False)
    try:
        manifest = work.backup(store, file)
    finally:
        store.close()
    held = manifest["counts"]
    console().print(
        f"已备份到 {file}：材料 {held['service_submission']} 份，报告 {held['service_run']} 份，"
        f"比对库 {manifest['archive']['documents']} 篇，{manifest['size'] / 2**20:,.1f} MB。",
        markup=False,
    )
    if manifest["key"]:
        console().print("内容是加密的；恢复时要用同一个密钥（encryption_key），它不在备份里，请另存。")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件。")],
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """恢复备份到空的数据文件夹（或空的 PostgreSQL 库），并逐项核对；不覆盖任何已有的数据。"""
    from service.store import backup as work

    found = load_settings(data=data, database=database)
    manifest = work.restore(file, found.database_url, found.key_bytes, found.old_key_bytes)
    held = manifest["counts"]
    out = console()
    out.print(
        f"已恢复 {manifest['made']} 的备份并核对无误：材料 {held['service_submission']} 份，报告 {held['service_run']} 份，"
        f"比对库 {manifest['archive']['documents']} 篇。",
        markup=False,
    )
    out.print("请注意：备份之后撤销的密钥、停用的账号、清除的材料都回到了备份时的样子，请再做一次。")


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出，不删除。")] = False,
    days: Annotated[int, typer.Option("--days", min=0, help="与 --dry-run 同用：列出多少天以内到期的。")] = 0,
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """清除保存期已满的批次（设置 retention_days，从批次关闭算起）；工作进程每天也会做一次。"""
    from service.moment import shown
    from service.store import retention
    from service.store.database import Store

    settings = load_settings(data=data, database=database)
    store = Store.open(settings.database_url, settings.key_bytes)
    try:
        if dry_run:
            retention.set_ends(store, settings.retention_days)
            rows = retention.upcoming(store, days)
            for row in rows:
                print(f"{shown(row['purge_after'])}  {row['id']}  {row['name']}")  # noqa: T201 - the command's answer
            print(f"共 {len(rows)} 批。")  # noqa: T201 - as above
        else:
            print(f"清除了 {retention.due(store, settings.retention_days)} 批。")  # noqa: T201 - as above
    finally:
        store.close()


def unknown_names(environment: Iterable[str], keys: Iterable[str]) -> Iterator[str]:
    """Yield the names in the environment and in the settings file that are no settings."""
    known = {name.upper() for name in Settings.model_fields}
    for name in environment:
        if name.startswith(PREFIX) and name not in _OTHERS and name.removeprefix(PREFIX).split("__")[0] not in known:
            yield name
    yield from (key for key in keys if key not in Settings.model_fields)


def _meant(name: str) -> str:
    prefix = PREFIX if name.startswith(PREFIX) else ""
    names = [f"{PREFIX}{n.upper()}" if prefix else n for n in Settings.model_fields]
    near = difflib.get_close_matches(name, names, 1)
    return f"是否想写 {near[0]}？" if near else "全部设置见：screening-service settings list"


def _file_keys() -> list[str]:
    file = Path(os.environ.get(f"{PREFIX}SETTINGS") or FILE)
    try:
        return list(tomllib.loads(file.read_text("utf-8"))) if file.is_file() else []
    except (OSError, ValueError) as error:
        raise UsageError("settings.file", f"设置文件 {file} 读不出来", "请核对是不是 UTF-8 编码的 TOML。") from error


def _show(lines: Iterable[object]) -> None:
    out, wrong = console(), False
    for line in lines:
        mark, subject, said, advice = (getattr(line, n) for n in ("mark", "subject", "said", "advice"))
        out.print(f"{mark} {subject}：{said}" + (f"  → {advice}" if advice else ""), markup=False)
        wrong |= mark == "✗"
    raise typer.Exit(1 if wrong else 0)
