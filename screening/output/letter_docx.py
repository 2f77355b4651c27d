"""The letter to a unit, as Word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from screening.output.letter import NAME, NO_EARLIER, NO_UNIT, STATES, Entry, Item, Letter, day
from screening.output.paper import Block, Table, heading, paragraph, run, table, title
from screening.output.paper_docx import document
from screening.report import Report
from screening.rulebook import Rulebook

SIZE = 16  # points of the body: 三号, as official papers have it


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
    """Return the letter to one unit about its cases (see :class:`Letter`) as .docx; the same arguments give the same bytes.

    ``until`` None leaves the day to be filled in, as an empty ``unit`` leaves the addressee, and empty ``sender`` and ``contact``
    leave lines.
    """
    letter = Letter.of(unit, reports, book, until=until, earlier=earlier)
    content = [
        *_opening(letter),
        *_asked(letter),
        *_received(letter),
        *_closing(sender, contact, made_at),
    ]
    return document(content, name=f"{NAME}（{unit or NO_UNIT}）", made_at=made_at, size=SIZE)


def _opening(letter: Letter) -> Iterator[Block]:
    yield title(NAME)
    yield paragraph(run(f"{letter.unit or '　　　　　　　　'}："))
    for words in letter.opening:
        yield paragraph(run(words), indent=True)


def _asked(letter: Letter) -> Iterator[Block]:
    if not letter.asked:
        return
    yield heading(f"一、需要修改或说明的材料（{len(letter.asked)} 份）")
    if letter.common:
        yield heading("共同的事项", 2)
        yield _items(letter.common, again=False)
    for n, entry in enumerate(letter.asked, 1):
        yield from _case(n, entry, letter.own(entry))


def _case(n: int, entry: Entry, items: Sequence[Item]) -> Iterator[Block]:
    yield heading(f"{n}．{entry.name}", 2)
    author = f"；作者：{entry.author}" if entry.author else ""
    again = "；重新报送，与上次的意见对照如下" if entry.again else ""
    yield paragraph(run(f"文件：{entry.file}{author}{again}"), style="Note", keep=True)
    if items:
        yield _items(items, again=entry.again)
    if len(items) < len(entry.items):
        yield paragraph(run(f"另见“共同的事项”（{len(entry.items) - len(items)} 项）。"), style="Note", before=2)
    if entry.notes:
        notes = "；".join(m.rstrip("。") for m in entry.notes)
        yield paragraph(run(f"另供参考，可以不改：{notes}。"), style="Note", before=2)


def _items(items: Sequence[Item], *, again: bool) -> Table:
    heads = ["序号", "性质", "问题", "通知原话", "修改办法"]
    shares = [7, 10, 36, 23, 24]
    rows = [[str(m), i.weight, i.message, i.clause, i.advice] for m, i in enumerate(items, 1)]
    if again:
        heads, shares = [*heads, "状况"], [6, 9, 31, 20, 21, 13]
        rows = [[*r, i.became] for r, i in zip(rows, items, strict=True)]
    return table([heads, *rows], shares)


def _received(letter: Letter) -> Iterator[Block]:
    if not letter.received:
        return
    number = "二" if letter.asked else "一"
    yield heading(f"{number}、已收到、暂未见问题的材料（{len(letter.received)} 份）")
    rows = [["序号", "题目", "文件", "作者"]]
    for n, e in enumerate(letter.received, 1):
        mended = f"（上次的 {len(e.items)} 项{STATES['gone'][2:]}）" if e.items else ""
        rows.append([str(n), e.name + mended, e.file, e.author or "—"])
    yield table(rows, [8, 40, 37, 15])


def _closing(sender: str, contact: str, made_at: datetime | None) -> Iterator[Block]:
    yield paragraph(run("专此函达，请予支持。"), indent=True, keep=True, before=12)
    yield paragraph(run(f"{sender}（盖章）"), align="right", keep=True, before=36, right=4)
    yield paragraph(run(day(made_at).strip()), align="right", right=4)
    yield paragraph(run(f"（联系人及电话：{contact or '　' * 14}）"), indent=True, before=12)
