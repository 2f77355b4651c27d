"""What counts when topic is judged: whole sentences said once; keyword lists and repetitions are set aside as stuffing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screening.document import Document, Paragraph, Span
from screening.text.sentences import sentences
from screening.topic.lexicon import Lexicon

LIST_TERMS = 5  # so many terms …
LIST_SHARE = 0.42  # … that fill so much of the sentence make a keyword list (0–1 of its Han characters)
_HAN = re.compile("[\u4e00-\u9fff]")
_KEY = re.compile("[^\u4e00-\u9fffA-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the text: its span and its words."""

    span: Span
    text: str


def clean(
    document: Document, paragraphs: Sequence[Paragraph], lexicon: Lexicon
) -> tuple[tuple[Sentence, ...], tuple[Span, ...]]:
    """Return the sentences that count, and the spans set aside as stuffing (keyword lists, sentences said before)."""
    kept: list[Sentence] = []
    aside: list[Span] = []
    seen: set[str] = set()
    for p in paragraphs:
        for span in sentences(document.text, p.span):
            text = document.quote(span)
            key = _KEY.sub("", text)
            if (len(key) >= 8 and key in seen) or is_keyword_list(text, lexicon):
                aside.append(span)
            elif key:
                kept.append(Sentence(span, text))
            seen.add(key)
    return tuple(kept), tuple(aside)


def is_keyword_list(text: str, lexicon: Lexicon) -> bool:
    """Say whether a sentence is little more than terms in a row; no matter what stands between them."""
    found = [m[0] for m in lexicon.terms.finditer(text)]
    if len(found) < LIST_TERMS:
        return False
    han = len(_HAN.findall(text)) or 1
    listed = sum(map(len, found)) / han
    # The words between the terms of an honest sentence tell what was done; between keywords stand commas and 、.
    items = [i for i in re.split("[、，,；;|/]", text) if i.strip()]
    short = sum(len(_KEY.sub("", i)) <= 9 for i in items) / len(items)
    return listed >= LIST_SHARE and (short >= 0.6 or listed >= 0.65)
