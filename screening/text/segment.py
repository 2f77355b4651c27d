"""Words of a text for telling what it is about: cut by rjieba or jieba alike, terms of teachers' training kept whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import cast

from screening.text.words import own_jieba

# Of a term in a text of the dictionary's sixty million words: enough for 参加|国培, too little for 中|国培|训.
FREQUENCY = 100
# Runs of Han and words of Latin letters are told apart here: inside such mixtures the two libraries differ.
_RUN = re.compile("(?P<han>[\u4e00-\u9fff]+)|[A-Za-z]{2,}")
# 咚咚咚 is 咚咚|咚 as likely as 咚|咚咚: an exact tie, which each library breaks by its own rounding. It says nothing of any theme.
_ECHO = re.compile("([\u4e00-\u9fff])\\1{2,}")


@cache
def domain_words() -> frozenset[str]:
    """Return the terms of ``lexicon/domain_words.txt``."""
    lines = (files("screening") / "lexicon" / "domain_words.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


class Segmenter:
    """Cuts text into words; ``library`` is "rjieba" or "jieba", the faster one by default. The words are the same (tested).

    It has a dictionary of its own: the words that fingerprints are made of (:mod:`screening.text.words`) stay what they are.
    """

    def __init__(self, library: str = "") -> None:
        self.library = library or ("rjieba" if find_spec("rjieba") else "jieba")
        self._cut = _with_terms(self.library)

    def __reduce__(self) -> tuple[type[Segmenter], tuple[str]]:
        """Be built anew in another process: the dictionary is loaded there once, and never pickled."""
        return type(self), (self.library,)

    def words(self, text: str) -> Iterator[str]:
        """Give the words of a text in simplified characters, in order; Latin ones in lower case, numbers, marks and echoes left out."""
        for run in _RUN.finditer(_ECHO.sub(" ", text)):
            if run["han"]:
                yield from self._cut(run["han"])
            else:
                yield run[0].lower()


@cache
def _with_terms(library: str) -> Callable[[str], Iterable[str]]:
    """Return the cutter of a library whose dictionary has the domain's terms besides, each as frequent as the other library's."""
    if library == "rjieba":
        import rjieba  # noqa: PLC0415 - optional, and loads its dictionary

        fast = rjieba.Jieba()
        for term in sorted(domain_words()):
            if not fast.has_word(term):
                fast.add_word(term, FREQUENCY, "n")
        return cast("Callable[[str], Iterable[str]]", fast.cut)
    slow = own_jieba()
    slow.initialize()
    for term in sorted(domain_words()):
        if not slow.FREQ.get(term):  # beginnings of words are in it with nought
            slow.add_word(term, FREQUENCY)
    return cast("Callable[[str], Iterable[str]]", slow.cut)


@cache
def segmenter() -> Segmenter:
    """Return this process's segmenter, set once."""
    return Segmenter()
