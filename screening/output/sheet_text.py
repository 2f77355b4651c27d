"""The part of a sheet that shows the text: its marks, and the passages beside their sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from screening.finding import Severity
from screening.output.labels import percent
from screening.output.marks import Mark, parts, pieces
from screening.output.paper import Block, Paragraph, Run, cell, heading, paragraph, run, table
from screening.report import Report
from screening.reuse.result import Passage, SourceMatch

PASSAGES_SHOWN, FACTS_SHOWN = 60, 12
# Colour and a second cue, for who prints in black: the underline, or dots below.
_LOOKS: dict[str, dict[str, Any]] = {
    "copied": {"color": "C00000", "underline": "single"},
    "rewritten": {"color": "7030A0", "underline": "dash"},
    "quoted": {"color": "00713A", "underline": "double"},
    "own": {"color": "7F4A12", "underline": "wave"},
    "stock": {"color": "6E6E6E", "underline": "dotted"},
}
_LEGEND = {
    "copied": "红色、单下划线：与他文相似",
    "rewritten": "紫色、虚线：疑似改写（事实相同、文字不同，不计入各率）",
    "quoted": "绿色、双下划线：已加引号的引用",
    "own": "棕色、波浪线：与本人或本单位材料相似",
    "stock": "灰色、点线：通知原文、常用套话或同一格式",
    "finding": "字下加点：其他问题所在",
}


def named(source: SourceMatch) -> str:
    """Return what a source is called: its title and unit."""
    name = f"《{source.title or source.file or source.id}》"
    return f"{name}（{source.unit}）" if source.unit else name


def listed(n: int, of: int, what: str) -> Paragraph:
    """Return the line that says how many are listed of how many: no cut is silent."""
    return paragraph(run(f"列出 {n} {what}，共 {of} {what}。"), style="Note")


def text_marks(report: Report) -> list[Mark]:
    """Return the marks of the text. Passages carry the number that they have beside their sources."""
    out: list[Mark] = []
    if reuse := report.reuse:
        own = {s.id for s in reuse.sources if s.own}
        out += [Mark(s, "stock", 1) for s in reuse.stock]
        for n, p in enumerate(reuse.passages, 1):
            name = "rewritten" if p.facts else "quoted" if p.quoted else "own" if p.source in own else "copied"
            # What is counted hides what is not; stock that lies in no passage of weight is grey.
            out.append(
                Mark(p.span, "stock", 1) if p.stock else Mark(p.span, name, 2 if name == "rewritten" else 3, number=n)
            )
    limit = max(400, len(report.text) // 4)  # a finding about the whole text would dot everything
    for f in report.findings:
        if not f.code.startswith(("near_copy", "notice_copy")) and f.severity is not Severity.NOTE:
            out += [Mark(e.span, "finding", 0) for e in f.evidence if 0 < e.span.length <= limit]
    return [m for m in out if m.span.length and m.span.end <= len(report.text)]


def text_part(report: Report) -> Iterator[Block]:
    """Give the legend and the text with its marks."""
    yield heading("四、全文（标明引文）")
    marks = text_marks(report)
    used = {m.name for m in marks}
    legend = [r for name, words in _LEGEND.items() if name in used for r in (run("；"), _look(words, name))]
    if legend:
        yield paragraph(run("图例：【数字】为相似段落的段号"), *legend, run("。"), style="Note")
    else:
        yield paragraph(run("全文没有需要标记的地方。"), style="Note")
    line: list[Run] = []
    for piece, top, begin in pieces(report.text, marks):
        numbers = "".join(f"【{m.number}】" for m in begin if m.number is not None)
        if numbers:
            line.append(run(numbers, bold=True, size=9))
        for n, words in enumerate(piece.split("\n")):
            if n:
                yield paragraph(*line, indent=True)
                line = []
            if words:
                line.append(_look(words, top.name if top else ""))
    yield paragraph(*line, indent=True)


def _look(words: str, name: str) -> Run:
    return run(words, dots=True) if name == "finding" else run(words, **_LOOKS.get(name, {}))


def passages_part(report: Report) -> Iterator[Block]:
    """Give each passage beside its source, what differs set apart."""
    yield heading("五、相似段落对照")
    reuse = report.reuse
    telling = [(n, p) for n, p in enumerate(reuse.passages, 1) if not p.stock] if reuse else []
    if reuse is None or not telling:
        yield paragraph(run("没有需要对照的段落。"))
        return
    forms = sum(p.stock for p in reuse.passages)
    yield paragraph(run("左为本篇，右为来源；加粗并带下划线的是两边不同的字。"), style="Note")
    sources = {s.id: s for s in reuse.sources}
    for n, p in telling[:PASSAGES_SHOWN]:
        source = sources.get(p.source)
        said = [p.kind.label, f"相似度 {percent(p.similarity, 0)}"]
        said += ["已加引号"] if p.quoted else []
        said += ["本人或本单位"] if source and source.own else []
        yield paragraph(run(f"【{n}】{named(source) if source else p.source}　{'，'.join(said)}"), keep=True, before=6)
        left, right = _sides(p)
        yield table([("本篇", "来源"), (cell(left), cell(right))], (50, 50), whole=False)
        if p.facts:
            pairs = "；".join(f"{f.quote}＝{f.source_quote}" for f in p.facts[:FACTS_SHOWN])
            yield paragraph(run(f"相同的事实：{pairs}。"), style="Note")
            yield listed(min(FACTS_SHOWN, len(p.facts)), len(p.facts), "处事实")
        elif p.swaps:
            pairs = "；".join(f"{a}→{b}" for a, b in p.swaps[:FACTS_SHOWN])
            yield paragraph(run(f"换掉的内容（来源→本篇）：{pairs}。"), style="Note")
            yield listed(min(FACTS_SHOWN, len(p.swaps)), len(p.swaps), "处")
    yield listed(min(PASSAGES_SHOWN, len(telling)), reuse.of - forms, "段")


def _sides(passage: Passage) -> tuple[list[Run], list[Run]]:
    # Of a rewriting nearly every character differs; there the facts tell, not the characters.
    if passage.facts:
        return [run(passage.quote)], [run(passage.source_quote)]
    left: list[Run] = []
    right: list[Run] = []
    for a, b, equal in parts(passage.quote, passage.source_quote):
        for side, piece in ((left, a), (right, b)):
            if piece:
                side.append(run(piece) if equal else run(piece, bold=True, underline="single"))
    return left, right
