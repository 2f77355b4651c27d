"""Word's automatic numbers as Word shows them: 一、 （二） 1.1 ③; resolved for structure, never part of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from screening.intake.styles import Styles, W, plain_int

_CHINESE = "〇一二三四五六七八九"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def chinese(n: int) -> str:
    """Return a counting numeral below 100,000.

    >>> [chinese(n) for n in (1, 10, 12, 20, 105, 2023)]
    ['一', '十', '十二', '二十', '一百零五', '二千零二十三']
    """
    if not 0 < n < 100_000:
        return str(n)
    out, zero = "", False
    for unit, mark in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            out += ("零" if zero and out else "") + _CHINESE[digit] + mark
            zero = False
        elif out:
            zero = True
    return out[1:] if out.startswith("一十") else out


def _roman(n: int) -> str:
    out = ""
    for value, mark in _ROMAN:
        times, n = divmod(n, value)
        out += mark * min(times, 10)
    return out


def _letter(n: int) -> str:
    """Word doubles letters after z: 27 is aa."""
    return chr(ord("a") + (n - 1) % 26) * min(8, (n - 1) // 26 + 1) if n > 0 else ""


def formatted(n: int, style: str) -> str:
    """Return a number in one of Word's number formats; bullets and unknown formats give what Word falls back to.

    >>> [formatted(3, s) for s in ("decimal", "chineseCounting", "upperRoman", "lowerLetter", "decimalEnclosedCircle", "bullet")]
    ['3', '三', 'III', 'c', '③', '']
    """
    low = style.lower()
    if low in ("bullet", "none"):
        return ""
    if low.startswith(("chinese", "japanese", "taiwanese", "ideographlegal")) or low == "koreancounting":
        return chinese(n)
    if low == "ideographdigital":
        return "".join(_CHINESE[int(d)] for d in str(n))
    if low in ("decimalenclosedcircle", "decimalenclosedcirclechinese"):
        return chr(0x245F + n) if 1 <= n <= 20 else str(n)
    if low in ("upperroman", "lowerroman"):
        roman = _roman(n)
        return roman if low == "upperroman" else roman.lower()
    if low in ("upperletter", "lowerletter"):
        letter = _letter(n)
        return letter.upper() if low == "upperletter" else letter
    if low == "decimalzero":
        return f"{n:02}"
    if low == "ordinal":
        return f"{n}."
    if low == "decimalfullwidth":
        return "".join(chr(ord("０") + int(d)) for d in str(n))
    if low in ("ideographtraditional", "ideographzodiac"):
        wheel = "甲乙丙丁戊己庚辛壬癸" if low.endswith("traditional") else "子丑寅卯辰巳午未申酉戌亥"
        return wheel[(n - 1) % len(wheel)] if n > 0 else ""
    return str(n)


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    text: str = ""
    restart: int | None = None


@dataclass(slots=True)
class _Abstract:
    levels: dict[int, _Level]
    link: str = ""
    counters: dict[int, int] = field(default_factory=dict)


def _int(element: etree._Element | None, default: int) -> int:
    value = element.get(W + "val") if element is not None else None
    return int(value) if value and re.fullmatch("-?\\d{1,9}", value) else default


class Numbering:
    """The counters of one document, moved on paragraph by paragraph."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, _Abstract] = {}
        self._nums: dict[str, tuple[str, Mapping[int, int]]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is None:
            return
        for raw in root.iterfind(W + "abstractNum"):
            link = raw.find(W + "numStyleLink")
            self._abstract[raw.get(W + "abstractNumId") or ""] = _Abstract(
                dict(map(_level, raw.iterfind(W + "lvl"))),
                (link.get(W + "val") or "") if link is not None else "",
            )
        for num in root.iterfind(W + "num"):
            reference = num.find(W + "abstractNumId")
            overrides = {}
            for row in num.iterfind(W + "lvlOverride"):
                start = row.find(W + "startOverride")
                if start is not None:
                    overrides[plain_int(row.get(W + "ilvl"))] = _int(start, 1)
            self._nums[num.get(W + "numId") or ""] = (
                reference.get(W + "val") or "" if reference is not None else "",
                overrides,
            )

    def _find(self, num_id: str, depth: int = 0) -> tuple[_Abstract | None, Mapping[int, int]]:
        abstract_id, overrides = self._nums.get(num_id, ("", {}))
        abstract = self._abstract.get(abstract_id)
        if abstract and abstract.link and not abstract.levels and depth < 4:
            linked = self._styles.get(abstract.link).number
            if linked:
                return self._find(linked[0], depth + 1)
        return abstract, overrides

    def next(self, num_id: str, level: int) -> str:
        """Count one paragraph and return its number as Word shows it, "" for bullets and unknown lists."""
        abstract, overrides = self._find(num_id)
        if abstract is None or num_id in ("", "0"):
            return ""
        spec = abstract.levels.get(level, _Level())
        counters = abstract.counters
        if level in overrides and (num_id, level) not in self._started:
            counters[level] = overrides[level]
        else:
            counters[level] = counters[level] + 1 if level in counters else spec.start
        self._started.add((num_id, level))
        for deeper in [k for k in counters if k > level and abstract.levels.get(k, _Level()).restart != 0]:
            del counters[deeper]
        if not formatted(1, spec.style):
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            its = abstract.levels.get(at, _Level())
            return formatted(counters.get(at, its.start), its.style)

        return re.sub("%([1-9])", shown, spec.text)


def _level(raw: etree._Element) -> tuple[int, _Level]:
    style, text, restart = raw.find(W + "numFmt"), raw.find(W + "lvlText"), raw.find(W + "lvlRestart")
    kind = style.get(W + "val") or "decimal" if style is not None else "decimal"
    return plain_int(raw.get(W + "ilvl")), _Level(
        _int(raw.find(W + "start"), 1),
        kind,
        (text.get(W + "val") or "") if text is not None else "",
        _int(restart, 0) if restart is not None else None,
    )
