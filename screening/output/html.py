"""``index.html``: overview, list and every case in one self-contained file; and the page of a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from screening.case import Case
from screening.output.charts import bars, meter
from screening.output.html_case import case_section, chip
from screening.output.labels import BAND, RATES, SEVERITY, SEVERITY_SYMBOL, VERDICT_SYMBOL, percent
from screening.output.markup import Child, Markup, h
from screening.output.marks import Mark, differing, marked
from screening.output.page import foot_of, head_of, header
from screening.output.rows import Row, row_of
from screening.report import BatchReport, Report, Verdict
from screening.reuse.result import Passage
from screening.rulebook import Rulebook

FULL_TEXT_CASES = 400  # up to so many cases, every full text stands in the page; above, only of cases with findings


def write_html(path: Path, reports: Callable[[], Iterable[Report]], batch: BatchReport, book: Rulebook) -> None:
    """Write the page. ``reports`` gives the reports anew at each call: they are read twice and never held together."""
    rows = [row_of(r) for r in reports()]
    titles = {r.info.id: r.info.title for r in rows}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(head_of("案例筛查结果", script=True))
        out.write(
            header(
                "案例筛查结果",
                f"依据 {book.title}",
                f"共 {len(rows)} 份；往年比对库 {batch.made_with.library.get('documents', 0)} 篇；机器只提示，结论由人作出",
            )
        )
        out.write('<main id="main" class="wrap">')
        out.write(_overview(rows, batch))
        out.write(_batch_findings(batch))
        out.write(_list(rows, book))
        out.write(h("h2", "逐篇查看"))
        if not rows:
            out.write(h("p", "这一批没有案例。", class_="empty"))
        out.write('<div class="cases">')
        for report in reports():
            everything = len(rows) <= FULL_TEXT_CASES or report.verdict is not Verdict.CLEAR
            out.write(case_section(report, book, titles, full_text=everything))
            out.write("\n")
        out.write("</div>")
        out.write(_foot(batch, book))
        out.write("</main>")
        out.write(foot_of(script=True))


def _overview(rows: Sequence[Row], batch: BatchReport) -> Markup:
    order = (Verdict.RETURN, Verdict.LOOK, Verdict.CLEAR, Verdict.INCOMPLETE)
    tiles = [
        h(
            "div",
            h("b", str(batch.verdicts.get(v.value, 0))),
            h("span", f"{VERDICT_SYMBOL[v]} {v.label}"),
            class_=f"tile {v.value}",
        )
        for v in order
    ]
    totals = [r.rates.total for r in rows if r.rates]
    edges = (
        (0.0, 0.05, "5% 以下"),
        (0.05, 0.1, "5%–10%"),
        (0.1, 0.3, "10%–30%"),
        (0.3, 0.5, "30%–50%"),
        (0.5, 1.01, "50% 以上"),
    )
    reuse = [(label, sum(low <= t < high for t in totals)) for low, high, label in edges]
    words = [r.counts["words"] for r in rows if r.counts]
    steps = (
        (0, 1000, "1000 字以下"),
        (1000, 2000, "1000–1999"),
        (2000, 2500, "2000–2499"),
        (2500, 3001, "2500–3000"),
        (3001, 10**9, "超过 3000"),
    )
    length = [(label, sum(low <= w < high for w in words)) for low, high, label in steps]
    bands = Counter(r.topic.band for r in rows if r.topic)
    topic = [(label, bands.get(key, 0)) for key, label in BAND.items()]
    return h(
        "section",
        h("h2", "总览"),
        h("div", tiles, class_="tiles"),
        h("div", bars("总相似率", reuse), bars("正文字数", length), bars("切题", topic), class_="charts"),
    )


def _batch_findings(batch: BatchReport) -> Markup | None:
    found = [f for o in batch.outcomes if not o.shadow for f in o.findings]
    if not found:
        return Markup("")
    rows = [
        h(
            "li",
            h(
                "p",
                chip(f.severity.value, SEVERITY_SYMBOL[f.severity], SEVERITY[f.severity]) if f.severity else None,
                " ",
                f.message,
            ),
            h("p", f"通知 {f.clause.where}：", h("q", f.clause.quote), class_="clause") if f.clause else None,
            class_=f.severity.value if f.severity else "",
        )
        for f in sorted(found, key=lambda f: (-f.severity.rank if f.severity else 0, f.message))
    ]
    return h("section", h("h2", "全批情况"), h("ul", rows, class_="findings"))


def _list(rows: Sequence[Row], book: Rulebook) -> Markup:
    heads = ("案例", "结论", "类型", "单位", "字数", "总相似率", "切题", "主要原因")
    kinds = [(k.kind, k.label) for k in book.kinds.values() if any(r.info.kind == k.kind for r in rows)]
    controls = h(
        "div",
        h("label", "查找", h("input", type="search", id="search", placeholder="标题、单位、作者、原因")),
        h(
            "label",
            "结论",
            h(
                "select",
                h("option", "全部", value=""),
                [h("option", v.label, value=v.value) for v in Verdict],
                name="verdict",
            ),
        ),
        h(
            "label",
            "类型",
            h(
                "select",
                h("option", "全部", value=""),
                [h("option", label, value=k) for k, label in kinds],
                name="kind",
            ),
        ),
        h("output", id="shown", aria_live="polite"),
        class_="controls hidden",
    )
    body = h("tbody", [_list_row(r, book, heads) for r in rows])
    table = h(
        "table",
        h("caption", "点标题看详情；点表头可以排序"),
        h("thead", h("tr", [h("th", x, scope="col") for x in heads])),
        body,
        class_="list",
    )
    return h("section", h("h2", f"案例列表（{len(rows)}）"), controls, h("div", table, class_="scroll"))


def _list_row(row: Row, book: Rulebook, heads: Sequence[str]) -> Markup:
    kind = book.kinds.get(row.info.kind)
    order = str(list(Verdict).index(row.verdict))
    total = row.rates.total if row.rates else None
    reasons: Child = "—"
    if row.reasons:
        more = h("span", f"（共 {len(row.reasons)} 条）", class_="meta") if len(row.reasons) > 1 else None
        reasons = [row.reasons[0], more]
    cells: list[tuple[Child, str | None, str]] = [
        (
            [
                h("a", row.info.title or row.info.file, href=f"#case-{row.info.id}"),
                h("br"),
                h("span", row.info.author, class_="meta"),
            ],
            None,
            "",
        ),
        (chip(row.verdict.value, VERDICT_SYMBOL[row.verdict], row.verdict.label), order, ""),
        (kind.label if kind else row.info.kind or "—", None, ""),
        (row.info.unit or "—", None, ""),
        (
            str(row.counts["words"]) if row.counts else "—",
            str(row.counts.get("words", -1)) if row.counts else "-1",
            "num",
        ),
        ([meter(total), percent(total)] if total is not None else "—", str(total if total is not None else -1), "num"),
        (BAND[row.topic.band] if row.topic else "—", str(row.topic.score) if row.topic else "-1", ""),
        (reasons, None, ""),
    ]
    return h(
        "tr",
        [
            h("td", value, class_=name or None, data_key=key, data_label=label if n else None)
            for n, ((value, key, name), label) in enumerate(zip(cells, heads, strict=True))
        ],
        data_verdict=row.verdict.value,
        data_kind=row.info.kind,
    )


def _foot(batch: BatchReport, book: Rulebook) -> Markup:
    made = batch.made_with
    return h(
        "footer",
        h("h2", "说明"),
        h("ul", [h("li", h("strong", label), f"：{what}。") for _, label, what in RATES]),
        h("p", "“疑似重复”“相似”都只是提示：是否引用得当、谁先谁后、是否退回，由评审人判断。位置按 Unicode 码点计。"),
        h(
            "p",
            f"程序 {made.engine}；规则集 {book.id}，摘要 {book.digest[:16]}；模型 {'、'.join(f'{k} {v[:12]}' for k, v in sorted(made.models.items())) or '无'}。",
        ),
    )


def write_comparison(path: Path, a: Case, b: Case, passages: Sequence[Passage]) -> None:
    """Write two documents side by side with their passages, as one self-contained page without a script."""
    left = [Mark(p.span, "copied", 1, f"#pair-{n}", f"第 {n + 1} 段：{p.kind.label}") for n, p in enumerate(passages)]
    right = [
        Mark(p.source_span, "copied", 1, f"#pair-{n}", f"第 {n + 1} 段：{p.kind.label}") for n, p in enumerate(passages)
    ]
    pairs = [_compared(p, n) for n, p in enumerate(passages)]

    def whole(case: Case, marks: list[Mark], name: str) -> Markup:
        return h(
            "section",
            h("h4", f"{name}：{case.info.title or case.info.file}"),
            h("div", marked(case.document.text, marks), class_="text"),
        )

    body = [
        h("h2", f"相似段落（{len(passages)}）"),
        pairs or h("p", "没有找到相似的段落。", class_="empty"),
        h("h2", "两份全文"),
        h("div", whole(a, left, "甲"), whole(b, right, "乙"), class_="compared"),
    ]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(head_of("两份材料对照", script=False))
        out.write(
            header("两份材料对照", f"甲 {a.info.file}　{a.words.words} 字", f"乙 {b.info.file}　{b.words.words} 字")
        )
        out.write(h("main", body, id="main", class_="wrap"))
        out.write(foot_of(script=False))


def _compared(p: Passage, n: int) -> Markup:
    one, two = differing(p.quote, p.source_quote)
    swaps = "；".join(f"{b} → {a}" for a, b in p.swaps)
    return h(
        "section",
        h(
            "header",
            h("strong", f"第 {n + 1} 段"),
            h("span", p.kind.label, class_="chip"),
            h("span", f"相似度 {percent(p.similarity, 0)}", class_="meta"),
        ),
        h("blockquote", h("small", f"甲 {p.span.start}–{p.span.end}"), one),
        h("blockquote", h("small", f"乙 {p.source_span.start}–{p.source_span.end}"), two),
        h("p", f"换掉的内容（甲 → 乙）：{swaps}", class_="swaps") if swaps else None,
        class_="pair",
        id=f"pair-{n}",
        aria_label=f"第 {n + 1} 段相似",
    )
