"""Small tables that people keep in a spreadsheet: xlsx or csv, read row by row as text and dates."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from screening.errors import ManifestError

MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header: ``columns`` maps a key to its column number, ``rows`` hold (row number in the file, cells)."""

    file: str
    columns: dict[str, int]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    def cell(self, row: tuple[Any, ...], key: str) -> Any:
        """Return the cell of a row under ``key``, "" if the table has no such column."""
        n = self.columns.get(key)
        return row[n] if n is not None and n < len(row) and row[n] is not None else ""


def text_of(cell: Any) -> str:
    """Return a cell as text: 13800000000.0 as "13800000000", None as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()


def read_table(
    path: Path, headers: dict[str, tuple[str, ...]], *, need: tuple[str, ...], free: tuple[str, ...] = (), what: str
) -> Table:
    """Read an xlsx or csv whose header stands in one of the first ten rows.

    ``headers`` maps keys to the spellings that mean them, ``need`` names the keys that must be there, ``free`` lists columns
    that are known and not used; with an unknown column it raises :class:`ManifestError` naming row, column and the nearest known.
    """
    grid = _grid(path, what)
    known = {_folded(s): key for key, spellings in headers.items() for s in spellings}
    head = _head(grid, known, need)
    if head is None:
        wanted = "、".join(headers[k][0] for k in need)
        raise ManifestError(
            "table.header",
            f"{path.name} 前十行里找不到表头（至少要有：{wanted}）{_near(grid, headers, need)}",
            f"请在首行写明列名，可用的列：{'、'.join(s[0] for s in headers.values())}。",
        )
    columns: dict[str, int] = {}
    for n, cell in enumerate(grid[head]):
        name = text_of(cell)
        key = known.get(_folded(name))
        if key is None:
            if name and _folded(name) not in {_folded(f) for f in free}:
                raise _unknown_column(path, head, name, headers)
            continue
        if key in columns:
            raise ManifestError("table.twice", f"{path.name} 第 {head + 1} 行：列“{name}”出现了两次", "请只留一列。")
        columns[key] = n
    rows = [(i + 1, tuple(r)) for i, r in enumerate(grid) if i > head and any(text_of(c) for c in r)]
    return Table(path.name, columns, tuple(rows))


def _folded(name: str) -> str:
    return (
        "".join(name.split())
        .replace("_", "")
        .replace("（", "(")
        .replace("）", ")")
        .replace("：", "")
        .strip(":*")
        .lower()
    )


def _head(grid: list[list[Any]], known: dict[str, str], need: tuple[str, ...]) -> int | None:
    for i, row in enumerate(grid[:10]):
        keys = {known.get(_folded(text_of(c))) for c in row}
        if all(k in keys for k in need):
            return i
    return None


def _near(grid: list[list[Any]], headers: dict[str, tuple[str, ...]], need: tuple[str, ...]) -> str:
    """Return a "did you mean" for a cell of the first ten rows that resembles a needed column."""
    for cell in (text_of(c) for row in grid[:10] for c in row):
        for key in need:
            if get_close_matches(cell, headers[key], 1, 0.5):
                return f"；“{cell}”是否想写“{headers[key][0]}”？"
    return ""


def _unknown_column(path: Path, head: int, name: str, headers: dict[str, tuple[str, ...]]) -> ManifestError:
    spellings = [s for group in headers.values() for s in group]
    near = get_close_matches(name, spellings, 1, 0.5)
    hint = f"，是否想写“{near[0]}”？" if near else ""
    return ManifestError(
        "table.unknown_column",
        f"{path.name} 第 {head + 1} 行：不认识的列“{name}”{hint}",
        f"可用的列：{'、'.join(s[0] for s in headers.values())}；不需要的列请删去，或把列名改为“备注”。",
    )


def _grid(path: Path, what: str) -> list[list[Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ManifestError("table.missing", f"读不到{what} {path}", "请核对路径和文件权限。") from error
    if not data.strip():
        raise ManifestError("table.empty", f"{what} {path.name} 是空的", "请填好后再试。")
    if data.startswith(b"PK"):
        return _from_xlsx(path, what)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ManifestError(
            "table.xls", f"{what} {path.name} 是旧版 Excel（.xls）或加了密码", "请另存为 .xlsx 或 .csv。"
        )
    return _from_csv(data, path, what)


def _from_xlsx(path: Path, what: str) -> list[list[Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only needed when a table is given

    try:
        with path.open("rb") as stream:  # a path would be refused by its ending, which people change or lose
            book = load_workbook(stream, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            grid = [list(row) for row in sheet.iter_rows(max_row=MAX_ROWS, values_only=True)]
            book.close()
    except Exception as error:
        raise ManifestError(
            "table.damaged", f"{what} {path.name} 打不开，可能已损坏", "请用 Excel 打开后另存为 .xlsx。"
        ) from error
    return grid


def _from_csv(data: bytes, path: Path, what: str) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ManifestError(
            "table.encoding", f"{what} {path.name} 的文字编码无法识别", "请在 Excel 中另存为“CSV UTF-8”或 .xlsx。"
        )
    lines = text.splitlines()[:10]
    delimiter = max(",;\t，", key=lambda d: sum(line.count(d) for line in lines))
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)][:MAX_ROWS]
