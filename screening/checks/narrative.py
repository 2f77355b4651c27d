"""Narrative: a story of growth has scenes, a thread of time, people who speak.

Bad: 通篇是“提高了认识、更新了理念”，没有一个场景、一句对话、一个日期。
Good: 那天傍晚下着雨，周老师撑着伞站在校门口，问我：“明天的课，你还上吗？”
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Finding, Severity
from screening.text.story import LEAST, SEARCHED
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_words``: a shorter text has no room to tell (字)."""

    min_words: int = 600


@case_check(Params, label="叙事与细节")
def narrative(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Name the aspects of a story that were not found, and what was searched for."""
    if case.words.words < params.min_words:
        raise Skip("正文太短，无法判断")
    for aspect in world.story:
        if aspect.found == "none":
            yield Finding(
                code="narrative.missing",
                message=f"没有找到{aspect.name}：查找的是{SEARCHED[aspect.name]}，不足 {LEAST} 处；体裁不限，供参考。",
                facts={"aspect": aspect.name, "searched": SEARCHED[aspect.name]},
                cap=Severity.NOTE,
            )
