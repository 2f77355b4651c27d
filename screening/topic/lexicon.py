"""The topic lexicon: words in four reviewable files, found in one pass; one digest of all four goes into every model's manifest."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import add
from typing import Any

FILES = ("topic.toml", "trades.toml", "genre.toml", "themes.toml")
LISTS = ("terms", "neutral", "strong", "who", "anyone", "act", "soft", "students", "teachers", "training")
TRADE = "trade"  # the list of all words of other trades


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon in a sentence, at its offsets there, with the lists that it belongs to."""

    start: int
    end: int
    word: str
    lists: frozenset[str]


class Words:
    """Finds words of several lists in one pass, in time linear in the text.

    Of two words at overlapping places both are found, unless one lies inside the other: then the longer stands for both.
    So a word without lists hides what lies inside it (老师傅 hides 老师).
    """

    def __init__(self, lists: Mapping[str, frozenset[str]]) -> None:
        # By their first two characters, which most places of a text have from no word; every word has as many.
        self._starting: dict[str, list[str]] = {}
        for word in sorted(lists, key=lambda w: (-len(w), w)):
            assert len(word) >= 2, word
            self._starting.setdefault(word[:2], []).append(word)
        self._lists = lists

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return the words in ``text`` in the order of their places; words without lists are left out."""
        out = []
        covered = 0
        starting = self._starting.get
        for i, two in enumerate(map(add, text, text[1:])):
            for word in starting(two, ()):
                if text.startswith(word, i):
                    end = i + len(word)
                    if end > covered:
                        covered = end
                        if lists := self._lists[word]:
                            out.append(Hit(i, end, word, lists))
                    break
        return tuple(out)


@dataclass(frozen=True, slots=True)
class Marker:
    """A pattern, and words of which every match of it has one: a text without them need not be searched. No words: search."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, pattern: str) -> Marker:
        """Compile a pattern; ^ and $ are the ends of a line.

        >>> Marker.of("同志们[，！]|请.{0,9}报名表?").words, Marker.of("(?:师|生)：").words
        (('同志们', '报名'), ())
        """
        # Of each branch, the longest word that is no part of a group, a class or something that may be missing.
        flat, whole = re.sub("\\\\.|\\[[^]]*\\]", "\0", pattern), ""
        while flat != whole:
            flat, whole = re.sub("\\([^()]*\\)", "\0", flat), flat
        branches = [re.findall("(?:[\u4e00-\u9fff](?![?*{]))+", branch) for branch in flat.split("|")]
        words = tuple(max(found, key=len) for found in branches) if all(branches) else ()
        return cls(re.compile(pattern, re.MULTILINE), words)

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Return the first match between two offsets."""
        if self.words and not any(w in text for w in self.words):
            return None
        return self.pattern.search(text, start, end)


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of text other than a case: ``enough`` distinct markers make it; the ``weak`` ones count three quarters."""

    enough: int
    markers: tuple[Marker, ...]
    weak: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All four files, compiled; ``digest`` is the sha256 (hex) over them, ``trades`` names the trade of each of its words."""

    digest: str
    words: Words
    trades: Mapping[str, str]
    genres: Mapping[str, Genre]
    themes: Mapping[str, Mapping[str, float]]
    theme_words: Words


@cache
def lexicon() -> Lexicon:
    """Load the lexicon, once a process."""
    folder = resources.files("screening") / "lexicon"
    raw = {name: (folder / name).read_bytes() for name in FILES}
    digest = hashlib.sha256()
    for name, content in raw.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    topic, trades, genres, themes = (tomllib.loads(content.decode("utf-8")) for content in raw.values())
    weights = {
        name: {**dict.fromkeys(t["shared"], 0.5), **dict.fromkeys(t["telling"], 2.0)} for name, t in themes.items()
    }
    return Lexicon(
        digest=digest.hexdigest(),
        words=Words(_with_lists(topic, {w for ws in trades.values() for w in ws})),
        trades={w: name for name, ws in trades.items() for w in ws},
        genres={
            name: Genre(g["enough"], *(tuple(map(Marker.of, g.get(m, ()))) for m in ("markers", "weak")))
            for name, g in genres.items()
        },
        themes=weights,
        theme_words=Words({w: frozenset(n for n in weights if w in weights[n]) for ws in weights.values() for w in ws}),
    )


def _with_lists(topic: Mapping[str, Any], trades: Iterable[str]) -> dict[str, frozenset[str]]:
    """Give every word its lists: those that have it or a part of it; for blockers and trades only those that have it."""
    lists = {name: frozenset(topic[name]) for name in LISTS}
    out = {
        word: frozenset(name for name, words in lists.items() if any(w in word for w in words))
        for words in lists.values()
        for word in words
    }
    exact = lists | {TRADE: frozenset(trades)}
    for word in (*topic["blockers"], *exact[TRADE]):
        out[word] = frozenset(name for name, words in exact.items() if word in words)
    return out
