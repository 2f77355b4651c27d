"""The commands ``screening rules …``: rulebooks, shown, held to their notice, begun anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from screening.console import console
from screening.errors import RulebookError

app = typer.Typer(help="规则集：查看、核对、新建。", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def rules_list() -> None:
    """列出自带的规则集。"""
    from screening.rulebook import available, load_rulebook

    table = Table("名称", "通知", "规则数", box=None, pad_edge=False)
    for name in available():
        book = load_rulebook(name)
        table.add_row(name, book.title, str(len(book.rules())))
    console().print(table)


@app.command("show")
def rules_show(
    name: Annotated[str, typer.Argument(metavar="RULEBOOK", help="规则集名称或 .toml 文件。")] = "henan-2023-950",
) -> None:
    """逐条显示规则：检查什么、多严、通知原话。"""
    from screening.output.terminal import render_rulebook
    from screening.rulebook import load_rulebook

    render_rulebook(load_rulebook(name), console())


@app.command("check")
def rules_check(file: Annotated[Path, typer.Argument(metavar="FILE", help="规则集 .toml 文件。")]) -> None:
    """核对一个规则集文件；有错时指出文件、表和键。"""
    from screening.rulebook import load_rulebook, missing_quotes

    book = load_rulebook(file)
    absent = missing_quotes(book)
    if absent:
        first = absent[0]
        raise RulebookError(
            "rulebook.quote",
            f"{file.name}：{len(absent)} 条规则引用的话不在通知原文中，例如 {first.id}：“{first.clause.quote}”",
            "quote 须照抄通知原文（空格、换行可以不同）。",
        )
    console().print(f"{file.name}：{len(book.rules())} 条规则，引用的通知原文都对得上。", markup=False)


@app.command("new")
def rules_new(file: Annotated[Path, typer.Argument(metavar="FILE", help="新规则集的 .toml 文件名。")]) -> None:
    """新建一个规则集的底稿，连同通知原文的占位文件。"""
    from screening.rulebook_draft import write_draft

    for written in write_draft(file):
        console().print(f"已写出 {written}", markup=False)
    console().print("请把通知全文贴进 .txt，再按注释修改 .toml，最后运行 screening rules check。")
