"""The title as it stands in the body: by Word's Title style, by agreement with the form, or by its place before the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from screening.document import Document, Paragraph, Span
from screening.text.headings import is_contents, numbering
from screening.text.prose import prose

MAX_TITLE = 60  # code points; measured titles of cases have 8 to 45
FORM_RATIO = 80

# A line of a form is known by what stands before its colon; a title may have a colon as well (校长的一张课表：……).
_LABEL = re.compile(
    "^[^，。：:]{0,8}(?:姓\\s*名|作\\s*者|单\\s*位|学\\s*校|电话|手机|号码?|邮箱|邮编|地址|职务|职称|类\\s*[型别]|选题|方向|项目|编号|日期|时间|学[科段]|联系人|负责人|"
    "推荐人?|关键词|摘要|导师|教师|[报填供撰]\\S{0,3}[人者稿]|执笔人?|审[核稿]人?|性别|年龄|备注|标签|主题|附件?)\\s*[：:]"
)
_ATTACHMENT = re.compile("^附件?\\s*[0-9一二三四五六七八九十]*[：:.]?$")
_GENRE = re.compile(
    "^[（(【\\[]?(?:典型|优秀)?(?:工作|教师成长|教师培训|培训|教学|管理)*(?:典型)?(?:案例|故事|材料|自评报告|征文)[）)】\\]]?[：:]?$"
)
# What stands beside the genre on a covering line and names nothing of the case: 2023年河南省“国培计划”……典型案例.
_COVER = re.compile(
    '(?:19|20)\\d\\d(?:年度?)?|[\u4e00-\u9fff]{2,3}[省市县]|[国省]培(?:计划)?|教师培训|项目|[“”"（）()《》]'
)
# The label of a title line: 标题：…, 案例名称：…, 典型工作案例：…
_TITLE_LABEL = re.compile(
    "(?:(?:文章|案例|作品|故事)?(?:标题|题目|名称)|(?:典型|优秀)?(?:工作|教师成长)*(?:典型)?案例)\\s*[：:]\\s*(?=\\S)"
)
_SENTENCE = re.compile("[。；;]|[，,]$")
_EXCLAIMED = re.compile("[！!？?…]$")
EXCLAIMED_LENGTH = 30  # code points; a longer first line that ends so is the first sentence of the text
_UNIT_LINE = re.compile(
    "[\u4e00-\u9fff]{2,20}(?:教育局|教体局|教育体育局|教师发展中心|进修学校|教研室|中心校|师范学院|师范大学|学院|大学|幼儿园|小学|初级中学|中学)"
)
_BYLINE = re.compile(
    "(?:局|中心|学校|学院|大学|小学|中学|幼儿园|教研室|进修学校)[\\s　]+[\u4e00-\u9fff]{1,2}[\\s　]?[\u4e00-\u9fff]{1,2}$"
)
_SUBTITLE = re.compile("^(?:——|--|—|－－)")


def is_genre_line(line: str) -> bool:
    """Say whether a line only names the genre ("典型工作案例"), which is no title of its own.

    >>> [is_genre_line(t) for t in ("典型工作案例", "（教师成长案例）", "2023年“国培计划”典型案例", "一块屏幕点亮大山")]
    [True, True, True, False]
    """
    bare = re.sub("\\s", "", line)
    return bool(_GENRE.fullmatch(bare) or _GENRE.fullmatch(_COVER.sub("", bare)))


def find_title(document: Document, paragraphs: Sequence[Paragraph], form_title: str = "") -> Span | None:
    """Return the span of the title in the body, None if there is none. An adjacent ——subtitle is part of it."""
    rows = [p for p in prose(document, paragraphs) if document.quote(p.span).strip()]
    for n, p in enumerate(rows[:12]):
        line = document.quote(p.span).strip()
        if p.style == "title" and not is_genre_line(line):
            return _with_subtitle(document, rows, n)
    if form_title and not is_genre_line(form_title):  # a form may name the genre too
        for n, p in enumerate(rows[:12]):
            if fuzz.ratio(document.quote(p.span).strip(), form_title) >= FORM_RATIO:
                return _with_subtitle(document, rows, n)
    for n, p in enumerate(rows[:6]):
        line = document.quote(p.span).strip()
        if label := _TITLE_LABEL.match(line):
            span = _with_subtitle(document, rows, n)
            return Span(span.start + label.end(), span.end) if len(line) <= MAX_TITLE else None
        if is_genre_line(line) or _ATTACHMENT.match(line) or _LABEL.match(line) or is_contents(line, p.style):
            continue
        if (_UNIT_LINE.fullmatch(line) or _BYLINE.search(line)) and n + 1 < len(rows):
            continue
        if len(line) > MAX_TITLE or _SENTENCE.search(line) or numbering(line):
            return None
        if _EXCLAIMED.search(line) and len(line) > EXCLAIMED_LENGTH:
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
