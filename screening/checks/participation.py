"""Participation: a story of growth tells how its author took part in the training.

Bad: 写一位老师在山里教书三十年，没有写到参加国培。
Good: 2023 年 10 月，我作为国培学员走进云槐师范学院……
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Finding
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_sentences`` in which the narrator takes part in training."""

    min_sentences: int = 1


@case_check(Params, label="参训经历")
def participation(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Look for sentences in which 我 takes part in 国培 or other training."""
    told = world.topic.participation
    if len(told) < params.min_sentences:
        yield Finding(
            code="participation.missing",
            message=f"没有写到作者本人参加培训的经历（只找到 {len(told)} 句），请核对是否围绕“国培助力成长”。",
            facts={"sentences": len(told), "min": params.min_sentences},
        )
