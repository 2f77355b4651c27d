"""The command ``screening blind``: copies for reviewers, without names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from screening.console import console

EXIT_CLEAR, EXIT_USAGE = 0, 2


def blind(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="一个或几个 .docx 文件；加 --numbered 时什么格式都行。")
    ],
    out: Annotated[Path, typer.Option("--out", help="盲审副本写到哪个文件夹。")],
    also: Annotated[list[str] | None, typer.Option("--also", help="另外要遮盖的姓名或单位，可以写几次。")] = None,
    numbered: Annotated[
        bool,
        typer.Option(
            "--numbered", help="按正文重排成 Word，文件名只用序号，另写“目录.csv”（序号对应哪个文件，请自己留存）。"
        ),
    ] = False,
) -> None:
    """制作盲审副本：遮盖姓名、单位、电话、邮箱、证件号，去掉作者属性和照片信息。"""
    from screening.blinding import blind_files, numbered_copies

    code, copies = EXIT_CLEAR, numbered_copies if numbered else blind_files
    for done in copies(files, out, also=also or ()):
        _say_blinded(done)
        if done.error:
            code = EXIT_USAGE
    console().print("遮盖由程序完成，送审前请抽查：图片里的文字、绰号、没有写在作者信息表里的姓名，程序看不出来。")
    raise typer.Exit(code)


def _say_blinded(done: Any) -> None:
    from screening.output.markup import printable

    out = console()
    if done.error:
        out.print(f"{printable(done.file.name)}：没有制作副本。{done.error.message}。{done.error.advice}", markup=False)
        return
    out.print(f"{printable(done.file.name)} → {printable(str(done.copy))}", markup=False)
    remarks = []
    if done.nameless:
        remarks.append("没有找到作者姓名，只遮盖了电话、邮箱等；请用 --also 写明姓名。")
    if done.ambiguous:
        remarks.append(f"“{'、'.join(done.ambiguous)}”也是常用词，只在明显是姓名的地方遮盖，请查看全文。")
    if done.pictures:
        remarks.append(f"有图片 {done.pictures} 张，图片里的文字没有遮盖。")
    if done.left:
        remarks.append(f"有 {len(done.left)} 个嵌入部件无法遮盖（如 {done.left[0]}），请在 Word 中删除后重做。")
    for remark in remarks:
        out.print(f"  请注意：{remark}", markup=False)
