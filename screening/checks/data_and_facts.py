"""Data and facts: the case speaks with numbers and events.

Bad: 全文没有一个带单位的数字，也没有一件有时间、地点的事。
Good: 5 月 12 日，36 所学校的 420 名教师……，到课率由 62% 提高到 95%。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """The least number of data items and of events; highlights for a reader, never a score."""

    min_data: int = 0
    min_events: int = 0


@case_check(Params, label="数据与事例")
def data_and_facts(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Count what the ledger found."""
    data = [i for i in world.ledger if i.kind == "data"]
    events = [i for i in world.ledger if i.kind == "event"]
    facts = {"data": len(data), "events": len(events), "min_data": params.min_data, "min_events": params.min_events}
    if len(data) < params.min_data:
        yield Finding(
            code="data_and_facts.few_data",
            message=f"正文中带单位的数字只找到 {len(data)} 处（少于 {params.min_data} 处），请核对是否“有数据证实”。",
            evidence=tuple(Evidence.at(case.document, i.span) for i in data),
            facts=facts,
        )
    if len(events) < params.min_events:
        yield Finding(
            code="data_and_facts.few_events",
            message=f"正文中有时间、有活动的具体事例只找到 {len(events)} 处（少于 {params.min_events} 处），请核对是否“有事例说话”。",
            evidence=tuple(Evidence.at(case.document, i.span) for i in events),
            facts=facts,
        )
