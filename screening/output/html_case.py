"""One case on the page: findings with the notice's words, rates, side-by-side passages, the marked text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from screening.document import Span
from screening.finding import Finding, Severity
from screening.output.labels import (
    BAND,
    FOUND,
    GENRE,
    ORIGIN,
    PLACE,
    RATES,
    SEVERITY,
    SEVERITY_SYMBOL,
    STATUS,
    VERDICT_SYMBOL,
    check_label,
    percent,
)
from screening.output.markup import Child, Markup, h, join
from screening.output.marks import Mark, differing, marked
from screening.report import Report
from screening.reuse.result import Passage, Reuse, SourceMatch
from screening.rulebook import Rulebook

EVIDENCE_SHOWN = 6  # places under one finding; the rest are in report.jsonl, and the page says so
PASSAGES_SHOWN = 60  # a case, on the page
QUOTE_SHOWN = 160


def short(quote: str, most: int = QUOTE_SHOWN) -> str:
    """Cut a long quote in the middle, saying so."""
    return (
        quote if len(quote) <= most else f"{quote[: most - 40]} …（略 {len(quote) - most + 20} 个字符）… {quote[-20:]}"
    )


def moment(value: datetime | None) -> str:
    """Return a time for reading."""
    return value.strftime("%Y-%m-%d %H:%M") if value else "—"


def chip(name: str, symbol: str, words: str) -> Markup:
    """Return a label that does not rely on colour: symbol, words, and a ground."""
    return h("span", f"{symbol} {words}", class_=f"chip {name}")


def case_section(report: Report, book: Rulebook, in_batch: Mapping[str, str], *, full_text: bool) -> Markup:
    """Return one case. ``in_batch`` maps ids of this page's cases to titles; with ``full_text`` the marked text is shown."""
    info = report.case
    kind = book.kinds.get(info.kind)
    head = h(
        "summary",
        h("h3", info.title or info.file),
        chip(report.verdict.value, VERDICT_SYMBOL[report.verdict], report.verdict.label),
        h("span", " · ".join(x for x in (kind.label if kind else "", info.unit, info.author) if x), class_="meta"),
    )
    inside: list[Child] = [_facts(report, book)]
    if report.error:
        inside.append(h("p", h("strong", "读不出来："), report.error.message))
        inside.append(
            h(
                "p",
                h("strong", "办法："),
                report.error.advice,
                " ",
                h("span", f"（代码 {report.error.code}）", class_="meta"),
            )
        )
    else:
        inside += [
            _findings(report),
            _structure(report),
            _reuse(report, in_batch),
            _topic(report),
            _text(report)
            if full_text
            else h("p", "本批篇数较多，没有问题的案例不附全文；全文见 report.jsonl。", class_="note"),
            _outcomes(report),
        ]
    return h("details", head, h("div", inside, class_="inside"), id=f"case-{info.id}")


def _facts(report: Report, book: Rulebook) -> Markup:
    info, counts = report.case, report.counts

    def with_origin(key: str, value: str) -> Child:
        origin = ORIGIN.get(info.origins.get(key, ""), "")
        return [value or "—", h("span", f"（据{origin}）", class_="meta") if value and origin else None]

    kind = book.kinds.get(info.kind)
    rows: list[tuple[str, Child]] = [
        ("类型", with_origin("kind", kind.label if kind else info.kind)),
        ("单位", with_origin("unit", info.unit)),
        ("单位类型", with_origin("unit_type", info.unit_type)),
        ("项目类别", with_origin("project", info.project)),
        ("作者", with_origin("author", info.author)),
        ("报送时间", moment(info.received)),
    ]
    if counts:
        band = (
            ""
            if counts["words_low"] == counts["words_high"]
            else f"（Word 可能显示 {counts['words_low']}–{counts['words_high']}）"
        )
        rows.append(("正文字数", f"{counts['words']}{band}"))
        if counts["words_all_stories"] != counts["words"]:
            rows.append(("含文本框脚注", str(counts["words_all_stories"])))
    if info.outside_similarity is not None:
        rows.append(("外部查重率", percent(info.outside_similarity)))
    if info.outside_ai is not None:
        rows.append(("AI生成比例", percent(info.outside_ai)))
    rows += [("文件", info.file), ("SHA-256", f"{info.sha256[:16]}…" if info.sha256 else "—")]
    return h("dl", [h("div", h("dt", k), h("dd", v)) for k, v in rows], class_="facts")


def _findings(report: Report) -> Markup:
    found = report.findings
    if not found:
        return join([h("h4", "问题"), h("p", "各项检查均未见问题。", class_="empty")])
    return join([h("h4", f"问题与提示（{len(found)}）"), h("ul", [_finding(f) for f in found], class_="findings")])


def _finding(finding: Finding) -> Markup:
    severity = finding.severity or Severity.NOTE
    shown = [h("li", _evidence(e.quote, e.other.quote if e.other else None)) for e in finding.evidence[:EVIDENCE_SHOWN]]
    rest = len(finding.evidence) - EVIDENCE_SHOWN
    if rest > 0:
        shown.append(h("li", f"另有 {rest} 处，见 report.jsonl", class_="meta"))
    clause = finding.clause
    return h(
        "li",
        h("p", chip(severity.value, SEVERITY_SYMBOL[severity], SEVERITY[severity]), " ", finding.message),
        h("p", f"通知 {clause.where}：", h("q", clause.quote), class_="clause") if clause else None,
        h("ul", shown, class_="evidence") if shown else None,
        class_=severity.value,
    )


def _evidence(quote: str, other: str | None) -> Child:
    if not quote.strip():
        return h("span", "（此处为空）", class_="meta")
    return [
        h("q", short(quote)),
        [h("br"), h("span", "来源：", class_="meta"), h("q", short(other))] if other else None,
    ]


def _structure(report: Report) -> Markup | None:
    if not report.structure:
        return None
    total = max(1, report.counts.get("words", 1))
    rows = [
        h(
            "tr",
            h("th", s.name, scope="row"),
            h("td", FOUND[s.found]),
            h("td", report.text[s.heading.start : s.heading.end].strip() if s.heading else "—"),
            h("td", str(s.words) if s.found != "none" else "—", class_="num"),
            h("td", percent(s.words / total, 0) if s.found != "none" else "—", class_="num"),
        )
        for s in report.structure
    ]
    heads = h("thead", h("tr", [h("th", x, scope="col") for x in ("部分", "判断", "作者的标题", "字数", "占比")]))
    return join(
        [
            h("h4", "结构"),
            h(
                "div",
                h("table", h("caption", "“未发现”指标题和内容里都没找到，请对照原文"), heads, h("tbody", rows)),
                class_="scroll",
            ),
        ]
    )


def _reuse(report: Report, in_batch: Mapping[str, str]) -> Markup | None:
    reuse = report.reuse
    if reuse is None:
        return None
    out: list[Child] = [h("h4", "相似")]
    keys = RATES[:5] if reuse.rates.raw == reuse.rates.repaired else RATES
    out.append(
        h(
            "dl",
            [
                h("div", h("dt", label, title=what), h("dd", percent(getattr(reuse.rates, k))))
                for k, label, what in keys
            ],
            class_="rates",
        )
    )
    if not reuse.sources:
        out.append(h("p", f"与比对范围内的 {reuse.compared_with} 份材料都没有相似段落。", class_="empty"))
        return join(out)
    out.append(_sources(reuse, in_batch))
    titles = {s.id: s for s in reuse.sources}
    shown = reuse.passages[:PASSAGES_SHOWN]
    out.append(h("p", f"相似段落：列出 {len(shown)} 段，共 {reuse.of} 段。右侧下划线处为两边不同的字。", class_="note"))
    out += [_passage(report, p, n, titles) for n, p in enumerate(shown)]
    return join(out)


def _sources(reuse: Reuse, in_batch: Mapping[str, str]) -> Markup:
    def row(s: SourceMatch) -> Markup:
        title = s.title or s.file or s.id
        when = {True: "对方在前", False: "本篇在前", None: "时间不详"}[s.earlier]
        return h(
            "tr",
            h("td", h("a", title, href=f"#case-{s.id}") if s.id in in_batch else title),
            h("td", s.unit or "—", "（本人或本单位）" if s.own else ""),
            h("td", f"{PLACE.get(s.place, s.place)} · {when}"),
            h("td", percent(s.rate), class_="num"),
            h("td", percent(s.share_of_source), class_="num"),
            h("td", str(s.characters), class_="num"),
        )

    heads = h("tr", [h("th", x, scope="col") for x in ("来源", "单位", "来自", "占本篇", "占来源", "字符数")])
    table = h(
        "table",
        h("caption", "相似来源，占本篇多的在前"),
        h("thead", heads),
        h("tbody", [row(s) for s in reuse.sources]),
    )
    return h("div", table, class_="scroll")


def _passage(report: Report, p: Passage, n: int, sources: Mapping[str, SourceMatch]) -> Markup:
    source = sources.get(p.source)
    left, right = differing(p.quote, p.source_quote)
    swaps = None
    if p.swaps:
        rows = [h("tr", h("td", a), h("td", b)) for a, b in p.swaps]
        heads = h("tr", h("th", "来源写作", scope="col"), h("th", "本篇写作", scope="col"))
        swaps = h("table", h("caption", "换掉的内容"), h("thead", heads), h("tbody", rows))
    flags = [p.kind.label, "已加引号" if p.quoted else "", "本人或本单位" if source and source.own else ""]
    return h(
        "section",
        h(
            "header",
            h("strong", f"第 {n + 1} 段"),
            [h("span", f, class_="chip") for f in flags if f],
            h("span", f"相似度 {percent(p.similarity, 0)}", class_="meta"),
        ),
        h("blockquote", h("small", f"本篇 {p.span.start}–{p.span.end}"), left),
        h(
            "blockquote",
            h("small", f"{source.title if source else p.source} {p.source_span.start}–{p.source_span.end}"),
            right,
        ),
        swaps,
        class_="pair",
        id=f"p-{report.case.id}-{n}",
        aria_label=f"第 {n + 1} 段相似",
    )


def _topic(report: Report) -> Markup | None:
    topic = report.topic
    if topic is None:
        return None
    themes = "、".join(f"{t.name}（{'主' if t.role == 'main' else '次'}）" for t in topic.themes)
    rows: Sequence[tuple[str, str]] = [
        ("判断", f"{BAND[topic.band]}（分数 {topic.score:.2f}，只用来排序）"),
        ("文体", GENRE.get(topic.genre, topic.genre)),
        ("主题", themes or "未定"),
    ]
    strong = sorted(topic.sentences, key=lambda s: -s.weight)
    pro = [h("li", h("q", short(report.text[s.span.start : s.span.end]))) for s in strong if s.weight > 0][:3]
    con = [h("li", h("q", short(report.text[s.span.start : s.span.end]))) for s in reversed(strong) if s.weight < 0][:3]
    return join(
        [
            h("h4", "切题"),
            h("dl", [h("div", h("dt", k), h("dd", v)) for k, v in rows], class_="facts"),
            h("p", topic.reason, class_="note") if topic.reason else None,
            [h("p", "支持切题的句子：", class_="note"), h("ul", pro, class_="evidence")] if pro else None,
            [h("p", "不支持切题的句子：", class_="note"), h("ul", con, class_="evidence")] if con else None,
        ]
    )


LEGEND = (
    ("copied", "相似段落"),
    ("own", "与本人、本单位材料相似"),
    ("quoted", "已加引号的引用"),
    ("stock", "通知原文、套话"),
    ("finding", "问题所在"),
)


def text_marks(report: Report) -> list[Mark]:
    """Return the marks of a case's text: passages, quotes, own work, stock phrases, places of findings."""
    out: list[Mark] = []
    reuse = report.reuse
    if reuse:
        own = {s.id for s in reuse.sources if s.own}
        out += [Mark(s, "stock", 1, label="通知原文或套话") for s in reuse.stock]
        for n, p in enumerate(reuse.passages):
            name = "quoted" if p.quoted else "own" if p.source in own else "copied"
            href = f"#p-{report.case.id}-{n}" if n < PASSAGES_SHOWN else None
            out.append(Mark(p.span, name, 3, href, f"第 {n + 1} 段相似：{p.kind.label}"))
    # A finding about the whole text (a missing year, a length) would paint everything; only close places are marked.
    limit = max(400, len(report.text) // 4)
    for f in report.findings:
        if not f.code.startswith(("near_copy", "notice_copy")) and f.severity is not Severity.NOTE:
            out += [Mark(e.span, "finding", 2, label=f.message) for e in f.evidence if 0 < e.span.length <= limit]
    return [m for m in out if m.span.length and m.span.end <= len(report.text)]


def _text(report: Report) -> Markup:
    marks = text_marks(report)
    used = {m.name for m in marks}
    legend = [h("li", h("mark", "示例", class_=f"m-{name}"), " ", words) for name, words in LEGEND if name in used]
    return h(
        "details",
        h("summary", f"全文与标记（{len(report.text)} 个字符）"),
        h("ul", legend, class_="legend") if legend else h("p", "全文没有需要标记的地方。", class_="note"),
        h("div", marked(report.text, marks, Span(0, len(report.text))), class_="text"),
        class_="more",
    )


def _outcomes(report: Report) -> Markup:
    rows = [
        h(
            "tr",
            h("th", check_label(o.check), scope="row"),
            h("td", STATUS[o.status]),
            h("td", o.reason or ""),
            h("td", f"{o.clause.where}：{o.clause.quote}"),
        )
        for o in report.outcomes
        if not o.shadow
    ]
    notes = [
        h("li", w.message, f"（{w.count} 处）" if w.count > 1 else "", h("q", short(w.quote, 80)) if w.quote else None)
        for w in report.warnings
    ]
    heads = h("tr", [h("th", x, scope="col") for x in ("检查", "结果", "说明", "依据")])
    made = report.made_with
    versions = f"程序 {made.engine}；规则集 {made.rulebook['id']}（{made.rulebook['digest'][:12]}）；比对库 {made.library.get('documents', 0)} 篇"
    return h(
        "details",
        h("summary", f"做过的检查（{len(rows)}）与文件情况（{len(notes)}）"),
        h(
            "div",
            h("table", h("caption", "未检查、未完成都不等于通过"), h("thead", heads), h("tbody", rows)),
            class_="scroll",
        ),
        h("ul", notes, class_="evidence") if notes else None,
        h("p", versions, class_="note"),
        class_="more",
    )
