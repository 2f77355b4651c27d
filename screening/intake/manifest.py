"""The manifest: one row a submission, from the office's own spreadsheet (xlsx or csv, Chinese or English headers)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any

from screening.errors import ManifestError
from screening.intake.table import Table, read_table, text_of

CHINA = timezone(timedelta(hours=8))

HEADERS = {
    "file": ("文件名", "文件", "文件名称", "案例文件", "正文文件", "file", "filename"),
    "kind": ("案例类型", "类型", "材料类型", "类别", "kind", "type"),
    "unit": ("单位", "所属单位", "报送单位", "工作单位", "推荐单位", "unit"),
    "unit_type": ("单位类型", "单位性质", "unit_type"),
    "project": ("项目类别", "项目", "项目名称", "所属项目", "project"),
    "author": ("作者", "姓名", "作者姓名", "author", "name"),
    "received": ("报送时间", "提交时间", "收到时间", "上报时间", "received", "submitted"),
    "outside_similarity": ("外部查重率", "查重率", "重复率", "similarity"),
    "outside_ai": ("AI生成比例", "AI比例", "AIGC比例", "AI率", "ai_share"),
    "form_file": ("表单文件", "附表", "作者信息表", "form", "form_file"),
    "title": ("标题", "案例标题", "案例名称", "题目", "title"),
}
_FREE = ("序号", "编号", "备注", "说明", "no", "note", "notes", "remark", "联系人", "联系电话", "电话", "手机", "邮箱")
_DATE = re.compile(
    "(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})\\s*日?(?:[T\\s]*(\\d{1,2})[:：时](\\d{1,2})(?:[:：分](\\d{1,2}))?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One row; empty text and None where the sheet says nothing. Shares are 0–1, times carry +08:00 unless they say otherwise."""

    line: int
    file: str
    kind: str = ""
    unit: str = ""
    unit_type: str = ""
    project: str = ""
    author: str = ""
    title: str = ""
    received: datetime | None = None
    outside_similarity: float | None = None
    outside_ai: float | None = None
    form_file: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows in the order of the sheet."""

    file: str
    rows: tuple[ManifestRow, ...]

    def match(self, files: Mapping[str, Any]) -> dict[str, ManifestRow]:
        """Map file names (relative, forward slashes) to rows; a row may name the whole path or only the last part.

        Raises :class:`ManifestError` if rows name files that are not there, or a name that fits several files.
        """
        by_last: dict[str, list[str]] = {}
        for path in files:
            for key in {PurePosixPath(path).name, PurePosixPath(path).stem}:
                by_last.setdefault(key, []).append(path)
        out: dict[str, ManifestRow] = {}
        missing: list[str] = []

        def find(wanted: str, line: int) -> str | None:
            if wanted in files:
                return wanted
            fits = by_last.get(PurePosixPath(wanted).name, [])
            if len(fits) > 1:
                raise ManifestError(
                    "manifest.ambiguous",
                    f"{self.file} 第 {line} 行：“{wanted}”对应 {len(fits)} 个文件",
                    f"请写上所在文件夹，例如“{fits[0]}”。",
                )
            return fits[0] if fits else None

        for row in self.rows:
            name: str | None = find(row.file, row.line)
            form = find(row.form_file, row.line) if row.form_file else ""
            missing += [f"第 {row.line} 行“{n}”" for n, got in ((row.file, name), (row.form_file, form)) if got is None]
            if name and name in out:
                raise ManifestError(
                    "manifest.twice",
                    f"{self.file} 第 {out[name].line} 行与第 {row.line} 行是同一个文件“{name}”",
                    "请只留一行。",
                )
            if name:
                out[name] = _with_form(row, form or "")
        if missing:
            more = f"，共 {len(missing)} 处" if len(missing) > 10 else ""
            raise ManifestError(
                "manifest.no_file",
                f"{self.file} 写到的文件不在报送材料中：{'、'.join(missing[:10])}{more}",
                "请核对文件名（含扩展名）和所在文件夹。",
            )
        return out


def _with_form(row: ManifestRow, form: str) -> ManifestRow:
    return replace(row, form_file=form)


def load_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises :class:`ManifestError` that names file, row and column."""
    table = read_table(path, HEADERS, need=("file",), free=_FREE, what="报送清单")
    return Manifest(
        path.name, tuple(_row(table, n, cells) for n, cells in table.rows if text_of(table.cell(cells, "file")))
    )


def _row(table: Table, line: int, cells: tuple[Any, ...]) -> ManifestRow:
    def text(key: str) -> str:
        return unicodedata.normalize("NFC", text_of(table.cell(cells, key)))

    at = f"{table.file} 第 {line} 行"
    return ManifestRow(
        line=line,
        file=text("file").replace("\\", "/"),
        kind=text("kind"),
        unit=text("unit"),
        unit_type=text("unit_type"),
        project=text("project"),
        author=text("author"),
        title=text("title"),
        received=when(table.cell(cells, "received"), at),
        outside_similarity=share(table.cell(cells, "outside_similarity"), at, "外部查重率"),
        outside_ai=share(table.cell(cells, "outside_ai"), at, "AI生成比例"),
        form_file=text("form_file").replace("\\", "/"),
    )


def when(cell: Any, at: str) -> datetime | None:
    """Read a time as people write it; without a zone it is Beijing time. A bare date is its first minute.

    >>> when("2024年1月20日", "").isoformat(), when("2024/1/20 9:05", "").isoformat()
    ('2024-01-20T00:00:00+08:00', '2024-01-20T09:05:00+08:00')
    """
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=CHINA)
    text = text_of(cell)
    if not text:
        return None
    try:
        if re.fullmatch("\\d{4}-\\d\\d-\\d\\dT.*(?:Z|[+-]\\d\\d:\\d\\d)", text):
            return datetime.fromisoformat(text)
        match = _DATE.fullmatch(text)
        if match:
            return datetime(*(int(g) for g in match.groups(default="0")), tzinfo=CHINA)  # type: ignore[misc, arg-type]
    except ValueError:
        pass
    raise ManifestError("manifest.date", f"{at}：报送时间“{text}”看不懂", "请写成 2024-01-20 或 2024-01-20 09:30。")


def share(cell: Any, at: str, column: str) -> float | None:
    """Read a share: "12.5%" and 12.5 are 0.125; a number of at most 1 without a percent sign is taken as a share already.

    >>> share("12.5%", "", ""), share(0.125, "", ""), share("12.5", "", ""), share("", "", "")
    (0.125, 0.125, 0.125, None)
    """
    text = text_of(cell) if not isinstance(cell, (int, float)) else str(cell)
    if not text:
        return None
    match = re.fullmatch("([0-9]+(?:\\.[0-9]+)?)\\s*([%％]?)", text)
    value = float(match[1]) if match else -1.0
    if match and (match[2] or value > 1):
        value /= 100
    if not 0 <= value <= 1:
        raise ManifestError("manifest.share", f"{at}：{column}“{text}”应在 0 到 100% 之间", "请写成 12.5%。")
    return value
