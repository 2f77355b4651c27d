"""Reports in the terminal, through rich: the verdict, the findings with the notice's words, the passages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from rich.markup import escape
from rich.table import Table

from screening.finding import Severity
from screening.output.labels import (
    BAND,
    FOUND,
    RATES,
    SEARCH,
    SEVERITY,
    SEVERITY_SYMBOL,
    STATUS,
    VERDICT_SYMBOL,
    check_label,
    percent,
)
from screening.output.markup import printable
from screening.output.privacy import masked
from screening.report import Report, Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from screening.case import Case
    from screening.finding import Finding
    from screening.reuse.result import Passage
    from screening.rulebook import Rulebook

_STYLE = {Verdict.CLEAR: "green", Verdict.LOOK: "yellow", Verdict.RETURN: "red", Verdict.INCOMPLETE: "cyan"}
_WEIGHT = {Severity.BLOCKER: "red", Severity.REVIEW: "yellow", Severity.NOTE: "dim"}
SHOWN = 5


def _safe(value: str) -> str:
    """Return a text of the author's as it may stand on a screen: masked, without control characters, no markup of rich's."""
    return escape(printable(masked(value)))


def _short(quote: str, most: int = 60) -> str:
    flat = " ".join(quote.split())
    return _safe(flat if len(flat) <= most else f"{flat[: most - 10]}……{flat[-8:]}")


def render_report(report: Report, console: Console) -> None:
    """Print one report: verdict, counts, findings (worst first) with clause and evidence, rates, structure."""
    info = report.case
    style = _STYLE[report.verdict]
    verdict = f"[{style}]{VERDICT_SYMBOL[report.verdict]} {report.verdict.label}[/]"
    console.print(f"[bold]{_safe(info.title or info.file)}[/]  {verdict}")
    console.print(f"  文件 {_safe(info.file)}", style="dim")
    if report.error:
        console.print(f"  原因：{_safe(report.error.message)}")
        console.print(f"  办法：{_safe(report.error.advice)}")
        console.print(f"  代码：{report.error.code}\n", style="dim")
        return
    console.print(f"  查重方式 {SEARCH[report.made_with.search]}", style="dim")
    for line in _figures(report):
        console.print(f"  {line}")
    for finding in report.findings:
        _finding(finding, console)
    for line, look in _not_done(report):
        console.print(f"  – {line}", style=look)
    for warning in report.warnings:
        console.print(f"  – 文件：{_safe(warning.message)}", style="dim")
    console.print()


def _figures(report: Report) -> Iterator[str]:
    """Give length, topic, rates and sections, a line each; what was not measured has no line."""
    counts = report.counts
    band = f"区间 {counts['words_low']}–{counts['words_high']}"
    yield f"正文 {counts['words']} 字（{band}），含文本框和脚注 {counts['words_all_stories']} 字"
    if report.topic:
        themes = "、".join(_safe(t.name) for t in report.topic.themes)
        yield f"{BAND[report.topic.band]}（{report.topic.score:.2f}）{'，主题：' + themes if themes else ''}"
    if report.reuse:
        shown = [*RATES[:5], *(RATES[7:] if report.reuse.rates.rewritten else ())]
        yield "  ".join(f"{label} {percent(getattr(report.reuse.rates, key))}" for key, label, _ in shown)
    if report.structure:
        yield "  ".join(f"{s.name} {FOUND[s.found]}" for s in report.structure)


def _finding(finding: Finding, console: Console) -> None:
    weight = finding.severity or Severity.NOTE
    label = f"[{_WEIGHT[weight]}]{SEVERITY_SYMBOL[weight]} {SEVERITY[weight]}[/]"
    console.print(f"  {label} {_safe(finding.message)}  [dim]{finding.code}[/]")
    if finding.clause:
        console.print(f"      通知 {escape(finding.clause.where)}：“{escape(finding.clause.quote)}”", style="dim")
    for e in finding.evidence[:SHOWN]:
        console.print(f"      原文 {e.span.start}–{e.span.end}：“{_short(e.quote)}”")
        if e.other:
            console.print(f"      来源 {e.other.span.start}–{e.other.span.end}：“{_short(e.other.quote)}”")
    if len(finding.evidence) > SHOWN:
        console.print(f"      列出 {SHOWN} 处，共 {len(finding.evidence)} 处；全部见 --json", style="dim")


def _not_done(report: Report) -> Iterator[tuple[str, str]]:
    """Give what broke and what was skipped, with the reason: neither is a pass."""
    counted = [o for o in report.outcomes if not o.shadow]
    for o in counted:
        if o.status == "broken":
            yield f"{check_label(o.check)} {STATUS['broken']}：{_safe(o.reason or '')}", "cyan"
    skipped = {check_label(o.check): o.reason for o in counted if o.status == "skipped"}
    if skipped:
        yield "未检查：" + "；".join(f"{name}（{_safe(reason or '')}）" for name, reason in skipped.items()), "dim"


class Compared(Protocol):
    """Two cases and the passages of ``a`` that are in ``b``, as :func:`screening.compare` returns them."""

    @property
    def a(self) -> Case:
        """Give the case."""

    @property
    def b(self) -> Case:
        """Give what it is compared with."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Give the passages, their own spans in ``a``, the source's in ``b``."""


def render_comparison(result: Compared, console: Console) -> None:
    """Print the passages that two files share, one below the other: a pipe or a narrow window cuts nothing off."""
    console.print(f"甲 {_safe(result.a.info.file)}\n乙 {_safe(result.b.info.file)}")
    if not result.passages:
        console.print("没有找到相似的段落。")
        return
    for n, p in enumerate(result.passages, 1):
        console.print(
            f"\n[bold]第 {n} 段，共 {len(result.passages)} 段[/]  {p.kind.label}  相似度 {percent(p.similarity)}"
        )
        console.print(f"  甲 {p.span.start}–{p.span.end}：“{_short(p.quote, 160)}”")
        console.print(f"  乙 {p.source_span.start}–{p.source_span.end}：“{_short(p.source_quote, 160)}”")
        if p.swaps:
            swaps = "；".join(f"{_safe(b)} → {_safe(a)}" for a, b in p.swaps)
            console.print(f"  换掉的内容（甲 → 乙，{len(p.swaps)} 处）：{swaps}")
        if p.facts:
            facts = "；".join(f"{_safe(f.quote)} = {_safe(f.source_quote)}" for f in p.facts)
            console.print(f"  相同的事实（{len(p.facts)} 处，{p.facts_in_order} 处先后一致）：{facts}")


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
