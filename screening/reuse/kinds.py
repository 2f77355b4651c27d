"""How a passage was taken over, from the edit structure inside it; and the facts that were exchanged in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from screening.reuse.align import Stretch, covered
from screening.reuse.result import ReuseKind

VERBATIM = 0.97  # similarity (rapidfuzz ratio, 0–1) from which on nothing was changed worth the name
EDITED = 0.72
SWAPS = 2  # exchanged facts that make a passage 换名套用
MAX_OPCODES = 6000  # folded characters a side; longer passages are judged by their ratio

_PLACE = "省市县区镇乡村局校院园"
_PERSON = re.compile("(?:老师|校长|主任|园长|同学|教授|学员)")
_NUMBER = re.compile("[0-9]+(?:\\.[0-9]+)?")


def similarity(a: str, b: str) -> float:
    """Return the normalised indel similarity of two folded texts, 0–1 (rapidfuzz ``ratio``)."""
    return fuzz.ratio(a, b) / 100


def kind_of(a: str, b: str, stretch: Stretch, swaps: tuple[tuple[str, str], ...]) -> tuple[ReuseKind, float]:
    """Return the kind of a passage and its similarity. ``a`` is the case's side, folded, ``b`` the source's."""
    ratio = similarity(a, b)
    if swaps and len(swaps) >= SWAPS and ratio >= 0.6:
        changed = sum(len(x) + len(y) for x, y in swaps)
        # Most of what differs are exchanged facts.
        if changed >= 0.3 * (1 - ratio) * (len(a) + len(b)) or ratio >= 0.85:
            return ReuseKind.LOCALISED, ratio
    if ratio >= VERBATIM:
        return ReuseKind.VERBATIM, ratio
    if _moved(stretch) >= 0.15 and covered(stretch.blocks) >= 0.6 * len(a):
        return ReuseKind.REORDERED, ratio
    if ratio >= EDITED:
        return ReuseKind.EDITED, ratio
    return ReuseKind.REWRITTEN, ratio


def _moved(stretch: Stretch) -> float:
    """Return the share of matched characters that are not on the longest common order of both sides."""
    blocks = [b for b in stretch.blocks if b.n >= 6]
    total = sum(b.n for b in blocks)
    if not total:
        return 0.0
    best: list[int] = []
    for n, b in enumerate(blocks):
        best.append(b.n + max((best[m] for m in range(n) if blocks[m].j + blocks[m].n <= b.j + 2), default=0))
    return 1 - max(best) / total


def swapped_facts(source: str, case: str) -> tuple[tuple[str, str], ...]:
    """Return the facts that differ between two quotes, as (in the source, in the case) pairs in the order of the source.

    A replaced stretch is a fact if it is a number, stands before a word that ends a place's or a unit's name or a
    person's title, or is replaced in the same way at least twice.

    >>> swapped_facts("2022年，洛溪市32名教师走进洛溪市一小。", "2023年，临溪市35名教师走进临溪市一小。")
    (('2022', '2023'), ('洛溪市', '临溪市'), ('32', '35'))
    """
    if max(len(source), len(case)) > MAX_OPCODES or not source or not case:
        return ()
    replaced = list(_replacements(source, case))
    times = Counter((a, b) for _, _, a, b in replaced)
    out: dict[tuple[str, str], None] = {}
    for i, j, a, b in replaced:
        pair = _number_pair(source, case, i, j, a, b) or _name_pair(source, case, i, j, a, b, times[(a, b)])
        if pair and pair[0] != pair[1]:
            out.setdefault(pair, None)
    return tuple(out)


def _replacements(source: str, case: str) -> Iterator[tuple[int, int, str, str]]:
    for op in Levenshtein.opcodes(source, case):
        if op.tag == "replace":
            a, b = source[op.src_start : op.src_end], case[op.dest_start : op.dest_end]
            if max(len(a), len(b)) <= 8:
                yield op.src_start, op.dest_start, a, b


def _number_pair(source: str, case: str, i: int, j: int, a: str, b: str) -> tuple[str, str] | None:
    if not (any(c.isdigit() for c in a) and any(c.isdigit() for c in b)):
        return None
    one, two = _number_at(source, i, len(a)), _number_at(case, j, len(b))
    return (one, two) if one and two else None


def _number_at(text: str, at: int, length: int) -> str:
    for m in _NUMBER.finditer(text, max(0, at - 12), at + length + 12):
        if m.start() < at + length and at < m.end():
            return m[0]
    return ""


def _name_pair(source: str, case: str, i: int, j: int, a: str, b: str, times: int) -> tuple[str, str] | None:
    if not all("\u4e00" <= c <= "\u9fff" for c in a + b):
        return None
    after = source[i + len(a) : i + len(a) + 4]
    tail = case[j + len(b) : j + len(b) + 4]
    for n in range(min(len(after), 3)):
        if after[: n + 1] == tail[: n + 1] and (after[n] in _PLACE or _PERSON.match(after)):
            title = _PERSON.match(after)
            ending = title[0] if title else after[: n + 1]
            return a + ending, b + ending
    if a[-1] in _PLACE and b[-1] in _PLACE:
        return a, b
    return (a, b) if times >= 2 and len(a) <= 4 and len(b) <= 4 else None
