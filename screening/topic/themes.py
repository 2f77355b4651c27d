"""The notice's directions of work cases: keyword profiles by sentence, the title weighing three times."""

from __future__ import annotations

import math
from collections.abc import Sequence

from screening.topic.clean import Sentence
from screening.topic.lexicon import Lexicon
from screening.topic.result import Theme

TITLE = 3.0
MAIN, SECOND = 0.24, 0.7  # least share of all hits for a main theme; least part of the main one's for a second


def ranked_themes(kept: Sequence[Sentence], title: str, lexicon: Lexicon) -> list[tuple[str, float]]:
    """Return all directions with their scores, best first."""
    counts: dict[str, float] = {}
    for text, times in (*((s.text, 1.0) for s in kept), (title, TITLE)):
        for word in {h.word for h in lexicon.theme_words.find(text)}:
            counts[word] = counts.get(word, 0.0) + times
    # Damped: one word said in every sentence makes no direction.
    scores = {
        name: sum(weight * math.log1p(counts[w]) for w, weight in words.items() if w in counts)
        for name, words in lexicon.themes.items()
    }
    return sorted(scores.items(), key=lambda row: (-row[1], row[0]))


def themes_of(kept: Sequence[Sentence], title: str, lexicon: Lexicon) -> tuple[Theme, ...]:
    """Return the main theme and at most one second, none if no direction stands out."""
    ranked = ranked_themes(kept, title, lexicon)
    total = sum(score for _, score in ranked)
    (first, best), (second, next_best) = ranked[:2]
    if not total or best / total < MAIN:
        return ()
    out = [Theme(first, "main", round(best / total, 4))]
    if next_best >= SECOND * best:
        out.append(Theme(second, "second", round(next_best / total, 4)))
    return tuple(out)
