"""The upper half of the page: figures, what concerns the whole delivery, unreadable files, and the list of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from screening.finding import Severity
from screening.output.charts import bars, meter, points_bar
from screening.output.labels import (
    BAND,
    MESSAGE_SHOWN,
    PLACE,
    SEVERITY,
    SEVERITY_SYMBOL,
    VERDICT_SYMBOL,
    percent,
    short,
)
from screening.output.markup import Child, Markup, h, join
from screening.output.rows import Row, ranks_of
from screening.ranking import Rank
from screening.report import BatchReport, Remark, Verdict
from screening.rulebook import Rulebook

HEADS = ("序号", "案例", "结论", "类型", "单位", "字数", "总相似率", "切题", "参考分", "主要原因")
_TILES = (Verdict.RETURN, Verdict.LOOK, Verdict.INCOMPLETE, Verdict.CLEAR)
_REUSE = (
    (0.0, 0.05, "5% 以下"),
    (0.05, 0.1, "5%–10%"),
    (0.1, 0.3, "10%–30%"),
    (0.3, 0.5, "30%–50%"),
    (0.5, 1.01, "50% 以上"),
)
_WORDS = (
    (0, 1000, "1000 字以下"),
    (1000, 2000, "1000–1999"),
    (2000, 2500, "2000–2499"),
    (2500, 3001, "2500–3000"),
    (3001, 10**9, "超过 3000"),
)


REMARKS_SHOWN = 300  # files that were left out, on the page; the workbook has all
_NUMERIC = frozenset(
    {"序号", "字数", "占比", "总相似率", "占本篇", "占来源", "占对方", "字符数", "参考分", "得分", "满分", "加减"}
)


@lru_cache(maxsize=256)
def chip(name: str, symbol: str, words: str) -> Markup:
    """Return a label that does not rely on colour: symbol, words, and a ground."""
    return h("span", h("span", symbol, aria_hidden="true"), f" {words}", class_=f"chip {name}")


@lru_cache(maxsize=256)
def clause_line(where: str, quote: str) -> Markup:
    """Return the notice's own sentence with its place."""
    return h("p", f"通知 {where}：", h("q", quote), class_="clause")


def table(caption: str, heads: Sequence[str], rows: Sequence[Markup], name: str | None = None) -> Markup:
    """Return a table with a caption in a box that scrolls when the screen is narrow, reachable by keyboard."""
    body = h("table", h("caption", caption), _head(tuple(heads)), h("tbody", rows), class_=name)
    return h("div", body, class_="scroll", tabindex="0", role="group", aria_label=caption)


@lru_cache(maxsize=64)
def _head(heads: tuple[str, ...]) -> Markup:
    return h("thead", h("tr", [h("th", x, scope="col", class_="num" if x in _NUMERIC else None) for x in heads]))


def overview(rows: Sequence[Row], batch: BatchReport) -> Markup:
    """Return the tiles (they filter the list when the script runs) and three distributions."""
    tiles = [
        h(
            "a",
            h("b", str(batch.verdicts.get(v.value, 0))),
            h("span", h("span", VERDICT_SYMBOL[v], aria_hidden="true"), f" {v.label}"),
            href="#list",
            class_=f"tile {v.value}" if batch.verdicts.get(v.value, 0) else "tile none",
            data_verdict=v.value,
        )
        for v in _TILES
    ]
    totals = [r.rates.total for r in rows if r.rates]
    words = [r.counts["words"] for r in rows if r.counts]
    bands = Counter(r.topic.band for r in rows if r.topic)
    charts = [
        bars("总相似率", [(label, sum(low <= t < high for t in totals)) for low, high, label in _REUSE]),
        bars("正文字数", [(label, sum(low <= w < high for w in words)) for low, high, label in _WORDS]),
        bars("切题", [(label, bands.get(key, 0)) for key, label in BAND.items()]),
    ]
    return h(
        "section",
        h("h2", "总览", id="overview"),
        h("div", tiles, class_="tiles"),
        h("div", charts, class_="charts"),
    )


def batch_findings(batch: BatchReport) -> Markup:
    """Return what concerns the whole delivery; mere hints are folded away, their number said."""
    found = [f for o in batch.outcomes if not o.shadow for f in o.findings]
    if not found:
        return Markup("")

    def item(symbol: str, severity: Severity, message: str, clause: Markup | None) -> Markup:
        line = h("p", chip(severity.value, symbol, SEVERITY[severity]), " ", message)
        return h("li", line, clause, class_=severity.value)

    serious: list[Markup] = []
    hints: list[Markup] = []
    for f in sorted(found, key=lambda f: (-(f.severity or Severity.NOTE).rank, f.message)):
        severity = f.severity or Severity.NOTE
        clause = clause_line(f.clause.where, f.clause.quote) if f.clause else None
        row = item(SEVERITY_SYMBOL[severity], severity, short(f.message, MESSAGE_SHOWN), clause)
        (hints if severity is Severity.NOTE else serious).append(row)
    folded = None
    if hints:
        summary = h("summary", f"全批提示 {len(hints)} 条（名额、时间等）")
        folded = h("details", summary, h("ul", hints, class_="findings"), class_="more")
    if not serious:
        return h("section", folded)
    return h("section", h("h2", f"全批情况（{len(serious)}）"), h("ul", serious, class_="findings"), folded)


def failures(rows: Sequence[Row]) -> Markup:
    """Return the files that could not be read, each with its reason, what to do and the code."""
    failed = [(r, r.error) for r in rows if r.error]
    if not failed:
        return Markup("")
    heads = ("文件", "单位", "原因", "办法", "代码")
    lines = []
    for row, error in failed:
        values: tuple[Child, ...] = (row.info.unit or "—", error.message, error.advice or "—", h("code", error.code))
        name = h("th", h("a", row.info.file, href=f"#case-{row.info.id}"), scope="row")
        lines.append(h("tr", name, [h("td", v, data_label=head) for head, v in zip(heads[1:], values, strict=True)]))
    caption = "读不出来不等于没有问题，也不等于有问题：请按“办法”请报送单位重新提交"
    return h(
        "section",
        h("h2", f"没能读取的文件（{len(failed)}）"),
        table(caption, heads, lines, "failures"),
    )


def left_out(remarks: Sequence[Remark]) -> Markup:
    """Return the files that were not checked or not compared with, folded away, each with its reason."""
    if not remarks:
        return Markup("")
    heads = ("文件", "来自", "原因")
    lines = [
        h(
            "tr",
            h("th", r.name, scope="row"),
            h("td", PLACE[r.place], data_label=heads[1]),
            h("td", r.reason, data_label=heads[2]),
        )
        for r in remarks[:REMARKS_SHOWN]
    ]
    cut = f"；列出 {REMARKS_SHOWN} 个，其余见 summary.xlsx" if len(remarks) > REMARKS_SHOWN else ""
    caption = f"“本批”的没有检查，“往年”的没有用于比对{cut}"
    return h(
        "details",
        h("summary", f"没有检查的文件（{len(remarks)}）"),
        table(caption, heads, lines, "left-out"),
        class_="more",
        id="left-out",
    )


def case_list(rows: Sequence[Row], book: Rulebook) -> Markup:
    """Return the list: a plain table, with search, filters and sorting when the script runs."""
    kinds = [(k.kind, k.label) for k in book.kinds.values() if any(r.info.kind == k.kind for r in rows)]
    places = ranks_of(rows)
    units = sorted({r.info.unit for r in rows if r.info.unit})
    controls = h(
        "div",
        h("label", "查找", h("input", type="search", id="search", placeholder="标题、单位、作者、原因")),
        _select("结论", "verdict", [(v.value, v.label) for v in _TILES]),
        _select("类型", "kind", kinds),
        _select("单位", "unit", [(u, u) for u in units]),
        h("button", "清空条件", type="button", id="reset"),
        h("output", id="shown", aria_live="polite"),
        class_="controls hidden",
    )
    return h(
        "section",
        h("h2", f"案例列表（{len(rows)}）", id="list"),
        controls,
        table(
            "按处理顺序排列：先看需要退回、需要人工查看的。点标题看详情",
            HEADS,
            [_line(n, r, book, places.get(r.info.id)) for n, r in enumerate(rows, 1)],
            "list",
        )
        if rows
        else h("p", "这一批没有案例。", class_="empty"),
    )


def _select(label: str, name: str, options: Sequence[tuple[str, str]]) -> Markup:
    choices = [h("option", "全部", value=""), *(h("option", words, value=value) for value, words in options)]
    return h("label", label, h("select", choices, name=name))


def _points(row: Row, rank: Rank | None) -> Child:
    if not rank or not row.score or row.score.total is None:
        return "—"
    place = h("span", f"第 {rank.place}，共 {rank.of}", class_="meta")
    return [points_bar(row.score.total / 100), h("span", f"{row.score.total:g}"), h("br"), place]


def _line(number: int, row: Row, book: Rulebook, rank: Rank | None) -> Markup:
    kind = book.kinds.get(row.info.kind)
    total = row.rates.total if row.rates else None
    reasons: Child = "—"
    if row.reasons:
        more = h("span", f"（共 {len(row.reasons)} 条）", class_="meta") if len(row.reasons) > 1 else None
        reasons = [h("span", row.reasons[0], class_="clamp"), more]
    link = h("a", row.name, href=f"#case-{row.info.id}")
    author = h("span", row.info.author, class_="meta") if row.info.author else None
    cells: list[tuple[Child, str | None, str]] = [
        (str(number), str(number), "num"),
        (link if author is None else [link, h("br"), author], None, "name"),
        (
            chip(row.verdict.value, VERDICT_SYMBOL[row.verdict], row.verdict.label),
            str(_TILES.index(row.verdict)),
            "verdict",
        ),
        (kind.label if kind else row.info.kind, None, "kind"),
        (row.info.unit or "—", None, "unit"),
        (str(row.counts["words"]) if row.counts else "—", str(row.counts.get("words", -1)), "num"),
        (
            "—" if total is None else join([meter(total) if total else None, h("span", percent(total))]),
            "-1" if total is None else f"{total:.4f}",
            "num rate",
        ),
        (BAND[row.topic.band] if row.topic else "—", f"{row.topic.score:.4f}" if row.topic else "-1", "topic"),
        (_points(row, rank), f"{row.score.total:.1f}" if rank and row.score else "-1", "num rate"),
        (reasons, str(len(row.reasons)), "why"),
    ]
    return h(
        "tr",
        [
            h("td", value, data_label=head, data_key=key, class_=name)
            for head, (value, key, name) in zip(HEADS, cells, strict=True)
        ],
        data_verdict=row.verdict.value,
        data_kind=row.info.kind,
        data_unit=row.info.unit,
    )
