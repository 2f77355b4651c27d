"""The text as matching sees it: Han and alphanumerics, folded, every character leading back to its place in the source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from screening.document import Span

Codes = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int32]

# Characters that look like others: one representative for both sides of a comparison, so a legitimate 曰 costs nothing.
_LOOKALIKES = dict(zip("囗曰已巳ー〇○土未", "口日己己一零零士末", strict=True)) | dict(
    zip(
        "⺁⺇⺈⺊⺋⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺝⺟⺠⺡⺢⺣⺤⺥⺦⺨⺩⺪⺫⺬⺭⺮⺯⺱⺲⺳⺴⺵⺷⺹⺺⺻⺼⻀⻁⻂⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "厂几刀卜已小尢尢尢尢巳幺彑彐心心手攵旡月母民水水火爪爪丬犬王疋目示示竹糸网网网网网羊老老聿肉草虎衣西见角讠贝足车辶辶辶邑金长长长门阜青韦页风飞食饣马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
_LATIN = dict(
    zip(
        "асеорхуіјѕԁһАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοντυικɑɡı",
        "aceopxyijsdhabcehijkmopstxyabezhikmnoptyxaovtuikagi",
        strict=True,
    )
)
# Of these the ordinary texts are full: folding them is no sign of a disguise.
_ORDINARY = np.array([ord(c) for c in "曰已巳〇土未"], dtype=np.uint32)
# Unicode's Default_Ignorable_Code_Point: nothing of them is seen. Some are letters by category (the Hangul fillers).
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
HIDDEN = re.compile(f"[{_IGNORABLE}]")
_SPRINKLED = re.compile("(?<=[^\x00-\u2e7f])(?=[0-9]*[a-z])[a-z0-9]{1,6}(?=[^\x00-\u2e7f]|$)")
SPRINKLES = 8  # so many pieces of letters in a row …
APART = 4  # … with at most so many characters between them are no words of the text
_UNKNOWN, _DROPPED, _SEVERAL = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@cache
def _simplifier() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - loads its tables

    return OpenCC("t2s")


def without_disguise(text: str) -> str:
    r"""Return ``text`` in simplified characters and without invisible ones; no offsets lead back.

    >>> without_disguise("典型經\u200b驗")
    '典型经验'
    """
    simplified: str = _simplifier().convert(HIDDEN.sub("", text))
    return simplified


def simplified(text: str) -> str:
    """Return ``text`` in simplified characters, character for character: every offset holds in both.

    >>> simplified("國培計劃讓我們受益匪淺")
    '国培计划让我们受益匪浅'
    """
    unknown = set(text) - _SIMPLE
    simple = {c for c in unknown if not _simplifies(c)}
    _SIMPLE.update(simple)
    if len(simple) == len(unknown):  # as in most texts
        return text
    whole: str = _simplifier().convert(text)
    if len(whole) == len(text):
        return whole
    out = (_simplifier().convert(c) for c in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(out, text, strict=True))


_SIMPLE: Final[set[str]] = set()  # characters that were found to be simplified already


def _simplifies(char: str) -> bool:
    return char > "\u2e7f" and _simplifier().convert(char) != char


@cache
def fold_character(char: str) -> str:
    """Return what one character becomes: NFKC, lower case, look-alikes, simplified; "" if it is neither Han nor alphanumeric.

    >>> [fold_character(c) for c in "Ａ㎡師⼈，１ǎ"]
    ['a', 'm2', '师', '人', '', '1', 'a']
    """
    if HIDDEN.match(char):
        return ""
    out = []
    # Accents come off letters: pinyin is written with them or without.
    whole = unicodedata.normalize("NFKC", char)
    for c in whole if whole >= "\u2000" else unicodedata.normalize("NFD", whole):
        # Look-alikes first: the Cyrillic capital looks like a Latin B, its small letter does not.
        folded = _LATIN.get(c, c).lower()
        if folded > "\u2e7f":
            folded = _simplifier().convert(folded) or folded
        folded = _LOOKALIKES.get(folded, folded)
        out += [x for x in folded if x.isalnum() and (x == "々" or unicodedata.category(x) not in ("No", "Nl", "Lm"))]
    return "".join(out)


def _keep_raw(char: str) -> str:
    """Return the character as a search without repair sees it: zero-width characters stay in the way."""
    return char if char.isalnum() or unicodedata.category(char) == "Cf" else ""


def _keep_reading(char: str) -> str:
    """Return the character as a reader sees it: compatibility forms and traditional ones folded, punctuation kept, hidden ones gone."""
    out = unicodedata.normalize("NFKC", char).lower()
    return "".join(_simplifier().convert(c) or c if c > "\u2e7f" else c for c in out if unicodedata.category(c) != "Cf")


class _Table:
    """A lookup table over all code points, filled in as characters are met: a text is folded by one numpy gather."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        self._fold = fold
        self._codes = np.full(0x110000, _UNKNOWN, dtype=np.uint32)
        self._several: dict[int, str] = {}

    def apply(self, codes: Codes) -> tuple[Codes, Offsets]:
        """Return the folded code points and, for each, the number of its source character."""
        out = self._codes[codes]
        unknown = out == _UNKNOWN
        if unknown.any():
            for code in np.unique(codes[unknown]).tolist():
                self._learn(code)
            out = self._codes[codes]
        if (out == _SEVERAL).any():
            return self._expanded(codes, out)
        places = np.flatnonzero(out != _DROPPED).astype(np.int32)
        return out[places], places

    def _learn(self, code: int) -> None:
        folded = "" if 0xD800 <= code < 0xE000 else self._fold(chr(code))
        if len(folded) > 1:
            self._several[code] = folded
            self._codes[code] = _SEVERAL
        else:
            self._codes[code] = ord(folded) if folded else _DROPPED

    def _expanded(self, codes: Codes, out: Codes) -> tuple[Codes, Offsets]:
        several = np.flatnonzero(out == _SEVERAL).tolist()
        pieces = [self._several[int(codes[n])] for n in several]
        many = (out != _DROPPED).astype(np.int32)
        many[several] = [len(piece) for piece in pieces]
        values = np.repeat(out, many)
        values[values == _SEVERAL] = code_points("".join(pieces))
        return values, np.repeat(np.arange(len(codes), dtype=np.int32), many)


@cache
def _table(fold: Callable[[str], str]) -> _Table:
    return _Table(fold)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Folded code points (``codes``) and for each the source character it came from (``places``, code points of the text).

    ``left_out`` are the places of the letters that were taken for no words of the text.

    Law (tested): places never go back, and ``to_source`` of a non-empty stretch is a non-empty span inside the text.
    """

    codes: Codes
    places: Offsets
    left_out: Offsets = field(default_factory=lambda: np.empty(0, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def text(self) -> str:
        """The folded text."""
        return self.codes.astype("<u4").tobytes().decode("utf-32-le")

    def to_source(self, start: int, end: int) -> Span:
        """Return the source span of ``codes[start:end]``; needs start < end."""
        return Span(int(self.places[start]), int(self.places[end - 1]) + 1)

    def from_source(self, span: Span) -> tuple[int, int]:
        """Return the stretch [start, end) of the view whose characters come from ``span``."""
        start, end = np.searchsorted(self.places, [span.start, span.end])
        return int(start), int(end)


def code_points(text: str) -> Codes:
    """Return a text as an array of code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)


def fold(text: str, spans: Iterable[Span] | None = None, *, raw: bool = False) -> View:
    """Fold the given spans of a text (all of it by default); with ``raw`` nothing is repaired.

    >>> view = fold("【 ２０２３年，國培㎡】")
    >>> view.text, view.to_source(0, 4)
    ('2023年国培m2', Span(start=2, end=6))
    """
    view = _folded(text, spans, _keep_raw if raw else fold_character)
    return view if raw else _without_sprinkles(view)


def reading(text: str, spans: Iterable[Span]) -> View:
    r"""Fold the given spans for reading: punctuation stays, look-alikes too; the line end behind a span parts it from the next.

    >>> reading("國培：\u200b64％\n12", [Span(0, 7), Span(8, 10)]).text
    '国培:64%\n12'
    """
    end = len(text)
    ends = (Span(s.start, min(s.end + 1, end)) if text[s.end : s.end + 1] == "\n" else s for s in spans)
    return _folded(text, ends, _keep_reading)


def _folded(text: str, spans: Iterable[Span] | None, keep: Callable[[str], str]) -> View:
    codes = code_points(text)
    if spans is None:
        return View(*_table(keep).apply(codes))
    pieces = [np.arange(s.start, s.end, dtype=np.int32) for s in spans]
    chosen = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)
    folded, places = _table(keep).apply(codes[chosen])
    return View(folded, chosen[places].astype(np.int32))


def _without_sprinkles(view: View) -> View:
    """Leave out letters strewn between the characters of a text: pinyin after each, or anything to break up what was copied."""
    if 12 * np.count_nonzero((view.codes >= ord("a")) & (view.codes <= ord("z"))) < len(view):  # as in most texts
        return view
    rows: list[tuple[int, int]] = []
    kept = np.ones(len(view), dtype=bool)
    for m in (*_SPRINKLED.finditer(view.text), None):
        if m and (not rows or m.start() - rows[-1][1] <= APART):
            rows.append(m.span())
            continue
        if len(rows) >= SPRINKLES:
            for start, end in rows:
                kept[start:end] = False
        rows = [m.span()] if m else []
    return view if kept.all() else View(view.codes[kept], view.places[kept], view.places[~kept])


def is_lookalike(char: str) -> bool:
    """Say whether a character is one that the view reads as another that looks like it."""
    return char in _LOOKALIKES or char in _LATIN


def is_ordinary(char: str) -> bool:
    """Say whether ordinary texts are full of a character that the view reads as another."""
    return ord(char) in _ORDINARY


def repaired_characters(text: str, view: View) -> int:
    """Count the characters that are there, or are what they are, only because of a repair: what may be a disguise.

    Counts traditional forms, look-alikes, full-width letters and digits, characters that nobody sees, letters strewn in.

    >>> [repaired_characters(t, fold(t)) for t in ("已在 ABC 土坡", "國際", "国\u200b培")]
    [0, 2, 1]
    """
    source = code_points(text)[view.places]
    capital = (source >= ord("A")) & (source <= ord("Z"))
    changed = (source != view.codes) & ~capital & ~np.isin(source, _ORDINARY)
    return int(np.count_nonzero(changed)) + len(HIDDEN.findall(text)) + len(view.left_out)
