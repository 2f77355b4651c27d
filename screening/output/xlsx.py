"""``summary.xlsx``: a row a case, a row a pair, the files that could not be read, the quotas, and how to read it all.

What a reviewer decides by stands first and is what gets printed; the rest stands to the right of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from screening.output.labels import BAND, FOUND, PLACE, RATES, VERDICT_SYMBOL, percent
from screening.output.privacy import masked_report
from screening.output.rows import Row, in_queue
from screening.report import BatchReport, Report, Verdict
from screening.rulebook import Rulebook

MAX_CELL = 32_767  # Excel's own limit
EXCERPT = 120
_LINE, _MOST_LINES = 14.0, 16  # points; a taller row would push its neighbours off the screen
PRINTED = 13  # columns of the summary that go on paper: all 40 would be too small to read
# The words beside the colour: a share stays a number, and says of itself that it is high.
PERCENT = '[>=0.3]"高 "0.0%;[>=0.1]"中 "0.0%;0.0%'
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile("^[=+\\-@\t\r\n＝＋－＠]")


def cell_text(value: str) -> str:
    r"""Return a text that a spreadsheet shows and never runs: guarded by an apostrophe, without control characters.

    The cell itself is a string, which Excel does not evaluate; the guard holds when somebody saves the sheet as csv.

    >>> cell_text('=HYPERLINK("http://x")'), cell_text("2023年")
    ('\'=HYPERLINK("http://x")', '2023年')
    """
    clean = _CONTROL.sub("", value)[: MAX_CELL - 1]
    return f"'{clean}" if _FORMULA.match(clean) else clean


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: header, width in characters, format, and what it takes from a row."""

    head: str
    width: int
    look: str
    value: Any
    coloured: bool = False


def write_summary(path: Path, reports: Iterable[Report], batch: BatchReport, book: Rulebook) -> None:
    """Write the workbook. Texts are strings whatever they begin with; dates are dates, shares are percentages."""
    import xlsxwriter  # noqa: PLC0415 - only a batch writes a sheet

    rows = in_queue(map(masked_report, reports))
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    # A fixed time of creation: the same input gives the same file.
    workbook.set_properties({"title": "案例筛查汇总", "comments": book.title, "created": _epoch()})
    sheets = _Sheets(workbook)
    sheets.table("汇总", _summary_columns(book), rows, fixed=3, printed=PRINTED)
    sheets.table(
        "相似对", _pair_columns({r.info.id: r for r in rows}), [(r, p) for r in rows for p in r.pairs], printed=12
    )
    sheets.table("未能读取", _failure_columns(), [r for r in rows if r.error])
    sheets.table("名额", _quota_columns(), _quotas(rows, batch, book))
    sheets.notes("说明", _notes(rows, batch, book))
    workbook.close()


def _lines(column: _Column, value: Any) -> int:
    """Estimate how many lines a value takes; LibreOffice and WPS don't fit the row to wrapped text by themselves."""
    if column.look not in ("wrap", "link") or not value:
        return 1
    text = value[1] if column.look == "link" else value
    wide = [sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in line) for line in text.split("\n")]
    return min(_MOST_LINES, sum(max(1, ceil(w / (column.width - 1))) for w in wide))


def _epoch() -> Any:
    from datetime import datetime  # noqa: PLC0415

    return datetime(2024, 1, 1)  # noqa: DTZ001 - xlsxwriter wants a naive time


class _Sheets:
    """Writes tables with a frozen header, filters and widths."""

    def __init__(self, workbook: Any) -> None:
        self.book = workbook
        base = {"font_name": "等线", "font_size": 10, "valign": "top", "border": 1, "border_color": "#D5DAD7"}
        self.looks = {
            "text": workbook.add_format(base),
            "wrap": workbook.add_format({**base, "text_wrap": True}),
            "percent": workbook.add_format({**base, "num_format": PERCENT}),
            "score": workbook.add_format({**base, "num_format": "0.00"}),
            "number": workbook.add_format({**base, "num_format": "0"}),
            "date": workbook.add_format({**base, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "link": workbook.add_format({**base, "font_color": "#1F5F5B", "underline": 1, "text_wrap": True}),
        }
        self.head = workbook.add_format(
            {**base, "bold": True, "bg_color": "#E4ECE9", "text_wrap": True, "valign": "vcenter", "align": "center"}
        )
        self.red = workbook.add_format({"bg_color": "#F7DEDB", "font_color": "#8E1F1F", "bold": True})
        self.amber = workbook.add_format({"bg_color": "#FBEBCB", "font_color": "#6E4700"})
        green = workbook.add_format({"bg_color": "#DDEFE4", "font_color": "#1E5A3B"})
        grey = workbook.add_format({"bg_color": "#E3E6EA", "font_color": "#3A4450"})
        # Each coloured cell begins with these words or symbols: nobody needs to see the colour.
        self.words = {
            "✕": self.red,
            "◐": self.amber,
            "✓": green,
            "？": grey,
            "未发现": self.amber,
            "未附": self.amber,
            "需补正": self.amber,
            "疑似偏题": self.amber,
            "待核": self.amber,
        }

    def table(
        self, name: str, columns: Sequence[_Column], rows: Sequence[Any], *, fixed: int = 1, printed: int = 0
    ) -> None:
        """Add a sheet; ``fixed`` columns stay when scrolling, the first ``printed`` go on paper (0: all)."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, fixed)
        sheet.set_row(0, 32)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
            sheet.write_string(0, c, column.head, self.head)
        for r, row in enumerate(rows, 1):
            values = [column.value(row, r) for column in columns]
            sheet.set_row(r, 3 + _LINE * max(map(_lines, columns, values)))
            for c, (column, value) in enumerate(zip(columns, values, strict=True)):
                self._cell(sheet, r, c, column, value)
        if not rows:
            sheet.write_string(1, 0, "（无）", self.looks["text"])
        last = max(1, len(rows))
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{name}&R第 &P 页，共 &N 页")
        if printed:
            sheet.print_area(0, 0, last, printed - 1)
        if rows:
            self._colours(sheet, columns, len(rows))

    def _cell(self, sheet: Any, r: int, c: int, column: _Column, value: Any) -> None:
        look = self.looks[column.look]
        if value is None or value == "":
            sheet.write_blank(r, c, None, look)
        elif column.look == "link":
            target, shown = value
            sheet.write_url(r, c, f"external:index.html#{target}", look, cell_text(shown)[:250])
        elif column.look == "date":
            sheet.write_datetime(r, c, value.replace(tzinfo=None), look)
        elif isinstance(value, str):
            sheet.write_string(r, c, cell_text(value), look)
        else:
            sheet.write_number(r, c, value, look)

    def _colours(self, sheet: Any, columns: Sequence[_Column], n: int) -> None:
        for c, column in enumerate(columns):
            area = (1, c, n, c)
            if column.look == "percent":
                high = {"type": "cell", "criteria": ">=", "value": 0.3, "format": self.red}
                middle = {"type": "cell", "criteria": ">=", "value": 0.1, "format": self.amber}
                sheet.conditional_format(*area, {**high, "stop_if_true": True})
                sheet.conditional_format(*area, middle)
            elif column.coloured:
                for words, look in self.words.items():
                    rule = {"type": "text", "criteria": "begins with", "value": words, "format": look}
                    sheet.conditional_format(*area, rule)

    def notes(self, name: str, lines: Sequence[tuple[str, str]]) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 100)
        for r, (key, value) in enumerate(lines):
            sheet.write_string(r, 0, cell_text(key), self.looks["text"])
            sheet.write_string(r, 1, cell_text(value), self.looks["wrap"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)


def _summary_columns(book: Rulebook) -> list[_Column]:
    names = list(dict.fromkeys(s.name for k in book.kinds.values() for s in k.sections))

    def kind(row: Row, _n: int) -> str:
        rules = book.kinds.get(row.info.kind)
        return rules.label if rules else row.info.kind

    def section(name: str) -> Any:
        return lambda row, _n: next((FOUND[s.found] for s in row.sections if s.name == name), None)

    def rate(name: str) -> Any:
        return lambda row, _n: getattr(row.rates, name) if row.rates else None

    rates = [_Column(label, 10, "percent", rate(key)) for key, label, _ in RATES]
    total, largest = rates[0], rates[4]
    return [
        _Column("序号", 6, "number", lambda _r, n: n),
        _Column("结论", 14, "text", lambda r, _n: f"{VERDICT_SYMBOL[r.verdict]} {r.verdict.label}", coloured=True),
        _Column("标题", 32, "link", lambda r, _n: (f"case-{r.info.id}", r.name)),
        _Column("主要原因", 52, "wrap", lambda r, _n: "\n".join(f"{i}. {x}" for i, x in enumerate(r.reasons, 1))),
        _Column("类型", 14, "wrap", kind),
        _Column("单位", 20, "wrap", lambda r, _n: r.info.unit),
        _Column("作者", 9, "text", lambda r, _n: r.info.author),
        _Column("字数", 8, "number", lambda r, _n: r.counts.get("words")),
        total,
        _Column("最大来源", 28, "wrap", lambda r, _n: f"{r.largest.title}（{r.largest.unit}）" if r.largest else None),
        _Column("切题", 10, "text", lambda r, _n: BAND[r.topic.band] if r.topic else None, coloured=True),
        _Column("缺少部分", 16, "wrap", lambda r, _n: "、".join(r.missing)),
        _Column("作者信息表", 11, "text", lambda r, _n: r.form, coloured=True),
        _Column("单位类型", 16, "text", lambda r, _n: r.info.unit_type),
        _Column("项目类别", 18, "text", lambda r, _n: r.info.project),
        _Column("报送时间", 16, "date", lambda r, _n: r.info.received),
        _Column(
            "字数区间",
            12,
            "text",
            lambda r, _n: f"{r.counts['words_low']}–{r.counts['words_high']}" if r.counts else None,
        ),
        _Column("含文本框脚注", 10, "number", lambda r, _n: r.counts.get("words_all_stories")),
        *rates[1:4],
        largest,
        _Column("来源数", 8, "number", lambda r, _n: r.sources if r.rates else None),
        rates[5],
        rates[7],
        _Column("切题分", 8, "score", lambda r, _n: r.topic.score if r.topic else None),
        _Column("主题", 22, "text", lambda r, _n: "、".join(t.name for t in r.topic.themes) if r.topic else None),
        *(_Column(name, 11, "text", section(name), coloured=True) for name in names),
        _Column("外部查重率", 11, "percent", lambda r, _n: r.info.outside_similarity),
        _Column("AI生成比例", 11, "percent", lambda r, _n: r.info.outside_ai),
        _Column("提示数", 8, "number", lambda r, _n: r.notes),
        _Column("文件", 48, "text", lambda r, _n: r.info.file),
        _Column("SHA-256", 18, "text", lambda r, _n: r.info.sha256[:16]),
    ]


def _pair_columns(by_id: dict[str, Row]) -> list[_Column]:
    def earlier(pair: Any) -> str:
        return {True: "对方在前", False: "本篇在前", None: "时间不详"}[pair.source.earlier]

    return [
        _Column("本篇", 34, "link", lambda x, _n: (f"case-{x[0].info.id}", x[0].name)),
        _Column("本篇单位", 22, "wrap", lambda x, _n: x[0].info.unit),
        _Column("相似来源", 34, "wrap", lambda x, _n: x[1].source.title or x[1].source.file),
        _Column("来源单位", 22, "wrap", lambda x, _n: x[1].source.unit),
        _Column("来自", 8, "text", lambda x, _n: PLACE.get(x[1].source.place, x[1].source.place)),
        _Column("先后", 10, "text", lambda x, _n: earlier(x[1])),
        _Column("本人本单位", 10, "text", lambda x, _n: "是" if x[1].source.own else "否"),
        _Column("占本篇", 9, "percent", lambda x, _n: x[1].source.rate),
        _Column("占来源", 9, "percent", lambda x, _n: x[1].source.share_of_source),
        _Column("相似字符", 9, "number", lambda x, _n: x[1].source.characters),
        _Column("段落数", 8, "number", lambda x, _n: x[1].passages),
        _Column("疑似改写", 9, "percent", lambda x, _n: x[1].source.rewritten or None),
        _Column("相同事实", 9, "number", lambda x, _n: x[1].facts or None),
        _Column("方式", 22, "wrap", lambda x, _n: "、".join(x[1].kinds)),
        _Column("本篇原文（最长一段）", 60, "wrap", lambda x, _n: _excerpt(x[1].longest.quote)),
        _Column("来源原文", 60, "wrap", lambda x, _n: _excerpt(x[1].longest.source_quote)),
        _Column("来源也在本批", 10, "text", lambda x, _n: "是" if x[1].source.id in by_id else "否"),
    ]


def _excerpt(quote: str) -> str:
    flat = " ".join(quote[:EXCERPT].split())
    return flat if len(quote) <= EXCERPT else f"{flat}……（共 {len(quote)} 个字符）"


def _failure_columns() -> list[_Column]:
    return [
        _Column("文件", 60, "text", lambda r, _n: r.info.file),
        _Column("单位", 24, "text", lambda r, _n: r.info.unit),
        _Column("原因", 44, "wrap", lambda r, _n: r.error.message),
        _Column("办法", 60, "wrap", lambda r, _n: r.error.advice),
        _Column("代码", 20, "text", lambda r, _n: r.error.code),
    ]


@dataclass(frozen=True, slots=True)
class _Quota:
    unit: str
    kind: str
    project: str
    unit_type: str
    count: int
    remark: str


def _quotas(rows: Sequence[Row], batch: BatchReport, book: Rulebook) -> list[_Quota]:
    """Count unit × kind × class; the remark is what the quota rule said of these cases, word for word."""
    counts = Counter((r.info.unit, r.info.kind, r.info.project, r.info.unit_type) for r in rows if not r.error)
    said: dict[tuple[str, str, str], str] = {}
    for outcome in batch.outcomes:
        for f in outcome.findings:
            if outcome.check == "quota":
                key = tuple(str(f.facts.get(k, "")) for k in ("unit", "kind", "project"))
                said[(key[0], key[1], key[2])] = ("✕ " if f.code.endswith(".over") else "· ") + f.message
    return [
        _Quota(
            unit,
            book.kinds[kind].label if kind in book.kinds else kind,
            project,
            unit_type,
            n,
            said.get((unit, kind, project), "✓ 名额内"),
        )
        for (unit, kind, project, unit_type), n in sorted(counts.items())
    ]


def _quota_columns() -> list[_Column]:
    return [
        _Column("单位", 28, "text", lambda q, _n: q.unit or "（未写明）"),
        _Column("单位类型", 16, "text", lambda q, _n: q.unit_type),
        _Column("类型", 18, "text", lambda q, _n: q.kind),
        _Column("项目类别", 44, "text", lambda q, _n: q.project),
        _Column("报送数", 8, "number", lambda q, _n: q.count),
        _Column("说明", 70, "wrap", lambda q, _n: q.remark, coloured=True),
    ]


def _notes(rows: Sequence[Row], batch: BatchReport, book: Rulebook) -> list[tuple[str, str]]:
    made = batch.made_with
    verdicts = "，".join(f"{v.label} {batch.verdicts.get(v.value, 0)}" for v in Verdict)
    lines = [
        (
            "这是什么",
            "机器筛查的汇总，供评审参考：机器只提示，结论由人作出。每一条的依据和原文位置见同一文件夹的 index.html。",
        ),
        ("依据", book.title),
        ("规则集", f"{book.id}，摘要 {book.digest[:16]}"),
        ("程序版本", made.engine),
        ("模型", "、".join(f"{k} {v[:12]}" for k, v in sorted(made.models.items())) or "无"),
        ("比对范围", f"本批 {sum(1 for r in rows if not r.error)} 篇；往年 {made.library.get('documents', 0)} 篇"),
        ("结论", verdicts),
    ]
    lines += [(label, f"{what}。") for _, label, what in RATES]
    lines += [
        ("颜色与符号", "✕ 须退回修改，◐ 请人工查看，✓ 未见问题，？ 检查不完整；比例达到 30% 标“高”，达到 10% 标“中”。"),
        ("顺序", "按处理顺序排列，序号与 index.html 相同；可用表头的筛选另行排序。打印只印汇总表的前 13 列。"),
        ("个人信息", "手机号、邮箱、证件号已遮去中间几位；原文见 report.jsonl，请勿外传。"),
        ("切题", f"分三档：{'、'.join(BAND.values())}；分数只用来排序，未经本地评审结果校准时不是概率。"),
        ("最高相似率", percent(max((r.rates.total for r in rows if r.rates), default=0.0))),
    ]
    return lines
