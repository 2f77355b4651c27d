"""Chinese numerals as numbers: 三万 = 30000, 六成四 = 64 %, 二〇二三 = 2023."""

from __future__ import annotations

import re

_DIGITS = {
    c: n
    for n, cs in enumerate(("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

NUMERAL = "[〇零○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]"
_NUMERAL = re.compile(f"{NUMERAL}{{1,20}}")  # longer ones are no numbers, and int() refuses thousands of digits


def chinese_number(text: str) -> int | None:
    """Return the value of a Chinese numeral, None if ``text`` is none.

    >>> [chinese_number(s) for s in ("三万", "二〇二三", "一百零八", "十二", "两千五", "一亿零五十万", "教师")]
    [30000, 2023, 108, 12, 2500, 100500000, None]
    """
    if not _NUMERAL.fullmatch(text):
        return None
    if all(c in _DIGITS for c in text):  # digit by digit, as years are written
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    unit = 1  # of the last mark; 三万五 is 35,000
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
            unit = unit if digit else 1  # a 零 says that the rest is counted in ones
        elif c in _UNITS:
            unit = _UNITS[c]
            section += (digit or 1) * unit
            digit = 0
        else:
            unit = _LARGE[c]
            whole, rest = divmod(total, _LARGE["亿"]) if unit < _LARGE["亿"] else (0, total)
            total = whole * _LARGE["亿"] + (rest + section + digit or 1) * unit
            section = digit = 0
    return total + section + digit * max(1, unit // 10)


def tenths(text: str) -> float | None:
    """Return the percentage that 成 states, None if ``text`` states none.

    >>> [tenths(s) for s in ("六成四", "九成", "九成以上", "成效")]
    [64.0, 90.0, 90.0, None]
    """
    match = re.match("([一二三四五六七八九])成([一二三四五六七八九])?(?!员|果|效|为|立|长)", text)
    if not match:
        return None
    return _DIGITS[match[1]] * 10.0 + (_DIGITS[match[2]] if match[2] else 0)
