"""Words of Chinese text, and how common each is. Cut by rjieba where it is installed, else by jieba: both cut runs of Han alike."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any

RAREST = 13  # half-nepers: a word that is not listed is in about one text of 700


@cache
def cutter() -> Callable[[str], Iterable[str]]:
    """Return the function that cuts a run of Han characters into words; the same words from either library."""
    if find_spec("rjieba"):
        import rjieba as fast  # noqa: PLC0415 - optional, and loads its dictionary

        cut: Callable[[str], Iterable[str]] = fast.cut
    else:
        cut = own_jieba().cut
    return cut


def own_jieba() -> Any:
    """Return a tokenizer of jieba's for our use alone: what is added to its dictionary is in no other."""
    import jieba  # noqa: PLC0415 - loads its dictionary

    jieba.setLogLevel(logging.ERROR)
    own = jieba.Tokenizer()
    # Its cache would lie under a name that everybody knows in a folder that everybody may write to, and is unmarshalled.
    own.tmp_dir = _private_folder()
    return own


def _private_folder() -> str:
    folder = Path.home() / ".cache" / "case-screening"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return mkdtemp(prefix="case-screening-", dir=gettempdir())
    return str(folder)


@cache
def commonness() -> Mapping[str, float]:
    """Return, for words that are no rarities, the share (0–1) of texts of 700 words that have them."""
    out: dict[str, float] = {}
    for line in (files("screening") / "lexicon" / "common_words.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            level, *words = line.split(" ")
            out.update(dict.fromkeys(words, math.exp(-int(level) / 2)))
    return out


def chance_of(word: str) -> float:
    """Return the share (0–1) of texts of 700 words that have a word.

    >>> chance_of("我们") > 0.3 > chance_of("芝麻") > chance_of("芝麻饼")
    True
    """
    return commonness().get(word, math.exp(-RAREST / 2))
