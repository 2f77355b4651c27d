"""Practice year: the case tells of the year that the notice asks for.

Bad: 通知要求 2023 年的实践，正文写到的年份只有 2021、2020。
Good: 2023 年 3 月起，全县开展……
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding, Severity
from screening.text.structure import LedgerItem
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``year`` 0 means the rulebook's year."""

    year: int = 0


@case_check(Params, label="实践年份")
def practice_year(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Flag only if years are stated and none is the year asked for: 38 % of honest texts state none (measured)."""
    wanted = params.year or world.year
    years: dict[int, list[LedgerItem]] = {}
    for item in world.ledger:
        if item.kind == "date" and item.value[:4].isdigit():
            years.setdefault(int(item.value[:4]), []).append(item)
    if not years:
        raise Skip("正文没有写明年份")
    counts = Counter({y: len(items) for y, items in years.items()})
    common = min(counts, key=lambda y: (-counts[y], -y))
    facts = {"years": {str(y): n for y, n in sorted(counts.items())}, "wanted": wanted}
    if wanted not in counts:
        said = "、".join(f"{y} 年 {n} 处" for y, n in sorted(counts.items(), reverse=True))
        yield Finding(
            code="practice_year.other",
            message=f"正文写到的年份里没有 {wanted} 年（{said}），请核对是否为 {wanted} 年的实践。",
            evidence=tuple(Evidence.at(case.document, i.span) for i in years[common][:5]),
            facts=facts,
        )
    elif common not in (wanted, wanted - 1) and counts[common] > 2 * counts[wanted]:
        yield Finding(
            code="practice_year.mostly_other",
            message=f"正文写得最多的年份是 {common} 年（{counts[common]} 处），{wanted} 年只有 {counts[wanted]} 处，请核对。",
            evidence=tuple(Evidence.at(case.document, i.span) for i in years[common][:5]),
            facts=facts,
            cap=Severity.NOTE,
        )
