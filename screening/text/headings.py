"""Headings: by Word's style, by numbering (typed or automatic), by wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from screening.document import Document, Paragraph, Span
from screening.text.prose import prose
from screening.text.structure import Heading

MAX_LENGTH = 44  # code points; a longer paragraph is running text even when a number stands before it
_NUM = "[0-9０-９]{1,2}"
_CN = "[一二三四五六七八九十]{1,3}"

# Typed numbering, strongest first, with the outline level that Chinese official writing gives it (GB/T 9704: 一、 （一） 1. （1）).
_NUMBERING = (
    (1, re.compile(f"第(?:{_CN}|{_NUM})(?:部分|章|篇|节)[、：:．.\\s]*")),
    # Not 一、二年级, not 一.五倍: another numeral behind the mark makes it a quantity.
    (1, re.compile(f"{_CN}(?:[、．.：:](?!{_CN}(?:年级|年|月|等|线|班|倍|次|期))|[\\s　]+(?=[\\u4e00-\\u9fff]))\\s*")),
    (2, re.compile(f"[（(]?{_CN}[）)][、．.]?\\s*")),
    (3, re.compile(f"{_NUM}(?:[、．.](?!\\d)|[\\s　]+(?=[\\u4e00-\\u9fff]))\\s*")),
    # Not 1.5万名: what follows a decimal number is a unit.
    (
        4,
        re.compile(
            f"{_NUM}\\.{_NUM}(?:\\.{_NUM})*(?![\\d.]|\\s*(?:[万亿千百十倍%％‰元个名人次米吨]|公里|课时|学时|小时))[、．.\\s]*"
        ),
    ),
    (4, re.compile(f"[（(]?{_NUM}[）)]\\s*")),
    (5, re.compile("[①-⑳]\\s*")),
    (1, re.compile("[IVXⅠ-Ⅻ]{1,4}[、．.]\\s*")),
)
_SENTENCE_END = re.compile("[。；;…，,]$")
_EXCLAIMED = re.compile("[!！?？]$")
EXCLAIMED_LENGTH = 24  # code points; a longer question or exclamation behind a number is a sentence
_CONTENTS = re.compile("目\\s*录|.{2,60}?(?:\\t|[.·…]{3,}|…)\\s*[0-9IVXivx]{1,4}")
_INNER_STOP = re.compile("[。；;]")
_BRACKETS = re.compile("^[★☆◆◇●■▲►※【〖\\[《<〈]+|[】〗\\]》>〉：:]+$")
_PART = re.compile(f"第(?:{_CN}|{_NUM})(?:部分|章|篇)")
_STOP = re.compile("[。！？!?…；;：:][”』」）)]?\\s*$")
ALONE_LENGTH = 24  # code points
ALONE = 3  # lines without number or style that are headings only together
# A line of its own: no mark that ends or joins a sentence, no cell bars, no caption.
_ALONE = re.compile(
    "(?![图表][\\s\\d一二三四五六七八九十]|“)(?=.*[\u4e00-\u9fff].*[\u4e00-\u9fff])[^。；;…|\\t]{1,23}[^。；;…，,、：:!！”|\\t]"
)
_SPACES = re.compile("[\\s\u3000]+")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Typed numbering at the head of a line: its outline level and its length in code points."""

    level: int
    length: int


def numbering(line: str) -> Numbered | None:
    """Return the typed numbering that ``line`` begins with.

    >>> numbering("（一）主要做法"), numbering("2023年以来")
    (Numbered(level=2, length=3), None)
    """
    for level, pattern in _NUMBERING:
        match = pattern.match(line)
        if match:
            return Numbered(level, match.end())
    return None


def wording(line: str) -> str:
    """Return a heading's wording: without numbering, brackets, spaces and a colon at the end.

    >>> wording("第一部分  【 案例概要 】："), wording("3 ．主 要 做 法")
    ('案例概要', '主要做法')
    """
    line = line.strip()
    line = re.sub(r"\s+(?=[、．.])", "", line)
    numbered = numbering(line)
    if numbered:
        line = line[numbered.length :]
    return _SPACES.sub("", _BRACKETS.sub("", _SPACES.sub("", line)))


def find_headings(document: Document, paragraphs: Sequence[Paragraph]) -> tuple[Heading, ...]:
    """Return the headings among ``paragraphs``, in order. Table cells, the title and the table of contents hold none."""
    out: list[Heading] = []
    for p in prose(document, paragraphs):
        line = document.quote(p.span)
        if not line.strip() or p.style in ("title", "subtitle") or is_contents(line, p.style):
            continue
        heading = _by_style(line, p) or _by_number(line, p)
        if heading:
            out.append(heading)
    if sum(h.level == 1 for h in out) < ALONE:
        out = sorted((*out, *_standing_alone(document, paragraphs, out)), key=lambda h: h.span)
    return tuple(_below_parts(document, out))


def _standing_alone(document: Document, paragraphs: Sequence[Paragraph], known: Sequence[Heading]) -> list[Heading]:
    """Return the short lines without a stop that stand over text (authors set them in bold, without number or style).

    One such line may be a signature, a caption or a shout; :data:`ALONE` of them, each with text under it, divide the text.
    """
    starts = {h.span.start for h in known}
    lines = [(p, line) for p in prose(document, paragraphs) if (line := document.quote(p.span)).strip()]
    out = []
    for (p, line), (below, text) in pairwise(lines):
        short = line.strip()
        span = _trimmed(line, p.span)
        if (
            _ALONE.fullmatch(short)
            and span.start not in starts
            and p.style not in ("title", "subtitle")
            and not is_contents(line, p.style)
            and not numbering(short)
            and not p.number
            and (len(text) > ALONE_LENGTH or _STOP.search(text) or _trimmed(text, below.span).start in starts)
        ):
            out.append(Heading(span, 1, wording(short), "alone"))
    return out if len(out) >= ALONE else []


def _below_parts(document: Document, headings: Sequence[Heading]) -> Iterator[Heading]:
    """Yield the headings with those numbered 一、 under those numbered 第一部分, if a text has both."""
    parts = [bool(_PART.match(document.quote(h.span))) for h in headings]
    for h, part in zip(headings, parts, strict=True):
        yield replace(h, level=min(9, h.level + 1)) if any(parts) and not part and h.how == "number" else h


def is_contents(line: str, style: str = "") -> bool:
    r"""Say whether a line belongs to a table of contents, which repeats the headings and is none itself.

    >>> is_contents("目　录"), is_contents("一、案例概要……3"), is_contents("二、主要做法\t12"), is_contents("一、案例概要")
    (True, True, True, False)
    """
    return style.startswith(("toc ", "目录")) or bool(_CONTENTS.fullmatch(line.strip()))


def _trimmed(line: str, span: Span) -> Span:
    start = span.start + len(line) - len(line.lstrip())
    return Span(start, max(start, span.end - (len(line) - len(line.rstrip()))))


def _by_style(line: str, p: Paragraph) -> Heading | None:
    if p.level is None or len(line.strip()) > 2 * MAX_LENGTH:
        return None
    return Heading(_trimmed(line, p.span), p.level, wording(line), "style")


def _by_number(line: str, p: Paragraph) -> Heading | None:
    stripped = line.strip()
    numbered = numbering(stripped)
    level = numbered.level if numbered else _level_of(p.number)
    if level is None or len(stripped) > MAX_LENGTH or _SENTENCE_END.search(stripped) or _INNER_STOP.search(stripped):
        return None
    if _EXCLAIMED.search(stripped) and len(stripped) > EXCLAIMED_LENGTH:
        return None
    text = wording(stripped)
    if not re.search("[\u4e00-\u9fffA-Za-z]{2}", text):
        return None
    return Heading(_trimmed(line, p.span), level, text, "number")


def _level_of(number: str) -> int | None:
    """Return the outline level of an automatic number; bullets are none."""
    if not re.search("[0-9一二三四五六七八九十①-⑳IVXivxA-Za-z]", number):
        return None
    found = numbering(number.strip() + " 标题")
    return found.level if found else 3
