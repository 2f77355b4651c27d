"""What a heading announces: the section of the notice that its wording names, by exact word, tail grammar or a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from screening.text.headings import wording
from screening.text.structure import Heading, SectionSpec
from screening.text.view import without_disguise

TAIL_MAX = 12  # a longer heading that ends in a section word is a slogan or a sentence
FUZZY_MAX = 10
FUZZY_RATIO = 86  # measured in the design note on topic: P 1.00 / R .96 on 192 labelled headings
LOOSE, HINTED = 3, 4  # how a heading was told that only the frame around it explains
FRAME = 3  # different sections named by sibling headings: fewer may be chance

_JOINTS = re.compile("以及|[与和及、暨&＆/／]|(?<=[\u4e00-\u9fff])·(?=[\u4e00-\u9fff])")
_CLAUSES = re.compile("[：:|｜，,]|—+|－+|--+")
# What may stand before a section word without changing what the heading announces.
_MODIFIER = re.compile(
    "(?:(?:本|该|我)?(?:案例|项目|工作|培训|活动|课题|实践|具体|主要|基本|实施|取得|形成|初步|显著|典型|几点|若干|"
    "我们|我县|我市|我区|我校|国培|省培|研修|改革|建设|试点|阶段|整体|总体|突出|核心|关键|重点|有关|相关|今后|下一步)|的|之|性|与|和|及)*"
)
# Words that turn a section word into something else: 教学方法, 学习经验交流会, 预期成果 …
_STOP = re.compile(
    "教学方法|学习方法|计算方法|评价办法|管理办法|实施办法|实施方案|学习体会交流|预期|成果展|优秀成果|不足|问题"
)


@dataclass(frozen=True, slots=True)
class _Match:
    name: str
    rank: int  # 0 exact, 1 tail, 2 fuzzy


class _Words:
    """The heading words of all sections in tables, so that a line is looked up and not held against each word.

    Of two words that fit equally well the first in the notice's order is taken. Equal to itself only: a cheap key of a cache.
    """

    def __init__(self, specs: Sequence[SectionSpec]) -> None:
        self._names: dict[str, str] = {}
        for spec in specs:
            for word in (spec.name, *spec.headings):
                self._names.setdefault(word, spec.name)
        self._lengths = sorted({len(w) for w in self._names if 2 <= len(w) <= TAIL_MAX}, reverse=True)
        self._long = [w for w in self._names if len(w) >= 4]

    def best(self, text: str) -> _Match | None:
        """Return the section that a piece of a heading names: exactly, as its tail, or nearly; the longest word wins."""
        if name := self._names.get(text):
            return _Match(name, 0)
        if len(text) > TAIL_MAX or _STOP.search(text):
            return None
        for n in self._lengths:
            name = self._names.get(text[-n:])
            if name and _MODIFIER.fullmatch(text[:-n]):
                return _Match(name, 1)
        if 3 <= len(text) <= FUZZY_MAX:
            near = process.extract(text, self._long, scorer=fuzz.ratio, score_cutoff=FUZZY_RATIO, limit=None)
            if near:
                word, _, _ = max(near, key=lambda found: (len(found[0]), -found[2]))
                return _Match(self._names[word], 2)
        return None


_words = lru_cache(maxsize=32)(_Words)  # the kinds of a rulebook or two


def heading_sections(text: str, specs: Sequence[SectionSpec]) -> tuple[tuple[str, int], ...]:
    r"""Return the names of the sections that a heading announces, with how: 0 exact, 1 tail grammar, 2 ratio.

    >>> specs = (SectionSpec("主要做法", ("做法", "举措")), SectionSpec("创新举措", ("创新",)))
    >>> heading_sections("二、主要做法与创新举措", specs)
    (('主要做法', 0), ('创新举措', 0))
    >>> heading_sections("项目实施的具体做法", specs), heading_sections("把做法写在大地上的人们", specs)
    ((('主要做法', 1),), ())
    >>> heading_sections("二、創新\u200b舉措", specs)
    (('创新举措', 0),)
    """
    return _announced(text, _words(tuple(specs)))


@lru_cache(maxsize=4096)  # the headings of a delivery are much the same
def _announced(text: str, words: _Words) -> tuple[tuple[str, int], ...]:
    whole = wording(without_disguise(text))
    best = words.best(whole)
    if best and best.rank == 0:
        return ((best.name, 0),)
    found: dict[str, int] = {}
    for clause in _CLAUSES.split(whole):
        parts = [p for p in _JOINTS.split(clause) if p]
        matches = [m for p in parts if (m := words.best(p))]
        if len(matches) == len(parts):
            for m in matches:
                found.setdefault(m.name, m.rank)
    if not found and best:
        found[best.name] = best.rank
    return tuple(found.items())


# What an author adds behind a section word without changing what the heading announces: 成效分析, 推广条件, 创新之处.
_FACET = re.compile(
    "(?:的)?(?:分析|提炼|总结|梳理|归纳|凝练|小结|概括|说明|介绍|描述|呈现|展示|展现|情况|条件|局限|边界|范围|建议|思路|方式|内容|方法|"
    "途径|之处|之道|要点|要义|所在|性|点|处|方面|经过|始末|由来|界定|与否)+$"
)
# Headings of parts that the notice does not name: told apart, so that they are taken for none that it names.
_OTHER = re.compile(
    "问题|不足|困难|困惑|短板|挑战|风险|打算|下一步|下步|今后|未来|展望|计划|设想|保障|参考文献|附[件录:：]|教材|学情|教学目标|学习目标|"
    "教学重|教学难|组织领导|领导小组|经费|预算|时间|地点|日程|报名|对象|名额|要求|联系|其他|其它|材料|纪律|待遇|考核"
)


def is_other(text: str, specs: Sequence[SectionSpec]) -> bool:
    """Say whether a heading opens a part that the notice does not name, such as 存在问题 or 下一步打算.

    A notice that does name one of these parts (as it does for self-evaluation reports) makes none of them another.
    """
    return bool(_OTHER.search(text)) and not names_others(specs)


@lru_cache(maxsize=64)
def names_others(specs: Sequence[SectionSpec]) -> bool:
    """Say whether a notice names problems, money or plans as parts of their own."""
    return any(_OTHER.search(s.name) for s in specs)


def frame_level(headings: Sequence[Heading]) -> int:
    """Return the outline level of the headings that divide a text: the first with three of them; 0 if there is none."""
    levels = [h.level for h in headings]
    return next((n for n in sorted(set(levels)) if levels.count(n) >= FRAME), 0)


def announced(headings: Sequence[Heading], specs: Sequence[SectionSpec]) -> list[tuple[tuple[str, int], ...]]:
    """Return for each heading the sections that it announces, with how (see :func:`heading_sections`).

    Where the headings of the dividing level name :data:`FRAME` different sections, they are a frame, and in a frame a
    freer wording is understood: “推广条件与局限”, “改造过程”. Alone, such a heading could be anything.
    """
    told = [heading_sections(h.text, specs) for h in headings]
    top = frame_level(headings)
    frame = [n for n, h in enumerate(headings) if h.level == top]
    free = {n: ((name, LOOSE),) for n in frame if not told[n] and (name := _loosely(headings[n].text, specs))}
    known = {n: names for n in frame if (names := free.get(n) or told[n])}
    extents: dict[str, tuple[int, int]] = {}
    for n, names in known.items():
        for name, _ in names:
            extents[name] = (extents.get(name, (n, n))[0], n)
    hinted = {
        n: ((name, HINTED),)
        for n in frame
        if n not in known and (name := _hinted(headings[n].text, specs)) and _in_order(n, name, extents, specs)
    }
    if len({name for names in (*known.values(), *hinted.values()) for name, _ in names}) < min(FRAME, len(specs)):
        return told
    return [free.get(n) or hinted.get(n) or names for n, names in enumerate(told)]


def _in_order(n: int, name: str, extents: Mapping[str, tuple[int, int]], specs: Sequence[SectionSpec]) -> bool:
    """Say whether a hint at heading ``n`` fits between the first and last headings that name the other sections."""
    place = {s.name: i for i, s in enumerate(specs)}
    return all(last < n if place[other] < place[name] else first > n for other, (first, last) in extents.items())


@lru_cache(maxsize=4096)
def _hinted(text: str, specs: Sequence[SectionSpec]) -> str | None:
    """Return the section whose hint ends last in the first clause that has one: what a Chinese phrase is about stands at its end."""
    text = without_disguise(text)
    if is_other(text, specs):
        return None
    for clause in _CLAUSES.split(text):
        ends = [(at + len(w), len(w), s.name) for s in specs for w in s.hints if (at := clause.rfind(w)) >= 0]
        if ends:
            return max(ends, key=lambda e: e[:2])[2]
    return None


@lru_cache(maxsize=4096)
def _loosely(text: str, specs: Sequence[SectionSpec]) -> str | None:
    whole = wording(without_disguise(text))
    if len(whole) > 2 * TAIL_MAX:
        return None
    for clause in _CLAUSES.split(whole):
        parts = [p for p in _JOINTS.split(clause) if p]
        for part in (clause, *parts) if len(parts) > 1 else parts:
            if len(part) <= TAIL_MAX and not is_other(part, specs) and (name := _word_at_an_end(part, specs)):
                return name
    return None


def _word_at_an_end(part: str, specs: Sequence[SectionSpec]) -> str | None:
    """Return the section whose longest word stands at the part's end, or before a facet of it."""
    bare = _FACET.sub("", part)
    for text in (part, bare):
        ends = [(len(w), s.name) for s in specs for w in (s.name, *s.headings) if len(w) >= 2 and text.endswith(w)]
        if ends:
            return max(ends, key=lambda e: e[0])[1]
    return None
