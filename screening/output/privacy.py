"""Phones, e-mails, identity and account numbers are masked before anything is shown, character for character.

Pages and sheets are passed on; the author form inside a text has no business there. A mask keeps the length, so every span
stays right; ``report.jsonl``, which stays with the office, keeps the author's own text. The check ``personal_data`` must be
sure before it reports; here the patterns are wider, because too much hidden costs less than too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from screening.document import Span
from screening.report import BatchReport, Report
from screening.reuse.result import Passage
from screening.text.names import masked_at
from screening.text.personal import mailboxes, narrow, numbers

_NAMES_OF_THINGS = frozenset({"id", "source", "case"})  # keys whose strings identify something and are never shown
_SEVERAL = re.compile("[、，,;；/]|和(?=[\u4e00-\u9fff]{2})")  # between the names of several authors
_NUMBERS = (int, float, type(None))


def masked(value: str) -> str:
    """Return the text, of the same length, with the middle of every such number and name of a mailbox as asterisks.

    >>> masked("电话 138 0000 0101，邮箱 liu@example.com，2023 年 3 月")
    '电话 138 **** 0101，邮箱 l**@example.com，2023 年 3 月'
    """
    boxes, figures = list(mailboxes(value)), list(numbers(value))
    if not boxes and not figures:
        return value
    out, plain = list(value), narrow(value)
    for span in boxes:
        for n in range(span.start + 1, plain.index("@", span.start)):
            out[n] = "*"
    for span in figures:
        digits = [n for n in range(span.start, span.end) if plain[n].isalnum()]
        for n in digits[3:-4]:
            out[n] = "*"
    return "".join(out)


def masked_report(report: Report, data: Mapping[str, Any] | None = None) -> Report:
    """Return the report as it may be shown: the same spans, every text masked; without the ledger, which nobody shows.

    ``data`` is its JSON, for who has made it already.
    """
    plain = {**(data or report.to_json()), "ledger": []}
    shown = _walk(plain)
    # Most reports have nothing to mask: they need not be read back.
    return replace(report, ledger=()) if shown == plain else Report.from_json(shown)


def masked_batch(batch: BatchReport) -> BatchReport:
    """Return the delivery's report as it may be shown: titles, names of files and messages masked."""
    return BatchReport.from_json(_walk(batch.to_json()))


def changed_passage(passage: Passage, change: Callable[[str], str]) -> Passage:
    """Return the passage with every text of it changed by ``change``, which keeps lengths."""
    return Passage.from_json(_walk(passage.to_json(), change=change))


def _walk(value: Any, key: str = "", change: Callable[[str], str] = masked) -> Any:
    if isinstance(value, str):
        return value if key in _NAMES_OF_THINGS else change(value)
    if isinstance(value, dict):
        return {k: v if isinstance(v, _NUMBERS) else _walk(v, k, change) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(v, key, change) for v in value]
    return value


def hidden_author(value: str, author: str) -> str:
    """Return the text, of the same length, without the author's name (several are parted by 、).

    A name that is a word of the language is hidden in both its meanings: on paper too much hidden costs less than too little.

    >>> hidden_author("周明远-阅读.docx", "周明远、李 梅")
    '某某某-阅读.docx'
    """
    for part in _SEVERAL.split(author):
        for name in {part.strip(), "".join(part.split())}:
            if len(name) >= 2:
                value = value.replace(name, masked_at(name, [Span(0, len(name))]))
    return value


def without_author(report: Report) -> Report:
    """Return the report, every span of it valid, with the author's name hidden wherever it stands, in names of files too."""
    author = report.case.author
    if not author:
        return report
    return Report.from_json(_walk(report.to_json(), change=lambda value: hidden_author(value, author)))
