"""What the folding undid, character by character: the list that shows a reader what was changed, of which kind and how often."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from screening.document import Span
from screening.text.view import HIDDEN, View, code_points, is_lookalike, is_ordinary

SHOWN = 50  # places listed in a report


class RepairKind(enum.StrEnum):
    """What a character was, before it was read as another or left out; ``label`` is what the reader sees."""

    TRADITIONAL = "traditional"
    LOOKALIKE = "look-alike"
    COMPATIBILITY = "compatibility"
    FULL_WIDTH = "full-width"
    ZERO_WIDTH = "zero-width"
    MARK = "mark"
    INSERTED = "inserted"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "traditional": "繁体或异体字",
            "look-alike": "形近字",
            "compatibility": "部首、兼容字符",
            "full-width": "全角字母数字",
            "zero-width": "看不见的字符",
            "mark": "附加符号、自造字符",
            "inserted": "夹入的字母",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Repair:
    """A run of characters repaired in one way, at its place in the text (code points)."""

    span: Span
    kind: RepairKind


@dataclass(frozen=True, slots=True)
class Repairs:
    """The first places (``shown`` of ``of``, in the order of the text), and how many characters there are of each kind in all."""

    items: tuple[Repair, ...] = ()
    of: int = 0
    counts: Mapping[RepairKind, int] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """How many characters were repaired."""
        return sum(self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        items = [{"start": r.span.start, "end": r.span.end, "kind": r.kind.value} for r in self.items]
        return {
            "shown": len(items),
            "of": self.of,
            "counts": {k.value: n for k, n in self.counts.items()},
            "items": items,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Repairs:
        """Read what :meth:`to_json` wrote."""
        return cls(
            tuple(Repair(Span(r["start"], r["end"]), RepairKind(r["kind"])) for r in data["items"]),
            data["of"],
            {RepairKind(k): n for k, n in data["counts"].items()},
        )


_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\ue000-\uf8ff]")


def repairs_of(text: str, view: View) -> Repairs:
    r"""Return what the folding of the viewed parts of a text undid, most frequent kind first.

    >>> from screening.text.view import fold
    >>> [(r.span, r.kind.value) for r in repairs_of("國際\u200b化", fold("國際\u200b化")).items]
    [(Span(start=0, end=2), 'traditional'), (Span(start=2, end=3), 'zero-width')]
    """
    if not len(view):
        return Repairs()
    first, last = int(view.places[0]), int(max(view.places[-1], view.left_out.max(initial=0))) + 1
    kinds = {m.start(): RepairKind.ZERO_WIDTH for m in HIDDEN.finditer(text, first, last)}
    kinds |= {m.start(): RepairKind.MARK for m in _MARK.finditer(text, first, last)}
    kinds |= dict.fromkeys(view.left_out.tolist(), RepairKind.INSERTED)
    source = code_points(text)[view.places]
    for n in np.flatnonzero(source != view.codes).tolist():
        kind = _kind(chr(source[n]))
        if kind:
            kinds[int(view.places[n])] = kind
    places = sorted(kinds.items())
    runs = [list(run) for _, run in groupby(enumerate(places), key=lambda row: (row[1][0] - row[0], row[1][1]))]
    items = [Repair(Span(run[0][1][0], run[-1][1][0] + 1), run[0][1][1]) for run in runs]
    return Repairs(tuple(items[:SHOWN]), len(items), dict(Counter(kinds.values()).most_common()))


def _kind(char: str) -> RepairKind | None:
    """Return how a character that the view shows as another was written; None for what ordinary texts are full of."""
    if "A" <= char <= "Z" or is_ordinary(char):
        return None
    if "\uff01" <= char <= "\uff5e":
        return RepairKind.FULL_WIDTH
    if is_lookalike(char):
        return RepairKind.LOOKALIKE
    return RepairKind.COMPATIBILITY if unicodedata.normalize("NFKC", char) != char else RepairKind.TRADITIONAL
