"""The manifest: one row a submission, from the office's own spreadsheet (xlsx or csv, Chinese or English headers)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
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
_SHARES = ("outside_similarity", "outside_ai")
_FREE = ("序号", "编号", "备注", "说明", "no", "note", "notes", "remark", "联系人", "联系电话", "电话", "手机", "邮箱")
_DATE = re.compile(
    "(?P<year>\\d{4})\\s*[-/.年]\\s*(?P<month>\\d{1,2})\\s*[-/.月]\\s*(?P<day>\\d{1,2})\\s*日?\\.?"
    "(?:[T\\s]*(?P<half>上午|下午|晚上|[AP]M)?\\s*(?P<hour>\\d{1,2})(?:[:时点](?:(?P<minute>\\d{1,2})(?:[:分](?P<second>\\d{1,2})秒?)?分?)?)"
    "\\s*(?P<zone>Z|[+-]\\d\\d:?\\d\\d)?)?"
)
_COMPACT = re.compile("(20\\d\\d)(\\d\\d)(\\d\\d)")
_SERIAL = re.compile("[3-6]\\d{4}(?:\\.\\d+)?")  # a spreadsheet's day count: 1982 to 2091
_SHARE = re.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(%?)")


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
        for file in files:
            for key in {_loose(PurePosixPath(file).name), _loose(PurePosixPath(file).stem)}:
                by_last.setdefault(key, []).append(file)
        out: dict[str, ManifestRow] = {}
        missing: list[str] = []

        def find(wanted: str, line: int) -> str | None:
            if wanted in files:
                return wanted
            fits = [n for n in by_last.get(_loose(PurePosixPath(wanted).name), []) if _same_place(wanted, n)]
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


def _loose(name: str) -> str:
    """Return a name as it is compared: width, case and white space aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _same_place(wanted: str, name: str) -> bool:
    """Say whether the folders that a row names, if any, end as the file's folders do, or the other way round."""
    said = [_loose(f) for f in PurePosixPath(wanted).parent.parts if f not in (".", "/")]
    real = [_loose(f) for f in PurePosixPath(name).parent.parts]
    least = min(len(said), len(real))
    return not least or said[-least:] == real[-least:]


def _with_form(row: ManifestRow, form: str) -> ManifestRow:
    return replace(row, form_file=form)


def load_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises :class:`ManifestError` that names file, row and column."""
    table = read_table(path, HEADERS, need=("file",), free=_FREE, what="报送清单")
    percents = frozenset(k for k in _SHARES if in_percent(table.cell(cells, k) for _, cells in table.rows))
    return Manifest(
        path.name,
        tuple(_row(table, n, cells, percents) for n, cells in table.rows if text_of(table.cell(cells, "file"))),
    )


def _row(table: Table, line: int, cells: tuple[Any, ...], percents: frozenset[str]) -> ManifestRow:
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
        **{k: share(table.cell(cells, k), at, HEADERS[k][0], percent=k in percents) for k in _SHARES},
        form_file=text("form_file").replace("\\", "/"),
    )


def when(cell: Any, at: str) -> datetime | None:
    """Read a time as people write it; without a zone it is Beijing time. A bare date is its first minute.

    >>> when("2024年1月20日", "").isoformat(), when("2024/1/20 9:05", "").isoformat()
    ('2024-01-20T00:00:00+08:00', '2024-01-20T09:05:00+08:00')
    """
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=CHINA)
    said = text_of(cell)
    text = unicodedata.normalize("NFKC", said)
    if not text:
        return None
    try:
        if _SERIAL.fullmatch(text):
            minutes = round(float(text) * 1440)
            return datetime(1899, 12, 30, tzinfo=CHINA) + timedelta(minutes=minutes)
        if match := _COMPACT.fullmatch(text):
            return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=CHINA)
        if match := _DATE.fullmatch(text):
            return _moment(match)
    except ValueError:
        pass
    raise ManifestError("manifest.date", f"{at}：报送时间“{said}”看不懂", "请写成 2024-01-20 或 2024-01-20 09:30。")


def _moment(match: re.Match[str]) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"] in ("下午", "晚上", "PM") and hour < 12:
        hour += 12
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{match['zone']}").tzinfo if match["zone"] else CHINA
    day = int(match["year"]), int(match["month"]), int(match["day"])
    return datetime(*day, hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=zone)


def in_percent(cells: Iterable[Any]) -> bool:
    """Say whether a column's bare numbers are percentages: one that is above 1 tells of all.

    >>> in_percent([12, "5", 1]), in_percent([0.12, 1]), in_percent(["12%", 0.05])
    (True, False, False)
    """
    bare = (_SHARE.fullmatch(unicodedata.normalize("NFKC", str(c)).strip()) for c in cells)
    return any(m and not m[2] and float(m[1]) > 1 for m in bare)


def share(cell: Any, at: str, column: str, *, percent: bool = False) -> float | None:
    """Read a share: "12.5%" and 12.5 are 0.125; a number of at most 1 without a percent sign is taken as a share already.

    ``percent`` says that the column's bare numbers are percentages, so that 1 beside 12 is 1 %.

    >>> share("12.5%", "", ""), share(0.125, "", ""), share("12.5", "", ""), share("", "", "")
    (0.125, 0.125, 0.125, None)
    >>> share(1, "", "", percent=True), share(1, "", "")
    (0.01, 1.0)
    """
    said = text_of(cell) if not isinstance(cell, (int, float)) else str(cell)
    if not said:
        return None
    match = _SHARE.fullmatch(unicodedata.normalize("NFKC", said))
    value = float(match[1]) if match else -1.0
    if match and (match[2] or percent or value > 1):
        value /= 100
    if not 0 <= value <= 1:
        raise ManifestError("manifest.share", f"{at}：{column}“{said}”应在 0 到 100% 之间", "请写成 12.5%。")
    return value
