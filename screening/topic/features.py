"""The eight designed features of topic fit; shares of sentences, not counts, so that length and repetition buy nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from screening.topic.clean import Sentence
from screening.topic.lexicon import TRADE, Lexicon

# Order and Chinese names; the names are what a reviewer sees.
FEATURES: Mapping[str, str] = {
    "lexicon": "领域词密度",
    "coverage": "领域词种类",
    "who_act": "写教师参加培训研修的句子",
    "wrong": "写其他行业、其他对象的句子",
    "notice": "通知、方案、新闻、讲话用语",
    "academic": "论文、教案用语",
    "balance": "写教师多还是写学生多",
    "strong": "教师培训专用词",
}
AGAINST = frozenset({"wrong", "notice", "academic"})  # more of these speaks against the topic
STRETCH = 300  # characters: a fluent paragraph, two at most
SENTENCE_TERMS = 2  # more terms than this in one sentence count no more


def features(kept: Sequence[Sentence], lexicon: Lexicon, genre_hits: Mapping[str, float]) -> dict[str, float]:
    """Return the features by name. ``genre_hits`` are the numbers of distinct genre markers (see :mod:`genre`)."""
    kept = _without_richest(kept)
    n = max(1, len(kept))
    characters = max(1, sum(len(s.text) for s in kept))
    school = about_school(kept)
    said: dict[str, float] = {}  # distinct terms and what each counts
    density = 0.0
    for s in kept:
        own = s.words("terms")
        counts = dict.fromkeys(own, 1.0) | {w: school for w in s.words("neutral") if w not in own}
        density += min(SENTENCE_TERMS, sum(counts.values()))
        new = [w for w in counts if w not in said]
        said.update({w: counts[w] for w in new[:SENTENCE_TERMS]})
    teachers = sum(1.0 if "who" in s.lists else school if "teachers" in s.lists else 0.0 for s in kept)
    students = sum("students" in s.lists for s in kept)

    def genre(*names: str) -> float:
        # Half the markers that make another genre are found in many an honest case; only what goes beyond counts.
        return max(0.0, min(1.5, max(2 * genre_hits.get(g, 0) / lexicon.genres[g].enough - 1 for g in names)))

    return {
        "lexicon": math.log1p(1000 * density / characters),
        # Words grow with the root of the text's length (Heaps' law): a long text must not look richer for being long.
        "coverage": min(1.0, sum(said.values()) / (0.3 * math.sqrt(max(400, characters)))),
        "who_act": min(0.5, sum(pairs(s, school) for s in kept) / n),
        # A vocational teacher may well train in a factory: where many sentences are about teachers, its words say less.
        "wrong": (1 - school) * sum(is_wrong(s) for s in kept) / n,
        "notice": genre("notice", "plan", "news", "speech"),
        "academic": genre("paper", "lesson_plan"),
        "balance": (teachers - students) / (teachers + students + 5),
        "strong": min(1.0, 5 * sum("strong" in s.lists for s in kept) / n),
    }


def _without_richest(kept: Sequence[Sentence]) -> Sequence[Sentence]:
    """Leave out the stretch richest in topic words: no single paragraph may decide, and one fluent filler buys nothing.

    It has ``STRETCH`` characters, of a short text a fifth: what is on the topic all through stays so.
    """
    size = min(STRETCH, sum(len(s.text) for s in kept) // 5)
    if not size:
        return kept
    best, chosen = -1, (0, 0)
    first = length = told = 0
    for last, s in enumerate(kept):
        length += len(s.text)
        told += _told(s)
        while length - len(kept[first].text) >= size and first < last:
            length -= len(kept[first].text)
            told -= _told(kept[first])
            first += 1
        if told > best:
            best, chosen = told, (first, last + 1)
    return [*kept[: chosen[0]], *kept[chosen[1] :]]


def _told(sentence: Sentence) -> int:
    return len(sentence.words("terms"))


def about_school(kept: Sequence[Sentence]) -> float:
    """Return how far the words of any trade's training (学员, 结业) may be read as teachers' (0–1)."""
    who = sum("who" in s.lists for s in kept)
    wrong = sum(is_wrong(s) for s in kept)
    return who / (who + wrong + 2)


def pairs(sentence: Sentence, school: float) -> float:
    """Return how far a sentence pairs somebody who teaches with an act of training (0–1)."""
    lists = sentence.lists
    who = 1.0 if "who" in lists else school if "anyone" in lists or "我" in sentence.text else 0.0
    act = 1.0 if "act" in lists else 0.5 if "soft" in lists and "students" not in lists else 0.0
    return who * act


def is_wrong(sentence: Sentence) -> bool:
    """Say whether a sentence is about another trade: its words, nobody who teaches, no word that only schools use."""
    return TRADE in sentence.lists and not sentence.lists & {"who", "terms"}
