"""Facts and rare words of a text: what a rewriting must keep. Numbers in one form however they are written, dates, titles, words.

Each is a 64-bit hash with its place in the text and the share of texts that have it by chance. The hashes are salted, so that
they never meet those of the wording in an index.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from screening.document import Span
from screening.reuse.fingerprint import Hashes
from screening.text.numerals import NUMERAL, chinese_number, tenths
from screening.text.view import Codes, reading
from screening.text.words import chance_of, cutter

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FACTS = 1  # which edition of these rules, word list and dictionary included: an archive made by another one would miss rewritings
KEPT = 60  # facts that an index keeps of 1,000 characters, the rarest first: 900 bytes for a text of 2,500
KEPT_BELOW = 0.01  # chance from which on a fact tells too little to be kept
PRIOR = 30.0  # texts that the chance of a fact counts for beside those of a corpus
MOST_WORDS = 1 << 17  # remembered
COMMON = 0.25  # chance of a word above which it tells nothing …
MUTE = 1.0  # … and that such a word is given
LEAST_NUMBER = 10  # 三 and 10 are in every text

_Row = tuple[int, int, int, float, bool]  # start, end, hash, chance, whether it is hard
_Columns = tuple[Ints, Ints, Hashes, Floats, npt.NDArray[np.bool_]]  # the same
_HAN = re.compile("[\u4e00-\u9fff]{2,}")
_LATIN = re.compile("[a-z][a-z0-9]+")
_MARKED = re.compile("《([^《》\n]{2,30})》|[“「『]([^“”「」『』\n]{2,15})[”」』]")
_SMALL = f"(?:\\d{{1,2}}|{NUMERAL}{{1,3}})"
# The look-ahead at a pattern's head says again what it begins with: tried first, it passes over most characters quickly.
_DATE = re.compile(
    f"(?=[\\d〇零○一二三四五六七八九十])(?<!\\d)(?:(\\d{{4}}|{NUMERAL}{{4}})年({_SMALL})月|({_SMALL})月({_SMALL})[日号])"
)
_NUMBER = re.compile(
    f"(?=\\d|{NUMERAL})(?:(?P<digits>\\d{{1,3}}(?:,\\d{{3}})+(?!\\d)|\\d+(?:\\.\\d+)?)(?P<large>[万亿千百]?)"
    f"|(?P<tenths>[一二三四五六七八九]成[一二三四五六七八九]?)|(?P<whole>{NUMERAL}{{1,20}})点(?P<part>{NUMERAL}{{1,6}})|(?P<chinese>{NUMERAL}{{2,20}}))"
)
_NUMBERING = frozenset(".、)．:")
_LARGE = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# 三是, 两个, 第一: counting words, and numbers are read apart.
_COUNTING = re.compile(f"(?:第|{NUMERAL}).{{1,2}}")


_KINDS = {"hashes": "u8", "starts": "i8", "ends": "i8", "chance": "f8", "hard": "?"}
_STORED = {"hashes": "<u8", "chance": "<f8", "starts": "<i4", "ends": "<i4", "hard": "?"}


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts in the order of their places: ``hashes``, ``starts`` and ``ends`` (code points of the text), ``chance`` (0–1).

    ``hard`` are the numbers, dates, titles and quoted terms, as against mere words. Not slotted: what is sorted is sorted once.
    """

    hashes: Hashes
    starts: Ints
    ends: Ints
    chance: Floats
    hard: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.hashes)

    @cached_property
    def grouped(self) -> tuple[Hashes, Ints, Ints]:
        """Return the distinct hashes, sorted; for each fact, which of them it is; how often each stands in the text."""
        distinct, key, count = np.unique(self.hashes, return_inverse=True, return_counts=True)
        return distinct, key, count

    @cached_property
    def ordered(self) -> tuple[Hashes, Ints]:
        """Return the hashes sorted, and which fact each is."""
        order = np.argsort(self.hashes, kind="stable")
        return self.hashes[order], order

    def save(self, path: Path) -> None:
        """Write all to one file for :meth:`load`: column after column."""
        path.write_bytes(b"".join(getattr(self, name).astype(kind).tobytes() for name, kind in _STORED.items()))

    @classmethod
    def load(cls, path: Path) -> Facts:
        """Read what :meth:`save` wrote."""
        data = path.read_bytes()
        count, at, columns = len(data) // sum(np.dtype(k).itemsize for k in _STORED.values()), 0, {}
        for name, kind in _STORED.items():
            columns[name] = np.frombuffer(data, dtype=kind, count=count, offset=at).astype(_KINDS[name])
            at += columns[name].size * np.dtype(kind).itemsize
        return cls(**columns)


def facts_of(text: str, spans: tuple[Span, ...]) -> Facts:
    """Return the facts in the given spans of a text."""
    view = reading(text, spans)
    folded = view.text
    columns = [_words(folded, view.codes), _columns([*_latin(folded), *_hard(folded)])]
    starts, ends, hashes, chance, hard = (np.concatenate(column) for column in zip(*columns, strict=True))
    if not len(hashes):
        return Facts(hashes, starts, ends, chance, hard)
    order = np.lexsort((hashes, ends, starts))
    first, last = view.places[starts[order]].astype(np.int64), view.places[ends[order] - 1].astype(np.int64) + 1
    return Facts(hashes[order], first, last, chance[order], hard[order])


def _columns(rows: Sequence[_Row]) -> _Columns:
    starts, ends, hashes, chance, hard = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return (
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(hashes, dtype=np.uint64),
        np.array(chance, dtype=np.float64),
        np.array(hard, dtype=bool),
    )


class _Telling(dict[str, tuple[int, float]]):
    """Hash and chance of every word met, (0, MUTE) if it tells nothing. Emptied when full: a text of rubbish must not fill the memory."""

    def __missing__(self, word: str) -> tuple[int, float]:
        if len(self) >= MOST_WORDS:
            self.clear()
        chance = chance_of(word)
        mute = len(word) < 2 or chance > COMMON or (len(word) < 4 and _COUNTING.fullmatch(word))
        self[word] = (0, MUTE) if mute else (_hash(word), chance)
        return self[word]


_telling = _Telling()


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8, person=b"fact").digest(), "little")


def _words(text: str, codes: Codes) -> _Columns:
    """Return the telling words of all runs of Han."""
    cut = cutter()
    words = [word for run in _HAN.findall(text) for word in cut(run)]
    known = [_telling[word] for word in words]
    chance = np.array([c for _, c in known], dtype=np.float64)
    kept = np.flatnonzero(chance < MUTE)
    hashes = np.array([known[n][0] for n in kept.tolist()], dtype=np.uint64)
    # The words tile the runs: in the string of all runs they end where their lengths add up to.
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    ends = np.cumsum(lengths)
    beside = np.concatenate(([False], (codes >= 0x4E00) & (codes <= 0x9FFF), [False]))
    places = np.flatnonzero(beside[1:-1] & (beside[:-2] | beside[2:]))
    starts, last = places[(ends - lengths)[kept]], places[ends[kept] - 1]
    return starts, last + 1, hashes, chance[kept], np.zeros(len(kept), dtype=bool)


def _latin(text: str) -> Iterator[_Row]:
    for m in _LATIN.finditer(text):
        yield m.start(), m.end(), _hash(m[0]), 0.003, False


def _hard(text: str) -> Iterator[_Row]:
    """Yield titles and quoted terms, dates of two parts, numbers."""
    for m in _MARKED.finditer(text):
        words = "".join(c for c in m[1] or m[2] if c.isalnum())
        if len(words) > 1:
            yield m.start(), m.end(), _hash(f"《{words}》"), 0.001 if m[1] else 0.003, True
    for m in _DATE.finditer(text):
        first, second = (_plain(g) for g in m.groups() if g)
        if first is not None and second is not None and second <= 31:
            yield m.start(), m.end(), _hash(f"#{first}-{second}"), 0.005, True
    for m in _NUMBER.finditer(text):
        if m.start() and text[m.start() - 1] == "\n" and text[m.end() : m.end() + 1] in _NUMBERING:
            continue  # 23. at the head of a line counts items and states nothing
        value = _value(m)
        if value is not None and (value > LEAST_NUMBER or value % 1):
            yield m.start(), m.end(), _hash(f"#{value:.12g}"), _chance_of_number(value), True


def _plain(numeral: str) -> int | None:
    return int(numeral) if numeral.isdecimal() else chinese_number(numeral)


def _value(m: re.Match[str]) -> float | None:
    if m["digits"]:
        if len(m["digits"]) > 15:
            return None
        return float(m["digits"].replace(",", "")) * _LARGE[m["large"]]
    if m["tenths"]:
        return tenths(m["tenths"])
    if m["whole"]:
        whole, part = chinese_number(m["whole"]), chinese_number(m["part"])
        return None if whole is None or part is None else float(f"{whole}.{part}")
    return chinese_number(m["chinese"])


def _chance_of_number(value: float) -> float:
    """Return the share of texts that have a number by chance: round ones, small ones and the years of our time are common."""
    if value % 1:
        return 0.004
    if value <= 20 or (value <= 100 and value % 10 == 0) or 1990 <= value <= 2030:
        return 0.1
    if value < 100:
        return 0.03
    return 0.02 if value % 100 == 0 else 0.006


def fact_prints(facts: Facts) -> Hashes:
    """Return what an index keeps of the facts: the rarest below ``KEPT_BELOW``, distinct and sorted."""
    hashes, first = np.unique(facts.hashes, return_index=True)
    chance = facts.chance[first]
    few = chance < KEPT_BELOW
    hashes, chance = hashes[few], chance[few]
    extent = int(facts.ends[-1] - facts.starts[0]) if len(facts) else 0
    order = np.lexsort((hashes, chance))[: max(KEPT, KEPT * extent // 1000)]
    return np.sort(hashes[order])


def weights_of(facts: Facts, frequency: Ints, size: int) -> Floats:
    """Return what each fact tells, in nepers above one: from the share of texts that have it, by chance or in the corpus.

    ``frequency`` of ``size`` texts of the corpus have it; common words are not indexed, so chance is the least that is believed.
    """
    others = np.maximum(frequency - 1, 0)  # the text that it is shared with is no proof that it is common
    share = (others + PRIOR * facts.chance) / (size + PRIOR)
    weights: Floats = np.maximum(0.0, -np.log(np.maximum(share, facts.chance)) - 1.0)
    return weights
