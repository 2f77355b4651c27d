"""Trainee: the teller of a growth story stands in the roster of trainees.

Bad: 名册中没有“周明远”。
Good: 名册中有“周明远，石榴镇中心小学”。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding, Severity
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``unit_ratio`` (0–100): below it two names of a unit are different."""

    unit_ratio: int = 70


@case_check(Params, label="参训名册")
def trainee(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Look the author up; a name that differs in one character is told, since rosters have typing errors."""
    if not world.roster:
        raise Skip("没有给出学员名册")
    name = "".join(case.info.author.split())
    if not name:
        raise Skip("作者姓名未知")
    field = case.form.name if case.form else None
    evidence = (Evidence.at(case.document, field.span),) if field and field.span else ()
    same = [t for t in world.roster if t.name == name]
    if not same:
        near = sorted(
            {t.name for t in world.roster if Levenshtein.distance(t.name, name, score_cutoff=1) == 1 and len(name) >= 2}
        )
        hint = f"；名册中有相近的姓名：{'、'.join(near[:5])}" if near else ""
        yield Finding(
            code="trainee.near" if near else "trainee.absent",
            message=f"学员名册中没有作者“{name}”{hint}，请核对是否为参训教师。",
            evidence=evidence,
            facts={"near": near[:5]},
        )
        return
    units = [u for u in (case.form.unit.value if case.form and case.form.unit else "", case.info.unit) if u]
    known = [t.unit for t in same if t.unit]
    if units and known and max(fuzz.partial_ratio(a, b) for a in units for b in known) < params.unit_ratio:
        yield Finding(
            code="trainee.other_unit",
            message=f"学员名册中“{name}”的单位是{'、'.join(sorted(set(known)))}，与作者单位“{units[0]}”不同，请核对是否同一人。",
            evidence=evidence,
            cap=Severity.NOTE,
        )
