"""What a list is asked for: conditions by name, and the small language in which people write them.

    率>30 单位:临溪 判定:待定 代码:length.over 屏幕

A condition is a name, one of ``: = > >= < <=`` and a value; several values of one name, with 、 or a comma between, mean any of them.
Everything else is looked for in texts and titles. Values with blanks stand in quotation marks. Full-width signs are as good as others.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from service.errors import ServiceError
from service.moment import CHINA


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list shows; empty means everything. Rates and shares are 0–1. ``until`` moments are exclusive.

    ``decision`` "none" are those that nobody decided on; ``codes`` end anywhere between two dots ("length" has "length.over");
    ``batch`` "none" are those without one.
    """

    batch: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    decision: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()  # names of the notice's directions
    codes: tuple[str, ...] = ()
    unit: str = ""  # a part of the name
    text: str = ""
    rate_min: float | None = None
    rate_max: float | None = None
    largest_min: float | None = None
    largest_max: float | None = None
    words_min: float | None = None
    words_max: float | None = None
    score_min: float | None = None
    score_max: float | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    partner: bool | None = None
    stale: bool | None = None

    def both(self, other: Filter) -> Filter:
        """Return what both ask for; where both name the same thing, ``other`` holds, and texts are looked for together."""
        empty = Filter()
        said = {f.name: v for f in fields(other) if (v := getattr(other, f.name)) != getattr(empty, f.name)}
        if "text" in said:
            said["text"] = f"{self.text} {other.text}".strip()
        return replace(self, **said)


WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "state": {
            "queued": ("排队",),
            "reading": ("读取中",),
            "read": ("已读",),
            "screening": ("筛查中",),
            "done": ("完成", "已完成"),
            "failed": ("失败",),
            "cancelled": ("撤回", "已撤回"),
        },
        "verdict": {
            "clear": ("未见问题",),
            "look": ("查看", "请人工查看"),
            "return": ("退回", "建议退回修改"),
            "incomplete": ("不完整", "检查不完整"),
        },
        "decision": {"none": ("待定",), "pass": ("通过",), "return": ("退回",), "look": ("再看",)},
        "topic": {"on": ("切题",), "unsure": ("待核",), "off": ("偏题", "疑似偏题")},
        "kind": {
            "work_case": ("工作案例", "典型工作案例"),
            "growth_story": ("成长案例", "教师成长案例"),
            "self_report": ("自评报告", "项目绩效自评报告"),
        },
    }
)
_OPEN: Final = frozenset({"kind"})  # other rulebooks have other kinds
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "批次": "batch",
        "状态": "state",
        "结论": "verdict",
        "类型": "kind",
        "项目": "project",
        "判定": "decision",
        "切题": "topic",
        "主题": "theme",
        "代码": "codes",
        "code": "codes",
        "单位": "unit",
        "率": "rate",
        "单篇": "largest",
        "字数": "words",
        "分": "score",
        "报送": "received",
        "收到": "created",
        "相似": "partner",
        "过期": "stale",
        **{
            n: n
            for n in (
                *("batch", "state", "verdict", "kind", "project", "decision", "topic", "theme", "codes", "unit"),
                *("rate", "largest", "words", "score", "received", "created", "partner", "stale"),
            )
        },
    }
)
_SHARES: Final = ("rate", "largest")
_NUMBERS: Final = (*_SHARES, "words", "score")
_DAYS: Final = ("received", "created")
_YES: Final = {"是": True, "有": True, "yes": True, "true": True, "否": False, "无": False, "no": False, "false": False}
_TERM: Final = re.compile(r'(?:"[^"]*"|[^\s"])+')
_CONDITION: Final = re.compile(r"([^\s:=<>\"]+)(>=|<=|[:=<>])(.*)", re.DOTALL)
_SIGNS: Final = str.maketrans({"≥": ">=", "≤": "<=", "“": '"', "”": '"', "、": ",", "；": ";"})
_LONGEST: Final = 500


def parse(line: str) -> Filter:
    """Read a line of the language. Raises :class:`ServiceError` 422 "query.…" that says which condition is wrong and what is possible.

    >>> parse("率＞30 判定：待定 屏幕 教师")
    ... # doctest: +ELLIPSIS
    Filter(batch=(), ..., decision=('none',), ..., text='屏幕 教师', rate_min=0.3..., ...)
    """
    if len(line) > _LONGEST:
        raise _wrong("query.long", f"查询太长：最多 {_LONGEST} 个字符", "请缩短后再试。")
    plain = unicodedata.normalize("NFKC", line.replace("\0", "")).translate(_SIGNS)
    if plain.count('"') % 2:
        raise _wrong("query.quotes", "引号没有成对", '含空格的值请放在一对引号里，例如 单位:"临溪 一小"。')
    said: dict[str, Any] = {}
    words: list[str] = []
    for match in _TERM.finditer(plain):
        term = match[0]
        condition = _CONDITION.fullmatch(term)
        if condition is None or term.startswith('"'):
            words.append(term.replace('"', ""))
            continue
        name, sign, value = condition[1], condition[2], condition[3].replace('"', "").strip()
        field = NAMES.get(name.lower())
        if field is None:
            near = get_close_matches(name, list(NAMES), 1, 0.5)
            hint = f"，是否想写“{near[0]}”？" if near else ""
            known = "、".join(n for n in NAMES if not n.isascii())
            raise _wrong("query.name", f"没有名为“{name}”的条件{hint}", f"可用：{known}；查原文里的词请加引号。")
        if not value:
            raise _wrong("query.value", f"“{name}”后面没有写值", f"例如 {_example(field)}。")
        said |= _condition(name, field, sign, value)
    return Filter(**said, text=" ".join(w for w in words if w))


def _condition(name: str, field: str, sign: str, value: str) -> dict[str, Any]:
    if field in _NUMBERS:
        return _range(field, sign, _number(name, field, value))
    if field in _DAYS:
        return _days(name, field, sign, value)
    if sign not in ":=":
        raise _wrong("query.sign", f"“{name}”不能比大小", f"请用冒号，例如 {_example(field)}。")
    if field in ("partner", "stale"):
        if value.lower() not in _YES:
            raise _wrong("query.value", f"“{name}”的值应为“是”或“否”，现为“{value}”", f"例如 {_example(field)}。")
        return {field: _YES[value.lower()]}
    if field == "unit":
        return {field: value}
    return {field: tuple(_named(name, field, v.strip()) for v in value.split(",") if v.strip())}


def _named(name: str, field: str, value: str) -> str:
    if field == "batch" and value == "无":
        return "none"
    table = WORDS.get(field)
    if table is None:
        return value
    for key, names in table.items():
        if value.lower() == key or value in names:
            return key
    if field in _OPEN:
        return value
    known = "、".join(names[0] for names in table.values())
    raise _wrong("query.value", f"“{name}”没有“{value}”这个值", f"可用：{known}。")


def _number(name: str, field: str, value: str) -> float:
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e9:
        raise _wrong("query.number", f"“{name}”后面应是不小于 0 的数，现为“{value}”", f"例如 {_example(field)}。")
    return number / 100 if field in _SHARES else number


def _range(field: str, sign: str, number: float) -> dict[str, Any]:
    if sign in ":=":
        return {f"{field}_min": number, f"{field}_max": number}
    if sign in ("<", ">"):
        number = math.nextafter(number, math.inf if sign == ">" else -math.inf)  # bounds are inclusive
    return {f"{field}_{'min' if sign.startswith('>') else 'max'}": number}


def _days(name: str, field: str, sign: str, value: str) -> dict[str, Any]:
    try:
        day = datetime.combine(date.fromisoformat(value), datetime.min.time(), CHINA)
        after = day + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise _wrong(
            "query.date", f"“{name}”后面应是日期，现为“{value}”", f"例如 {_example(field)}，年月日都写全。"
        ) from error
    since, until = f"{field}_from", f"{field}_until"
    return {
        ":": {since: day, until: after},
        "=": {since: day, until: after},
        ">": {since: after},
        ">=": {since: day},
        "<": {until: day},
        "<=": {until: after},
    }[sign]


def _example(field: str) -> str:
    if field in WORDS:
        word = {n: c for c, n in NAMES.items() if not c.isascii()}[field]
        return f"{word}:{next(iter(WORDS[field].values()))[0]}"
    return {
        "rate": "率>30",
        "largest": "单篇>20",
        "words": "字数>3000",
        "score": "分>=80",
        "received": "报送>=2024-01-20",
        "created": "收到:2024-01-20",
        "codes": "代码:length.over",
        "unit": "单位:临溪",
        "project": "项目:国培计划",
        "theme": "主题:培训模式创新",
        "batch": "批次:编号",
        "partner": "相似:有",
        "stale": "过期:是",
    }[field]


def _wrong(code: str, message: str, advice: str) -> ServiceError:
    return ServiceError(422, code, message, advice)
