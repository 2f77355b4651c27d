"""Stock phrases (套话): learnt from how many texts have them, or on a reviewed list. They are shown grey and are no evidence of copying.

Texts from one form share its headings and sentences and have other facts between them; that tells nothing about who copied whom.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from screening.document import Span
from screening.reuse.fingerprint import SKETCH_SIZE, ngram_hashes
from screening.reuse.index import Rarity, runs, stock_from
from screening.text.view import View, fold

LARGE_SHARE = 0.0064  # of more than 10,000 texts that must have a phrase
SHORTEST = 8  # characters of a learnt phrase
BESIDE = 6  # … or fewer, if another is no further than a number or a name away
BLANK = 16  # characters between two phrases that are a blank of the form: filled in alike, it proves nothing either
LONGEST = 300  # characters: a form has its blanks; what runs on without one was copied by many, and stays what it is
COPIED = 0.8  # share of a text from which on it is no form, whose point is what is filled in, but one that many have copied with small changes

Mask = npt.NDArray[np.bool_]


def stock_of(view: View, rarity: Rarity) -> tuple[Mask, bool]:
    """Return which characters of a folded text are stock phrases, learnt or listed, and whether nearly all of the text is common.

    If it is, it may have been copied as a whole by many: then nothing of it is learnt, and only :func:`listed_stock` counts.
    """
    learnt, common = _learnt(view, rarity)
    return learnt | listed_stock(view), bool(np.count_nonzero(common) > COPIED * len(view))


def stock_spans(view: View, stock: Mask) -> list[Span]:
    """Return the runs of stock phrases in the coordinates of the text."""
    return [view.to_source(a, b) for a, b in runs(stock)]


def without_stock(weights: npt.NDArray[np.float64], stock: Mask) -> npt.NDArray[np.float64]:
    """Return the weights of 4-grams with those set to zero that lie in stock phrases."""
    if not stock.any():
        return weights
    inside = np.convolve(stock, np.ones(SKETCH_SIZE, dtype=np.int64), "valid") == SKETCH_SIZE
    return np.where(inside, 0.0, weights)


def _learnt(view: View, rarity: Rarity) -> tuple[Mask, Mask]:
    """Return which characters stand in a run of 4-grams that many texts have, or in a blank between two of them; and these with longer runs."""
    out = np.zeros(len(view), dtype=bool)
    # In a large archive ordinary words meet by chance in more texts than make a phrase of a small one.
    least = max(stock_from(rarity.size), int(LARGE_SHARE * rarity.size))
    if rarity.size < least:
        return out, out
    grams = runs(rarity.documents(view.codes) >= least)
    rows = [(start, end + SKETCH_SIZE - 1) for start, end in grams]
    common = np.zeros(len(view), dtype=bool)
    for start, end in rows:
        common[start:end] |= end - start > LONGEST
    sure = [SHORTEST <= end - start <= LONGEST for start, end in rows]
    if not any(sure):
        return out, common
    for order in (range(1, len(rows)), range(len(rows) - 2, -1, -1)):
        step = order.step
        for n in order:
            start, end = max(rows[n], rows[n - step])[0], min(rows[n], rows[n - step])[1]
            sure[n] |= sure[n - step] and start - end <= BESIDE and rows[n][1] - rows[n][0] <= LONGEST
    known = [row for row, is_sure in zip(rows, sure, strict=True) if is_sure]
    for (_, before), (start, end) in pairwise([(0, -BLANK - 1), *known]):
        out[start:end] = True
        if start - before <= BLANK:
            out[before:start] = True
    return out, out | common


def listed_stock(view: View) -> Mask:
    """Return which characters belong to a phrase of the list."""
    out = np.zeros(len(view), dtype=bool)
    beginnings, phrases = _phrases()
    text = view.text
    hashes = ngram_hashes(view.codes, SKETCH_SIZE)
    near = beginnings[np.minimum(np.searchsorted(beginnings, hashes), len(beginnings) - 1)]
    for start in np.flatnonzero(near == hashes).tolist():
        for phrase in phrases[text[start : start + SKETCH_SIZE]]:
            if text.startswith(phrase, start):
                out[start : start + len(phrase)] = True
    return out


@cache
def _phrases() -> tuple[npt.NDArray[np.uint64], dict[str, list[str]]]:
    """Return the hashes, sorted, of the first four characters of the listed phrases, and by these characters the phrases, folded."""
    file = resources.files("screening") / "lexicon" / "stock.toml"
    lists = tomllib.loads(file.read_text("utf-8"))
    table: dict[str, list[str]] = {}
    for phrase in (*lists["phrases"], *lists["documents"]):
        folded = fold(phrase).text
        table.setdefault(folded[:SKETCH_SIZE], []).append(folded)
    hashes = [ngram_hashes(fold(k).codes, SKETCH_SIZE) for k in table]
    return np.sort(np.concatenate(hashes)), table
