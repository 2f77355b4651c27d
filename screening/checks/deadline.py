"""Deadline: the case arrived in time.

Bad: 2024-02-02 报送，截止 2024-01-25。
Good: 截止当天 23:59 报送。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Finding
from screening.world import World

_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``last`` day, counted whole in Beijing time; ``projects`` limits the rule to these classes, ``other_than`` to all but these."""

    last: date
    projects: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()


@case_check(Params, label="报送时间")
def deadline(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Compare the time of arrival with the end of the last day."""
    info = case.info
    if (params.projects and info.project not in params.projects) or info.project in params.other_than:
        raise Skip(f"不适用于{info.project or '未写明项目的材料'}")
    if info.received is None:
        raise Skip("报送清单没有写明报送时间")
    end = datetime.combine(params.last + timedelta(days=1), time(), _CHINA)
    if info.received >= end:
        local = info.received.astimezone(_CHINA)
        late = (local.date() - params.last).days
        yield Finding(
            code="deadline.late",
            message=f"{local:%Y-%m-%d %H:%M} 报送，截止日期 {params.last}，晚 {late} 天，是否接收请按规定办理。",
            facts={"received": info.received.isoformat(), "last": params.last.isoformat(), "days": late},
        )
