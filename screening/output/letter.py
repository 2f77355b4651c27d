"""What the letter to a unit says, whatever it is drawn as: each of its cases, each problem with the notice's sentence, how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final, Literal

from screening.finding import Finding, Severity
from screening.output.advice import advice_of
from screening.output.labels import MESSAGE_SHOWN, short
from screening.output.privacy import masked_report
from screening.report import Report
from screening.rulebook import Rulebook

State = Literal["gone", "still", "new", "unknown"]
STATES: Final[Mapping[State, str]] = MappingProxyType(
    {"gone": "☑ 已修改", "still": "☐ 仍存在", "new": "☐ 新发现", "unknown": "☐ 未能核对"}
)
NO_EARLIER: Final[Mapping[str, Report]] = MappingProxyType({})
NO_UNIT: Final = "（未写明报送单位）"
NAME: Final = "关于补充修改报送材料的函"
NO_CLAUSE: Final = "—"
ASKED: Final = MappingProxyType({Severity.BLOCKER: "须修改", Severity.REVIEW: "请核对"})
_FOR_STAFF = ("manual.", "outside_report.recorded", "quota.under")  # what a unit can do nothing about
_SAME_THING = ("source", "section", "aspect", "field")  # the facts that tell two findings of one code apart


@dataclass(frozen=True, slots=True)
class Item:
    """A problem of a case: what, by which sentence, how to mend it; ``state`` only for a case that was handed in again."""

    weight: str
    message: str
    clause: str
    advice: str
    state: State | None = None

    @classmethod
    def of(cls, finding: Finding, state: State | None = None) -> Item:
        """Take a finding that a unit can do something about (:func:`counts`)."""
        clause = finding.clause
        return cls(
            ASKED[finding.severity or Severity.REVIEW],
            short(finding.message, MESSAGE_SHOWN),
            f"{clause.where}：“{clause.quote}”" if clause else NO_CLAUSE,
            "—" if state == "gone" else advice_of(finding.code),
            state,
        )

    @property
    def became(self) -> str:
        """What became of it, for a case that was handed in again."""
        return STATES[self.state or "new"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in the letter; ``again`` if it was handed in again."""

    name: str
    file: str
    author: str
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    again: bool = False

    @property
    def open(self) -> bool:
        """Whether anything is still asked for."""
        return any(i.state != "gone" for i in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter to one unit. ``common`` are matters of several cases in the same words, which are said once."""

    unit: str
    until: date | None
    notice: str
    asked: tuple[Entry, ...]
    received: tuple[Entry, ...]
    common: tuple[Item, ...]

    @classmethod
    def of(
        cls,
        unit: str,
        reports: Iterable[Report],
        book: Rulebook,
        *,
        until: date | None,
        earlier: Mapping[str, Report] = NO_EARLIER,
    ) -> Letter:
        """Write the letter about a unit's reports, which are read once, one at a time.

        ``earlier`` has, by the id of a case that was handed in again, the report of its former version: what it asked for is ticked
        off. Phones and mailboxes are masked; the unit's own authors are named.
        """
        asked: list[Entry] = []
        received: list[Entry] = []
        for report in reports:
            entry = _entry(masked_report(report), earlier.get(report.case.id))
            (asked if entry.open else received).append(entry)
        # What is said of several cases in the same words (a quota) is a matter of the unit.
        said = Counter(i for entry in asked for i in entry.items)
        common = tuple(i for i, n in said.items() if n > 1 and i.state is None and i.clause != NO_CLAUSE)
        return cls(
            unit=unit,
            until=until,
            notice=book.title.strip("《》"),
            asked=tuple(asked),
            received=tuple(received),
            common=common,
        )

    @property
    def opening(self) -> tuple[str, ...]:
        """The paragraphs before the cases."""
        count = len(self.asked) + len(self.received)
        thanks = f"感谢贵单位对工作的支持。贵单位报送的 {count} 份材料已收到，按照《{self.notice}》的要求作了初步检查。"
        if again := sum(e.again for e in (*self.asked, *self.received)):
            thanks += f"其中 {again} 份是修改后重新报送的，已与上次的意见逐项对照，谢谢配合。"
        if not self.asked:
            return (thanks, "经初步检查，暂没有需要修改或说明的事项，名单附后。")
        return (
            thanks,
            (
                f"其中 {len(self.asked)} 份有需要修改或说明的事项，列在下面。请于 {day(self.until)}前修改后重新报送；"
                "认为情况不符或确有原因的，请一并书面说明。"
            ),
            "以下事项由程序初筛提出，其中“疑似重复”只表示文字或事实相近，不是认定，最终以评审意见为准。",
        )

    def own(self, entry: Entry) -> tuple[Item, ...]:
        """Return the matters of this case alone."""
        return tuple(i for i in entry.items if i not in self.common)


def day(value: date | None) -> str:
    """Return a day as papers have it, or the room to write it.

    >>> day(date(2024, 3, 1))
    '2024 年 3 月 1 日'
    """
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if value else "　　　　年　　月　　日"


def counts(finding: Finding) -> bool:
    """Whether a finding asks something of the unit: mere hints don't, nor what only the office can settle."""
    return finding.severity in ASKED and not finding.code.startswith(_FOR_STAFF)


def _entry(report: Report, before: Report | None) -> Entry:
    info = report.case
    if report.error:
        error = report.error
        items = [
            Item("须修改", f"文件读不出来，没有做任何检查：{error.message}", NO_CLAUSE, error.advice or "请重新报送。")
        ]
    else:
        items = [Item.of(f) for f in report.findings if counts(f)]
    notes = [f.message for f in report.findings if f.severity is Severity.NOTE and not f.code.startswith(_FOR_STAFF)]
    if before is not None:
        items = list(_ticked(report, masked_report(before), items))
    return Entry(
        info.title or PurePosixPath(info.file).name,
        info.file,
        info.author,
        tuple(items),
        tuple(notes),
        before is not None,
    )


def _key(finding: Finding) -> tuple[str, ...]:
    # Likeness to one source stays one matter, whether the whole is alike or, since it was mended, a part.
    likeness = finding.code.startswith("near_copy.") and "source" in finding.facts
    code = "near_copy" if likeness else finding.code
    return (code, *(str(finding.facts.get(k, "")) for k in _SAME_THING))


def _ticked(report: Report, before: Report, unread: list[Item]) -> Iterator[Item]:
    """Give the items of a case that was handed in again: what is left, what is new, what was mended, what nobody could check."""
    old = {_key(f): f for f in before.findings if counts(f)}
    now = {_key(f): f for f in report.findings if counts(f)}
    # A file that nobody could read is a matter of its own: mended as soon as it can be read, whatever is found in it then.
    if report.error:
        yield from (replace(i, state="still" if before.error else "new") for i in unread)
    for key, f in now.items():
        yield Item.of(f, "still" if key in old else "new")
    # That a check did not run does not mean that its matter is mended.
    ran = {o.check for o in report.outcomes if o.status in ("clear", "found")}
    for key, f in old.items():
        if key not in now:
            yield Item.of(f, "gone" if f.code.partition(".")[0] in ran else "unknown")
    if before.error and not report.error:
        yield Item("须修改", f"文件读不出来：{before.error.message}", NO_CLAUSE, NO_CLAUSE, "gone")
