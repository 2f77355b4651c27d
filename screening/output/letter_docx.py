"""The letter to a unit, as Word: each of its cases, each problem with the notice's sentence, how to mend it, until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal

from screening.finding import Finding, Severity
from screening.output.advice import advice_of
from screening.output.labels import MESSAGE_SHOWN, short
from screening.output.paper import Block, Table, heading, paragraph, run, table, title
from screening.output.paper_docx import document
from screening.output.privacy import masked_report
from screening.report import Report
from screening.rulebook import Rulebook

State = Literal["gone", "still", "new", "unknown"]
STATES: dict[State, str] = {"gone": "☑ 已修改", "still": "☐ 仍存在", "new": "☐ 新发现", "unknown": "☐ 未能核对"}
NO_EARLIER: Mapping[str, Report] = MappingProxyType({})
NO_UNIT = "（未写明报送单位）"
ASKED = {Severity.BLOCKER: "须修改", Severity.REVIEW: "请核对"}
SIZE = 16  # points of the body: 三号, as official papers have it
_FOR_STAFF = ("manual.", "outside_report.recorded", "quota.under")  # what a unit can do nothing about
_SAME_THING = ("source", "section", "aspect", "field")  # the facts that tell two findings of one code apart


@dataclass(frozen=True, slots=True)
class _Item:
    """A problem of a case: what, by which sentence, how to mend it; ``state`` only for a case that was handed in again."""

    weight: str
    message: str
    clause: str
    advice: str
    state: State | None = None

    @classmethod
    def of(cls, finding: Finding, state: State | None = None) -> _Item:
        clause = finding.clause
        return cls(
            ASKED[finding.severity or Severity.REVIEW],
            short(finding.message, MESSAGE_SHOWN),
            f"{clause.where}：“{clause.quote}”" if clause else "—",
            "—" if state == "gone" else advice_of(finding.code),
            state,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    file: str
    author: str
    items: tuple[_Item, ...]
    notes: tuple[str, ...]
    again: bool = False

    @property
    def open(self) -> bool:
        return any(i.state != "gone" for i in self.items)


@dataclass(slots=True)
class _Sorted:
    asked: list[_Entry] = field(default_factory=list)
    received: list[_Entry] = field(default_factory=list)


def letter_docx(
    unit: str,
    reports: Iterable[Report],
    book: Rulebook,
    *,
    until: date | None,
    made_at: datetime | None = None,
    earlier: Mapping[str, Report] = NO_EARLIER,
    sender: str = "",
    contact: str = "",
) -> bytes:
    """Return the letter to one unit about its cases as .docx; the same arguments give the same bytes.

    ``reports`` are read once, one at a time. ``earlier`` has, by the id of a case that was handed in again, the report of its former
    version: what it asked for is ticked off. ``until`` None leaves the day to be filled in, as an empty ``unit`` leaves the addressee,
    and empty ``sender`` and ``contact`` leave lines. Phones and mailboxes are masked; the unit's own authors are named.
    """
    found = _Sorted()
    for report in reports:
        entry = _entry(masked_report(report), earlier.get(report.case.id))
        (found.asked if entry.open else found.received).append(entry)
    content = [
        *_opening(unit, found, book, until),
        *_asked(found),
        *_received(found),
        *_closing(sender, contact, made_at),
    ]
    name = f"关于补充修改报送材料的函（{unit or NO_UNIT}）"
    return document(content, name=name, made_at=made_at, size=SIZE)


def _entry(report: Report, before: Report | None) -> _Entry:
    info = report.case
    if report.error:
        error = report.error
        items = [_Item("须修改", f"文件读不出来，没有做任何检查：{error.message}", "—", error.advice or "请重新报送。")]
    else:
        items = [_Item.of(f, None) for f in report.findings if _counts(f)]
    notes = [f.message for f in report.findings if f.severity is Severity.NOTE and not f.code.startswith(_FOR_STAFF)]
    if before is not None:
        items = list(_ticked(report, masked_report(before), items))
    return _Entry(
        info.title or PurePosixPath(info.file).name,
        info.file,
        info.author,
        tuple(items),
        tuple(notes),
        before is not None,
    )


def _counts(finding: Finding) -> bool:
    return finding.severity in ASKED and not finding.code.startswith(_FOR_STAFF)


def _key(finding: Finding) -> tuple[str, ...]:
    # Likeness to one source stays one matter, whether the whole is alike or, since it was mended, a part.
    likeness = finding.code.startswith("near_copy.") and "source" in finding.facts
    code = "near_copy" if likeness else finding.code
    return (code, *(str(finding.facts.get(k, "")) for k in _SAME_THING))


def _ticked(report: Report, before: Report, unread: list[_Item]) -> Iterator[_Item]:
    """Give the items of a case that was handed in again: what is left, what is new, what was mended, what nobody could check."""
    old = {_key(f): f for f in before.findings if _counts(f)}
    now = {_key(f): f for f in report.findings if _counts(f)}
    # A file that nobody could read is a matter of its own: mended as soon as it can be read, whatever is found in it then.
    if report.error:
        yield from (replace(i, state="still" if before.error else "new") for i in unread)
    for key, f in now.items():
        yield _Item.of(f, "still" if key in old else "new")
    # That a check did not run does not mean that its matter is mended.
    ran = {o.check for o in report.outcomes if o.status in ("clear", "found")}
    for key, f in old.items():
        if key not in now:
            yield _Item.of(f, "gone" if f.code.partition(".")[0] in ran else "unknown")
    if before.error and not report.error:
        yield _Item("须修改", f"文件读不出来：{before.error.message}", "—", "—", "gone")


def _day(value: date | None) -> str:
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if value else "　　　　年　　月　　日"


def _opening(unit: str, found: _Sorted, book: Rulebook, until: date | None) -> Iterator[Block]:
    yield title("关于补充修改报送材料的函")
    yield paragraph(run(f"{unit or '　　　　　　　　'}："))
    asked, every = len(found.asked), len(found.asked) + len(found.received)
    again = sum(e.again for e in (*found.asked, *found.received))
    yield paragraph(
        run(
            f"感谢贵单位对工作的支持。贵单位报送的 {every} 份材料已收到，按照《{book.title.strip('《》')}》的要求作了初步检查。"
        ),
        run(f"其中 {again} 份是修改后重新报送的，已与上次的意见逐项对照，谢谢配合。" if again else ""),
        indent=True,
    )
    if not asked:
        yield paragraph(run("经初步检查，暂没有需要修改或说明的事项，名单附后。"), indent=True)
        return
    yield paragraph(
        run(f"其中 {asked} 份有需要修改或说明的事项，列在下面。请于 {_day(until)}前修改后重新报送；"),
        run("认为情况不符或确有原因的，请一并书面说明。"),
        indent=True,
    )
    yield paragraph(
        run("以下事项由程序初筛提出，其中“疑似重复”只表示文字或事实相近，不是认定，最终以评审意见为准。"), indent=True
    )


def _asked(found: _Sorted) -> Iterator[Block]:
    if not found.asked:
        return
    yield heading(f"一、需要修改或说明的材料（{len(found.asked)} 份）")
    # What is said of several cases in the same words (a quota) is a matter of the unit: it is said once.
    said = Counter(i for entry in found.asked for i in entry.items)
    common = [i for i, n in said.items() if n > 1 and i.state is None and i.clause != "—"]
    if common:
        yield heading("共同的事项", 2)
        yield _items(common, again=False)
    for n, entry in enumerate(found.asked, 1):
        yield from _case(n, entry, common)


def _case(n: int, entry: _Entry, common: Container[_Item]) -> Iterator[Block]:
    yield heading(f"{n}．{entry.name}", 2)
    author = f"；作者：{entry.author}" if entry.author else ""
    again = "；重新报送，与上次的意见对照如下" if entry.again else ""
    yield paragraph(run(f"文件：{entry.file}{author}{again}"), style="Note", keep=True)
    items = [i for i in entry.items if i not in common]
    if items:
        yield _items(items, again=entry.again)
    if len(items) < len(entry.items):
        yield paragraph(run(f"另见“共同的事项”（{len(entry.items) - len(items)} 项）。"), style="Note", before=2)
    if entry.notes:
        notes = "；".join(m.rstrip("。") for m in entry.notes)
        yield paragraph(run(f"另供参考，可以不改：{notes}。"), style="Note", before=2)


def _items(items: Sequence[_Item], *, again: bool) -> Table:
    heads = ["序号", "性质", "问题", "通知原话", "修改办法"]
    shares = [7, 10, 36, 23, 24]
    rows = [[str(m), i.weight, i.message, i.clause, i.advice] for m, i in enumerate(items, 1)]
    if again:
        heads, shares = [*heads, "状况"], [6, 9, 31, 20, 21, 13]
        rows = [[*r, STATES[i.state or "new"]] for r, i in zip(rows, items, strict=True)]
    return table([heads, *rows], shares)


def _received(found: _Sorted) -> Iterator[Block]:
    if not found.received:
        return
    number = "二" if found.asked else "一"
    yield heading(f"{number}、已收到、暂未见问题的材料（{len(found.received)} 份）")
    rows = [["序号", "题目", "文件", "作者"]]
    for n, e in enumerate(found.received, 1):
        mended = f"（上次的 {len(e.items)} 项{STATES['gone'][2:]}）" if e.items else ""
        rows.append([str(n), e.name + mended, e.file, e.author or "—"])
    yield table(rows, [8, 40, 37, 15])


def _closing(sender: str, contact: str, made_at: datetime | None) -> Iterator[Block]:
    yield paragraph(run("专此函达，请予支持。"), indent=True, keep=True, before=12)
    yield paragraph(run(f"{sender}（盖章）"), align="right", keep=True, before=36, right=4)
    yield paragraph(run(_day(made_at).strip()), align="right", right=4)
    yield paragraph(run(f"（联系人及电话：{contact or '　' * 14}）"), indent=True, before=12)
