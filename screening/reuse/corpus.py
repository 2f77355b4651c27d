"""What a text is compared with: one side of a comparison, and the corpus that knows which texts are worth comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

import numpy as np

from screening.case import Case
from screening.document import Document, Span
from screening.reuse.facts import Facts, fact_prints, facts_of
from screening.reuse.fingerprint import KEEP, Hashes, fingerprints
from screening.reuse.index import FingerprintIndex, Rarity
from screening.reuse.kin import KIN_TOP, Kin, kin_of
from screening.reuse.ranking import TOP, Candidate
from screening.reuse.seeds import Grams
from screening.text.view import View, fold

__all__ = ["Candidate", "Comparable", "Corpus", "JoinedCorpus", "MemoryCorpus"]


@dataclass(frozen=True)
class Comparable:
    """One side of a comparison: a text with the spans that count, and what is known of where it comes from.

    Not slotted: views are made once, on first use. ``place`` is "batch", "archive" or "notice".
    """

    id: str
    text: str
    spans: tuple[Span, ...]
    title: str = ""
    unit: str = ""
    author: str = ""
    received: datetime | None = None
    place: str = "batch"
    file: str = ""

    @classmethod
    def of_case(cls, case: Case, place: str = "batch") -> Comparable:
        """Take the compared stories of a case: 正文, text boxes and notes, the author form left out."""
        info = case.info
        return cls(
            case.id,
            case.document.text,
            case.text_spans,
            info.title,
            info.unit,
            info.author,
            info.received,
            place,
            info.file,
        )

    @classmethod
    def of_document(cls, document: Document, source_id: str, title: str = "", place: str = "notice") -> Comparable:
        """Take a whole document."""
        return cls(
            source_id, document.text, tuple(p.span for p in document.paragraphs if p.span.length), title, place=place
        )

    @cached_property
    def view(self) -> View:
        """The folded text."""
        return fold(self.text, self.spans)

    @cached_property
    def grams(self) -> Grams:
        """The folded text made ready for alignment."""
        return Grams.of(self.view.codes)

    @cached_property
    def raw(self) -> View:
        """The text as a search without repair sees it."""
        return fold(self.text, self.spans, raw=True)

    @cached_property
    def facts(self) -> Facts:
        """What a rewriting must keep."""
        return facts_of(self.text, self.spans)

    def prints(self, keep: int = KEEP) -> Hashes:
        """Return all that an index keeps of the text: one in ``keep`` fingerprints of its wording, then its facts."""
        return np.concatenate((fingerprints(self.view, keep), fact_prints(self.facts)))

    def quote(self, span: Span) -> str:
        """Return the words at ``span``."""
        return self.text[span.start : span.end]


class Corpus(Protocol):
    """Other texts, by nearness. The batch and the archive implement it; so does a list in memory."""

    def __len__(self) -> int:
        """Return the number of texts."""
        ...

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the texts worth comparing with this one (``top``, in a long one more), nearest first, never the text itself (by id)."""
        ...

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the ``top`` texts that state the same facts, best first, never the text itself."""
        ...

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a text by id."""
        ...

    def get(self, source_id: str) -> Comparable:
        """Return a text by id."""
        ...

    @property
    def rarity(self) -> Rarity:
        """How common each n-gram is in this corpus."""
        ...


class MemoryCorpus:
    """A corpus of texts in memory: a folder of earlier files, an evaluation corpus. ``keep``: see :func:`fingerprints`."""

    def __init__(self, comparables: Sequence[Comparable], keep: int = KEEP) -> None:
        self._by_id = {c.id: c for c in comparables}
        self._ids = list(self._by_id)
        self.index = FingerprintIndex.build([c.prints(keep) for c in comparables], keep=keep)
        self._rarity = Rarity.of([c.view.codes for c in comparables])

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def rarity(self) -> Rarity:
        """How common each n-gram is."""
        return self._rarity

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the candidates, nearest first."""
        return self.index.candidates(fingerprints(comparable.view, self.index.keep), self._ids, comparable.id, top)

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the texts that state the same facts, best first."""
        return kin_of(
            comparable.facts, self.index, lambda numbers: {n: self._ids[n] for n in numbers}, comparable.id, top=top
        )

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a text by id. Raises :class:`KeyError`."""
        return self._by_id[source_id].facts

    def get(self, source_id: str) -> Comparable:
        """Return a text by id. Raises :class:`KeyError`."""
        return self._by_id[source_id]


class JoinedCorpus:
    """Several corpora with different ids as one: the batch and the archive. ``rarity`` is counted over both by whoever joins them."""

    def __init__(self, parts: Sequence[Corpus], rarity: Rarity) -> None:
        self._parts = parts
        self._rarity = rarity
        self._home: dict[str, Corpus] = {}

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def rarity(self) -> Rarity:
        """How common each n-gram is in all parts together."""
        return self._rarity

    def near(self, comparable: Comparable, top: int = TOP) -> Sequence[Candidate]:
        """Return the candidates of every part, nearest first."""
        found = [(c, part) for part in self._parts for c in part.near(comparable, top)]
        self._home.update({c.id: part for c, part in found})
        return sorted((c for c, _ in found), key=lambda c: (-c.score, c.id))

    def kin(self, comparable: Comparable, top: int = KIN_TOP) -> Kin:
        """Return the texts of every part that state the same facts, best first; what is common in one part is common."""
        found = [(part.kin(comparable, top), part) for part in self._parts]
        self._home.update({c.id: part for kin, part in found for c in kin.candidates})
        rows = sorted((c for kin, _ in found for c in kin.candidates), key=lambda c: (-c.score, c.id))
        return Kin(tuple(rows), found[0][0].facts, np.min([kin.weights for kin, _ in found], axis=0))

    def facts(self, source_id: str) -> Facts:
        """Return the facts of a text by id; it must have been a candidate."""
        return self._home[source_id].facts(source_id)

    def get(self, source_id: str) -> Comparable:
        """Return a text by id; it must have been a candidate."""
        return self._home[source_id].get(source_id)
