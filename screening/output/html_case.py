"""One case on the page: findings with the notice's words, rates, side-by-side passages, the marked text."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from screening.document import Span
from screening.finding import Finding, Severity
from screening.output.html_overview import chip, clause_line, table
from screening.output.html_reuse import PASSAGES_SHOWN, reuse_part
from screening.output.html_score import score_part
from screening.output.html_topic import topic_part
from screening.output.labels import (
    FOUND,
    MESSAGE_SHOWN,
    ORIGIN,
    SEARCH,
    SEVERITY,
    SEVERITY_SYMBOL,
    STATUS,
    VERDICT_SYMBOL,
    check_label,
    percent,
    short,
)
from screening.output.marks import Mark, marked
from screening.output.markup import Child, Markup, h, join
from screening.report import Report
from screening.rulebook import Rulebook
from screening.text.structure import Section, SectionSpec

HEADINGS_NAMED = 4  # wordings of a section's heading, where it was not found
EVIDENCE_SHOWN = 6  # places under one finding; the rest are in report.jsonl, and the page says so
# So many cases, from the head of the queue, come with their full text; the others say that they don't.
FULL_TEXT_CASES = 400


def moment(value: datetime | None) -> str:
    """Return a time for reading."""
    return value.strftime("%Y-%m-%d %H:%M") if value else "—"


@dataclass(frozen=True, slots=True)
class Turn:
    """The place of a case in the queue: its number from 1 on, how many there are, and the ids before and after it."""

    number: int
    of: int
    before: str | None = None
    after: str | None = None


# What is known of a case only when all are screened; no text has a character like these (see markup.printable).
_NUMBER, _GROUP, _TURNS, _PLACE = (Markup(f"\0{name}\0") for name in ("number", "group", "turns", "place"))


def case_section(report: Report, book: Rulebook, in_batch: Container[str], *, full_text: bool) -> Markup:
    """Return one case, to be completed by :func:`completed`. ``in_batch`` are the ids of this page's cases.

    With ``full_text`` the marked text is shown, and what each point of the score is made of.
    """
    info = report.case
    kind = book.kinds.get(info.kind)
    head = h(
        "summary",
        h("span", _NUMBER, class_="number"),
        h("h3", info.title or info.file),
        chip(report.verdict.value, VERDICT_SYMBOL[report.verdict], report.verdict.label),
        h("span", " · ".join(x for x in (kind.label if kind else "", info.unit, info.author) if x), class_="meta"),
    )
    inside: list[Child] = [_facts(report, book)]
    if report.error:
        inside.append(
            h(
                "div",
                h("p", h("strong", "读不出来："), report.error.message),
                h("p", h("strong", "办法："), report.error.advice or "请与报送单位联系。"),
                h("p", "代码：", h("code", report.error.code), "。没有做任何检查，不能当作未见问题。", class_="meta"),
                class_="failure",
            )
        )
    else:
        inside += [
            _findings(report),
            reuse_part(report, in_batch, full_text=full_text),
            _structure(report, kind.sections if kind else ()),
            topic_part(report, in_batch, full=full_text),
            score_part(report, _PLACE, full=full_text),
            _text(report)
            if full_text
            else h(
                "p", f"本批篇数多，网页只附前 {FULL_TEXT_CASES} 篇的全文；这一篇的全文见 report.jsonl。", class_="note"
            ),
            outcomes_part(report),
        ]
    inside.append(_TURNS)
    return h("details", head, h("div", inside, class_="inside"), id=f"case-{info.id}")


def completed(section: str, turn: Turn, group: Child, place: Child = None) -> str:
    """Put into a section what is known when all cases are screened.

    ``group`` says which group of similar texts the case is in; it is shown where the case was compared with others. ``place``
    is its place by score.
    """
    known = {_NUMBER: str(turn.number), _GROUP: join([group]), _TURNS: _turns(turn), _PLACE: join([place])}
    for mark, words in known.items():
        section = section.replace(mark, words)
    return section


def _turns(turn: Turn) -> Markup:
    before = h("a", "← 上一篇", href=f"#case-{turn.before}", data_step="-1") if turn.before else None
    after = h("a", "下一篇 →", href=f"#case-{turn.after}", data_step="1") if turn.after else None
    place = h("span", f"第 {turn.number} 篇，共 {turn.of} 篇", class_="meta")
    return h("div", before, place, after, h("a", "回到列表", href="#list"), class_="turns")


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
    if report.reuse is not None:
        rows.append(("所在群组", _GROUP))
    rows += [("文件", info.file), ("SHA-256", f"{info.sha256[:16]}…" if info.sha256 else "—")]
    return h("dl", [h("div", h("dt", k), h("dd", v)) for k, v in rows], class_="facts")


def _findings(report: Report) -> Markup:
    found = report.findings
    if not found:
        return join([h("h4", "问题"), h("p", _nothing_found(report), class_="empty good")])
    return join([h("h4", f"问题与提示（{len(found)}）"), h("ul", [_finding(f) for f in found], class_="findings")])


def _nothing_found(report: Report) -> str:
    left = sum(o.status in ("skipped", "broken") for o in report.outcomes if not o.shadow)
    if left:
        return f"做过的检查均未见问题；另有 {left} 项没有做或没有做完，原因见下面“做过的检查”。"
    return "✓ 各项检查均未见问题。"


def _finding(finding: Finding) -> Markup:
    severity = finding.severity or Severity.NOTE
    shown = [h("li", _evidence(e.quote, e.other.quote if e.other else None)) for e in finding.evidence[:EVIDENCE_SHOWN]]
    rest = len(finding.evidence) - EVIDENCE_SHOWN
    if rest > 0:
        shown.append(
            h("li", f"列出 {EVIDENCE_SHOWN} 处，共 {len(finding.evidence)} 处，其余见 report.jsonl", class_="meta")
        )
    clause = finding.clause
    return h(
        "li",
        h(
            "p",
            chip(severity.value, SEVERITY_SYMBOL[severity], SEVERITY[severity]),
            " ",
            short(finding.message, MESSAGE_SHOWN),
        ),
        clause_line(clause.where, clause.quote) if clause else None,
        h("ul", shown, class_="evidence") if shown else None,
        class_=severity.value,
    )


def _evidence(quote: str, other: str | None) -> Child:
    if not quote.strip():
        return h("span", "（此处为空）", class_="meta")
    source = [h("br"), h("span", "来源：", class_="meta"), h("q", short(other))] if other else None
    return [h("span", "原文：", class_="meta"), h("q", short(quote)), source]


def _structure(report: Report, asked: Sequence[SectionSpec]) -> Markup | None:
    if not report.structure:
        return None
    looked_for = {a.name: a.headings[:HEADINGS_NAMED] for a in asked}
    total = max(1, report.counts.get("words", 1))
    rows = [
        h(
            "tr",
            h("th", s.name, scope="row"),
            h("td", FOUND[s.found], class_="none" if s.found == "none" else None),
            h("td", _heading(report, s, looked_for)),
            h("td", str(s.words) if s.found != "none" else "—", class_="num"),
            h("td", percent(s.words / total, 0) if s.found != "none" else "—", class_="num"),
        )
        for s in report.structure
    ]
    caption = "“未发现”指标题和内容里都没找到，请对照原文"
    return join([h("h4", "结构"), table(caption, ("部分", "判断", "作者的标题", "字数", "占比"), rows)])


def _heading(report: Report, section: Section, looked_for: Mapping[str, Sequence[str]]) -> Child:
    if section.heading:
        return report.text[section.heading.start : section.heading.end].strip()
    words = looked_for.get(section.name, ()) if section.found == "none" else ()
    return h("span", f"找过“{'、'.join(words)}”等标题和相应内容", class_="meta") if words else "—"


LEGEND = (
    ("copied", "相似段落（数字是段号，点按看对照）"),
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
        for n, p in enumerate(reuse.passages, 1):
            if p.stock:
                out.append(Mark(p.span, "stock", 1, label="与同一格式的材料相同"))
                continue
            name = "quoted" if p.quoted else "own" if p.source in own else "copied"
            href = f"#p-{report.case.id}-{n}" if n <= PASSAGES_SHOWN else None
            label = f"第 {n} 段相似：{p.kind.label}"
            out.append(Mark(p.span, name, 3, href, label, number=n, anchor=f"m-{report.case.id}-{n}"))
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


def outcomes_part(report: Report) -> Markup:
    """Return what was checked: what is clear in one line, everything else with its reason and the notice's words."""
    counted = [o for o in report.outcomes if not o.shadow]
    clear = list(dict.fromkeys(check_label(o.check) for o in counted if o.status == "clear"))
    rows = [
        h(
            "tr",
            h("th", check_label(o.check), scope="row"),
            h("td", STATUS[o.status]),
            h("td", o.reason or (f"{len(o.findings)} 条，见上面的问题与提示" if o.findings else "—")),
            h("td", f"{o.clause.where}：{o.clause.quote}"),
        )
        for o in counted
        if o.status != "clear"
    ]
    notes = [
        h("li", w.message, f"（{w.count} 处）" if w.count > 1 else "", h("q", short(w.quote, 80)) if w.quote else None)
        for w in report.warnings
    ]
    made = report.made_with
    versions = f"程序 {made.engine}；规则集 {made.rulebook['id']}（{made.rulebook['digest'][:12]}）；比对库 {made.library.get('documents', 0)} 篇；查重方式 {SEARCH[made.search]}"
    return h(
        "details",
        h("summary", f"做过的检查（{len(counted)} 项）与文件情况（{len(notes)} 条）"),
        h("p", f"未见问题：{'、'.join(clear)}。") if clear else None,
        table("未检查、未完成都不等于通过", ("检查", "结果", "说明", "依据"), rows) if rows else None,
        [h("p", "文件情况：", class_="note"), h("ul", notes, class_="evidence")] if notes else None,
        h("p", versions, class_="note"),
        class_="more",
    )
