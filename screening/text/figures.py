"""Figures that do not fit together: sums, shares, rates, dates, one quantity with two values. Doubts to ask about, never faults.

Precision comes first: a question that an honest author can't understand costs more than one that is not asked. So a doubt needs
a plain list, a plain name or an impossible date, and approximate numbers (余, 多, 约) raise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from screening.document import Document, Paragraph, Span
from screening.text.numerals import NUMERAL, chinese_number
from screening.text.sentences import sentences


@dataclass(frozen=True, slots=True)
class Doubt:
    """Places (one or more, in order) whose figures do not fit; ``kind`` is "sum", "over", "shares", "date" or "twice".

    ``said`` is what they state, in the order of ``spans``; ``reason`` a Chinese clause for the reader.
    """

    kind: str
    spans: tuple[Span, ...]
    said: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Amount:
    start: int
    end: int
    value: float
    unit: str


_SAME = {"名": "人", "位": "人"}
_UNIT = "人次|课时|学时|万元|人|名|位|个|所|场|节|门|期|项|篇|份|件|条|天|元|组|套|台|本|册|轮|家|户|次|笔|单|支"
_NUMBER = "\\d{1,3}(?:[,， ]\\d{3})+(?!\\d)|\\d{1,9}(?:\\.\\d{1,3})?(?![\\d亿千百]|万(?!元))"
_AMOUNT = re.compile(
    f"(?<![\\d.第约近超])(?:(?P<digits>{_NUMBER})|(?P<han>(?<!{NUMERAL}){NUMERAL}{{1,8}}))\\s?(?P<unit>{_UNIT}|%|％)(?![半多余级])"
)
_PERCENT = re.compile("(?<![\\d.])(\\d{1,4}(?:\\.\\d{1,2})?)\\s?[%％]")
_LABEL = '[\u4e00-\u9fffA-Za-z“”"《》（）()]'
_BETWEEN = re.compile(f"(?:[、，,和与及]|以及)+(?!共|合计|总计|累计|全|另|平均|人均){_LABEL}{{1,10}}")
# Labels of things that overlap or were chosen: a person may be in several of them.
_OVERLAPS = re.compile(
    "获|取得|参加|有|会|能|愿|超过|持|具|党员|女(?!生)|少数民族|以上|以下|其中|提高|下降|率|满意|同比|升|降"
)
_CLASSES = re.compile(
    "小学|初中|高中|中学|中职|幼儿园|学前|城区|县城|乡镇|农村|乡村|[省市县校]级|[国省市县校]培|男|女|语文|数学|英语|优秀|良好|合格"
)
_NOUN_BETWEEN = re.compile(f"{_LABEL}{{1,8}}(?:[、，,和与及]|以及)+")
_TOTAL_BEFORE = re.compile("(?:共计|合计|总计|一共|总共|总数|总人数|共)[^，。；、\\d]{0,10}$")
_OPENS = re.compile(
    f"{_LABEL}{{0,8}}(?:[，,：:（(]*(?:其中|分别为|分别是|包括|分为|分成)|中|[：:（(])[，,：:]?{_LABEL}{{0,8}}"
)
_TOTAL_AFTER = re.compile(f"{_LABEL}{{0,6}}[，,、；）)]*(?:共计|合计|总计|一共|总共|共){_LABEL}{{0,6}}")
_GOES_ON = re.compile("[，,、；]?(?:等|另|其余|其他|其它|还有|剩|余)")

_CAPPED = re.compile(
    "(?:满意|合格|到课|出勤|到会|报到|签到|覆盖|参与|参训|通过|达标|优秀|优良|结业|认同|认可|知晓|普及|好评|正确|及格|提交|巩固|使用|获奖|"
    "到训|支持|推荐|采纳|开出|听课|评课|听评课|研修|签约|回收|就业|入学|升学)(?:率|度|比例)?[^，。；、\\d]{0,6}$|占(?:比|总数|全县|全校)?[^，。；、\\d]{0,6}$"
)
_MAY_EXCEED = re.compile(
    "增长|增幅|提高|提升|上升|超额|超过|同比|目标|计划|任务|相当于|[是为]\\S{0,6}的$|完成率|执行率"
)
_SHARE = re.compile(f"({_LABEL}{{1,12}}?)占?(?:比)?[为约]?(\\d{{1,3}}(?:\\.\\d{{1,2}})?)[%％]")
_REST = re.compile("其余|其他|其它|剩余|余下")

_DATE = re.compile("(?<!\\d)((?:19|20)\\d\\d)年(?:(\\d{1,2})月(?:(\\d{1,2})日)?)?")
_DAY = re.compile("(?<![\\d年至—~-])(\\d{1,2})月(\\d{1,2})日")
_RANGE = re.compile(
    "(?<!\\d)((?:19|20)\\d\\d)年(?:(\\d{1,2})月)?(?:\\d{1,2}日)?\\s*(?:至|到|—+|-|–|~|～)\\s*((?:19|20)\\d\\d)年(?:(\\d{1,2})月)?"
)
_TO_COME = re.compile(
    "计划|规划|拟|将|力争|预计|目标|打算|下一步|今后|未来|到20\\d\\d年|明年|后年|设想|争取|有效期|截止|届时|建议"
)

_FRAME_STOP = re.compile("[，。；：、！？\\s（）()“”\\d]")
_CHANGES = re.compile(
    "由|从|增|减|升|降|提高|上年|去年|前年|往年|以往|过去|原来|原有|改革前|前测|后测|较|比|同期|分别|其中|每|至少|不少于|首|第|又|再|另|各"
)
_FILLERS = re.compile(
    "^(?:[一二两三四五六七八九十]+年(?:里|间|以?来)?|一共|总共|共计|合计|累计|总计|先后|目前|现在|现有|全年|一年来|共有|共|有|达到|达|为|是|了)+|(?:一共|总共|共计|合计|累计|达到了|达到|达|为|是|有|共|了)+$"
)
_NOUNS = "教师|学员|校长|园长|老师|学校|幼儿园|课程|课例|微课|教研员|导师|学生|示范课|公开课|经费|资金"
_NOUN = re.compile(f"(?:骨干|乡村|青年|参训|新任|农村|特岗)*({_NOUNS})")
_NOUN_LAST = re.compile(f"(?:^|[共有的]|来自|培训|参训)({_NOUNS})$")  # 共有学员35名, but not 授课教师86人
_WHOLE = re.compile("一?共|全部|全体|所有|累计|总")
_TAIL = re.compile("[\u4e00-\u9fff]{0,12}")
WINDOW = 40  # code points before a number in which its clause begins
MOST_VALUES = 30
FRAME = 4  # Han characters of a quantity's name; shorter names are shared by many quantities
NOUN = 2


def doubts(document: Document, paragraphs: Sequence[Paragraph], year: int) -> tuple[Doubt, ...]:
    """Return the doubts of a text in order; ``year`` is that of the notice, 0 if it has none."""
    found: list[Doubt] = []
    pieces = [s for p in paragraphs if not p.table for s in sentences(document.text, p.span)]
    for s in pieces:
        line = document.quote(s)
        if not re.search("\\d|[一二三四五六七八九十百]", line):
            continue
        amounts = tuple(_amounts(line))
        found += [
            _moved(d, s.start) for d in (*_sums(line, amounts), *_shares(line), *_over(line), *_dates(line, year))
        ]
    found += _twice(document, pieces)
    return tuple(sorted(found, key=lambda d: d.spans[0]))


def _moved(doubt: Doubt, by: int) -> Doubt:
    return Doubt(doubt.kind, tuple(s.shift(by) for s in doubt.spans), doubt.said, doubt.reason)


def _amounts(line: str) -> Iterator[_Amount]:
    for m in _AMOUNT.finditer(line):
        value = float(re.sub("[,， ]", "", m["digits"])) if m["digits"] else chinese_number(m["han"])
        if value is not None:
            yield _Amount(m.start(), m.end(), float(value), _SAME.get(m["unit"], m["unit"].replace("％", "%")))


def _run(line: str, amounts: Sequence[_Amount], first: int) -> list[_Amount]:
    """Return the list of like amounts that begins with ``amounts[first]``: 小学60人、初中40人, or 60名小学教师、40名初中教师."""
    run = [amounts[first]]
    shape: re.Pattern[str] | None = None
    for a, b in pairwise(amounts[first:]):
        between = line[a.end : b.start]
        shape = shape or next((x for x in (_BETWEEN, _NOUN_BETWEEN) if x.fullmatch(between)), None)
        if b.unit != a.unit or shape is None or not shape.fullmatch(between) or _OVERLAPS.search(between):
            break
        run.append(b)
    return run


def _sums(line: str, amounts: Sequence[_Amount]) -> Iterator[Doubt]:
    for n, total in enumerate(amounts[:-1]):
        if total.unit == "%":
            continue
        after = line[total.end : amounts[n + 1].start]
        if not _OPENS.fullmatch(after) or amounts[n + 1].unit != total.unit:
            continue
        run = _run(line, amounts, n + 1)
        # Two parts of a whole may be a choice from it, unless they are of a kind that leaves nothing out.
        labels = line[total.end : run[-1].end]
        whole = (
            len(run) >= 3
            or (len(run) == 2 and len(_CLASSES.findall(labels)) >= 2)
            or sum(a.value for a in run) > total.value
        )
        if len(run) >= 2 and whole and not _GOES_ON.match(line, run[-1].end) and (d := _sum(line, total, run)):
            yield d
    for n, first in enumerate(amounts):
        if n and _BETWEEN.fullmatch(line[amounts[n - 1].end : first.start]):
            continue  # inside a list that was read from its beginning
        run = _run(line, amounts, n)
        end = n + len(run)
        if len(run) >= 2 and end < len(amounts):
            total = amounts[end]
            follows = total.unit == run[0].unit and _TOTAL_AFTER.fullmatch(line[run[-1].end : total.start])
            if follows and (d := _sum(line, total, run)):
                yield d


NEAR = 0.75  # parts that make less of the whole than this are taken for a choice from it


def _sum(line: str, total: _Amount, run: Sequence[_Amount]) -> Doubt | None:
    added = sum(a.value for a in run)
    if abs(added - total.value) < 0.051 or not NEAR <= added / max(total.value, 1) <= 1 / NEAR:
        return None
    if any(a.value > total.value for a in run) and added > total.value / NEAR:
        return None
    parts = Span(run[0].start, run[-1].end)
    whole = Span(total.start, total.end)
    said = (line[whole.start : whole.end], "＋".join(f"{a.value:g}" for a in run) + f"＝{added:g}")
    spans = (whole, parts) if whole < parts else (parts, whole)
    return Doubt("sum", spans, said, f"各部分相加是 {added:g}，与写的 {total.value:g} 不同")


def _shares(line: str) -> Iterator[Doubt]:
    """Yield lists of shares of one whole, joined by 、 or ending in 其余, that make more than 100 %, or not 100 % with 其余."""
    marks = list(_PERCENT.finditer(line))
    n = 0
    while n < len(marks) - 1:
        run = [marks[n]]
        rest = False
        for m in marks[n + 1 :]:
            between = line[run[-1].end() : m.start()]
            if not re.fullmatch(f"[、，,和]{_LABEL}{{1,12}}", between) or _OVERLAPS.search(between):
                break
            rest = rest or bool(_REST.search(between))
            run.append(m)
        added = sum(float(m[1]) for m in run)
        head = line[max(0, run[0].start() - 14) : run[0].start()]
        whole = "占" in head or rest
        if len(run) >= (2 if rest else 3) and whole and (added > 101 or (rest and added < 99)):
            span = Span(run[0].start(), run[-1].end())
            yield Doubt("shares", (span,), (line[span.start : span.end],), f"各部分所占比例相加是 {added:g}%")
        n += len(run)


def _over(line: str) -> Iterator[Doubt]:
    for m in _PERCENT.finditer(line):
        before = line[max(0, m.start() - 16) : m.start()]
        if float(m[1]) > 100 and _CAPPED.search(before) and not _MAY_EXCEED.search(before):
            yield Doubt("over", (Span(*m.span()),), (m[0],), f"比例写作 {m[1]}%，超过 100%")


def _dates(line: str, year: int) -> Iterator[Doubt]:
    for m in _DATE.finditer(line):
        y, month, day = int(m[1]), m[2] and int(m[2]), m[3] and int(m[3])
        if month and not _valid(y, month, day or 1):
            yield Doubt("date", (Span(*m.span()),), (m[0],), f"没有“{m[0]}”这个日期")
        elif year and y > year + 1 and not _TO_COME.search(line):
            yield Doubt("date", (Span(*m.span()),), (m[0],), f"写到的 {y} 年晚于通知所在的年份")
    for m in _DAY.finditer(line):
        if not _valid(2024, int(m[1]), int(m[2])):
            yield Doubt("date", (Span(*m.span()),), (m[0],), f"没有“{m[0]}”这个日期")
    for m in _RANGE.finditer(line):
        first, last = (int(m[1]), int(m[2] or 0)), (int(m[3]), int(m[4] or 0))
        if first[0] > last[0] or (first[0] == last[0] and first[1] > last[1] > 0):
            yield Doubt("date", (Span(*m.span()),), (m[0],), "起止时间前后颠倒")


def _valid(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Named:
    """A quantity with a name: the words before it in its clause, its unit, and the noun behind it."""

    amount: _Amount
    span: Span
    before: str
    noun: str
    whole: bool


def _twice(document: Document, pieces: Sequence[Span]) -> Iterator[Doubt]:
    named: dict[tuple[str, str], list[_Named]] = {}
    for s in pieces:
        line = document.quote(s)
        for q in _names(line, s.start):
            for key in ((q.before, q.amount.unit + q.noun), *((("", q.amount.unit + q.noun),) if q.noun else ())):
                named.setdefault(key, []).append(q)
    asked: set[Span] = set()
    for (before, _), items in named.items():
        # One item a value and few values: a text that says the same thousand times is compared once.
        different = list({q.amount.value: q for q in reversed(items)}.values())[::-1][:MOST_VALUES]
        for a, b in combinations(different, 2):
            if {a.span, b.span} & asked:
                continue
            stated = a.whole and b.whole
            by_name = (len(before) >= FRAME and stated) or (len(before) >= NOUN and _swapped(a, b))
            by_noun = not before and len(a.noun) >= NOUN and (_swapped(a, b) or (stated and a.before == b.before))
            if by_name or by_noun:
                asked |= {a.span, b.span}
                said = (document.quote(a.span), document.quote(b.span))
                yield Doubt("twice", (a.span, b.span), said, f"同一数量前面写“{said[0]}”，后面写“{said[1]}”")
                break


def _swapped(a: _Named, b: _Named) -> bool:
    """Say whether two numbers of two or more digits have the same digits in another order: 35 and 53."""
    x, y = f"{a.amount.value:g}", f"{b.amount.value:g}"
    return len(x) >= 2 and sorted(x) == sorted(y) and len(set(x)) > 1


def _names(line: str, at: int) -> Iterator[_Named]:
    for a in _amounts(line):
        clause = _FRAME_STOP.split(line[max(0, a.start - WINDOW) : a.start])[-1]
        tail = _TAIL.match(line, a.end)
        after = tail[0] if tail else ""
        whole_clause = f"{clause}{after}"
        if _CHANGES.search(whole_clause) or (a.value < 10 and a.unit != "%"):
            continue
        # What a numeral cuts off is no name: 第35期学员12名.
        numbered = line[a.start - len(clause) - 1 : a.start - len(clause)].isdigit()
        before = "" if numbered else _FILLERS.sub("", clause)
        noun = _NOUN.match(after) or _NOUN_LAST.search(before)
        whole = a.unit != "%" and bool(_WHOLE.search(clause))
        yield _Named(a, Span(at + a.start, at + a.end), before, noun[1] if noun else "", whole)
