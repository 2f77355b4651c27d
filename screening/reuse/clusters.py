"""Groups of texts that are alike, built on verified passages only; a chain of unlike texts is split by average link.

A link is a source that a comparison listed because of its passages, never a mere candidate. Two texts without a link count
as 0, also where nobody compared them (two texts of the archive): better two small groups than one held together by hearsay.
Only near-copies of one text (:mod:`screening.reuse.copies`) need no link of their own: hundreds of them are compared with a few each.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from screening.case import CaseInfo
from screening.reuse.copies import copies_of
from screening.reuse.result import SourceMatch

# From a tenth on, a paragraph of an ordinary case (2,000–3,000 字) is shared and summary.xlsx calls a rate 中; of texts that share
# nothing but usual phrases hardly one in 200 reaches half of that.
LEAST = 0.1
_SCALE = 10_000  # rates have four digits: as integers their sums are exact in any order


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A text of a group. ``received`` is ISO 8601 with a time zone, "" if unknown; ``place`` is "batch" or "archive"."""

    id: str
    title: str
    file: str
    unit: str
    received: str = ""
    place: str = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two texts (``a`` before ``b``) with passages in common; shares are 0–1 of each one's own compared characters."""

    a: str
    b: str
    share_of_a: float
    share_of_b: float
    own: bool  # both by the same author or unit

    @property
    def rate(self) -> float:
        """The larger of the two shares: a short text inside a long one is all of the one and little of the other."""
        return max(self.share_of_a, self.share_of_b)

    @property
    def least(self) -> float:
        """The smaller of the two shares: high only if one text is as good as the other."""
        return min(self.share_of_a, self.share_of_b)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A group: at least two members, the earliest first, and the links between them, the strongest first."""

    members: tuple[Member, ...]
    links: tuple[Link, ...]

    @property
    def strongest(self) -> Link:
        """The link with the highest rate."""
        return self.links[0]

    @property
    def weakest(self) -> Link:
        """The link with the lowest rate; pairs without any are counted by :attr:`pairs` less the links."""
        return self.links[-1]

    @property
    def pairs(self) -> int:
        """How many pairs the members make."""
        return len(self.members) * (len(self.members) - 1) // 2

    @cached_property
    def average(self) -> float:
        """Mean rate (0–1, four digits) of all pairs: of near-copies without a link what both have of a third, of others without one 0."""
        told = sum(_exact(x.rate) for x in self.links) / _SCALE
        return round((told + self._implied[1]) / self.pairs, 4)

    @property
    def implied(self) -> int:
        """How many pairs without a link are near-copies of one text."""
        return self._implied[0]

    @cached_property
    def _implied(self) -> tuple[int, float]:
        """Number and sum of the rates, at least, of the pairs of near-copies without a link."""
        copies = copies_of({(x.a, x.b): x.least for x in self.links})
        group_of = {name: n for n, group in enumerate(copies) for name in group}
        count = sum(len(c) * (len(c) - 1) // 2 for c in copies)
        # The shares of all pairs a + b - 1, without looking at each: there may be hundreds of thousands.
        rates = sum((len(c) - 1) * sum(c.values()) - len(c) * (len(c) - 1) / 2 for c in copies)
        for x in self.links:
            n = group_of.get(x.a)
            if n is not None and n == group_of.get(x.b):
                count -= 1
                rates -= copies[n][x.a] + copies[n][x.b] - 1
        return count, rates

    @cached_property
    def earliest(self) -> Member | None:
        """Who came first: an archive before any batch, then by the time of receipt; None if that can't be told."""
        first = [m for m in self.members if m.place == "archive"] or self.members
        if len(first) == 1:
            return first[0]
        if not all(m.received for m in first):
            return None
        rows = sorted(first, key=_received)
        return None if _received(rows[0]) == _received(rows[1]) else rows[0]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; what follows from members and links is written out for readers that don't compute."""
        return {
            "members": [asdict(m) for m in self.members],
            "links": [_link_to_json(x) for x in self.links],
            "strongest": _link_to_json(self.strongest),
            "weakest": _link_to_json(self.weakest),
            "average": self.average,
            "earliest": self.earliest and asdict(self.earliest),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cluster:
        """Read what :meth:`to_json` wrote."""
        return cls(
            members=tuple(Member(**m) for m in data["members"]), links=tuple(_link_from_json(x) for x in data["links"])
        )


def _link_to_json(link: Link) -> dict[str, Any]:
    sides = [{"id": link.a, "share": link.share_of_a}, {"id": link.b, "share": link.share_of_b}]
    return {"sides": sides, "rate": link.rate, "own": link.own}


def _link_from_json(data: Mapping[str, Any]) -> Link:
    a, b = data["sides"]
    return Link(a=a["id"], b=b["id"], share_of_a=a["share"], share_of_b=b["share"], own=data["own"])


class Links:
    """The links of a delivery, gathered from one case at a time: names and rates are kept, texts and passages are not."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._links: dict[tuple[str, str], Link] = {}

    def add(self, case: CaseInfo, sources: Iterable[SourceMatch]) -> None:
        """Add what one case has in common with others; a pair that both its cases report keeps the larger shares."""
        for source in sources:
            if source.place == "notice":
                continue  # what everybody may repeat makes nobody alike
            self._members.setdefault(case.id, _member_of(case))
            self._members.setdefault(source.id, _source_member(source))
            shares = {case.id: source.rate, source.id: source.share_of_source}
            a, b = sorted(shares)
            known = self._links.get((a, b))
            self._links[a, b] = Link(
                a=a,
                b=b,
                share_of_a=max(shares[a], known.share_of_a if known else 0.0),
                share_of_b=max(shares[b], known.share_of_b if known else 0.0),
                own=source.own or (known is not None and known.own),
            )

    def clusters(self, least: float = LEAST) -> tuple[Cluster, ...]:
        """Return the groups, the largest first. A rate (0–1) below ``least`` is no link, and a lower average joins nobody.

        Every text is in one group at most; the result does not depend on the order in which the cases were added.
        """
        links = sorted(
            (x for x in self._links.values() if _exact(x.rate) >= _exact(least)), key=lambda x: (-x.rate, x.a, x.b)
        )
        copies = copies_of({(x.a, x.b): x.least for x in links})
        groups = average_link({(x.a, x.b): _exact(x.rate) for x in links}, _exact(least), [list(c) for c in copies])
        group_of = {member: n for n, group in enumerate(groups) for member in group}
        inside: list[list[Link]] = [[] for _ in groups]
        for x in links:
            if group_of[x.a] == group_of[x.b]:
                inside[group_of[x.a]].append(x)
        found = [
            Cluster(members=tuple(sorted((self._members[i] for i in group), key=_in_time)), links=tuple(mine))
            for group, mine in zip(groups, inside, strict=True)
            if len(group) > 1
        ]
        return tuple(sorted(found, key=lambda c: (-len(c.members), -c.average, c.members[0].id)))


def average_link(
    rates: Mapping[tuple[str, str], int], least: int, joined: Iterable[Sequence[str]] = ()
) -> list[Sequence[str]]:
    """Join the two groups with the highest average rate between their members until none reaches ``least`` (> 0).

    ``rates`` has each linked pair once, the smaller name first; a pair that is not there counts 0, so unconnected texts never
    meet. ``joined`` are groups to begin with. Among equals the smallest names come first. Agglomerative clustering with average
    linkage (UPGMA) on a sparse table.
    """
    home = {name: name for pair in rates for name in pair} | {name: min(group) for group in joined for name in group}
    groups: dict[str, list[str]] = {}  # called by their smallest name
    for name in sorted(home):
        groups.setdefault(home[name], []).append(name)
    between: dict[str, dict[str, int]] = {name: {} for name in groups}  # sums of rates
    for (x, y), rate in rates.items():
        a, b = home[x], home[y]
        if a != b:
            between[a][b] = between[b][a] = between[a].get(b, 0) + rate
    queue: list[tuple[float, str, str]] = []
    for a, sums in between.items():
        for b, rate in sums.items():
            size = len(groups[a]) * len(groups[b])
            if a < b and rate >= least * size:
                queue.append((-rate / size, a, b))
    heapq.heapify(queue)
    while queue:
        average, a, b = heapq.heappop(queue)
        if b not in between.get(a, ()) or between[a][b] / (len(groups[a]) * len(groups[b])) != -average:
            continue  # an entry from before one of the two grew
        groups[a] += groups.pop(b)
        for c, rate in between.pop(b).items():
            del between[c][b]
            if c != a:
                between[a][c] = between[c][a] = between[a].get(c, 0) + rate
        for c, rate in between[a].items():
            size = len(groups[a]) * len(groups[c])
            if rate >= least * size:
                heapq.heappush(queue, (-rate / size, min(a, c), max(a, c)))
    return list(groups.values())


def _exact(rate: float) -> int:
    return round(rate * _SCALE)


def _received(member: Member) -> datetime:
    return datetime.fromisoformat(member.received)


def _in_time(member: Member) -> tuple[bool, float, str, str]:
    """Sort the archive first, then by time, texts without a time last."""
    when = _received(member).timestamp() if member.received else float("inf")
    return member.place != "archive", when, member.file, member.id


def _member_of(case: CaseInfo) -> Member:
    received = case.received.isoformat() if case.received else ""
    return Member(id=case.id, title=case.title, file=case.file, unit=case.unit, received=received)


def _source_member(source: SourceMatch) -> Member:
    return Member(
        id=source.id,
        title=source.title,
        file=source.file,
        unit=source.unit,
        received=source.received,
        place=source.place,
    )
