"""Narrative: the sentences in which somebody tells of himself, and those in which he says what he felt and thought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screening.document import Document, Paragraph, Span
from screening.text.sentences import sentences

# No opening mark inside: a line of nothing but opening marks must not be searched to its end from each of them.
_QUOTED = re.compile("“[^“”]*”|「[^「」]*」|《[^《》]*》")
# 我 as the narrator; 我县, 我校, 我国 … are the bureau's voice.
_NARRATOR = re.compile("我(?![县市省区校国院园局乡镇中方党军])|自己|咱")
_FELT = re.compile(
    "感到|觉得|感受|感动|感慨|感激|触动|震撼|难忘|忐忑|惭愧|惶恐|焦虑|迷茫|困惑|紧张|委屈|欣慰|惊喜|激动|温暖|后悔|不安|心里|心头|眼眶|脸红|"
    "明白|懂得|懂了|体会|领悟|醒悟|意识到|认识到|反思|思考|琢磨|想起|想到|想通|想明白|忽然发现|才发现|才知道|原来|豁然|回想|收获|信心"
)


@dataclass(frozen=True, slots=True)
class Narrative:
    """All sentences, those told by a narrator, and those of them with what he felt or thought."""

    sentences: tuple[Span, ...]
    told: tuple[Span, ...]
    felt: tuple[Span, ...]


def tells_of_self(sentence: str) -> bool:
    """Say whether a sentence is told by a narrator; what others are quoted as saying is not his."""
    return bool(_NARRATOR.search(_QUOTED.sub("", sentence)))


def narrative(document: Document, paragraphs: Sequence[Paragraph]) -> Narrative:
    """Return what a text tells in the first person; simplified characters are expected."""
    spans = tuple(s for p in paragraphs for s in sentences(document.text, p.span))
    told = tuple(s for s in spans if tells_of_self(document.quote(s)))
    return Narrative(spans, told, tuple(s for s in told if _FELT.search(document.quote(s))))
