"""Notice copy: how much of the case is the notice's own text.

Bad: 正文四分之一照搬通知原文。
Good: 只引用了通知的名称。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding, Other
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``review_from``: share (0–1) of the compared characters that stand in the notice, and at least so many ``characters``."""

    review_from: float = 0.1
    characters: int = 60


@case_check(Params, label="照搬通知")
def notice_copy(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report a large share of the notice's own text."""
    reuse = world.notice_reuse
    taken = sum(s.characters for s in reuse.sources)
    if reuse.rates.total >= params.review_from and taken >= params.characters:
        yield Finding(
            code="notice_copy.large",
            message=f"正文 {reuse.rates.total * 100:.1f}% 与通知原文相同或相近，案例应写本单位的实践，请核对。",
            evidence=tuple(
                Evidence(
                    span=p.span, quote=p.quote, other=Other(p.source, p.source_span, p.source_quote), score=p.similarity
                )
                for p in reuse.passages[:5]
            ),
            facts={"rate": reuse.rates.total, "characters": taken},
        )
