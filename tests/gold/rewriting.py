"""A small corpus of machine rewriting: other words, the same facts. The texts are fiction, written for this project.

``rewriting.jsonl`` has ten sources, each in five rewritings, with two decoys of the same theme and other facts; and twelve fillers. Here they
are planted: library texts hold the sources, cases the rewritings or decoys. No filler stands on both sides, so that a rewriting is all
that a case can share with the library; a case with a decoy shares nothing and must stay clean.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from screening.document import Span
from screening.reuse.measures import Match

REWRITINGS = ("paraphrased", "restructured", "condensed", "expanded", "swapped")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: ``way`` is "source", one of the rewritings, "decoy" or "filler"; only decoys repeat (id, way)."""

    id: str
    way: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A whole text, of a case or of the library."""

    id: str
    text: str


def rows() -> tuple[Row, ...]:
    """Return the lines of the file in order."""
    lines = (Path(__file__).parent / "rewriting.jsonl").read_text("utf-8").splitlines()
    return tuple(Row(**json.loads(line)) for line in lines)


def plant(passage: str, filler: str, gap: int) -> tuple[str, Span]:
    """Return the filler with the passage between two of its paragraphs, and its span; ``gap`` (any number) says between which."""
    paragraphs = filler.split("\n")
    cut = 1 + gap % (len(paragraphs) - 1)
    before, after = "\n".join(paragraphs[:cut]) + "\n", "\n" + "\n".join(paragraphs[cut:])
    return before + passage + after, Span(len(before), len(before) + len(passage))


def corpus() -> tuple[tuple[Text, ...], tuple[Text, ...], tuple[Match, ...]]:
    """Return ``(cases, library, truth)``: tuples of `Text`, `Text` and `Match` (spans in code points); always the same.

    The library text of source "r01" is "r01"; its cases are "r01-paraphrased" … "r01-swapped", "r01-decoy-1" and "r01-decoy-2". A match
    has the way as its kind and the whole source as its source span; decoys have none. Six fillers serve ten
    library texts, so some of these share one.
    """
    sets: defaultdict[str, list[Row]] = defaultdict(list)
    fillers: list[str] = []
    for row in rows():
        if row.way == "filler":
            fillers.append(row.text)
        else:
            sets[row.id].append(row)
    half = len(fillers) // 2
    cases: list[Text] = []
    library: list[Text] = []
    truth: list[Match] = []
    for n, (name, members) in enumerate(sets.items()):
        source = next(row.text for row in members if row.way == "source")
        text, source_span = plant(source, fillers[n % half], n)
        library.append(Text(name, text))
        decoys = 0
        # A case's filler and gap depend on the set and on the way, so that neither a place nor a filler gives a way away.
        for k, row in enumerate(row for row in members if row.way != "source"):
            text, span = plant(row.text, fillers[half + (n + k) % half], n + 2 * k)
            if row.way == "decoy":
                decoys += 1
                cases.append(Text(f"{name}-decoy-{decoys}", text))
            else:
                cases.append(Text(f"{name}-{row.way}", text))
                truth.append(Match(f"{name}-{row.way}", name, span, source_span, row.way))
    return tuple(cases), tuple(library), tuple(truth)
