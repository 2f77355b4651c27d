"""The shortlist as sheets of a workbook: a row a case, the quotas."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

from screening.output.labels import BAND, VERDICT_SYMBOL
from screening.output.workbook import Column, Sheets
from screening.report import Verdict
from screening.scoring.result import PARTS
from service.moment import CHINA, now, shown
from service.shortlist.proposal import Place
from service.shortlist.view import Shortlist
from service.shortlist.words import MARKS, NOTE
from service.store.decisions import WORDS

PRINTED = 14  # columns that go on paper


def write_sheet(found: Shortlist, out: IO[bytes]) -> None:
    """Write a workbook of the shortlist alone."""
    import xlsxwriter  # noqa: PLC0415 - only an export writes a sheet

    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "入围表", "comments": found.book.title})
    sheets = Sheets(book)
    add_sheets(sheets, found)
    made = (shown(now().astimezone(CHINA)) or "")[:16].replace("T", " ")
    sheets.notes("说明", [("怎样得出", NOTE), ("依据", found.book.title), ("导出时间", made)])
    book.close()


def add_sheets(sheets: Sheets, found: Shortlist) -> None:
    """Add the sheets to a workbook, as the shortlist's reader may see it."""
    entries = found.entries
    heads = {id(g): found.group_json(g) for g, _ in entries}
    rows = [(heads[id(g)], case) for (g, _), case in zip(entries, found.cases_json(entries), strict=True)]
    sheets.table("入围", _columns(), rows, fixed=3, printed=PRINTED)
    sheets.table("入围名额", _quota_columns(), [found.group_json(g) for g in found.groups])


def _columns() -> list[Column]:
    def points(name: str) -> Any:
        return lambda r, _n: r[1]["points"][name]

    def part(name: str) -> Any:
        return lambda r, _n: r[1]["parts"][name]["points"] if name in r[1]["parts"] else None

    return [
        Column("序号", 6, "number", lambda _r, n: n),
        Column("状态", 16, "text", lambda r, _n: f"{MARKS[r[1]['state']]} {r[1]['label']}", coloured=True),
        Column("标题", 32, "wrap", lambda r, _n: r[1]["title"]),
        Column("单位", 20, "wrap", lambda r, _n: r[0]["unit"] or "（未写明）"),
        Column("类型", 14, "wrap", lambda r, _n: r[0]["kind_label"]),
        Column("项目类别", 18, "wrap", lambda r, _n: r[0]["project"]),
        Column("名额", 7, "text", lambda r, _n: "不限" if r[0]["limit"] is None else str(r[0]["limit"])),
        Column("参考分", 8, "points", lambda r, _n: r[1]["score"]),
        Column("单位名次", 8, "number", lambda r, _n: r[1]["rank"]),
        Column("总相似率", 10, "percent", lambda r, _n: r[1]["rate"]),
        Column("结论", 14, "text", lambda r, _n: _verdict(r[1]["verdict"]), coloured=True),
        Column("判定", 10, "text", lambda r, _n: WORDS[r[1]["decision"] or ""]),
        Column("评审均分", 9, "points", points("mean")),
        Column("理由", 60, "wrap", lambda r, _n: "\n".join(f"{i}. {x}" for i, x in enumerate(r[1]["reasons"], 1))),
        Column("机器建议", 12, "text", lambda r, _n: Place(r[1]["proposed"]).label),
        Column("人工调整的理由", 30, "wrap", lambda r, _n: (r[1]["choice"] or {}).get("reason")),
        Column("调整人", 12, "text", lambda r, _n: (r[1]["choice"] or {}).get("by")),
        Column("调整时间", 16, "date", lambda r, _n: _moment(r[1]["choice"])),
        Column("难分高下", 9, "text", lambda r, _n: "是" if r[1]["near"] else None),
        Column("全部单位名次", 9, "number", lambda r, _n: r[1]["class_rank"]),
        *(Column(f"{name}得分", 9, "points", part(key)) for key, name in PARTS.items()),
        Column("切题", 10, "text", lambda r, _n: BAND.get(r[1]["topic_band"]), coloured=True),
        Column("字数", 8, "number", lambda r, _n: r[1]["words"]),
        Column("我的评分", 9, "points", points("own")),
        Column("评审最低分", 9, "points", points("low")),
        Column("评审最高分", 9, "points", points("high")),
        Column("评分人数", 9, "number", points("count")),
    ]


def _quota_columns() -> list[Column]:
    return [
        Column("单位", 28, "wrap", lambda g, _n: g["unit"] or "（未写明）"),
        Column("类型", 18, "text", lambda g, _n: g["kind_label"]),
        Column("项目类别", 30, "wrap", lambda g, _n: g["project"]),
        Column("材料", 8, "number", lambda g, _n: g["of"]),
        Column("入围", 8, "number", lambda g, _n: g["used"]),
        Column("名额", 8, "text", lambda g, _n: "不限" if g["limit"] is None else str(g["limit"])),
        Column("情况", 24, "text", lambda g, _n: _stand(g), coloured=True),
        Column("依据", 60, "wrap", lambda g, _n: g["clause"] and f"{g['clause']['where']}：{g['clause']['quote']}"),
    ]


def _stand(group: dict[str, Any]) -> str:
    return f"✕ 人工选入，超出 {group['over']} 个" if group["over"] else "✓ 名额内"


def _verdict(said: str | None) -> str | None:
    return f"{VERDICT_SYMBOL[Verdict(said)]} {Verdict(said).label}" if said else None


def _moment(choice: dict[str, Any] | None) -> datetime | None:
    return datetime.fromisoformat(choice["created"]) if choice else None
