"""The author form inside a document: a table, or "标签：值" lines at the head or the tail; its text is no body text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from screening.case import AuthorForm, FormField
from screening.document import Document, Paragraph, Span, Story
from screening.intake.form_labels import LEAD, WITH_COLON, fields_of, label_alone
from screening.text.prose import cell_of, prose

TABLE_LABELS = 3  # distinct labels that make a table a form
LINE_LABELS = 2  # distinct labels that make neighbouring lines a form
EDGE = 14  # a form in lines stands among so many first or last non-empty paragraphs
_CAPTION = re.compile("作者(?:信息|简介|情况|资料)|信息表|登记表|报名表|推荐表|申报表|^附[件表：:]|^附$|联系方式$")
_CLOSES_LABEL = re.compile("[:：】\\]]")  # what every match of WITH_COLON ends in
VALUE = 80  # code points; what stands behind a label in a line is longer in no form
ABOUT = 200  # except the lines that no field is read from: 作者简介


@dataclass(frozen=True, slots=True)
class _Found:
    fields: dict[str, FormField]
    spans: tuple[Span, ...]
    place: str


def find_form(document: Document, *, whole: bool = False) -> AuthorForm | None:
    """Return the author form of a document, None if it has none.

    ``whole`` says that the document is nothing but the form (a file of its own): then one label is enough, anywhere.
    """
    paragraphs = [p for p in document.paragraphs if p.story in (Story.BODY, Story.TEXTBOX)]
    # Units put the whole case into a cell of the form; what is a text of its own is body, not form.
    running = {p.span for p in prose(document, paragraphs) if p.table} if not whole else set()
    rows = [p for p in paragraphs if p.span not in running and document.quote(p.span).strip()]
    found = [*_tables(document, rows, 1 if whole else TABLE_LABELS), *_lines(document, rows, whole=whole)]
    if not found:
        return None
    found.sort(key=lambda f: (-sum(bool(v.value) for v in f.fields.values()), -len(f.fields), f.spans))
    fields: dict[str, Any] = {}
    for f in reversed(found):
        fields.update({k: v for k, v in f.fields.items() if v.value or k not in fields})
    spans = tuple(sorted({s for f in found for s in f.spans}))
    return AuthorForm(place=found[0].place, spans=spans, **fields)


def as_file(form: AuthorForm, name: str) -> AuthorForm:
    """Return a form that was a file of its own: its spans would point into another document, so they are left out."""
    fields = {n: FormField(f.value) for n in AuthorForm.FIELDS if (f := getattr(form, n))}
    return replace(form, place="file", file=name, spans=(), **fields)


def _value(document: Document, span: Span) -> FormField:
    text = document.quote(span)
    kept = text.rstrip(" \t\u3000\n_＿；;，,。|｜（(【[")
    if kept.endswith(("）", ")")) and not re.search("[（(]", kept):
        kept = kept[:-1]  # closes a bracket that was opened before the label
    start = span.start + len(text) - len(text.lstrip(" \t\u3000:：_＿"))
    end = max(start, span.start + len(kept))
    return FormField(document.text[start:end], Span(start, end))


def _caption(document: Document, rows: Sequence[Paragraph], first: Paragraph) -> tuple[Span, ...]:
    n = rows.index(first)
    before = document.quote(rows[n - 1].span).strip() if n else ""
    is_caption = n > 0 and not rows[n - 1].table and len(before) <= 24 and _CAPTION.search(before)
    return (rows[n - 1].span,) if is_caption else ()


def _tables(document: Document, rows: Sequence[Paragraph], need: int) -> Iterable[_Found]:
    tables: dict[str, list[Paragraph]] = {}
    for p in rows:
        if p.table and (cell := cell_of(p)):
            tables.setdefault(cell.table, []).append(p)
    for paragraphs in tables.values():
        fields = _grid_fields(document, paragraphs)
        if len(fields) >= need:
            spans = (*_caption(document, rows, paragraphs[0]), *(p.span for p in paragraphs))
            yield _Found(fields, spans, "table")


def _grid_fields(document: Document, paragraphs: Sequence[Paragraph]) -> dict[str, FormField]:
    cells: dict[tuple[int, int], Span] = {}
    for p in paragraphs:
        cell = cell_of(p)
        assert cell
        at = cell.row, cell.column
        cells[at] = Span(min(cells.get(at, p.span).start, p.span.start), max(cells.get(at, p.span).end, p.span.end))
    labels = {at: key for at, span in cells.items() if (key := label_alone(document.quote(span)))}
    if _is_list(cells, labels):
        return {}
    fields: dict[str, FormField] = {}
    for at, key in sorted(labels.items()):
        beside, below = (at[0], at[1] + 1), (at[0] + 1, at[1])
        # In a header row with its values underneath, the neighbour is a label too.
        target = next((t for t in (beside, below) if t in cells and t not in labels), None)
        empty = FormField("", Span(cells[at].end, cells[at].end))
        _put(fields, key, _value(document, cells[target]) if target else empty)
    for at, span in sorted(cells.items()):
        if at not in labels:
            for key, field in _inline(document, span):
                _put(fields, key, field)
    return fields


def _put(fields: dict[str, FormField], key: str, field: FormField) -> None:
    for name in fields_of(key):
        fields.setdefault(name, field)


def _is_list(cells: dict[tuple[int, int], Span], labels: dict[tuple[int, int], str]) -> bool:
    """Say whether it is a list of people in the text, no form: a header row of labels with several rows under it."""
    for row in {r for r, _ in labels}:
        across = [c for r, c in labels if r == row]
        if len(across) >= 3:
            under = {r for r, c in cells if r > row and c in across and (r, c) not in labels}
            if len(under) >= 2 and all((row, c) in labels for c in across) and not any(r > row for r, _ in labels):
                return True
    return False


def _inline(document: Document, span: Span) -> list[tuple[str, FormField]]:
    """Return the "标签：值" pairs of one line or cell; several may stand side by side."""
    if not _CLOSES_LABEL.search(document.text, span.start, span.end):
        return []
    matches = list(WITH_COLON.finditer(document.text, span.start, span.end))
    if not matches or not LEAD.fullmatch(document.text, span.start, matches[0].start()):
        return []
    ends = [*(m.start() for m in matches[1:]), span.end]
    return [(m.lastgroup or "", _value(document, Span(m.end(), end))) for m, end in zip(matches, ends, strict=True)]


def _lines(document: Document, rows: Sequence[Paragraph], *, whole: bool) -> Iterable[_Found]:
    lines = [p for p in rows if not p.table]
    n = 0
    while n < len(lines):
        fields: dict[str, FormField] = {}
        start = n
        while n < len(lines):
            pairs = _inline(document, lines[n].span)
            key = label_alone(document.quote(lines[n].span))
            if pairs and all(len(f.value) <= (VALUE if fields_of(k) else ABOUT) for k, f in pairs):
                for k, field in pairs:
                    _put(fields, k, field)
                n += 1
            elif key and n + 1 < len(lines) and _is_value(document, lines[n + 1]):
                _put(fields, key, _value(document, lines[n + 1].span))
                n += 2
            elif key and fields:
                _put(fields, key, FormField("", Span(lines[n].span.end, lines[n].span.end)))
                n += 1
            else:
                break
        at_edge = start < EDGE or n > len(lines) - EDGE
        own = set(fields) - {"title"}
        if (whole and fields) or (at_edge and len(fields) >= LINE_LABELS and own):
            taken = tuple(p.span for p in lines[start:n])
            yield _Found(fields, (*_caption(document, rows, lines[start]), *taken), "lines")
        n = max(n, start + 1)


def _is_value(document: Document, p: Paragraph) -> bool:
    line = document.quote(p.span).strip()
    return len(line) <= 40 and not label_alone(line) and not re.search("[。；]", line) and not WITH_COLON.search(line)
