"""Same author: one person with several cases of one kind.

Bad: 周明远（临溪市教育局）报送了 2 个教师成长案例。
Good: 每人一个；不同单位的同名者只作提示。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Batch, CaseInfo
from screening.checks._contract import BatchFinding, batch_check
from screening.finding import Finding, Severity
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``max`` cases of one kind an author; the notice states none, so this is a hint unless the rule says otherwise."""

    max: int = 1


@batch_check(Params, label="同一作者")
def same_author(batch: Batch, params: Params, world: World) -> Iterator[BatchFinding]:
    """Group by name and kind; different units make it a note, since names are shared by many."""
    groups: dict[tuple[str, str], list[CaseInfo]] = {}
    for info in batch.cases:
        name = "".join(info.author.split())
        if name:
            groups.setdefault((name, info.kind), []).append(info)
    for (name, kind), cases in sorted(groups.items()):
        if len(cases) > params.max:
            units = sorted({c.unit for c in cases})
            where = f"{units[0]}的{name}" if len(units) == 1 else f"{name}（{'、'.join(units)}，可能是同名）"
            finding = Finding(
                code="same_author.several",
                message=f"{where}报送了 {len(cases)} 个同类案例，请核对。",
                facts={"author": name, "kind": kind, "count": len(cases), "units": units},
                cap=None if len(units) == 1 else Severity.NOTE,
            )
            yield BatchFinding(tuple(sorted(c.id for c in cases)), finding)
