"""Genre: is this a case at all, or a notice, a plan, a news item, a paper, a lesson plan, a speech."""

from __future__ import annotations

from collections.abc import Sequence

from screening.document import Document, Paragraph, Span
from screening.topic.lexicon import Lexicon

# Distinct markers that make a genre; a case may mention one or two of any.
ENOUGH = {"notice": 4, "plan": 5, "news": 3, "paper": 3, "lesson_plan": 4, "speech": 3}


def genre_of(
    document: Document, paragraphs: Sequence[Paragraph], lexicon: Lexicon
) -> tuple[str, tuple[Span, ...], dict[str, int]]:
    """Return the genre ("case" if no other is told), the spans of its markers, and the distinct markers of every genre."""
    spans = [p.span for p in paragraphs if p.span.length]
    if not spans:
        return "case", (), {}
    start, end = spans[0].start, spans[-1].end
    hits: dict[str, list[Span]] = {}
    for genre, patterns in lexicon.genre.items():
        first = [Span(*m.span()) for p in patterns if (m := p.search(document.text, start, end))]
        hits[genre] = sorted(first)
    counts = {g: len(s) for g, s in hits.items()}
    best = max(counts, key=lambda g: (counts[g] / ENOUGH[g], g))
    if counts[best] >= ENOUGH[best]:
        return best, tuple(s for s in hits[best] if s.length), counts
    return "case", (), counts
