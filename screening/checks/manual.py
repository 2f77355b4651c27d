"""Manual: what the notice asks for and no machine can test; shown as a box to tick.

Bad: （机器不判断）加盖公章的纸质版 1 份。
Good: （由人核对后打勾）
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Finding, Severity
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``ask``: what a person is to look at; ``projects`` limits the rule to these project classes."""

    ask: str
    projects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.ask.strip():
            raise ValueError("ask 不能为空")


@case_check(Params, label="人工核对")
def manual(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Yield the box; it never makes a case unclean."""
    if params.projects and case.info.project not in params.projects:
        return
    yield Finding(code="manual.todo", message=f"☐ 请人工核对：{params.ask}", cap=Severity.NOTE)
