"""How a passage was taken over, from the edit structure inside it; and the facts that were exchanged in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from screening.reuse.align import Stretch, covered
from screening.reuse.result import ReuseKind
from screening.text.view import fold_character

VERBATIM = 0.97  # similarity (rapidfuzz ratio, 0–1) from which on nothing was changed worth the name
EDITED = 0.72
LOCALISED_FROM = 0.6  # similarity below which the words were changed as well
SWAPPED_SHARE = 0.5  # of what differs must be exchanged facts for a passage to be 换名套用
LONGEST_FACT = 8  # folded characters of an exchanged fact
LONGEST = 6000  # characters a side; longer passages are judged by their ratio

_PLACE = "省市县区镇乡村局校院园"
_TITLE = re.compile("(?:老师|校长|主任|园长|同学|教授|学员)")
_NUMBER = re.compile("[0-9]+(?:\\.[0-9]+)?")
_HAN = re.compile("[\u4e00-\u9fff]+")
# The hundred commonest surnames, provinces and some cities that are written without 市: enough to tell a name from a word.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PLACES = re.compile(
    "中国|北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|"
    "内蒙古|广西|西藏|宁夏|新疆|香港|澳门|石家庄|太原|沈阳|大连|长春|哈尔滨|南京|苏州|杭州|宁波|合肥|福州|厦门|南昌|济南|青岛|武汉|长沙|广州|深圳|"
    "海口|成都|贵阳|昆明|拉萨|西安|兰州|西宁|银川|南宁|呼和浩特|乌鲁木齐|郑州|开封|洛阳|平顶山|安阳|鹤壁|新乡|焦作|濮阳|许昌|漯河|三门峡|南阳|商丘|"
    "信阳|周口|驻马店|济源"
)


@dataclass(frozen=True, slots=True)
class Swaps:
    """Facts exchanged between two quotes: distinct (in the source, in the case) pairs, and how many characters of both sides they change."""

    pairs: tuple[tuple[str, str], ...] = ()
    changed: int = 0


def similarity(a: str, b: str) -> float:
    """Return the normalised indel similarity of two folded texts, 0–1 (rapidfuzz ``ratio``)."""
    return fuzz.ratio(a, b) / 100


def kind_of(a: str, b: str, stretch: Stretch, swaps: Swaps) -> tuple[ReuseKind, float]:
    """Return the kind of a passage and its similarity. ``a`` is the case's side, folded, ``b`` the source's."""
    ratio = similarity(a, b)
    different = (1 - ratio) * (len(a) + len(b))
    if swaps.pairs and ratio >= LOCALISED_FROM and swaps.changed >= SWAPPED_SHARE * different:
        return ReuseKind.LOCALISED, ratio
    if ratio >= VERBATIM:
        return ReuseKind.VERBATIM, ratio
    if not stretch.blocks:  # the same sentences, in whatever order and number
        return ReuseKind.REORDERED, ratio
    if _moved(stretch) >= 0.15 and covered(stretch.blocks) >= 0.6 * len(a):
        return ReuseKind.REORDERED, ratio
    if ratio >= EDITED:
        return ReuseKind.EDITED, ratio
    return ReuseKind.REWRITTEN, ratio


def _moved(stretch: Stretch) -> float:
    """Return the share of matched characters that are not on the heaviest common order of both sides."""
    blocks = [b for b in stretch.blocks if b.n >= 6]
    total = sum(b.n for b in blocks)
    starts, ends = np.array([b.j for b in blocks]), np.array([b.j + b.n for b in blocks])
    if not total or (ends[:-1] <= starts[1:] + 2).all():
        return 0.0
    best = np.zeros(len(blocks))
    for n, b in enumerate(blocks):
        best[n] = b.n + best[:n].max(where=ends[:n] <= b.j + 2, initial=0)
    return 1 - float(best.max()) / total


def swapped_facts(source: str, case: str) -> Swaps:
    """Return the facts that differ between two quotes, in the order of the source.

    A replaced stretch is a fact if it is a number, a known place or a surname, stands before a word that ends a place's or a
    unit's name or before a person's title, or is replaced in the same way at least twice.

    >>> swapped_facts("2022年，洛溪市32名教师走进洛溪市一小。", "2023年，临溪市35名教师走进临溪市一小。").pairs
    (('2022', '2023'), ('洛溪市', '临溪市'), ('32', '35'))
    """
    if max(len(source), len(case)) > LONGEST or not source or not case:
        return Swaps()
    replaced = list(_replacements(source, case))
    times = Counter((x.words, y.words) for x, y in replaced)
    pairs: dict[tuple[str, str], None] = {}
    changed = 0
    for x, y in replaced:
        pair = _number_pair(x, y) or _name_pair(x, y, times[x.words, y.words])
        if pair and pair[0] != pair[1]:
            pairs.setdefault(pair, None)
            changed += len(x.words) + len(y.words)
    return Swaps(tuple(pairs), changed)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A replaced piece of a quote: ``text[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]

    def after(self, length: int) -> str:
        return self.text[self.end : self.end + length]

    def within(self, pattern: re.Pattern[str]) -> str:
        """Return the match of a pattern that overlaps the piece, "" if there is none."""
        near = pattern.finditer(self.text, max(0, self.start - 12), self.end + 12)
        return next((m[0] for m in near if m.start() < self.end and self.start < m.end()), "")


def _replacements(source: str, case: str) -> Iterator[tuple[_Piece, _Piece]]:
    """Yield what was replaced on both sides; compared in folded form, so that a look-alike is no new fact."""
    (one, x), (two, y) = _comparable(source), _comparable(case)
    for op in Levenshtein.opcodes(one, two):
        if op.tag == "replace" and max(op.src_end - op.src_start, op.dest_end - op.dest_start) <= LONGEST_FACT:
            yield (
                _Piece(source, x[op.src_start], x[op.src_end - 1] + 1),
                _Piece(case, y[op.dest_start], y[op.dest_end - 1] + 1),
            )


def _comparable(quote: str) -> tuple[str, list[int]]:
    """Return a quote with its characters folded and the hidden ones left out, and where each stood.

    Unlike a view it keeps punctuation: the comma parts a number from the name after it.
    """
    shown = [*map(_as_one, quote)]
    return "".join(shown), [n for n, c in enumerate(shown) if c]


@cache
def _as_one(char: str) -> str:
    """Return a character folded, but one for one; "" for a space or one that is not seen."""
    if not char.isprintable() or char.isspace():
        return ""
    folded = fold_character(char)
    return folded if len(folded) == 1 else char


def _number_pair(x: _Piece, y: _Piece) -> tuple[str, str] | None:
    if not (any(c.isdigit() for c in x.words) and any(c.isdigit() for c in y.words)):
        return None
    one, two = x.within(_NUMBER), y.within(_NUMBER)
    return (one, two) if one and two else None


def _name_pair(x: _Piece, y: _Piece, times: int) -> tuple[str, str] | None:
    a, b = x.words, y.words
    if not (_HAN.fullmatch(a) and _HAN.fullmatch(b)):
        return None
    title = _TITLE.match(x.after(2))
    if title and y.after(2) == title[0]:
        return a + title[0], b + title[0]
    after = x.after(3)
    for n in range(1, len(after) + 1):
        if after[:n] == y.after(n) and after[n - 1] in _PLACE:
            return a + after[:n], b + after[:n]
    places = x.within(_PLACES), y.within(_PLACES)
    if any(places):
        return places[0] or a, places[1] or b
    surnames = a in _SURNAMES and b in _SURNAMES and bool(_HAN.match(x.after(1))) and x.after(1) == y.after(1)
    same_ending = a[-1] in _PLACE and b[-1] in _PLACE
    repeated = times >= 2 and max(len(a), len(b)) <= 4
    return (a, b) if surnames or same_ending or repeated else None
