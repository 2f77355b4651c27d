"""The sections that a notice asks for: told by heading (标题命中), else by place and content (内容推断), else 未发现; never a bare "missing"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from screening.document import Document, Paragraph, Span
from screening.text.announce import TAIL_MAX, announced, frame_level, heading_sections, is_other, names_others
from screening.text.count import count_words
from screening.text.headings import is_contents, wording
from screening.text.prose import prose
from screening.text.structure import Heading, Section, SectionSpec

MIN_BLOCK = 30  # 字; less is no section
OPENING = 60  # code points at the beginning of a block, its slogan heading included
MOST_FREE = 12  # blocks under headings that may be given to sections in any order
FAR = 0.35  # of the text's length: a block further than this from where a section is expected is not taken for it


def with_wording(
    document: Document, paragraphs: Sequence[Paragraph], headings: Sequence[Heading], specs: Sequence[SectionSpec]
) -> tuple[Heading, ...]:
    """Add the headings told by wording: a section name standing alone, or run in before its text (“主要做法：……”)."""
    known = {h.span.start for h in headings}
    out = list(headings)
    for p in prose(document, paragraphs):
        line = document.quote(p.span)
        start = p.span.start + len(line) - len(line.lstrip())
        if not line.strip() or start in known or is_contents(line, p.style):
            continue
        short = line.strip()
        if len(short) <= TAIL_MAX + 8 and not re.search("[。；]$", short) and heading_sections(short, specs):
            out.append(Heading(Span(start, start + len(short)), 1, wording(short), "wording"))
            continue
        run_in = re.match("[^。：:；，,\n]{2,16}(?=[：:。])", short)
        if run_in and any(how == 0 for _, how in heading_sections(run_in[0], specs)):
            out.append(Heading(Span(start, start + run_in.end()), 1, wording(run_in[0]), "wording"))
    return tuple(sorted(out, key=lambda h: h.span))


def find_sections(
    document: Document, paragraphs: Sequence[Paragraph], specs: Sequence[SectionSpec], headings: Sequence[Heading]
) -> tuple[Section, ...]:
    """Return one answer per spec, in the specs' order."""
    if not paragraphs:
        return tuple(Section(s.name, "none") for s in specs)
    headings = with_wording(document, paragraphs, headings, specs)
    end = paragraphs[-1].span.end
    claims: dict[str, tuple[tuple[int, int, int], int]] = {}
    for n, names in enumerate(announced(headings, specs)):
        for name, how in names:
            rank = (how, headings[n].level, n)
            if name not in claims or rank < claims[name][0]:
                claims[name] = (rank, n)
    found: dict[str, Section] = {}
    for spec in specs:
        if spec.name in claims:
            n = claims[spec.name][1]
            stop = next((h.span.start for h in headings[n + 1 :] if h.level <= headings[n].level), end)
            span = Span(headings[n].span.start, max(headings[n].span.end, stop))
            words = count_words(document.text[headings[n].span.end : span.end])
            found[spec.name] = Section(spec.name, "heading", span, headings[n].span, words)
    taken = [s.span for s in found.values() if s.span]
    rest = [(i, s) for i, s in enumerate(specs) if s.name not in found and s.cues]
    top = frame_level(headings)
    dividing = [h for h in headings if h.level == top]
    blocks = _blocks(document, paragraphs, dividing, taken, specs)
    first, last = paragraphs[0].span.start, paragraphs[-1].span.end
    if dividing:
        for spec, block in _by_place(document, specs, found, blocks, dividing):
            found[spec.name] = _inferred(document, spec, block)
        rest = [(i, s) for i, s in rest if s.name not in found]
        used = [s.span for s in found.values() if s.span]
        blocks = [b for b in blocks if not any(b.overlaps(u) for u in used)]
    worth = [
        [_worth(document, s, (i + 0.5) / len(specs), b, (first, last), free=bool(dividing)) for b in blocks]
        for i, s in rest
    ]
    chosen = _freely(worth) if dividing and len(blocks) <= MOST_FREE else _in_order(worth, len(blocks))
    for (_, spec), n in zip(rest, chosen, strict=True):
        if n < 0:
            continue
        found[spec.name] = _inferred(document, spec, blocks[n])
    whole = max(1, sum(count_words(document.quote(p.span)) for p in paragraphs))
    told = (found.get(s.name) or Section(s.name, "none") for s in specs)
    return tuple(replace(s, share=round(min(1.0, s.words / whole), 4)) for s in told)


def _inferred(document: Document, spec: SectionSpec, block: Span) -> Section:
    cues = tuple(Span(*m.span()) for m in _cues(spec).finditer(document.text, block.start, block.end))
    return Section(spec.name, "inferred", block, None, count_words(document.quote(block)), cues[:6])


def _by_place(
    document: Document,
    specs: Sequence[SectionSpec],
    found: Mapping[str, Section],
    blocks: Sequence[Span],
    dividing: Sequence[Heading],
) -> Iterator[tuple[SectionSpec, Span]]:
    """Yield the sections that their place in the frame tells: as many blocks between two known parts as parts are missing there.

    Authors who give their headings names of their own still keep the notice's order; a text that keeps another one is left to
    its content.
    """
    if names_others(specs) or (not found and any(is_other(h.text, specs) for h in dividing)):
        return  # reports keep orders of their own; or nothing says that this text follows the notice at all
    known = [(i, s.span) for i, spec in enumerate(specs) if (s := found.get(spec.name)) and s.span]
    if known != sorted(known, key=lambda k: k[1]):
        return
    fences = [(-1, Span(0, 0)), *known, (len(specs), Span(len(document.text), len(document.text)))]
    for (i, left), (j, right) in pairwise(fences):
        missing = specs[i + 1 : j]
        between = [b for b in blocks if left.end <= b.start and b.end <= right.start]
        if len(missing) == len(between):
            yield from ((s, b) for s, b in zip(missing, between, strict=True) if s.cues)


@lru_cache(maxsize=64)
def _cues(spec: SectionSpec) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, spec.cues), key=lambda c: (-len(c), c))))


def _blocks(
    document: Document,
    paragraphs: Sequence[Paragraph],
    dividing: Sequence[Heading],
    taken: Sequence[Span],
    specs: Sequence[SectionSpec],
) -> list[Span]:
    """Return the stretches that a section could be told from: the texts under dividing headings, else single paragraphs."""
    end = paragraphs[-1].span.end
    if dividing:
        stops = [*(h.span.start for h in dividing[1:]), end]
        spans = [Span(h.span.start, b) for h, b in zip(dividing, stops, strict=True) if not is_other(h.text, specs)]
        before = (p.span.start for p in prose(document, paragraphs) if count_words(document.quote(p.span)) >= MIN_BLOCK)
        first = next(before, end)
        if first < dividing[0].span.start:
            spans.insert(0, Span(first, dividing[0].span.start))
    else:
        spans = [p.span for p in prose(document, paragraphs)]
    return [s for s in spans if count_words(document.quote(s)) >= MIN_BLOCK and not any(s.overlaps(t) for t in taken)]


def _worth(
    document: Document, spec: SectionSpec, expected: float, block: Span, whole: tuple[int, int], *, free: bool
) -> float:
    """Return how well a block's cues fit a section, 0 if they prove nothing: it needs two different ones, or one in its opening."""
    hits = list(_cues(spec).finditer(document.text, block.start, block.end))
    kinds = {m[0] for m in hits}
    opening = any(m.start() - block.start <= OPENING for m in hits)
    first, last = whole
    off = abs(((block.start + block.end) / 2 - first) / max(1, last - first) - expected)
    if not hits or (off > FAR and not free) or (len(kinds) < 2 and not opening):
        return 0.0
    return max(0.0, len(kinds) + 0.5 * opening - 2 * off + 0.01)


def _freely(worth: Sequence[Sequence[float]]) -> tuple[int, ...]:
    """Give each section the block under a heading that suits it, each block once, so that the sum is largest (-1: none)."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for row in worth:
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        for used, (total, chosen) in best.items():
            options = [
                (used, total, -1),
                *((used | 1 << n, total + w, n) for n, w in enumerate(row) if w > 0 and not used >> n & 1),
            ]
            for mask, value, n in options:
                if mask not in grown or value > grown[mask][0]:
                    grown[mask] = (value, (*chosen, n))
        best = grown
    return max(best.values(), key=lambda b: b[0])[1]


def _in_order(worth: Sequence[Sequence[float]], blocks: int) -> tuple[int, ...]:
    """Give paragraphs to sections without crossing the notice's order, so that the sum is largest (-1: none)."""
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (blocks + 1)
    for row in worth:
        grown: list[tuple[float, tuple[int, ...]]] = []
        for b in range(blocks + 1):
            options = [(best[b][0], (*best[b][1], -1))]
            if b:
                options.append(grown[b - 1])
                if row[b - 1] > 0:
                    options.append((best[b - 1][0] + row[b - 1], (*best[b - 1][1], b - 1)))
            grown.append(max(options, key=lambda o: o[0]))
        best = grown
    return best[blocks][1]
