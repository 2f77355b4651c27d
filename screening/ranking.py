"""Places in the order of the score, inside one kind and one project class and never across: who is ahead of whom, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from screening.case import CaseInfo
from screening.scoring.result import PARTS, Score

NEAR = 1.0  # points; two totals no further apart than this tell nobody which case is the better


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """``place`` of ``of`` (from 1 on; cases alike in all parts share one), and what decides between a case and its neighbours (Chinese)."""

    place: int
    of: int
    remark: str = ""


def ranks(cases: Iterable[tuple[CaseInfo, Score | None]]) -> dict[str, Rank]:
    """Return the places by id; a case without a score has none.

    By total; of equal totals by the part that weighs most, then the next; cases equal in everything share their place.
    """
    groups: dict[tuple[str, str], list[tuple[CaseInfo, Score]]] = {}
    for info, score in cases:
        if score and score.total is not None:
            groups.setdefault((info.kind, info.project), []).append((info, score))
    return {case_id: rank for group in groups.values() for case_id, rank in _ranked(group).items()}


def _order(score: Score) -> list[str]:
    """Return the parts, the weightiest first, of equal ones in the rulebook's order."""
    return sorted(score.weights, key=lambda k: -score.weights[k])


def _key(score: Score) -> tuple[float, ...]:
    return (-(score.total or 0.0), *(-score.parts[k].points for k in _order(score)))


def _ranked(group: Sequence[tuple[CaseInfo, Score]]) -> dict[str, Rank]:
    ordered = sorted(group, key=lambda c: _key(c[1]))
    levels = [[*cases] for _, cases in groupby(ordered, key=lambda c: _key(c[1]))]
    out: dict[str, Rank] = {}
    place = 1
    for n, level in enumerate(levels):
        score = level[0][1]
        remarks = []
        if len(level) > 1:
            remarks.append(f"{len(level)} 篇各部分得分都相同，并列")
        if n:
            remarks.append(_against(score, levels[n - 1][0][1], "前", "后"))
        if n + 1 < len(levels):
            remarks.append(_against(score, levels[n + 1][0][1], "后", "前"))
        said = "；".join(r for r in remarks if r)
        out |= {info.id: Rank(place=place, of=len(ordered), remark=said) for info, _ in level}
        place += len(level)
    return out


def _against(score: Score, other: Score, which: str, side: str) -> str:
    """Say what decides against the neighbour before ("前") or behind ("后"); nothing where the distance speaks for itself."""
    distance = round(abs((score.total or 0.0) - (other.total or 0.0)), 1)
    if distance > NEAR:
        return ""
    if distance:
        return f"与{which}一名只差 {distance:g} 分，难分高下"
    part = next(k for k in _order(score) if score.parts[k].points != other.parts[k].points)
    how = "高" if side == "前" else "低"
    return f"与{which}一名总分相同，因“{PARTS[part]}”得分较{how}排在{side}面"
