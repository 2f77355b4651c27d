"""The commands ``screening library …``: the archive to compare with, kept over the years."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from screening.console import advancing, console, progress_bar
from screening.errors import LibraryError

app = typer.Typer(help="比对库：把往年案例存起来，供以后比对。", no_args_is_help=True, rich_markup_mode=None)

Where = Annotated[
    str,
    typer.Option(
        "--library",
        envvar="SCREENING_LIBRARY",
        help="库文件（SQLite，例如 比对库.db）或 postgresql://用户@主机/库名。",
    ),
]
SHOWN = 10  # unreadable files named in the terminal


@app.command("add")
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="文件、文件夹或 zip，可以给几个。")],
    library: Where,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="报送清单（xlsx 或 csv）。")] = None,
    year: Annotated[int, typer.Option("--year", min=0, max=2100, help="这些案例的年份；不写则取报送时间的年份。")] = 0,
    rulebook: Annotated[str, typer.Option("--rulebook", help="用来认类型和单位的规则集。")] = "henan-2023-950",
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="同时用几个进程；0 为自动。")] = 0,
) -> None:
    """把案例加入比对库；同一个文件只存一次，中断后重做即可。"""
    from screening.archiving import add_files
    from screening.library import open_library

    with open_library(library, create=True) as opened, progress_bar() as progress:
        done = add_files(
            paths,
            opened,
            manifest=manifest,
            year=year or None,
            rulebook=rulebook,
            jobs=jobs,
            progress=advancing(progress),
        )
        total = len(opened)
    out = console()
    out.print(f"新加入 {done.new} 篇，已在库中 {done.known} 篇；库中共 {total} 篇。")
    for name, message, advice in done.failed[:SHOWN]:
        out.print(f"没有加入“{name}”：{message}。{advice}", markup=False)
    if len(done.failed) > SHOWN:
        out.print(f"还有 {len(done.failed) - SHOWN} 个文件读不出来。")
    for name, reason in done.ignored[:SHOWN]:
        out.print(f"没有看“{name}”：{reason}", markup=False)
    if len(done.ignored) > SHOWN:
        out.print(f"还有 {len(done.ignored) - SHOWN} 个文件不是案例。")
    raise typer.Exit(2 if done.failed and not done.new + done.known else 0)


@app.command("remove")
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="编号，见 screening library list。")], library: Where
) -> None:
    """从比对库中删除文档，不留痕迹。"""
    from screening.library import open_library

    with open_library(library) as opened:
        for source_id in ids:
            opened.remove(source_id)
            console().print(f"已删除 {source_id}", markup=False)


@app.command("list")
def list_(
    library: Where,
    unit: Annotated[str, typer.Option("--unit", help="只列单位名称含这几个字的。")] = "",
    year: Annotated[int, typer.Option("--year", help="只列这一年的。")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="每篇一行 JSON。")] = False,
) -> None:
    """列出比对库中的文档。"""
    from screening.library import open_library

    table = Table("编号", "年份", "类型", "单位", "标题", box=None, pad_edge=False)
    with open_library(library) as opened:
        rows = [r for r in opened.rows() if unit in r.unit and (not year or r.year == year)]
    for r in rows:
        if as_json:
            fields = {k: v for k, v in r.to_json().items() if k not in ("text", "author")}
            print(json.dumps({"id": r.id, **fields}, ensure_ascii=False))  # noqa: T201
        else:
            table.add_row(r.id, str(r.year or ""), r.kind, r.unit, r.title)
    if not as_json:
        console().print(table if rows else "没有符合条件的文档。")


@app.command("info")
def info(library: Where, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False) -> None:
    """比对库里有什么：篇数、年份、单位、快照编号。"""
    from screening.library import open_library

    with open_library(library) as opened:
        found = opened.info()
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False))  # noqa: T201
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("篇数", f"{found.documents:,}")
    table.add_row("字符", f"{found.characters:,}（参与比对的汉字、字母、数字）")
    table.add_row("单位", f"{found.units:,}")
    table.add_row("年份", "、".join(f"{y or '未知'} {n} 篇" for y, n in found.years.items()))
    table.add_row("库编号", found.id)
    table.add_row("快照", f"{found.snapshot}（文档相同则快照相同，写在每份报告里）")
    console().print(table)


@app.command("export")
def export_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪个文件，例如 比对库.jsonl.gz。")], library: Where
) -> None:
    """把比对库整个导出成一个文件，用于备份、换库、升级。"""
    from screening.library import open_library
    from screening.library.transfer import export

    with open_library(library) as opened, progress_bar() as progress:
        advance = advancing(progress)
        count = export(opened, file, lambda done, total: advance("导出", done, total))
    console().print(f"已导出 {count} 篇：{file}", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="screening library export 写的文件。")], library: Where
) -> None:
    """把导出的文件读进比对库；已有的不重复加。"""
    from screening.library import open_library
    from screening.library.transfer import count_export, read_export

    total = count_export(file)  # the whole file is looked at before a document is stored
    with open_library(library, create=True) as opened, progress_bar() as progress:
        advance = advancing(progress)
        new = 0
        for n, added in enumerate(opened.add_many(read_export(file)), 1):
            new += added.new
            advance("导入", n, total)
    console().print(f"新加入 {new} 篇，已在库中 {total - new} 篇。")


@app.command("check")
def check(library: Where) -> None:
    """核对比对库的每一行：文本、编号、索引、词频。"""
    from screening.library import open_library
    from screening.library.transfer import verify

    with open_library(library) as opened, progress_bar() as progress:
        advance = advancing(progress)
        wrong = verify(opened, lambda done, total: advance("核对", done, total))
        size = len(opened)
    if wrong:
        for sentence in wrong[:SHOWN]:
            console().print(f"不符：{sentence}", markup=False)
        raise LibraryError(
            "library.damaged",
            f"比对库有 {len(wrong)} 处不符",
            "请从备份或导出文件恢复：screening library import 文件 --library 新库。",
        )
    console().print(f"{size} 篇逐一核对，全部相符。")
