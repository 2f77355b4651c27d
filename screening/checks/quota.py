"""Quota: a unit recommends no more cases of one project class than the notice allows.

Bad: 石榴镇中心小学“国培计划”报送工作案例 3 个，名额 2 个。
Good: 国培计划 2 个，省培计划 2 个。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screening.case import Batch, CaseInfo, unit_key, usual_spelling
from screening.checks._contract import BatchFinding, batch_check
from screening.finding import Finding, Severity
from screening.world import World

TITLES = 10  # named in the message, which stands in each of these cases' reports; the batch finding has every case


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """For one ``kind``: at most ``max`` and, as a hint, at least ``min`` cases a unit and project class.

    ``unit_types`` limits the rule to these types of unit (empty: all), ``other_than`` to all but these.
    """

    kind: str
    max: int
    min: int = 0
    unit_types: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError(f"min = {self.min} 大于 max = {self.max}")


@batch_check(Params, label="名额")
def quota(batch: Batch, params: Params, world: World) -> Iterator[BatchFinding]:
    """Count the cases of each unit in each project class; who is to be withdrawn is for the unit to say."""
    groups: dict[tuple[str, str], list[CaseInfo]] = {}
    for info in batch.cases:
        fits = not params.unit_types or info.unit_type in params.unit_types
        if info.kind == params.kind and fits and info.unit_type not in params.other_than and info.unit:
            groups.setdefault((unit_key(info.unit), info.project), []).append(info)
    for (_, project), cases in sorted(groups.items()):
        n, unit = len(cases), usual_spelling(c.unit for c in cases)
        facts = {
            "unit": unit,
            "project": project,
            "kind": params.kind,
            "count": n,
            "max": params.max,
            "min": params.min,
        }
        ids = tuple(sorted(c.id for c in cases))
        name = f"{unit}“{project}”" if project else unit
        if n > params.max:
            over = f"名额 {params.max} 个，超出 {n - params.max} 个"
            message = f"{name}报送 {n} 个，{over}，请单位确定保留哪些：{_titles(cases)}。"
            yield BatchFinding(ids, Finding(code="quota.over", message=message, facts=facts))
        elif n < params.min:
            message = f"{name}报送 {n} 个，通知要求推荐 {params.min}–{params.max} 个。"
            yield BatchFinding((), Finding(code="quota.under", message=message, facts=facts, cap=Severity.NOTE))


def _titles(cases: Sequence[CaseInfo]) -> str:
    named = "、".join(f"《{title}》" for title in sorted(c.title or c.file for c in cases)[:TITLES])
    return named if len(cases) <= TITLES else f"{named}等 {len(cases)} 个"
