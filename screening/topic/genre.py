"""Genre: tells a case from a notice, a plan, a news item, a paper, a lesson plan, a speech."""

from __future__ import annotations

from collections.abc import Sequence

from screening.document import Document, Paragraph, Span
from screening.topic.lexicon import Lexicon


def genre_of(
    document: Document, paragraphs: Sequence[Paragraph], lexicon: Lexicon
) -> tuple[str, tuple[Span, ...], dict[str, int]]:
    """Return the genre ("case" if no other is told), the spans of its markers, and the distinct markers of every genre."""
    spans = [p.span for p in paragraphs if p.span.length]
    if not spans:
        return "case", (), {}
    start, end = spans[0].start, spans[-1].end
    hits: dict[str, list[Span]] = {}
    for name, genre in lexicon.genres.items():
        first = [Span(*m.span()) for p in genre.markers if (m := p.search(document.text, start, end))]
        hits[name] = sorted(s for s in first if s.length)
    counts = {g: len(s) for g, s in hits.items()}
    best = max(counts, key=lambda g: (counts[g] / lexicon.genres[g].enough, g))
    if counts[best] >= lexicon.genres[best].enough:
        return best, tuple(hits[best]), counts
    return "case", (), counts
