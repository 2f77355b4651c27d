"""First person: a story of growth is told by the one who grew.

Bad: 全文都写“她”，没有一句“我”。
Good: 我第一次走进研修班的教室……
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding
from screening.text.narrative import narrative
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_share`` (0–1) of sentences with 我 outside quotations; only its absence is told, never its abundance praised."""

    min_share: float = 0.05


@case_check(Params, label="第一人称")
def first_person(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Count the sentences in which the narrator speaks of himself; document-level, since single sentences say little."""
    found = narrative(case.plain, case.body)
    if len(found.sentences) < 5:
        raise Skip("正文太短，无法判断")
    share = len(found.told) / len(found.sentences)
    if share < params.min_share:
        yield Finding(
            code="first_person.missing",
            message=f"{len(found.sentences)} 句中只有 {len(found.told)} 句用“我”来讲述，不像本人的成长故事，请核对。",
            evidence=tuple(Evidence.at(case.document, s) for s in found.sentences[1:4]),
            facts={"sentences": len(found.sentences), "first_person": len(found.told), "share": round(share, 4)},
        )
