"""Sentences as spans of the original text; closing quotation marks belong to the sentence that they close."""

from __future__ import annotations

import re

from screening.document import Span

# A run of terminators with the closing marks behind it. A line end ends a sentence too. Sentence splitters made for other
# languages cut inside Chinese quotations, so this is our own (design note on the stack).
_SENTENCE = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[”’」』）)》]*|\n|$)")


def sentences(text: str, span: Span) -> tuple[Span, ...]:
    """Return the sentences inside ``span``, trimmed of white space, none empty; they tile all non-space text.

    >>> text = "他说：“好。”大家都笑了！第二天"
    >>> [text[s.start:s.end] for s in sentences(text, Span(0, len(text)))]
    ['他说：“好。”', '大家都笑了！', '第二天']
    """
    out = []
    for match in _SENTENCE.finditer(text, span.start, span.end):
        start, end = match.span()
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start < end:
            out.append(Span(start, end))
    return tuple(out)
