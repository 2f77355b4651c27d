"""What a text on the topic has and this one has not, with the words that were looked for: nobody need guess what would have counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from screening.case import GROWTH_STORY
from screening.topic.clean import Sentence
from screening.topic.features import about_school, pairs
from screening.topic.lexicon import Lexicon
from screening.topic.participation import takes_part
from screening.topic.result import Theme

NAMED = 6  # words of a list that stand for it


def missing(kept: Sequence[Sentence], kind: str, themes: tuple[Theme, ...] | None, lexicon: Lexicon) -> Iterator[str]:
    """Give a Chinese sentence for everything that was looked for in vain; ``themes`` is None if none was looked for."""
    if not kept:
        return
    school = about_school(kept)
    if not any(pairs(s, school) >= 0.5 for s in kept):
        who, act = _words(lexicon.lists["who"]), _words(lexicon.lists["act"])
        yield f"没有一句同时写到教师和培训：前者找的是{who}，后者找的是{act}。"
    if not any("strong" in s.lists for s in kept):
        yield f"没有教师培训的专用词：找的是{_words(lexicon.lists['strong'])}。"
    if themes == ():
        yield f"看不出属于哪个方向：按{'、'.join(lexicon.themes)}的用词找过，都不突出。"
    if kind == GROWTH_STORY and not any(map(takes_part, kept)):
        training = _words(lexicon.lists["training"])
        yield f"没有“我”参加培训的句子：找的是同一句里有“我”，有“参加、参训、走进、学员、听课、结业”等，又有{training}。"


def _words(words: Sequence[str]) -> str:
    rest = f"等 {len(words)} 个词" if len(words) > NAMED else ""
    return f"“{'、'.join(words[:NAMED])}”{rest}"
