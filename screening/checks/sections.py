"""Sections: the parts that the notice asks for are there, by heading or by content.

Bad: 正文中找不到“推广价值”的标题，也没有相应的内容。
Good: 标题写作“六、示范辐射”，即推广价值。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding, Severity
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_words``: a section with fewer 字 is empty in all but name."""

    min_words: int = 30


@case_check(Params, label="结构")
def sections(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report sections that were not found, that were only inferred, that are empty, and an unusual order."""
    found = world.sections
    if not found:
        raise Skip("该类材料没有规定的结构")
    missing = [s.name for s in found if s.found == "none"]
    if missing:
        have = "、".join(h.text for h in world.headings[:12]) or "（没有标题）"
        yield Finding(
            code="sections.missing",
            message=f"没有找到：{'、'.join(missing)}。已按标题和内容查找，作者的标题有：{have}。",
            facts={"missing": missing, "headings": [h.text for h in world.headings]},
            evidence=tuple(Evidence.at(case.document, h.span) for h in world.headings[:12]),
        )
    for s in found:
        if s.found == "inferred" and s.span:
            yield Finding(
                code="sections.inferred",
                message=f"没有“{s.name}”字样的标题，从内容推断在这一段，请核对。",
                evidence=tuple(Evidence.at(case.document, c) for c in s.cues) or (Evidence.at(case.document, s.span),),
                facts={"section": s.name},
                cap=Severity.NOTE,
            )
        if s.found == "heading" and s.words < params.min_words and s.heading:
            yield Finding(
                code="sections.empty",
                message=f"“{s.name}”只有标题，正文不足 {params.min_words} 字，请补充。",
                evidence=(Evidence.at(case.document, s.heading),),
                facts={"section": s.name, "words": s.words},
            )
    placed = [s for s in found if s.found == "heading" and s.heading]
    order = sorted(placed, key=lambda s: s.heading.start if s.heading else 0)
    if [s.name for s in order] != [s.name for s in placed]:
        yield Finding(
            code="sections.order",
            message=f"各部分的顺序是：{'、'.join(s.name for s in order)}，与通知列举的不同；内容齐全即可，供参考。",
            evidence=tuple(Evidence.at(case.document, s.heading) for s in order if s.heading),
            cap=Severity.NOTE,
        )
