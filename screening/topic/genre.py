"""Genre: tells a case from a notice, a plan, a news item, a paper, a lesson plan, a speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from screening.document import Document, Paragraph, Span
from screening.text.sentences import sentences
from screening.topic.lexicon import Lexicon

WEAK = 0.75  # what a weak marker counts
FEW_AHEAD, MANY_AHEAD = (
    0.18,
    0.28,
)  # share of sentences that tell what is to be done: most cases have less, plans have more
LEAST_LENGTH = 9  # characters of a sentence that is counted
_AHEAD = re.compile(
    "拟[^定合人]|(?<![即必终都也就能会把])将(?![来军近士领信])|计划(?![生经书」”])|打算|准备|力争|争取|预计|预期|暂定|待定|应当|应(?=[在于由从为按及包含不])|须|务必|"
    "请(?=[各于将按在参提填以])|不得|不少于|不低于|原则上|[要需](?=[加进建坚做认按把将切不及严积制有强深])"
)
_DONE = re.compile(
    "了(?!解)|过(?![程去于渡])|曾|已|去年|前年|当时|那[天年次]|后来|如今|此前|以来|[达升降提]到|共有?\\d|累计"
)


def prospects(document: Document, paragraphs: Sequence[Paragraph]) -> tuple[tuple[Span, ...], float]:
    """Return the sentences that tell what is to be done and nothing that was, and their share (0–1)."""
    ahead: list[Span] = []
    count = 0
    for p in paragraphs:
        for s in sentences(document.text, p.span):
            if s.length >= LEAST_LENGTH:
                count += 1
                words = document.quote(s)
                if _AHEAD.search(words) and not _DONE.search(words):
                    ahead.append(s)
    return tuple(ahead), len(ahead) / max(1, count)


def genre_of(
    document: Document, paragraphs: Sequence[Paragraph], lexicon: Lexicon
) -> tuple[str, tuple[Span, ...], dict[str, float]]:
    """Return the genre ("case" if no other is told), the spans of its markers, and what the distinct markers of every genre count."""
    spans = [p.span for p in paragraphs if p.span.length]
    if not spans:
        return "case", (), {}
    start, end = spans[0].start, spans[-1].end
    hits: dict[str, list[Span]] = {}
    counts: dict[str, float] = {}
    for name, genre in lexicon.genres.items():
        found, weak = (
            [Span(*m.span()) for p in markers if (m := p.search(document.text, start, end)) and m.end() > m.start()]
            for markers in (genre.markers, genre.weak)
        )
        hits[name] = sorted((*found, *weak))
        counts[name] = len(found) + WEAK * len(weak)
    ahead, share = prospects(document, paragraphs)
    # A text that mostly tells what is to be done is a plan, whatever its words.
    counts["plan"] += lexicon.genres["plan"].enough * min(1.0, max(0.0, share - FEW_AHEAD) / (MANY_AHEAD - FEW_AHEAD))
    hits["plan"] = sorted((*hits["plan"], *ahead)) if share > FEW_AHEAD else hits["plan"]
    best = max(counts, key=lambda g: (counts[g] / lexicon.genres[g].enough, g))
    if counts[best] >= lexicon.genres[best].enough:
        return best, tuple(hits[best]), counts
    return "case", (), counts
