"""The sections that a notice asks for: told by heading (标题命中), else by content (内容推断), else 未发现; never a bare "missing"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from screening.document import Document, Paragraph, Span
from screening.text.count import count_words
from screening.text.headings import is_contents, wording
from screening.text.prose import prose
from screening.text.structure import Heading, Section, SectionSpec
from screening.text.view import without_disguise

TAIL_MAX = 12  # a longer heading that ends in a section word is a slogan or a sentence
FUZZY_MAX = 10
MIN_BLOCK = 30  # 字; less is no section
OPENING = 60  # code points at the beginning of a block, its slogan heading included
MOST_FREE = 12  # blocks under headings that may be given to sections in any order
FAR = 0.35  # of the text's length: a block further than this from where a section is expected is not taken for it
FUZZY_RATIO = 86  # measured in the design note on topic: P 1.00 / R .96 on 192 labelled headings

_JOINTS = re.compile("以及|[与和及、暨&＆/／]|(?<=[\u4e00-\u9fff])·(?=[\u4e00-\u9fff])")
_CLAUSES = re.compile("[：:|｜，,]|—+|－+|--+")
# What may stand before a section word without changing what the heading announces.
_MODIFIER = re.compile(
    "(?:(?:本|该|我)?(?:案例|项目|工作|培训|活动|课题|实践|具体|主要|基本|实施|取得|形成|初步|显著|典型|几点|若干|"
    "我们|我县|我市|我区|我校|国培|省培|研修|改革|建设|试点|阶段|整体|总体|突出|核心|关键|重点|有关|相关|今后|下一步)|的|之|性|与|和|及)*"
)
# Words that turn a section word into something else: 教学方法, 学习经验交流会, 预期成果 …
_STOP = re.compile(
    "教学方法|学习方法|计算方法|评价办法|管理办法|实施办法|实施方案|学习体会交流|预期|成果展|优秀成果|不足|问题"
)


@dataclass(frozen=True, slots=True)
class _Match:
    name: str
    rank: int  # 0 exact, 1 tail, 2 fuzzy


class _Words:
    """The heading words of all sections in tables, so that a line is looked up and not held against each word.

    Of two words that fit equally well the first in the notice's order is taken. Equal to itself only: a cheap key of a cache.
    """

    def __init__(self, specs: Sequence[SectionSpec]) -> None:
        self._names: dict[str, str] = {}
        for spec in specs:
            for word in (spec.name, *spec.headings):
                self._names.setdefault(word, spec.name)
        self._lengths = sorted({len(w) for w in self._names if 2 <= len(w) <= TAIL_MAX}, reverse=True)
        self._long = [w for w in self._names if len(w) >= 4]

    def best(self, text: str) -> _Match | None:
        """Return the section that a piece of a heading names: exactly, as its tail, or nearly; the longest word wins."""
        if name := self._names.get(text):
            return _Match(name, 0)
        if len(text) > TAIL_MAX or _STOP.search(text):
            return None
        for n in self._lengths:
            name = self._names.get(text[-n:])
            if name and _MODIFIER.fullmatch(text[:-n]):
                return _Match(name, 1)
        if 3 <= len(text) <= FUZZY_MAX:
            near = process.extract(text, self._long, scorer=fuzz.ratio, score_cutoff=FUZZY_RATIO, limit=None)
            if near:
                word, _, _ = max(near, key=lambda found: (len(found[0]), -found[2]))
                return _Match(self._names[word], 2)
        return None


_words = lru_cache(maxsize=32)(_Words)  # the kinds of a rulebook or two


def heading_sections(text: str, specs: Sequence[SectionSpec]) -> tuple[tuple[str, int], ...]:
    r"""Return the names of the sections that a heading announces, with how: 0 exact, 1 tail grammar, 2 ratio.

    >>> specs = (SectionSpec("主要做法", ("做法", "举措")), SectionSpec("创新举措", ("创新",)))
    >>> heading_sections("二、主要做法与创新举措", specs)
    (('主要做法', 0), ('创新举措', 0))
    >>> heading_sections("项目实施的具体做法", specs), heading_sections("把做法写在大地上的人们", specs)
    ((('主要做法', 1),), ())
    >>> heading_sections("二、創新\u200b舉措", specs)
    (('创新举措', 0),)
    """
    return _announced(text, _words(tuple(specs)))


@lru_cache(maxsize=4096)  # the headings of a delivery are much the same
def _announced(text: str, words: _Words) -> tuple[tuple[str, int], ...]:
    whole = wording(without_disguise(text))
    best = words.best(whole)
    if best and best.rank == 0:
        return ((best.name, 0),)
    found: dict[str, int] = {}
    for clause in _CLAUSES.split(whole):
        parts = [p for p in _JOINTS.split(clause) if p]
        matches = [m for p in parts if (m := words.best(p))]
        if len(matches) == len(parts):
            for m in matches:
                found.setdefault(m.name, m.rank)
    if not found and best:
        found[best.name] = best.rank
    return tuple(found.items())


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
    for n, heading in enumerate(headings):
        for name, how in heading_sections(heading.text, specs):
            rank = (how, heading.level, n)
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
    under_headings, blocks = _blocks(document, paragraphs, headings, taken)
    first, last = paragraphs[0].span.start, paragraphs[-1].span.end
    worth = [
        [_worth(document, s, (i + 0.5) / len(specs), b, (first, last), free=under_headings) for b in blocks]
        for i, s in rest
    ]
    chosen = _freely(worth) if under_headings and len(blocks) <= MOST_FREE else _in_order(worth, len(blocks))
    for (_, spec), n in zip(rest, chosen, strict=True):
        if n < 0:
            continue
        block = blocks[n]
        cues = tuple(Span(*m.span()) for m in _cues(spec).finditer(document.text, block.start, block.end))
        found[spec.name] = Section(spec.name, "inferred", block, None, count_words(document.quote(block)), cues[:6])
    return tuple(found.get(s.name) or Section(s.name, "none") for s in specs)


def _cues(spec: SectionSpec) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, spec.cues), key=lambda c: (-len(c), c))))


def _blocks(
    document: Document, paragraphs: Sequence[Paragraph], headings: Sequence[Heading], taken: Sequence[Span]
) -> tuple[bool, list[Span]]:
    """Return the stretches that a section could be told from: the texts under slogan headings (True), else single paragraphs."""
    top = min((h.level for h in headings), default=0)
    starts = [h.span.start for h in headings if h.level == top]
    end = paragraphs[-1].span.end
    under_headings = len(starts) >= 3
    if under_headings:
        spans = [Span(a, b) for a, b in zip(starts, [*starts[1:], end], strict=True)]
    else:
        spans = [p.span for p in prose(document, paragraphs)]
    kept = [s for s in spans if count_words(document.quote(s)) >= MIN_BLOCK and not any(s.overlaps(t) for t in taken)]
    return under_headings, kept


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
