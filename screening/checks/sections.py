"""Sections: the parts that the notice asks for are there, by heading or by content.

Bad: 正文中找不到“推广价值”的标题，也没有相应的内容。
Good: 标题写作“六、示范辐射”，即推广价值。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding, Severity
from screening.text.structure import Section
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_words``: a section with fewer 字 is empty in all but name; with fewer than ``brief`` in one paragraph it is brief.

    ``most`` is the share of the text (0–1) above which one section outweighs the others, ``least`` the share below which
    a section of ``weighty`` is thin. Balance is looked at from ``balance_from`` 字 on.
    """

    min_words: int = 30
    brief: int = 60
    most: float = 0.7
    least: float = 0.05
    weighty: tuple[str, ...] = ()
    balance_from: int = 800


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
            message=f"没有找到：{'、'.join(missing)}。已按标题用词、位置和内容查找，作者的标题有：{have}。",
            facts={"missing": missing, "headings": [h.text for h in world.headings]},
            evidence=tuple(Evidence.at(case.document, h.span) for h in world.headings[:12]),
        )
    for s in found:
        if s.found == "inferred" and s.span:
            yield Finding(
                code="sections.inferred",
                message=f"没有“{s.name}”字样的标题，从内容和位置推断在这一段，请核对。",
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
    if case.words.words >= params.balance_from:
        yield from _balance(case, params, found)


def _balance(case: Case, params: Params, found: Sequence[Section]) -> Iterator[Finding]:
    """Tell sections of one line, one that outweighs the others, and thin ones that the notice weighs."""
    for s in found:
        place = s.heading or s.span
        if place is None or s.span is None or s.words < params.min_words:
            continue
        body = case.document.text[s.heading.end if s.heading else s.span.start : s.span.end]
        facts = {"section": s.name, "words": s.words, "share": s.share}
        evidence = (Evidence.at(case.document, place),)
        if s.share > params.most:
            code, said = "sections.outweighs", f"“{s.name}”占全文的 {s.share:.0%}，其他部分很少，请看是否均衡。"
        elif s.name in params.weighty and s.share < params.least:
            code, said = "sections.thin", f"“{s.name}”只占全文的 {s.share:.0%}（{s.words} 字），请看是否写足。"
        elif s.words < params.brief and len(body.split()) == 1:
            code, said = "sections.brief", f"“{s.name}”只有一段 {s.words} 字，请看是否写足。"
        else:
            continue
        yield Finding(code=code, message=said, evidence=evidence, facts=facts, cap=Severity.NOTE)
