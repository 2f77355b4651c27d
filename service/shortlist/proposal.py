"""Who is proposed under the notice's quotas: a pure function of scores, findings and what people decided. Nobody is ever rejected.

Order goes by the machine's score alone. The points that reviewers give stand beside it and move nothing: an order made of them would tell
everybody what the others gave.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Final

from screening.case import CaseInfo, usual_spelling
from screening.ranking import NEAR
from screening.rulebook import Rule, Rulebook
from service import quota

__all__ = ["NEAR", "Candidate", "Group", "Place", "Placed", "propose"]

_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class Place(enum.StrEnum):
    """Where a case stands. ``label`` is what people read."""

    IN = "in"
    RESERVE = "reserve"
    CHECK = "check"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"in": "建议入围", "reserve": "建议候补", "check": "请先核对"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case with all that its place depends on. Not slotted, so that what it is sorted by is made once.

    ``parts`` has points and weight of each part of the score; ``concerns`` the check and severity of each finding that nobody dismissed;
    ``hand`` is "in", "out" or "" for what the proposal says.
    """

    id: str
    unit_key: str
    unit: str
    unit_type: str
    kind: str
    project: str
    state: str
    case: str = ""
    verdict: str = ""
    error: str = ""
    decision: str = ""
    received: datetime | None = None
    score: float | None = None
    parts: Mapping[str, tuple[float, float]]
    concerns: tuple[tuple[str, str], ...] = ()
    hand: str = ""

    @cached_property
    def merit(self) -> tuple[float, ...]:
        """What cases are compared by: the total, then the parts, the weightiest first; alike in these is alike."""
        parts = sorted(self.parts.values(), key=lambda p: -p[1])
        return (-(self.score or 0.0), *(-points for points, _ in parts))

    @cached_property
    def order(self) -> tuple[bool, tuple[float, ...], datetime, str, str]:
        """A total order: of cases alike the one that came first, then by the names of their files."""
        return self.score is None, self.merit, self.received or _LATEST, self.case, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A case and its place: ``state`` with what people changed, ``proposed`` without.

    ``checks`` says what is to be looked at first. ``rank`` of ``of`` is the place by score in its unit and class, ``class_rank`` of
    ``class_of`` among all units' (None: no score). ``near`` is the case across the border that is no further than :data:`NEAR` away;
    ``yields_to`` are those that take its place if they pass their check; ``would`` is what becomes of one that passes.
    """

    candidate: Candidate
    state: Place
    proposed: Place
    checks: tuple[str, ...] = ()
    rank: int | None = None
    of: int = 0
    class_rank: int | None = None
    class_of: int = 0
    near: str = ""
    yields_to: tuple[str, ...] = ()
    would: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The cases of one unit, kind and project class: who is in, who is in reserve, who is to be looked at, each by score."""

    unit_key: str
    unit: str
    kind: str
    project: str
    rule: Rule | None
    placed: tuple[Placed, ...]

    @property
    def limit(self) -> int | None:
        """How many the notice allows, None if it sets no limit."""
        return int(self.rule.params.max) if self.rule else None

    @property
    def used(self) -> int:
        """How many are in."""
        return sum(p.state is Place.IN for p in self.placed)

    @property
    def over(self) -> int:
        """How many more are in than the notice allows: only people can bring that about."""
        return max(0, self.used - self.limit) if self.limit is not None else 0


def propose(candidates: Iterable[Candidate], book: Rulebook) -> tuple[Group, ...]:
    """Return the groups, by unit, kind and project class; the same for the same cases in whatever order."""
    cases = sorted(candidates, key=lambda c: (c.unit_key, c.kind, c.project))
    classes = _ranks(cases, lambda c: (c.kind, c.project))
    return tuple(_group(list(found), book, classes) for _, found in groupby(cases, key=_key))


def _key(c: Candidate) -> tuple[str, str, str]:
    return c.unit_key, c.kind, c.project


def _ranks(cases: Iterable[Candidate], key: Callable[[Candidate], object]) -> dict[str, tuple[int, int]]:
    """Return (place, of how many) by id, of those with a score; cases alike share a place."""
    of: dict[object, list[Candidate]] = {}
    for c in cases:
        if c.score is not None:
            of.setdefault(key(c), []).append(c)
    out = {}
    for group in of.values():
        place, last = 0, None
        for n, c in enumerate(sorted(group, key=lambda c: c.order), 1):
            if c.merit != last:
                place, last = n, c.merit
            out[c.id] = place, len(group)
    return out


def _group(cases: Sequence[Candidate], book: Rulebook, classes: Mapping[str, tuple[int, int]]) -> Group:
    first = cases[0]
    types = Counter(c.unit_type for c in cases if c.unit_type)
    unit_type = min(types, key=lambda t: (-types[t], t)) if types else ""
    info = CaseInfo(id="", unit=first.unit, unit_type=unit_type, kind=first.kind, project=first.project)
    rule = quota.rule_of(book, info)
    limit = int(rule.params.max) if rule else None
    ranked = sorted(cases, key=lambda c: c.order)
    checks = {c.id: _checks(c, limit) for c in ranked}
    proposed = _shared_out(ranked, limit, checks, {})
    state = _shared_out(ranked, limit, checks, {c.id: c.hand for c in ranked if c.hand})
    ranks = _ranks(ranked, lambda _: "")
    free = None if limit is None else max(0, limit - sum(c.hand == "in" for c in ranked))
    near = _near([c for c in ranked if not c.hand], state) if free is not None else {}
    placed = []
    ahead_in = 0
    ahead_check: list[str] = []
    for c in ranked:
        rank, of = ranks.get(c.id, (None, len(ranks)))
        class_rank, class_of = classes.get(c.id, (None, 0))
        yields = tuple(ahead_check) if free is not None and ahead_in + len(ahead_check) >= free else ()
        would = Place.IN if free is None or ahead_in < free else Place.RESERVE
        automatic = not c.hand and state[c.id] is Place.IN
        checking = not c.hand and state[c.id] is Place.CHECK
        placed.append(
            Placed(
                candidate=c,
                state=state[c.id],
                proposed=proposed[c.id],
                checks=checks[c.id],
                rank=rank,
                of=of,
                class_rank=class_rank,
                class_of=class_of,
                near=near.get(c.id, ""),
                yields_to=yields if automatic else (),
                would=would if checking and c.score is not None else None,
            )
        )
        ahead_in += automatic
        ahead_check += [c.id] if checking and c.score is not None else []
    placed.sort(key=lambda p: tuple(Place).index(p.state))
    return Group(
        unit_key=first.unit_key,
        unit=usual_spelling(c.unit for c in cases),
        kind=first.kind,
        project=first.project,
        rule=rule,
        placed=tuple(placed),
    )


def _shared_out(
    ranked: Sequence[Candidate], limit: int | None, checks: Mapping[str, Sequence[str]], hands: Mapping[str, str]
) -> dict[str, Place]:
    """Give the places to whom people chose, then by score to those of whom nothing is to be looked at."""
    free = None if limit is None else max(0, limit - sum(what == "in" for what in hands.values()))
    out, taken = {}, 0
    for c in ranked:
        if c.id in hands:
            out[c.id] = Place.IN if hands[c.id] == "in" else Place.RESERVE
        elif checks[c.id]:
            out[c.id] = Place.CHECK
        elif free is None or taken < free:
            out[c.id], taken = Place.IN, taken + 1
        else:
            out[c.id] = Place.RESERVE
    return out


def _near(ranked: Sequence[Candidate], state: Mapping[str, Place]) -> dict[str, str]:
    """Return by id, of those close to the border, the case on its other side."""
    inside = [c for c in ranked if state[c.id] is Place.IN]
    outside = [c for c in ranked if state[c.id] is Place.RESERVE]
    if not inside or not outside:
        return {}
    last, next_ = inside[-1], outside[0]
    out = {c.id: next_.id for c in inside if _close(c, next_)}
    return out | {c.id: last.id for c in outside if _close(last, c)}


def _close(a: Candidate, b: Candidate) -> bool:
    return round(abs((a.score or 0.0) - (b.score or 0.0)), 1) <= NEAR


def _checks(c: Candidate, limit: int | None) -> tuple[str, ...]:
    """Say what a person is to look at before the case gets a place; nothing once somebody decided that it passes."""
    if c.state != "done":
        return ("没有筛查完" if c.state == "failed" else "还没有筛查完",)
    if c.error:
        return ("文件读不出来",)
    missing = [] if limit is None else [n for n, v in (("报送单位", c.unit), ("项目类别", c.project)) if not v]
    out = [f"没有写明{'和'.join(missing)}，不能对照名额"] if missing else []
    if c.decision in ("return", "look"):
        out.append({"return": "评审判定退回修改", "look": "评审判定再看"}[c.decision])
    elif c.decision != "pass":
        if c.verdict == "incomplete":
            out.append("检查不完整")
        for severity, words in (("blocker", "建议退回修改"), ("review", "请人工查看")):
            checks = dict.fromkeys(check for check, how in c.concerns if how == severity)
            if checks:
                out.append(f"{words}：{'、'.join(checks)}")
    if c.score is None and limit is not None:
        out.append("没有参考分，不能排先后")
    return tuple(out)
