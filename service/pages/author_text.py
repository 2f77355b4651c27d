"""The text as the author wrote it – headings, paragraphs, numbers, tables, notes – with the marks of the report in it.

Marks are cut on the server from spans of code points: a browser counts UTF-16 units, and one 𠮷 would shift every mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from screening.document import Paragraph, Story
from screening.finding import Severity
from screening.output.marks import Mark, marked
from screening.output.markup import Child, Markup, h, join
from screening.report import Report
from screening.reuse.result import ReuseKind
from screening.text.repairs import Repair, RepairKind
from screening.text.view import fold_character

_CELL = re.compile(r"table/(\d+)/r(\d+)/c(\d+)")
_STORIES = {
    Story.TEXTBOX: "文本框",
    Story.FOOTNOTE: "脚注",
    Story.ENDNOTE: "尾注",
    Story.HEADER: "页眉",
    Story.FOOTER: "页脚",
    Story.COMMENT: "批注",
}
_WIDE = 0.25  # a finding about more of the text than this is about the whole of it, and marks no place
_WIDE_AT_LEAST = 400  # code points
_READ = 12  # characters of which a mark says how they were read
LEDGER = {"data": "数据", "event": "活动", "date": "时间", "place": "地点", "activity": "活动名称", "document": "文号"}

# What a mark is called in the legend, in the order of the switches. The class tells how it looks: a colour and a second cue.
LAYERS = (
    ("verbatim", "原文照用"),
    ("edited", "少量改动"),
    ("reordered", "调整语序"),
    ("localised", "换名套用"),
    ("rewritten", "改写"),
    ("own", "本人或本单位旧作"),
    ("quoted", "已加引号"),
    ("stock", "通知原文、套话"),
    ("finding", "问题所在"),
    ("trick", "异常字符"),
    ("evidence", "数据与事实"),
    ("excluded", "已由人工排除"),
)


@dataclass(frozen=True, slots=True)
class Excluded:
    """What a person took out of the rates: sources, and passages by their numbers from 1 on."""

    sources: frozenset[str] = frozenset()
    passages: frozenset[int] = frozenset()


def marks_of(report: Report, excluded: Excluded | None = None) -> list[Mark]:
    """Return the marks of a report's text; a passage leads to ``#p-N``, the place of a finding to ``#f-N`` (both from 1 on)."""
    left_out = excluded or Excluded()
    out: list[Mark] = []
    if reuse := report.reuse:
        own = {s.id for s in reuse.sources if s.own}
        out += [Mark(s, "stock", 1, label="通知原文或套话") for s in reuse.stock]
        out += [_trick(report.text, r, n) for n, r in enumerate(reuse.repairs.items, 1)]
        for n, p in enumerate(reuse.passages, 1):
            if p.stock:
                out.append(Mark(p.span, "stock", 1, label="与同一格式的材料相同"))
                continue
            gone = p.source in left_out.sources or n in left_out.passages
            name = "excluded" if gone else _layer(p.kind, quoted=p.quoted, own=p.source in own)
            words = "已排除" if gone else p.kind.label
            out.append(Mark(p.span, name, 3, f"#p-{n}", f"第 {n} 段相似：{words}", number=n, anchor=f"m-{n}"))
    limit = max(_WIDE_AT_LEAST, int(len(report.text) * _WIDE))
    for n, finding in enumerate(report.findings, 1):
        if finding.code.startswith(("near_copy", "notice_copy")) or finding.severity is Severity.NOTE:
            continue
        for k, e in enumerate(finding.evidence, 1):
            if 0 < e.span.length <= limit:
                out.append(Mark(e.span, "finding", 2, f"#f-{n}", finding.message, anchor=f"e-{n}-{k}"))
    return [m for m in out if m.span.length and m.span.end <= len(report.text)]


def evidence_of(report: Report) -> list[Mark]:
    """Return the marks of the evidence ledger: what a text says in numbers, dates, places, names of activities and documents."""
    return [Mark(i.span, "evidence", label=LEDGER.get(i.kind, i.kind)) for i in report.ledger if i.span.length]


def _trick(text: str, repair: Repair, number: int) -> Mark:
    """Mark characters that were read as others; what can't be seen gets a sign of its own through its class."""
    said = f"异常字符：{repair.kind.label}"
    if repair.kind is RepairKind.ZERO_WIDTH:
        return Mark(repair.span, "trick unseen", 4, label=said, anchor=f"r-{number}")
    read = "".join(map(fold_character, text[repair.span.start : repair.span.end][:_READ]))
    return Mark(repair.span, "trick", 4, label=f"{said}，读作“{read}”" if read else said, anchor=f"r-{number}")


def outline(text: str, paragraphs: Sequence[Paragraph]) -> list[tuple[int, tuple[int, str]]]:
    """Return the author's headings: where each begins, and (level from 1 on, words)."""
    rows = [p for p in paragraphs if p.story is Story.BODY and p.level and p.span.length]
    return [(p.span.start, (p.level or 1, f"{p.number}{text[p.span.start : p.span.end]}".strip())) for p in rows]


def paragraph_at(paragraphs: Sequence[Paragraph], offset: int) -> Paragraph | None:
    """Return the paragraph of the body in which a character lies; the paragraphs are in the order of the text."""
    n = bisect_right(paragraphs, offset, key=lambda p: p.span.start)
    found = paragraphs[n - 1] if n else None
    return found if found and found.story is Story.BODY else None


def place_id(start: int) -> str:
    """Return the id of the paragraph that begins there."""
    return f"t-{start}"


def _layer(kind: ReuseKind, *, quoted: bool, own: bool) -> str:
    return "quoted" if quoted else "own" if own else kind.value


@dataclass(frozen=True, slots=True)
class _Marked:
    """A text with what is to be marked in it; ``inner`` shows inside of the marks, ``places`` are beginnings of paragraphs with an id."""

    text: str
    marks: Sequence[Mark]
    inner: Sequence[Mark]
    places: Collection[int]


def author_text(
    text: str,
    paragraphs: Sequence[Paragraph],
    marks: Sequence[Mark],
    inner: Sequence[Mark] = (),
    places: Collection[int] = (),
) -> Markup:
    """Return the text with its marks: ``paragraphs`` are those of the document, all spans code points of ``text``.

    ``inner`` are marks that show inside of others; a paragraph that begins at one of ``places`` can be led to by :func:`place_id`.
    """
    given = _Marked(text, marks, inner, frozenset(places))
    body = [p for p in paragraphs if p.story is Story.BODY]
    out: list[Child] = [h("div", list(_blocks(given, body)), class_="story")]
    for story, words in _STORIES.items():
        rows = [p for p in paragraphs if p.story is story]
        if rows:
            inside = list(_blocks(given, rows))
            out.append(h("section", h("h3", words), inside, class_="story beside", aria_label=words))
    return join(out)


def _blocks(given: _Marked, paragraphs: Sequence[Paragraph]) -> Iterator[Markup]:
    for table, rows in groupby(paragraphs, key=_table_of):
        if table is None:
            for p in rows:
                yield _paragraph(given, p)
        else:
            yield _table(given, list(rows))


def _table_of(paragraph: Paragraph) -> str | None:
    found = _CELL.match(paragraph.source)
    return found.group(1) if found else None


def _table(given: _Marked, cells: Sequence[Paragraph]) -> Markup:
    def place(p: Paragraph) -> tuple[int, int]:
        found = _CELL.match(p.source)
        assert found
        return int(found.group(2)), int(found.group(3))

    rows = []
    for _, row in groupby(cells, key=lambda p: place(p)[0]):
        made = [h("td", [_paragraph(given, p) for p in cell]) for _, cell in groupby(row, key=lambda p: place(p)[1])]
        rows.append(h("tr", made))
    return h("div", h("table", h("tbody", rows)), class_="scroll", tabindex="0", role="region", aria_label="文中的表格")


def _paragraph(given: _Marked, paragraph: Paragraph) -> Markup:
    span = paragraph.span
    # A mark over several paragraphs begins in one of them: only there it has its number and its anchor.
    mine = [
        m if m.span.start >= span.start else replace(m, anchor=None, number=None)
        for m in given.marks
        if m.span.overlaps(span)
    ]
    inside = marked(given.text, mine, span, [m for m in given.inner if m.span.overlaps(span)])
    number = h("span", paragraph.number, class_="autonumber") if paragraph.number else None
    kind = "title" if paragraph.style == "title" else f"level-{paragraph.level}" if paragraph.level else None
    # A heading of the author is none of our page, whose headings have an order: it is told by its class.
    return h("p", number, inside, class_=kind, id=place_id(span.start) if span.start in given.places else None)
