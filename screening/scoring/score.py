"""The score of one case: a pure function of what the stages and the checks of form found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from screening.document import Span
from screening.finding import Severity
from screening.scoring.parts import (
    evidence_figures,
    example_figures,
    form_figures,
    narrative_figures,
    pieces_of,
    relevance,
    structure_figures,
    topic_figures,
)
from screening.scoring.result import PARTS, Figure, Part, Score
from screening.text.narrative import Narrative
from screening.text.structure import LedgerItem, Section
from screening.topic.result import TopicFit

T = TypeVar("T")

MIN_WORDS = 400  # 字 that say something; below, a score would be an accident


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found of a case. None: the stage did not run or threw; a part of the score that needs it can't be reckoned.

    ``words`` is the 字数 of the 正文 without stuffing, ``form`` the findings' severities of each check of form that ran (empty: clear),
    ``labels`` the Chinese names of these checks; ``broken`` names those that threw.
    """

    words: int
    body: Span
    topic: TopicFit | None
    sections: Sequence[Section] | None
    ledger: Sequence[LedgerItem] | None
    narrative: Narrative | None
    form: Mapping[str, Sequence[Severity]] = field(default_factory=lambda: MappingProxyType({}))
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    broken: Sequence[str] = ()


class _MissingError(Exception):
    """A part that can't be reckoned, with the reason."""


def score_case(weights: Mapping[str, float], found: Measured) -> Score:
    """Return the score under a rulebook's weights (part → points), or why there is none: never a score of half a case."""
    if not weights:
        return Score(total=None, reason="规则集没有给这类材料规定分值")
    if found.words < MIN_WORDS:
        return Score(
            total=None, weights=weights, reason=f"除去堆砌和重复的句子，正文只有 {found.words} 字，不足 {MIN_WORDS} 字"
        )
    try:
        parts = {name: _part(name, weight, found) for name, weight in weights.items()}
    except _MissingError as missing:
        return Score(total=None, weights=weights, reason=str(missing))
    return Score.of(MappingProxyType(parts))


def _part(name: str, weight: float, found: Measured) -> Part:
    if name == "form":
        return Part.of(weight, _form(found))
    topic = _needed(found.topic, name)
    if name == "topic":
        return Part.of(weight, topic_figures(topic))
    return Part.of(weight, _content(name, topic, found), relevance(topic))


def _form(found: Measured) -> tuple[Figure, ...]:
    if found.broken:
        raise _MissingError(f"“{PARTS['form']}”没有分：{'、'.join(found.broken)}没有检查完")
    if not found.form:
        raise _MissingError(f"“{PARTS['form']}”没有分：规则集没有启用规范方面的检查")
    return form_figures(found.form, found.labels)


def _content(name: str, topic: TopicFit, found: Measured) -> tuple[Figure, ...]:
    if name == "narrative":
        return narrative_figures(_needed(found.narrative, name), topic)
    if name == "structure":
        return structure_figures(_needed(found.sections, name))
    said = _outside(_needed(found.ledger, name), topic.stuffing)
    figures = {"evidence": evidence_figures, "examples": example_figures}[name]
    return figures(said, found.words, pieces_of(found.sections or (), found.body))


def _outside(items: Sequence[LedgerItem], stuffing: Sequence[Span]) -> list[LedgerItem]:
    """Return the items that begin in no stuffing; its spans are sentences, in order and apart."""
    starts = [s.start for s in stuffing]

    def inside(item: LedgerItem) -> bool:
        n = bisect_right(starts, item.span.start)
        return n > 0 and item.span.start < stuffing[n - 1].end

    return [i for i in items if not inside(i)]


def _needed(value: T | None, part: str) -> T:
    if value is None:
        raise _MissingError(f"“{PARTS[part]}”没有分：这一步没有做完")
    return value
