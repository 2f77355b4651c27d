"""Personal data: phones, identity numbers and e-mails have no place in the 正文.

Bad: 正文写着“联系电话 138 0000 0101”。
Good: 电话只写在作者信息表里。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.document import Span
from screening.finding import Evidence, Finding, Severity
from screening.world import World

_ID = re.compile(
    "(?<![0-9A-Za-z])[1-9]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile("(?<![0-9A-Za-z])(?:\\+?86[- ]?)?1[3-9]\\d[- ]?\\d{4}[- ]?\\d{4}(?![0-9A-Za-z])")
# Only at the beginning of a run of such characters: tried at each of them, a run of a million takes for ever.
_EMAIL = re.compile("(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+")
_LANDLINE = re.compile("(?<![0-9A-Za-z])0\\d{2,3}[- ]?[2-9]\\d{6,7}(?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``landlines``: whether office numbers count too (as a hint)."""

    landlines: bool = True


def valid_id(number: str) -> bool:
    """Say whether an 18-digit citizen number has the right check character (GB 11643-1999).

    >>> valid_id("11010519491231002X"), valid_id("110105194912310021")
    (True, False)
    """
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _masked(value: str) -> str:
    digits = re.sub("[^0-9A-Za-z@.]", "", value)
    if "@" in digits:
        name, _, host = digits.partition("@")
        return f"{name[:2]}***@{host}"
    return f"{digits[:3]}{'*' * max(4, len(digits) - 7)}{digits[-4:]}"


@case_check(Params, label="个人信息")
def personal_data(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Find them in all compared stories, the author form excluded. The message masks them; the evidence is the author's text."""
    kinds = (
        ("id_number", "身份证号", _ID, None),
        ("mobile", "手机号", _MOBILE, None),
        ("email", "电子邮箱", _EMAIL, None),
        ("landline", "座机号码", _LANDLINE, Severity.NOTE),
    )
    taken: list[Span] = []
    for code, name, pattern, cap in kinds:
        if code == "landline" and not params.landlines:
            continue
        found: list[Span] = []
        for p in case.compared:
            for m in pattern.finditer(case.document.text, p.span.start, p.span.end):
                span = Span(*m.span())
                if not any(span.overlaps(t) for t in taken) and (code != "id_number" or valid_id(m[0])):
                    found.append(span)
        taken += found
        if found:
            shown = "、".join(_masked(case.document.quote(s)) for s in found[:3])
            yield Finding(
                code=f"personal_data.{code}",
                message=f"正文中有{name} {len(found)} 处（{shown}），公开或交流前请删去。",
                evidence=tuple(Evidence.at(case.document, s) for s in found),
                facts={"count": len(found)},
                cap=cap,
            )
