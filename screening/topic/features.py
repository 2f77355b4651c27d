"""The eight designed features of topic fit; shares of sentences, not counts, so that length and repetition buy nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from screening.topic.clean import Sentence
from screening.topic.lexicon import Lexicon

# Order and Chinese names; the names are what a reviewer sees.
FEATURES: Mapping[str, str] = {
    "lexicon": "领域词密度",
    "coverage": "领域词种类",
    "who_act": "写教师参加培训研修的句子",
    "wrong": "写其他行业、其他对象的句子",
    "notice": "通知、方案用语",
    "academic": "论文、教案用语",
    "balance": "写教师多还是写学生多",
    "strong": "教师培训专用词",
}


def features(kept: Sequence[Sentence], lexicon: Lexicon, genre_hits: Mapping[str, int]) -> dict[str, float]:
    """Return the features by name. ``genre_hits`` are the numbers of distinct genre markers (see :mod:`genre`)."""
    n = max(1, len(kept))
    characters = max(1, sum(len(s.text) for s in kept))
    terms = [m[0] for s in kept for m in lexicon.terms.finditer(s.text)]
    strong = sum(1 for s in kept if lexicon.strong.search(s.text))
    teachers = sum(1 for s in kept if lexicon.teachers.search(s.text))
    students = sum(1 for s in kept if lexicon.students.search(s.text))
    return {
        "lexicon": math.log1p(1000 * len(terms) / characters),
        "coverage": min(1.0, len(set(terms)) / 15),
        "who_act": sum(pairs(s, lexicon) for s in kept) / n,
        "wrong": sum(bool(lexicon.wrong.search(s.text)) for s in kept) / n,
        "notice": min(1.0, (genre_hits.get("notice", 0) + genre_hits.get("plan", 0)) / 8),
        "academic": min(1.0, (genre_hits.get("paper", 0) + genre_hits.get("lesson_plan", 0)) / 6),
        "balance": (teachers - students) / (teachers + students + 5),
        "strong": min(12, strong) / 12,
    }


def pairs(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Say whether a sentence pairs somebody who teaches with an act of training."""
    return bool(lexicon.who.search(sentence.text) and lexicon.act.search(sentence.text))
