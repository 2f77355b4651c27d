"""Figures: numbers that do not fit together are put to the author as questions; they are no faults.

Bad: 共 120 人，其中小学 60 人、初中 40 人；满意率 103%；前面写 35 名学员，后面写 53 名学员。
Good: 共 120 人，其中小学 60 人、初中 40 人、高中 20 人；共 120 人，其中省级骨干 8 人。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding, Severity
from screening.text.figures import doubts
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``year`` 0 means the rulebook's year; dates later than the year after it are asked about. ``most`` questions are shown."""

    year: int = 0
    most: int = 10


@case_check(Params, label="数字核对")
def figures(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Ask about sums, shares, rates, dates and quantities that contradict each other, quoting both places."""
    for doubt in doubts(case.plain, case.body, params.year or world.year)[: params.most]:
        yield Finding(
            code=f"figures.{doubt.kind}",
            message=f"请核对：{doubt.reason}。",
            evidence=tuple(Evidence.at(case.document, s) for s in doubt.spans),
            facts={"said": list(doubt.said)},
            cap=Severity.NOTE,
        )
