"""Reports in the terminal, through rich: the verdict, the findings with the notice's words, the passages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from screening.finding import Severity
from screening.output.labels import (
    BAND,
    FOUND,
    RATES,
    SEVERITY,
    SEVERITY_SYMBOL,
    STATUS,
    VERDICT_SYMBOL,
    check_label,
    percent,
)
from screening.report import Report, Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from screening.rulebook import Rulebook
    from screening.single import Comparison

_STYLE = {Verdict.CLEAR: "green", Verdict.LOOK: "yellow", Verdict.RETURN: "red", Verdict.INCOMPLETE: "cyan"}
_WEIGHT = {Severity.BLOCKER: "red", Severity.REVIEW: "yellow", Severity.NOTE: "dim"}
SHOWN = 5


def _short(quote: str, most: int = 60) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= most else f"{flat[: most - 10]}……{flat[-8:]}"


def render_report(report: Report, console: Console) -> None:
    """Print one report: verdict, counts, findings (worst first) with clause and evidence, rates, structure."""
    info = report.case
    style = _STYLE[report.verdict]
    console.print(
        f"[bold]{escape(info.title or info.file)}[/]  [{style}]{VERDICT_SYMBOL[report.verdict]} {report.verdict.label}[/]"
    )
    console.print(f"  文件 {escape(info.file)}", style="dim")
    if report.error:
        console.print(f"  原因：{escape(report.error.message)}")
        console.print(f"  办法：{escape(report.error.advice)}")
        console.print(f"  代码：{report.error.code}\n", style="dim")
        return
    counts = report.counts
    console.print(
        f"  正文 {counts['words']} 字（区间 {counts['words_low']}–{counts['words_high']}），含文本框和脚注 {counts['words_all_stories']} 字"
    )
    if report.topic:
        themes = "、".join(t.name for t in report.topic.themes)
        console.print(f"  {BAND[report.topic.band]}（{report.topic.score:.2f}）{'，主题：' + themes if themes else ''}")
    if report.reuse:
        console.print(
            "  " + "  ".join(f"{label} {percent(getattr(report.reuse.rates, key))}" for key, label, _ in RATES[:5])
        )
    if report.structure:
        console.print("  " + "  ".join(f"{s.name} {FOUND[s.found]}" for s in report.structure))
    for finding in report.findings:
        weight = finding.severity or Severity.NOTE
        console.print(
            f"  [{_WEIGHT[weight]}]{SEVERITY_SYMBOL[weight]} {SEVERITY[weight]}[/] {escape(finding.message)}  [dim]{finding.code}[/]"
        )
        if finding.clause:
            console.print(f"      通知 {escape(finding.clause.where)}：“{escape(finding.clause.quote)}”", style="dim")
        for e in finding.evidence[:SHOWN]:
            console.print(f"      原文 {e.span.start}–{e.span.end}：“{escape(_short(e.quote))}”")
            if e.other:
                console.print(f"      来源 {e.other.span.start}–{e.other.span.end}：“{escape(_short(e.other.quote))}”")
        if len(finding.evidence) > SHOWN:
            console.print(f"      另有 {len(finding.evidence) - SHOWN} 处", style="dim")
    for outcome in report.outcomes:
        if outcome.status == "broken" and not outcome.shadow:
            console.print(
                f"  – {check_label(outcome.check)} {STATUS['broken']}：{escape(outcome.reason or '')}", style="cyan"
            )
    skipped = {check_label(o.check): o.reason for o in report.outcomes if o.status == "skipped" and not o.shadow}
    if skipped:
        console.print(
            "  – 未检查：" + "；".join(f"{name}（{escape(reason or '')}）" for name, reason in skipped.items()),
            style="dim",
        )
    for warning in report.warnings:
        console.print(f"  – 文件：{escape(warning.message)}", style="dim")
    console.print()


def render_comparison(result: Comparison, console: Console) -> None:
    """Print the passages that two files share."""
    console.print(f"甲 {escape(result.a.info.file)}\n乙 {escape(result.b.info.file)}")
    if not result.passages:
        console.print("没有找到相似的段落。")
        return
    table = Table("序号", "方式", "相似度", "甲", "乙", show_lines=True)
    for n, p in enumerate(result.passages, 1):
        left = f"{p.span.start}–{p.span.end}\n{escape(_short(p.quote, 160))}"
        right = f"{p.source_span.start}–{p.source_span.end}\n{escape(_short(p.source_quote, 160))}"
        swaps = "".join(f"\n{escape(b)} → {escape(a)}" for a, b in p.swaps[:8])
        table.add_row(str(n), p.kind.label + swaps, percent(p.similarity), left, right)
    console.print(table)


def render_rulebook(book: Rulebook, console: Console) -> None:
    """Print every rule of a rulebook with the notice's words."""
    console.print(f"[bold]{escape(book.title)}[/]  {book.id}  摘要 {book.digest[:12]}")
    for label, rules in (*((k.label, k.rules) for k in book.kinds.values()), ("整批", book.batch)):
        table = Table("检查", "力度", "状态", "出处", "通知原话", title=label, title_justify="left")
        for rule in rules:
            state = {"on": "启用", "shadow": "试行", "off": "停用"}[rule.state]
            table.add_row(
                rule.check.label, SEVERITY[rule.severity], state, escape(rule.clause.where), escape(rule.clause.quote)
            )
        console.print(table)
