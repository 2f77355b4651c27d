"""What a text is about beside the others of its batch: its key terms by TF-IDF, and the text nearest to it in theme.

Information for whoever deals texts out to reviewers, never a finding. Scikit-learn is imported here on first use, by a batch only:
a case by itself has nobody to be compared with.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from screening.text.segment import Segmenter, domain_words
from screening.text.words import chance_of

SHOWN = 8  # key terms of a text
KEPT = 80  # of a text's terms, by weight, that count for likeness: the rest cost much and say little
LIKE = 0.15  # cosine (0–1) from where on two texts may be called near in theme
MANY = 10  # texts from where on a term must be in two of them, and in no more than half
EVERYDAY = 0.08  # a word that this part of all texts (0–1) has says nothing of any
ROWS = 512  # texts compared at a time with all the others


_COUNT = re.compile("[第一二三四五六七八九十百千万两几各每某这那多半]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A text's key terms, strongest first, and the number of the other text nearest in theme (None: none) with the cosine (0–1)."""

    terms: tuple[str, ...]
    nearest: int | None
    similarity: float


def terms_of(text: str, segmenter: Segmenter, leave_out: Collection[str] = ()) -> str:
    """Return the words of a text (simplified characters) that may be terms, with blanks between them.

    Words of one character, counts and words of every day say little; words of the names in ``leave_out`` (unit, author) say who,
    not what. Terms of the domain stay whatever they look like.
    """
    terms = domain_words()
    names = " ".join(leave_out)
    return " ".join(
        w
        for w in segmenter.words(text)
        if w in terms or (len(w) > 1 and not _COUNT.match(w) and chance_of(w) < EVERYDAY and w not in names)
    )


def likenesses(texts: Iterable[str], count: int, own: int) -> list[Likeness]:
    """Compare ``count`` texts, each as :func:`terms_of` gives it; return what the first ``own`` are about, each beside all others.

    The same whatever the number of processes: one process does it, in the order of the texts. Equal cosines: the earlier text.
    """
    weights, names = _weigh(texts, many=count >= MANY)
    if weights is None:
        return [Likeness((), None, 0.0)] * own
    pruned = _strongest(weights, KEPT)
    everyone = pruned.T.tocsr()
    out = []
    for start in range(0, own, ROWS):
        chunk = pruned[start : min(own, start + ROWS)]
        alike = (chunk @ everyone).tocsr()
        for n in range(chunk.shape[0]):
            nearest, cosine = _nearest(*_row(alike, n), itself=start + n)
            out.append(Likeness(_key_terms(*_row(weights, start + n), names), nearest, cosine))
    return out


def _weigh(texts: Iterable[str], *, many: bool) -> tuple[Any, Any]:
    """Return TF-IDF as a sparse matrix of unit rows, and the terms in the order of its columns; (None, None) without any term."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - takes a second to load

    vectorizer = TfidfVectorizer(
        analyzer=str.split, min_df=2 if many else 1, max_df=0.5 if many else 1.0, sublinear_tf=True
    )
    try:
        weights = vectorizer.fit_transform(texts)
    except ValueError:  # no term at all, or none that passes the bounds
        return None, None
    return weights.tocsr(), vectorizer.get_feature_names_out()


def _row(matrix: Any, n: int) -> tuple[Any, Any]:
    part = slice(matrix.indptr[n], matrix.indptr[n + 1])
    return matrix.indices[part], matrix.data[part]


def _key_terms(columns: Any, weights: Any, names: Any) -> tuple[str, ...]:
    order = np.lexsort((columns, -np.round(weights, 9)))[:SHOWN]  # columns are in the order of the terms
    return tuple(names[c] for c in columns[order])


def _strongest(weights: Any, most: int) -> Any:
    """Return the matrix with the ``most`` strongest terms of each row, made unit rows again."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - comes with scikit-learn

    columns, values, ends = [], [], [0]
    for n in range(weights.shape[0]):
        at, data = _row(weights, n)
        order = np.sort(np.lexsort((at, -np.round(data, 9)))[:most])
        length = np.sqrt(np.square(data[order]).sum()) or 1.0
        columns.append(at[order])
        values.append(data[order] / length)
        ends.append(ends[-1] + len(order))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=weights.shape)


def _nearest(numbers: Any, cosines: Any, *, itself: int) -> tuple[int | None, float]:
    others = numbers != itself
    numbers, cosines = numbers[others], np.round(cosines[others], 4)
    if not len(numbers) or (best := cosines.max()) < LIKE:
        return None, 0.0
    return int(numbers[cosines == best].min()), float(min(1.0, best))
