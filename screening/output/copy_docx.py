"""The masked copy of a case for reviewers, as Word: its text set anew, with the author's headings and tables, whatever file it came as."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from screening.case import Case
from screening.document import Document, Paragraph, Span, Story
from screening.output.paper import Block, cell, heading, paragraph, run, table, title
from screening.output.paper_docx import document
from screening.text.names import masked_at

NOTE: Final = (
    "本份由程序按正文重排，作者信息表、页眉页脚、批注和图片没有附上；姓名、单位、电话、邮箱、证件号已由程序遮盖。"
    "发现没有遮盖干净的，请告知工作人员。"
)
_BESIDE: Final = {Story.TEXTBOX: "文本框", Story.FOOTNOTE: "脚注", Story.ENDNOTE: "尾注"}
_CELL = re.compile(r"table/(\d+)/r(\d+)/c(\d+)")
_COLUMNS: Final = 12  # of a table; what stands further right is put into the last column


def copy_docx(case: Case, hidden: Iterable[Span], *, number: str, kind: str) -> bytes:
    """Return the copy as .docx; the same arguments give the same bytes.

    ``hidden`` are the places of the case's text to be masked, ``number`` stands for the case's name, ``kind`` is what its kind is called.
    """
    masked = replace(case.document, text=masked_at(case.document.text, tuple(hidden)))
    form = set(case.form.spans) if case.form else set()
    kept = [p for p in masked.paragraphs if p.span not in form and (p.story is Story.BODY or p.story in _BESIDE)]
    content: list[Block] = [
        paragraph(run(f"编号：{number}　　类型：{kind}　　正文字数：{case.words.words}"), style="Note")
    ]
    for story, rows in groupby(kept, key=lambda p: p.story):
        if story in _BESIDE:
            content.append(heading(_BESIDE[story], 2))
        content += _blocks(masked, list(rows), case.title_span)
    content.append(paragraph(run(NOTE), style="Note", before=12))
    return document(content, name=f"盲审副本 {number}", size=14)


def _blocks(text: Document, paragraphs: Sequence[Paragraph], title_span: Span | None) -> Iterator[Block]:
    for of_table, rows in groupby(paragraphs, key=_table_of):
        if of_table is None:
            for p in rows:
                yield _line(text, p, title_span)
        else:
            yield _table(text, list(rows))


def _table_of(p: Paragraph) -> str | None:
    found = _CELL.match(p.source)
    return found[1] if found else None


def _line(text: Document, p: Paragraph, title_span: Span | None) -> Block:
    words = p.number + text.quote(p.span)
    if title_span and p.span.overlaps(title_span):
        return replace(title(words), before=12)
    if p.level:
        return heading(words, 1 if p.level == 1 else 2)
    return paragraph(run(words), indent=True)


def _table(text: Document, paragraphs: Sequence[Paragraph]) -> Block:
    """Set a table anew: cells by row and column, a shorter row filled up. Tables inside a cell stand in the cell's text."""
    grid: dict[int, dict[int, list[str]]] = {}
    for p in paragraphs:
        found = _CELL.match(p.source)
        assert found
        column = min(int(found[3]), _COLUMNS - 1)
        grid.setdefault(int(found[2]), {}).setdefault(column, []).append(p.number + text.quote(p.span))
    width = 1 + max(c for row in grid.values() for c in row)
    rows = [
        [cell(*(run(words) for words in row.get(c, [""]))) for c in range(width)] for _, row in sorted(grid.items())
    ]
    return table(rows, [1] * width, head=False, whole=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list that goes with copies: the number of a copy and what it is of. ``remark`` says why there is none, or what to look at."""

    number: str
    name: str
    title: str
    kind: str
    remark: str = ""


def list_csv(rows: Iterable[Listed], called: str = "材料") -> bytes:
    """Return the list as CSV that Excel opens: UTF-8 with a mark. It stays with the office: it leads from numbers to cases."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["序号", called, "题目", "类型", "说明"])
    # What begins like a formula is text.
    writer.writerows([_plain(v) for v in (r.number, r.name, r.title, r.kind, r.remark)] for r in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
