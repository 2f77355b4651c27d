"""Outside report: what another system said of the case is recorded, and held to a limit only where the notice sets one.

Bad: 规则集规定外部查重率不超过 30%，清单写 45%。
Good: 规则集没有规定，只作记录。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Finding, Severity
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Limits as shares (0–1); 1 means no limit."""

    max_similarity: float = 1.0
    max_ai: float = 1.0


@case_check(Params, label="外部检测")
def outside_report(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Record the shares of the manifest. Figures of AI detectors are unreliable: they are never more than a hint here."""
    info = case.info
    stated = [
        (x, limit, name, code)
        for x, limit, name, code in (
            (info.outside_similarity, params.max_similarity, "外部查重率", "similarity"),
            (info.outside_ai, params.max_ai, "AI生成比例", "ai"),
        )
        if x is not None
    ]
    if not stated:
        raise Skip("报送清单没有外部检测结果")
    for share, limit, name, code in stated:
        if share is not None and share > limit:
            yield Finding(
                code=f"outside_report.{code}",
                message=f"{name} {share * 100:.1f}%，规定不超过 {limit * 100:.0f}%，请核对外部检测报告。",
                facts={"share": share, "max": limit},
            )
        else:
            yield Finding(
                code="outside_report.recorded",
                message=f"报送清单记录的{name}为 {(share or 0) * 100:.1f}%，供参考。",
                facts={"share": share},
                cap=Severity.NOTE,
            )
