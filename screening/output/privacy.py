"""Phones, e-mails, identity and account numbers are masked before anything is shown, character for character.

Pages and sheets are passed on; the author form inside a text has no business there. A mask keeps the length, so every span
stays right; ``report.jsonl``, which stays with the office, keeps the author's own text. The check ``personal_data`` must be
sure before it reports; here the patterns are wider, because too much hidden costs less than too little.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from screening.report import BatchReport, Report
from screening.reuse.result import Passage

# One character for one: the match's places hold in the text as it was written.
_WIDE = str.maketrans("０１２３４５６７８９＠．－＋", "0123456789@.-+")
_NUMBER = re.compile(
    "(?<![0-9A-Za-z])(?:"
    "(?:\\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile
    "|[0-9]{14,18}[0-9Xx]"  # identity card (15 or 18), bank account
    "|[(（]?0[0-9]{2,3}[)）]?[- ]?[2-9][0-9]{6,7}"  # landline with its area
    ")(?![0-9A-Za-z])"
)
_EMAIL = re.compile("[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+")
_WORTH_A_LOOK = re.compile("[0-9０-９]{4}|[@＠]")  # most texts have neither
_NAMES_OF_THINGS = frozenset({"id", "source", "case"})  # keys whose strings identify something and are never shown


def masked(value: str) -> str:
    """Return the text, of the same length, with the middle of every such number and name of a mailbox as asterisks.

    >>> masked("电话 138 0000 0101，邮箱 liu@example.com，2023 年 3 月")
    '电话 138 **** 0101，邮箱 l**@example.com，2023 年 3 月'
    """
    if not _WORTH_A_LOOK.search(value):
        return value
    plain = value.translate(_WIDE)
    out = list(value)
    for m in _EMAIL.finditer(plain):
        for n in range(m.start() + 1, plain.index("@", m.start())):
            out[n] = "*"
    for m in _NUMBER.finditer(plain):
        digits = [n for n in range(*m.span()) if plain[n].isalnum()]
        for n in digits[3:-4]:
            out[n] = "*"
    return "".join(out)


def masked_report(report: Report) -> Report:
    """Return the report as it may be shown: the same spans, every text masked; without the ledger, which nobody shows."""
    return Report.from_json(_walk(replace(report, ledger=()).to_json()))


def masked_batch(batch: BatchReport) -> BatchReport:
    """Return the delivery's report as it may be shown: titles, names of files and messages masked."""
    return BatchReport.from_json(_walk(batch.to_json()))


def masked_passage(passage: Passage) -> Passage:
    """Return the passage as it may be shown."""
    return Passage.from_json(_walk(passage.to_json()))


def _walk(value: Any, key: str = "") -> Any:
    if isinstance(value, str):
        return value if key in _NAMES_OF_THINGS else masked(value)
    if isinstance(value, dict):
        return {k: _walk(v, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(v, key) for v in value]
    return value
