"""Where a text names given people and units, without taking the words of the language for names; and the mask over them.

A mask keeps every character's place and the count of 字: Han becomes 某, letters and digits asterisks, signs stay.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from screening.document import Span, union
from screening.text.personal import homes, mailboxes, numbers

HIDDEN_HAN, HIDDEN_WIDE, HIDDEN = "某", "＊", "*"
# What may stand between the characters of one name: 周 明　远, also what nobody sees.
_GAP = "[\\s\u3000\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]{0,4}"
_TITLES = "老师|教师|校长|园长|主任|书记|局长|教研员|同志|同学|先生|女士|教授|组长|站长|名师"
_BEHIND = f"(?={_GAP}副?(?:{_TITLES}))"
_BEFORE = (
    "(?:作者|姓名|撰稿人?|撰写人?|执笔人?|联系人|主持人|负责人|主讲人?|授课人?|教师|老师|校长|园长|主任|教研员|同志|学员|我叫|我是|名叫|叫做)"
    f"{_GAP}[:：]?{_GAP}"
)
# A unit is also called by the end of its name; what is left of these words alone names no unit.
_PLACE_END = re.compile("[省市县区镇乡旗州]|街道|新区")
_GENERIC = re.compile(
    "(?:第?[一二三四五六七八九十0-9]+|实验|中心|附属|直属|城关|教师|进修|发展|培训|师范|高级|初级|职业|中等|专业|教育|体育|教研|教学|研究|电化|"
    "中小学|小学|中学|初中|高中|完全|九年一贯制|学校|幼儿园|学院|大学|局|室|院|馆|站|科|办公室|中心校)+"
)
_PROPER = ("nr", "ns", "nt", "nz")  # names of people, places, organisations and makes
LEAST_UNIT = 5  # code points of the end of a unit's name
_ORDINAL = "[第每本上下几数半整一二三四五六七八九十0-9]"


@cache
def _words() -> Mapping[str, bool]:
    """Return the words of the language, as a dictionary of segmentation knows them, and whether each is a proper name."""
    spec = importlib.util.find_spec("jieba")
    assert spec
    assert spec.submodule_search_locations
    rows = (Path(spec.submodule_search_locations[0]) / "dict.txt").read_text("utf-8").splitlines()
    return {word: kind.startswith(_PROPER) for word, _, kind in (r.split(" ") for r in rows)}


@cache
def _plain_words() -> str:
    """Return the words that are no proper names, each between two line ends."""
    return "\n".join(["", *(word for word, proper in _words().items() if not proper), ""])


@cache
def is_word(name: str) -> bool:
    """Say whether a name is a word of the language too, by itself or as the head or tail of longer words (高峰期).

    >>> [is_word(n) for n in ("高峰", "黎明", "文明", "李明", "周明远")]
    [True, True, True, False, False]
    """
    # One search in one string: names are asked for by the hundred, and going through all words takes 30 ms each.
    return f"\n{name}" in _plain_words() or f"{name}\n" in _plain_words()


def _loose(name: str) -> str:
    loose = _GAP.join(re.escape(c) for c in name)
    return f"(?<![0-9A-Za-z]){loose}(?![0-9A-Za-z])" if name.isascii() else loose


def unit_spellings(unit: str) -> tuple[str, ...]:
    """Return a unit's name and those ends of it that still name it, longest first.

    >>> unit_spellings("临溪市石榴镇中心小学"), unit_spellings("临溪市第二实验小学")
    (('临溪市石榴镇中心小学', '石榴镇中心小学'), ('临溪市第二实验小学',))
    """
    ends = (unit[m.end() :] for m in _PLACE_END.finditer(unit))
    return tuple(dict.fromkeys([unit, *(e for e in ends if len(e) >= LEAST_UNIT and not _GENERIC.fullmatch(e))]))


@dataclass(frozen=True, slots=True)
class _Name:
    """One person's name: ``strict`` patterns hit names only, ``plain`` the name anywhere (None for a word of the language)."""

    name: str
    plain: re.Pattern[str] | None
    strict: re.Pattern[str]


@lru_cache(maxsize=4096)  # making the patterns takes longer than a search with them
def _person(name: str) -> _Name:
    loose = _loose(name)
    rows = [
        f"{_BEFORE}(?P<a>{loose})",
        f"(?P<b>{loose}){_BEHIND}",
        f"^\\s*(?P<c>{loose})\\s*$",
        f"[(（]\\s*(?P<f>{loose})\\s*[)）]",
    ]
    if re.fullmatch("[\u4e00-\u9fff]{2,4}", name):
        given = name[2:] if len(name) == 4 else name[1:]
        if len(given) == 2:
            rows.append(f"(?P<d>{_loose(given)})(?=(?:{_TITLES}))")
        # 周老师; but not 第四周老师, 提高老师.
        rows.append(f"(?<![\u4e00-\u9fff0-9])(?P<e>{re.escape(name[: len(name) - len(given)])})(?=(?:{_TITLES}))")
    a_word = len(name) <= 3 and is_word(name)
    return _Name(name, None if a_word else re.compile(loose), re.compile("|".join(rows), re.MULTILINE))


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is to be hidden in a text. Make it with :meth:`of`."""

    people: tuple[_Name, ...] = ()
    literals: re.Pattern[str] | None = None
    heads: frozenset[str] = frozenset()  # of the literals, casefolded: a text without any of them has no literal

    @classmethod
    def of(cls, people: Iterable[str] = (), units: Iterable[str] = (), values: Iterable[str] = ()) -> Hidden:
        """Take names of people (at least two characters count), of units, and other values to be hidden wherever they stand."""
        names = dict.fromkeys("".join(n.split()) for n in people)
        spellings = {s for u in units for s in unit_spellings("".join(u.split())) if len(s) >= 4}
        # A value of digits or letters is hit as a whole: 12 is not hidden inside 2012.
        exact = {v for value in values if len(v := value.strip()) >= 4}
        rows = [_loose(s) for s in sorted(spellings, key=lambda s: (-len(s), s))]
        rows += [f"(?<![0-9A-Za-z]){re.escape(v)}(?![0-9A-Za-z])" for v in sorted(exact, key=lambda s: (-len(s), s))]
        literals = re.compile("|".join(rows), re.IGNORECASE) if rows else None
        heads = frozenset(c for value in (*spellings, *exact) for c in value.strip()[0].casefold())
        return cls(tuple(_person(n) for n in names if len(n) >= 2 and not n.isdecimal()), literals, heads)

    def spans(self, text: str, *, numbered: bool = True) -> tuple[Span, ...]:
        """Return the places to hide, sorted and disjoint; ``numbered`` says that phones, mailboxes, folders of a user count too."""
        found = list(self._people(text))
        if self.literals and not self.heads.isdisjoint(text.casefold()):
            found += (Span(*m.span()) for m in self.literals.finditer(text))
        if numbered:
            found += [*mailboxes(text), *numbers(text), *homes(text)]
        return union(found)

    def _people(self, text: str) -> Iterator[Span]:
        for person in self.people:
            for m in person.strict.finditer(text):
                yield next(Span(*m.span(g)) for g in person.strict.groupindex if m[g])
            for m in person.plain.finditer(text) if person.plain else ():
                if len(person.name) > 2 or not _inside_words(text, m.start(), m.end()):
                    yield Span(*m.span())


def _inside_words(text: str, start: int, end: int) -> bool:
    """Say whether two characters are rather the end of one word and the beginning of the next (面向|学生)."""
    return start > 0 and text[start - 1 : start + 1] in _words() and text[end - 1 : end + 1] in _words()


def masked_at(text: str, spans: Sequence[Span]) -> str:
    """Return ``text``, of the same length, with the characters at ``spans`` hidden.

    >>> masked_at("周明远，电话 138 0000 0101", [Span(0, 3), Span(7, 20)])
    '某某某，电话 *** **** ****'
    """
    out = list(text)
    for span in spans:
        for n in range(span.start, span.end):
            c = out[n]
            if c.isalnum() or c in "_%+":
                out[n] = HIDDEN if c.isascii() else HIDDEN_WIDE if "\uff00" <= c <= "\uffef" else HIDDEN_HAN
    return "".join(out)
