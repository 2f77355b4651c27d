"""``summary.xlsx``: a row a case, a row a pair, the files that could not be read, the quotas, and how to read it all.

What a reviewer decides by stands first and is what gets printed; the rest stands to the right of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from screening.case import unit_key, usual_spelling
from screening.output.labels import BAND, FOUND, PLACE, RATES, SCORE_NOTE, SEARCH, VERDICT_SYMBOL, percent
from screening.output.privacy import masked_batch
from screening.output.rows import Row, ranks_of
from screening.output.workbook import Column, Sheets
from screening.output.xlsx_clusters import cluster_columns, members_of
from screening.ranking import Rank
from screening.report import BatchReport, Verdict
from screening.rulebook import Rulebook
from screening.scoring.result import PARTS
from screening.topic.result import Vicinity

EXCERPT = 120
PRINTED = 14  # columns of the summary that go on paper: all of them would be too small to read


class Rows(Protocol):
    """Whatever has the rows of a delivery: a batch's shelf, or a service's store."""

    def rows(self) -> list[Row]:
        """Return the rows in the order in which a reviewer works."""
        ...


def write_summary(
    path: Path, shelf: Rows, batch: BatchReport, book: Rulebook, more: Callable[[Sheets], None] | None = None
) -> None:
    """Write the workbook. Texts are strings whatever they begin with; dates are dates, shares are percentages.

    ``more`` adds sheets of its own before the last one, which explains.
    """
    import xlsxwriter  # noqa: PLC0415 - only a batch writes a sheet

    rows = shelf.rows()
    batch = masked_batch(batch)
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    # A fixed time of creation: the same input gives the same file.
    workbook.set_properties({"title": "案例筛查汇总", "comments": book.title, "created": datetime(2024, 1, 1)})  # noqa: DTZ001 - xlsxwriter wants a naive time
    sheets = Sheets(workbook)
    sheets.table(
        "汇总", _summary_columns(book, batch.cluster_numbers(), ranks_of(rows)), rows, fixed=3, printed=PRINTED
    )
    sheets.table(
        "相似对", _pair_columns({r.info.id: r for r in rows}), [(r, p) for r in rows for p in r.pairs], printed=12
    )
    sheets.table("聚类", cluster_columns({r.info.id for r in rows}), members_of(batch.clusters), fixed=3, printed=11)
    sheets.table("未能读取", _failure_columns(), [r for r in rows if r.error])
    sheets.table("未检查的文件", _remark_columns(), batch.remarks)
    sheets.table("名额", _quota_columns(), _quotas(rows, batch, book))
    if more:
        more(sheets)
    sheets.notes("说明", _notes(rows, batch, book))
    workbook.close()


def _summary_columns(book: Rulebook, group_of: Mapping[str, int], places: Mapping[str, Rank]) -> list[Column]:
    names = list(dict.fromkeys(s.name for k in book.kinds.values() for s in k.sections))

    def kind(row: Row, _n: int) -> str:
        rules = book.kinds.get(row.info.kind)
        return rules.label if rules else row.info.kind

    def section(name: str) -> Any:
        return lambda row, _n: FOUND[row.sections[name]] if name in row.sections else None

    given = {key for k in book.kinds.values() for key in k.weights}

    def points(key: str) -> Any:
        return lambda row, _n: row.score.parts[key].points if row.score and key in row.score.parts else None

    def place(row: Row, name: str) -> Any:
        return getattr(places[row.info.id], name) if row.info.id in places else None

    def rate(name: str) -> Any:
        return lambda row, _n: getattr(row.rates, name) if row.rates else None

    rates = [Column(label, 10, "percent", rate(key)) for key, label, _ in RATES]
    total, largest = rates[0], rates[4]
    return [
        Column("序号", 6, "number", lambda _r, n: n),
        Column("结论", 14, "text", lambda r, _n: f"{VERDICT_SYMBOL[r.verdict]} {r.verdict.label}", coloured=True),
        Column("标题", 32, "link", lambda r, _n: (f"case-{r.info.id}", r.name)),
        Column("主要原因", 52, "wrap", lambda r, _n: "\n".join(f"{i}. {x}" for i, x in enumerate(r.reasons, 1))),
        Column("类型", 14, "wrap", kind),
        Column("单位", 20, "wrap", lambda r, _n: r.info.unit),
        Column("作者", 9, "text", lambda r, _n: r.info.author),
        Column("字数", 8, "number", lambda r, _n: r.counts.get("words")),
        total,
        Column("最大来源", 28, "wrap", lambda r, _n: f"{r.largest.title}（{r.largest.unit}）" if r.largest else None),
        Column("切题", 10, "text", lambda r, _n: BAND[r.topic.band] if r.topic else None, coloured=True),
        Column("总分", 7, "points", lambda r, _n: r.score.total if r.score else None),
        Column("缺少部分", 16, "wrap", lambda r, _n: "、".join(r.missing)),
        Column("作者信息表", 11, "text", lambda r, _n: r.form, coloured=True),
        Column("单位类型", 16, "text", lambda r, _n: r.info.unit_type),
        Column("项目类别", 18, "text", lambda r, _n: r.info.project),
        Column("报送时间", 16, "date", lambda r, _n: r.info.received),
        Column(
            "字数区间",
            12,
            "text",
            lambda r, _n: f"{r.counts['words_low']}–{r.counts['words_high']}" if r.counts else None,
        ),
        Column("含文本框脚注", 10, "number", lambda r, _n: r.counts.get("words_all_stories")),
        *rates[1:4],
        largest,
        Column("来源数", 8, "number", lambda r, _n: r.sources if r.rates else None),
        Column("群组", 8, "number", lambda r, _n: group_of.get(r.info.id)),
        rates[5],
        rates[7],
        Column("切题分", 8, "score", lambda r, _n: r.topic.score if r.topic else None),
        Column("主题", 22, "text", lambda r, _n: "、".join(t.name for t in r.topic.themes) if r.topic else None),
        Column("名次", 7, "number", lambda r, _n: place(r, "place")),
        Column("同组篇数", 8, "number", lambda r, _n: place(r, "of")),
        Column("名次说明", 28, "wrap", lambda r, _n: place(r, "remark") or (r.score.reason if r.score else None)),
        *(Column(f"{label}得分", 9, "points", points(key)) for key, label in PARTS.items() if key in given),
        Column("关键词", 30, "wrap", lambda r, _n: "、".join(r.vicinity.terms) if r.vicinity else None),
        Column("主题相近", 28, "wrap", lambda r, _n: _near(r.vicinity)),
        *(Column(name, 11, "text", section(name), coloured=True) for name in names),
        Column("外部查重率", 11, "percent", lambda r, _n: r.info.outside_similarity),
        Column("AI生成比例", 11, "percent", lambda r, _n: r.info.outside_ai),
        Column("提示数", 8, "number", lambda r, _n: r.notes),
        Column("文件", 48, "text", lambda r, _n: r.info.file),
        Column("SHA-256", 18, "text", lambda r, _n: r.info.sha256[:16]),
    ]


def _near(vicinity: Vicinity | None) -> str | None:
    if vicinity is None or not vicinity.id:
        return None
    names = "，".join(x for x in (PLACE[vicinity.place], vicinity.unit) if x)
    return f"{vicinity.title}（{names}，用词相近 {vicinity.similarity:.0%}）"


def _pair_columns(by_id: dict[str, Row]) -> list[Column]:
    def earlier(pair: Any) -> str:
        return {True: "对方在前", False: "本篇在前", None: "时间不详"}[pair.source.earlier]

    return [
        Column("本篇", 34, "link", lambda x, _n: (f"case-{x[0].info.id}", x[0].name)),
        Column("本篇单位", 22, "wrap", lambda x, _n: x[0].info.unit),
        Column("相似来源", 34, "wrap", lambda x, _n: x[1].source.title or x[1].source.file),
        Column("来源单位", 22, "wrap", lambda x, _n: x[1].source.unit),
        Column("来自", 8, "text", lambda x, _n: PLACE.get(x[1].source.place, x[1].source.place)),
        Column("先后", 10, "text", lambda x, _n: earlier(x[1])),
        Column("本人本单位", 10, "text", lambda x, _n: "是" if x[1].source.own else "否"),
        Column("占本篇", 9, "percent", lambda x, _n: x[1].source.rate),
        Column("占来源", 9, "percent", lambda x, _n: x[1].source.share_of_source),
        Column("相似字符", 9, "number", lambda x, _n: x[1].source.characters),
        Column("段落数", 8, "number", lambda x, _n: x[1].passages),
        Column("疑似改写", 9, "percent", lambda x, _n: x[1].source.rewritten or None),
        Column("相同事实", 9, "number", lambda x, _n: x[1].facts or None),
        Column("方式", 22, "wrap", lambda x, _n: "、".join(x[1].kinds)),
        Column("本篇原文（最长一段）", 60, "wrap", lambda x, _n: _excerpt(x[1].longest.quote)),
        Column("来源原文", 60, "wrap", lambda x, _n: _excerpt(x[1].longest.source_quote)),
        Column("来源也在本批", 10, "text", lambda x, _n: "是" if x[1].source.id in by_id else "否"),
    ]


def _excerpt(quote: str) -> str:
    flat = " ".join(quote[:EXCERPT].split())
    return flat if len(quote) <= EXCERPT else f"{flat}……（共 {len(quote)} 个字符）"


def _failure_columns() -> list[Column]:
    return [
        Column("文件", 60, "text", lambda r, _n: r.info.file),
        Column("单位", 24, "text", lambda r, _n: r.info.unit),
        Column("原因", 44, "wrap", lambda r, _n: r.error.message),
        Column("办法", 60, "wrap", lambda r, _n: r.error.advice),
        Column("代码", 20, "text", lambda r, _n: r.error.code),
    ]


def _remark_columns() -> list[Column]:
    return [
        Column("文件", 60, "text", lambda r, _n: r.name),
        Column("来自", 8, "text", lambda r, _n: PLACE[r.place]),
        Column("原因", 80, "wrap", lambda r, _n: r.reason),
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
    infos = [r.info for r in rows if not r.error]
    counts = Counter((unit_key(i.unit), i.kind, i.project, i.unit_type) for i in infos)
    spellings: dict[str, list[str]] = {}
    for i in infos:
        spellings.setdefault(unit_key(i.unit), []).append(i.unit)
    said: dict[tuple[str, str, str], str] = {}
    for outcome in batch.outcomes:
        for f in outcome.findings:
            if outcome.check == "quota":
                unit, kind, project = (str(f.facts.get(k, "")) for k in ("unit", "kind", "project"))
                said[unit_key(unit), kind, project] = ("✕ " if f.code.endswith(".over") else "· ") + f.message
    return [
        _Quota(
            usual_spelling(spellings[unit]),
            book.kinds[kind].label if kind in book.kinds else kind,
            project,
            unit_type,
            n,
            said.get((unit, kind, project), "✓ 名额内"),
        )
        for (unit, kind, project, unit_type), n in sorted(counts.items())
    ]


def _quota_columns() -> list[Column]:
    return [
        Column("单位", 28, "text", lambda q, _n: q.unit or "（未写明）"),
        Column("单位类型", 16, "text", lambda q, _n: q.unit_type),
        Column("类型", 18, "text", lambda q, _n: q.kind),
        Column("项目类别", 44, "text", lambda q, _n: q.project),
        Column("报送数", 8, "number", lambda q, _n: q.count),
        Column("说明", 70, "wrap", lambda q, _n: q.remark, coloured=True),
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
        ("查重方式", SEARCH[made.search]),
        ("结论", verdicts),
    ]
    lines += [(label, f"{what}。") for _, label, what in RATES]
    lines += [
        ("颜色与符号", "✕ 须退回修改，◐ 请人工查看，✓ 未见问题，？ 检查不完整；比例达到 30% 标“高”，达到 10% 标“中”。"),
        ("顺序", "按处理顺序排列，序号与 index.html 相同；可用表头的筛选另行排序。打印只印汇总表的前 14 列。"),
        ("个人信息", "手机号、邮箱、证件号已遮去中间几位；原文见 report.jsonl，请勿外传。"),
        ("切题", f"分三档：{'、'.join(BAND.values())}；分数只用来排序，未经本地评审结果校准时不是概率。"),
        (
            "总分、名次",
            f"{SCORE_NOTE}只在同一材料类型、同一项目类别里排名次，相差不超过 1 分难分高下；每项由什么得来见 index.html。",
        ),
        ("关键词、主题相近", "按用词与本批（和往年文件夹）其他材料比较得出，便于把主题相近的放在一起看，不是问题。"),
        ("最高相似率", percent(max((r.rates.total for r in rows if r.rates), default=0.0))),
    ]
    return lines
