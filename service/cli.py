"""The command ``screening-service``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from screening.errors import ScreeningError
from service import cli_operation, cli_people
from service.logs import setup
from service.settings import load_settings

app = typer.Typer(name="screening-service", no_args_is_help=True, add_completion=False)
app.add_typer(cli_operation.settings_app, name="settings")
app.add_typer(cli_people.user, name="user")
app.add_typer(cli_people.key, name="key")
for _command in (cli_operation.doctor, cli_operation.backup, cli_operation.restore, cli_operation.purge):
    app.command()(_command)

DataOption = Annotated[Path | None, typer.Option("--data", help="数据文件夹；没有就新建。")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="数据库地址；不写就用数据文件夹里的文件。")]


@app.callback()
def _root() -> None:
    """案例智审服务：收材料、后台筛查、评审、对接平台。"""


@app.command()
def serve(
    data: DataOption = None,
    database: DatabaseOption = None,
    host: Annotated[str | None, typer.Option(help="监听的地址；给全单位用写 0.0.0.0。")] = None,
    port: Annotated[int | None, typer.Option(help="监听的端口。")] = None,
    workers: Annotated[int | None, typer.Option(help="筛查的工作进程数；0 为每个处理器一个。")] = None,
) -> None:
    """启动服务：网页、接口和筛查进程。按 Ctrl-C 停止；正在处理的材料做完再停，再按一次就马上停。"""
    from service.supervisor import serve as run

    settings = load_settings(data=data, database=database, host=host, port=port, workers=workers)
    setup(settings)
    run(settings)


@app.command()
def worker(
    database: DatabaseOption = None,
    data: DataOption = None,
    name: Annotated[str, typer.Option(hidden=True)] = "",
    watched: Annotated[bool, typer.Option("--watched", hidden=True)] = False,
) -> None:
    """只启动一个筛查进程，例如在另一台机器上：--database 写同一个 PostgreSQL 数据库的地址。"""
    from service.jobs.worker import main as run

    settings = load_settings(data=data, database=database)
    setup(settings)
    run(settings, name, watched=watched)


def main() -> None:
    """Run the command. Errors are told in words; exit 2."""
    try:
        app()
    except ScreeningError as error:
        print(f"{error.message}\n{error.advice}", file=sys.stderr)  # noqa: T201 - for whoever typed the command
        raise SystemExit(2) from error
