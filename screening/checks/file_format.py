"""File format: a Word file, fit to be read by everybody.

Bad: 报送的是 PDF，或改了扩展名的文本文件；或文件里有隐藏文字、未接受的修订。
Good: Word 保存的 .docx 或 .doc，没有修订和批注。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Finding, IntakeWarning, Severity
from screening.world import World

# What may hide words from a reader, or harm one, is for review; the rest is a hint.
_SERIOUS = (
    "hidden_text",
    "white_text",
    "tiny_text",
    "off_page",
    "field_text",
    "stuffed_text",
    "bidi",
    "scan_suspected",
    "macros",
    "controls",
    "external_link",
    "remote_template",
    "fields",
)
_SAID_ELSEWHERE = ("kind_guessed", "not_in_manifest", "form_ambiguous", "form_unreadable")
SHOWN = 30  # code points of the sample
_SOURCE = re.compile(
    "(?:(textbox|footnote|endnote|header|footer|comment)/([0-9]+)/)?(?:body/([0-9]+)|table/([0-9]+)/r([0-9]+)/c([0-9]+))?"
)
_STORIES = {
    "textbox": "文本框",
    "footnote": "脚注",
    "endnote": "尾注",
    "header": "页眉",
    "footer": "页脚",
    "comment": "批注",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``formats`` that count as Word, as sniffed from the bytes; from how many on a thing that also happens by accident is for review."""

    formats: tuple[str, ...] = ("docx", "doc", "wps")
    zero_width_from: int = 5  # a few zero-width characters come with any copy from a web page
    look_alike_from: int = 5  # radicals come with a copy from a PDF
    page_pictures_from: int = 2  # one may be a certificate


def place_name(source: str) -> str:
    """Return where a ``Paragraph.source`` is, in words; "" for a part that has no place on a page.

    >>> place_name("body/11"), place_name("footnote/0/body/2"), place_name("table/0/r1/c2/table/0/r0/c0")
    ('正文第 12 段', '第 1 处脚注第 3 段', '第 1 个表格第 2 行第 3 格')
    """
    m = _SOURCE.match(source)
    if not m or not m[0]:
        return ""
    story = f"第 {int(m[2]) + 1} 处{_STORIES[m[1]]}" if m[1] else ""
    if m[3]:
        return f"{story or '正文'}第 {int(m[3]) + 1} 段"
    if m[4]:
        return f"{story}第 {int(m[4]) + 1} 个表格第 {int(m[5]) + 1} 行第 {int(m[6]) + 1} 格"
    return story


def _where(w: IntakeWarning) -> str:
    """Say how often, first where, and with which words, in brackets; "" if there is nothing to say."""
    quote = " ".join(w.quote.split())
    sample = f"{quote[:SHOWN]}…" if len(quote) > SHOWN else quote
    first = f"{'首处' if w.count > 1 else ''}在{place}" if (place := place_name(w.source)) else ""
    said = (f"{w.count} 处" if w.count > 1 else "", first, f"如“{sample}”" if sample else "")
    return f"（{'，'.join(s for s in said if s)}）" if any(said) else ""


@case_check(Params, label="文件格式")
def file_format(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report a file that is no Word file, and what intake saw besides the text."""
    foreign = case.info.format not in params.formats
    if foreign:
        yield Finding(
            code="file_format.not_word",
            message=f"文件不是 Word 版本（实际是 {case.info.format.upper()} 格式），请用 Word 另存为 .docx 后再报送。",
            facts={"format": case.info.format},
        )
    enough = {
        "zero_width": params.zero_width_from,
        "look_alike": params.look_alike_from,
        "page_pictures": params.page_pictures_from,
    }
    for w in case.warnings:
        if w.code in _SAID_ELSEWHERE or (foreign and w.code == "extension_mismatch"):
            continue
        serious = w.count >= enough[w.code] if w.code in enough else w.code in _SERIOUS
        yield Finding(
            code=f"file_format.{w.code}",
            message=f"文件{w.message}{_where(w)}。",
            facts={"count": w.count, "quote": w.quote, "source": w.source},
            cap=Severity.REVIEW if serious else Severity.NOTE,
        )
