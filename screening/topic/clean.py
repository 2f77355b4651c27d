"""What counts when topic is judged: whole sentences said once; keyword lists and repetitions are set aside as stuffing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from screening.document import Document, Paragraph, Span
from screening.text.sentences import sentences
from screening.topic.lexicon import TRADE, Hit, Lexicon

RESIDUE = 2  # a clause with at most so many characters beside its one term says nothing about it
LIST_ITEMS = 4  # so many such clauses in a sentence, …
LIST_PART = 0.75  # … so large a part of its clauses, or …
LIST_TERMS = 5  # … so many different terms that fill …
LIST_SHARE = 0.6  # … so much of it (0–1 of its Han characters) make a keyword list
PURE_SHARE = 0.85  # from here on, a list says nothing
FRAGMENTS = 3  # so many sentences of nothing but terms are no accident
GRAM = 6  # characters; of so long pieces …
BORROWED = 0.7  # … such a share (0–1) makes a sentence one of the notice
REPEATED = 8  # characters; a sentence of this length or more that was said before is a repetition
# A number says as much as a character; what joins words says nothing.
_HAN = re.compile("[\u4e00-\u9fff]+")
_CHARACTER = re.compile("(?![和与及或暨的])[\u4e00-\u9fff]|[0-9０-９]+")
_TERMS = frozenset({"terms", "neutral", "strong", "training"})
_MARKS = " \t\u3000。！？!?…，,、；;：:“”‘’\"'（）()《》·—-*#"
# Whatever is neither a letter nor a quotation mark parts clauses: 、 and / and spaces and signs yet to be thought of.
# 参训教师：270人 is one clause: the number says something of the term.
_CLAUSE = re.compile("(?:[\u4e00-\u9fffA-Za-z0-9０-９“”‘’\"'《》%％.]|[：:](?=\\s?[0-9０-９]))+")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the text: its span, its words, and the words of the lexicon that it uses in saying something."""

    span: Span
    text: str
    hits: tuple[Hit, ...]

    @cached_property
    def lists(self) -> frozenset[str]:
        """Names of the lists that have a word in this sentence."""
        return frozenset().union(*(h.lists for h in self.hits))

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words of one list, each once."""
        return tuple(dict.fromkeys(h.word for h in self.hits if name in h.lists)) if name in self.lists else ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The sentences that count, and the spans of those set aside, each in the order of the text.

    ``stuffing`` are bare keyword lists and sentences said before; ``dense`` are sentences crammed with terms that do say a little:
    in a text on the topic an enumeration, in any other one stuffing in disguise.
    """

    kept: tuple[Sentence, ...]
    stuffing: tuple[Span, ...]
    dense: tuple[Span, ...]


def clean(
    document: Document, paragraphs: Sequence[Paragraph], lexicon: Lexicon, notice: Document | None = None
) -> Cleaned:
    """Tell the sentences that count from stuffing. What is copied from the ``notice`` is neither: the check on copies of it tells of it."""
    borrowed = _grams_of(notice) if notice else frozenset()
    kept: list[Sentence] = []
    stuffing: list[Span] = []
    dense: list[Span] = []
    fragments: list[Span] = []  # terms that pose as a sentence; one or two may be headings without their numbers
    seen: set[str] = set()
    for p in paragraphs:
        for span in sentences(document.text, p.span):
            text = document.quote(span)
            key = text.strip(_MARKS)
            if not key:
                continue
            hits = lexicon.words.find(text)
            if hits and borrowed and _is_borrowed(text, borrowed):
                continue
            clauses = clauses_of(text, hits) if hits else []
            if len(key) >= REPEATED and key in seen:
                stuffing.append(span)
            elif is_keyword_list(clauses):
                (stuffing if says_nothing(clauses) else dense).append(span)
            elif clauses and all(c.bare for c in clauses):
                fragments.append(span)
            else:
                # A term that stands alone between two commas is dropped, so that terms strewn between honest words buy nothing.
                kept.append(Sentence(span, text, tuple(h for c in clauses if not c.bare for h in c.hits)))
            seen.add(key)
    if len(fragments) >= FRAGMENTS:
        stuffing = sorted((*stuffing, *fragments))
    return Cleaned(tuple(kept), tuple(stuffing), tuple(dense))


@lru_cache(maxsize=4)
def _grams_of(notice: Document) -> frozenset[str]:
    return frozenset(_grams("".join(_HAN.findall(notice.text))))


def _grams(words: str) -> list[str]:
    return [words[i : i + GRAM] for i in range(len(words) - GRAM + 1)]


def _is_borrowed(text: str, grams: frozenset[str]) -> bool:
    """Say whether a sentence of some length stands in the notice nearly as it is; a phrase of the notice in a sentence of one's own is none."""
    own = _grams("".join(_HAN.findall(text)))
    return len(own) >= GRAM and sum(g in grams for g in own) >= BORROWED * len(own)


class Clause:
    """A piece of a sentence between two marks or spaces: its words, its characters, and how many of them terms fill."""

    def __init__(self, text: str, hits: Sequence[Hit]) -> None:
        self._text, self.hits = text, hits
        self.terms: list[str] = []
        self.listed, self.bare = 0, False
        if not hits:  # as most clauses
            return
        inside = [h for h in hits if TRADE not in h.lists]
        terms = [h for h in inside if h.lists & _TERMS]
        self.terms = [h.word for h in terms]
        self.listed = _filled(terms)
        # One term with 开展 before it or 工作 behind it says nothing; 教研员来磨课 is a sentence, short as it is.
        runs = sum(a.end < b.start for a, b in pairwise(terms)) + 1
        alone = bool(terms) and runs == 1 and self.characters - self.listed <= RESIDUE
        self.bare = self.characters > 0 and (alone or self.characters <= _filled(inside))

    @cached_property
    def characters(self) -> int:
        """How many characters it has, of those that say something."""
        return len(_CHARACTER.findall(self._text))


def clauses_of(text: str, hits: Sequence[Hit]) -> list[Clause]:
    """Cut a sentence into its clauses and deal its words out to them."""
    out = []
    first = 0
    for m in _CLAUSE.finditer(text):
        last = first
        while last < len(hits) and hits[last].start < m.end():
            last += 1
        out.append(Clause(m[0], hits[first:last]))
        first = last
    return out


def _filled(hits: Iterable[Hit]) -> int:
    return len({i for h in hits for i in range(h.start, h.end)})


def is_keyword_list(clauses: Sequence[Clause]) -> bool:
    """Say whether a sentence is little more than terms in a row; no matter what stands between them."""
    bare = sum(c.bare for c in clauses)
    if bare >= LIST_ITEMS and bare >= LIST_PART * len(clauses):
        return True
    terms = {t for c in clauses for t in c.terms}
    return len(terms) >= LIST_TERMS and _share(clauses) >= LIST_SHARE


def says_nothing(clauses: Sequence[Clause]) -> bool:
    """Say whether a keyword list has nothing else in it."""
    return all(c.bare for c in clauses) or _share(clauses) >= PURE_SHARE


def _share(clauses: Sequence[Clause]) -> float:
    return sum(c.listed for c in clauses) / max(1, sum(c.characters for c in clauses))
