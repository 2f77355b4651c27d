"""File format: a Word file, fit to be read by everybody.

Bad: 报送的是 PDF，或改了扩展名的文本文件；或文件里有隐藏文字、未接受的修订。
Good: Word 保存的 .docx 或 .doc，没有修订和批注。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Finding, Severity
from screening.world import World

# What may hide words from a reader, or harm one, is for review; the rest is a hint.
_SERIOUS = ("hidden_text", "white_text", "tiny_text", "bidi", "scan_suspected", "macros", "external_link", "fields")
_SAID_ELSEWHERE = ("kind_guessed", "not_in_manifest", "form_ambiguous", "form_unreadable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``formats`` that count as Word, as sniffed from the bytes."""

    formats: tuple[str, ...] = ("docx", "doc", "wps")
    zero_width_from: int = 5  # a few zero-width characters come with any copy from a web page


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
    for w in case.warnings:
        if w.code == "zero_width":
            serious = w.count >= params.zero_width_from
        elif w.code in _SAID_ELSEWHERE or (foreign and w.code == "extension_mismatch"):
            continue
        else:
            serious = w.code in _SERIOUS
        times = f"（{w.count} 处）" if w.count > 1 else ""
        yield Finding(
            code=f"file_format.{w.code}",
            message=f"文件{w.message}{times}。",
            facts={"count": w.count, "quote": w.quote, "source": w.source},
            cap=Severity.REVIEW if serious else Severity.NOTE,
        )
