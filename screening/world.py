"""What a check may know beyond the case in front of it: the stages' results, the notice, the roster. Built once per case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from screening.document import Document
from screening.reuse.result import Reuse
from screening.text.structure import Heading, LedgerItem, Section
from screening.topic.result import TopicFit


class Skip(Exception):  # noqa: N818 - it is an answer, not an error
    """Raised by a check that has nothing to go by; the outcome is ``skipped`` with this reason (Chinese, for the reader)."""


@dataclass(frozen=True, slots=True)
class Trainee:
    """A row of the roster of trainees: real name, unit, project class; empty where the roster has no such column."""

    name: str
    unit: str = ""
    project: str = ""


T = TypeVar("T")


def _value(stage: T | Exception | None, reason: str) -> T:
    if stage is None:
        raise Skip(reason)
    if isinstance(stage, Exception):
        raise stage
    return stage


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything beyond the case itself.

    The results of the engine's stages are fields named ``…_stage``; each holds the result, the exception that the stage
    threw (the checks that need it become ``broken``), or None if the stage was not run (they become ``skipped``).
    """

    notice: Document
    notice_title: str = ""
    year: int = 0  # the year whose practice the notice asks for
    roster: tuple[Trainee, ...] | None = None
    reuse_stage: Reuse | Exception | None = None
    notice_reuse_stage: Reuse | Exception | None = None  # the case against the notice's own text
    topic_stage: TopicFit | Exception | None = None
    headings_stage: tuple[Heading, ...] | Exception | None = None
    sections_stage: tuple[Section, ...] | Exception | None = None
    ledger_stage: tuple[LedgerItem, ...] | Exception | None = None
    story_stage: tuple[Section, ...] | Exception | None = None

    @property
    def reuse(self) -> Reuse:
        """Passages shared with other cases and the archive."""
        return _value(self.reuse_stage, "没有可比对的材料")

    @property
    def notice_reuse(self) -> Reuse:
        """Passages shared with the notice's own text."""
        return _value(self.notice_reuse_stage, "通知原文未提供")

    @property
    def topic(self) -> TopicFit:
        """Topic fit with reasons."""
        return _value(self.topic_stage, "该类材料没有切题模型")

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Headings of the 正文, in order."""
        return _value(self.headings_stage, "正文为空")

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that the rulebook names for this kind, in the rulebook's order."""
        return _value(self.sections_stage, "该类材料没有规定的结构")

    @property
    def ledger(self) -> tuple[LedgerItem, ...]:
        """Numbers, activities, dates and places in the 正文, in order."""
        return _value(self.ledger_stage, "正文为空")

    @property
    def story(self) -> tuple[Section, ...]:
        """The aspects of a story: scenes, thread of time, people who speak."""
        return _value(self.story_stage, "该类材料不是叙事")
