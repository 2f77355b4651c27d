"""The sheet that ``screening check`` writes: a unit's own check of its case before it hands it in."""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from screening.console import console
from screening.errors import UsageError


class SheetView(enum.StrEnum):
    """How much a sheet shows."""

    BRIEF = "brief"
    FULL = "full"
    ALIGNED = "aligned"


class SheetForm(enum.StrEnum):
    """What a sheet is written as."""

    DOCX = "docx"
    HTML = "html"
    PDF = "pdf"


SheetViewOption = Annotated[
    SheetView, typer.Option("--sheet-view", help="报告单：brief 简洁、full 全文标明引文、aligned 全文对照。")
]


def sheet_asked(sheet: Path, files: list[Path]) -> None:
    """Refuse before the work what could not be written after it: raises :class:`UsageError`."""
    from screening.output.paper_typst import ready

    if len(files) != 1:
        raise UsageError("sheet.one", "--sheet 一次写一份文件的自查单", "请一次检查一个文件；整批请用 batch --sheets。")
    if sheet.suffix.lower() not in (f".{form.value}" for form in SheetForm):
        raise UsageError("sheet.form", f"--sheet 的格式认不出：{sheet.name}", "文件名请以 .docx、.html 或 .pdf 结尾。")
    if sheet.suffix.lower() == ".pdf":
        ready()


def write_sheet(sheet: Path, report: Any, rulebook: str, kind: str, view: SheetView) -> None:
    """Write the sheet of one report, with a code where the check can be done again elsewhere, and say where it lies."""
    from screening.output import sheet as sheets
    from screening.precheck import Precheck
    from screening.rulebook import load_rulebook

    made = datetime.now().astimezone()
    # Only a check without an archive can be done again elsewhere: nobody else has the same one.
    alone = not report.error and not report.made_with.library.get("documents")
    code = Precheck.of(report, kind=kind, made=made).code if alone else ""
    data = sheets.sheet(
        report,
        load_rulebook(rulebook),
        number=sheets.report_number(report),
        made_at=made,
        view=view.value,
        mask_author=False,
        form=SheetForm(sheet.suffix.lower()[1:]).value,
        precheck=code,
    )
    sheet.write_bytes(data)
    out = console(stderr=True)  # standard output may be JSON
    out.print(f"自查单：{sheet}", markup=False)
    if code:
        out.print(f"自查码：{code}", markup=False, soft_wrap=True)
