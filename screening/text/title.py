"""The title as it stands in the body: by Word's Title style, by agreement with the form, or by its place before the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from screening.document import Document, Paragraph, Span
from screening.text.headings import numbering

MAX_TITLE = 60  # code points; measured titles of cases have 8 to 45
FORM_RATIO = 80

_LABEL = re.compile("^[^，。]{1,12}[：:]")
_ATTACHMENT = re.compile("^附件?\\s*[0-9一二三四五六七八九十]*[：:.]?$")
_GENRE = re.compile(
    "^[（(【\\[]?(?:典型|优秀)?(?:工作|教师成长|培训|教学|管理)*(?:典型)?(?:案例|故事|材料|自评报告|征文)[）)】\\]]?$"
)
_SENTENCE = re.compile("[。；;]|[！!？?，,…]$")
_BYLINE = re.compile(
    "(?:局|中心|学校|学院|大学|小学|中学|幼儿园|教研室|进修学校)[\\s　]+[\u4e00-\u9fff]{1,2}[\\s　]?[\u4e00-\u9fff]{1,2}$"
)
_SUBTITLE = re.compile("^(?:——|--|—|－－)")


def is_genre_line(line: str) -> bool:
    """Say whether a line only names the genre ("典型工作案例"), which is no title of its own.

    >>> is_genre_line("典型工作案例"), is_genre_line("（教师成长案例）"), is_genre_line("一块屏幕点亮大山")
    (True, True, False)
    """
    return bool(_GENRE.fullmatch(re.sub("\\s", "", line)))


def find_title(document: Document, paragraphs: Sequence[Paragraph], form_title: str = "") -> Span | None:
    """Return the span of the title in the body, None if there is none. An adjacent ——subtitle is part of it."""
    rows = [p for p in paragraphs if document.quote(p.span).strip()]
    for n, p in enumerate(rows[:12]):
        line = document.quote(p.span).strip()
        if p.style == "title" and not is_genre_line(line):
            return _with_subtitle(document, rows, n)
    if form_title and not is_genre_line(form_title):  # a form may name the genre too
        for n, p in enumerate(rows[:12]):
            if not p.table and fuzz.ratio(document.quote(p.span).strip(), form_title) >= FORM_RATIO:
                return _with_subtitle(document, rows, n)
    for n, p in enumerate(rows[:6]):
        line = document.quote(p.span).strip()
        if p.table or is_genre_line(line) or _ATTACHMENT.match(line) or _LABEL.match(line):
            continue
        if len(line) > MAX_TITLE or _SENTENCE.search(line) or numbering(line) or _BYLINE.search(line):
            return None
        return _with_subtitle(document, rows, n)
    return None


def _with_subtitle(document: Document, rows: Sequence[Paragraph], n: int) -> Span:
    def trimmed(p: Paragraph) -> Span:
        line = document.quote(p.span)
        start = p.span.start + len(line) - len(line.lstrip())
        return Span(start, start + len(line.strip()))

    span = trimmed(rows[n])
    if n + 1 < len(rows):
        line = document.quote(rows[n + 1].span).strip()
        if rows[n + 1].style == "subtitle" or (_SUBTITLE.match(line) and len(line) <= MAX_TITLE):
            return Span(span.start, trimmed(rows[n + 1]).end)
    return span
