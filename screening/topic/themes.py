"""The notice's directions of work cases: keyword profiles by sentence, the title weighing three times."""

from __future__ import annotations

from collections.abc import Sequence

from screening.topic.clean import Sentence
from screening.topic.lexicon import Lexicon
from screening.topic.result import Theme

TITLE = 3.0
MAIN, SECOND = 0.24, 0.75  # least share of all hits for a main theme; least part of the main one's for a second


def themes_of(kept: Sequence[Sentence], title: str, lexicon: Lexicon) -> tuple[Theme, ...]:
    """Return the main theme and at most one second, none if no direction stands out."""
    n = max(1, len(kept))
    weights: dict[str, float] = {}
    for name, pattern in lexicon.themes.items():
        # Sentences with a hit and distinct words both count: one word said often makes no direction.
        said = [m[0] for s in kept for m in pattern.finditer(s.text)]
        share = sum(bool(pattern.search(s.text)) for s in kept) / n
        in_title = len({m[0] for m in pattern.finditer(title)})
        weights[name] = share * min(1.0, len(set(said)) / 4) + TITLE * 0.06 * in_title
    total = sum(weights.values())
    ranked = sorted(weights, key=lambda k: (-weights[k], k))
    if not total or weights[ranked[0]] / total < MAIN:
        return ()
    out = [Theme(ranked[0], "main", round(weights[ranked[0]] / total, 4))]
    if weights[ranked[1]] >= SECOND * weights[ranked[0]]:
        out.append(Theme(ranked[1], "second", round(weights[ranked[1]] / total, 4)))
    return tuple(out)
