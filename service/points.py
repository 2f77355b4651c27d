"""The points that people give a case, as somebody may see them: those of others only once one has given one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from service.moment import shown
from service.people.principal import Principal, Role
from service.store import decisions
from service.store.database import Tx
from service.views import text_view


@dataclass(frozen=True, slots=True)
class Seen:
    """One's own points, and those of others with what all come to; None while they are hidden."""

    own: float | None
    others: tuple[float, ...] | None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"others": None if self.others is None else list(self.others)}


def seen(given: Mapping[str, float], who: Principal) -> Seen:
    """Return what this person may see of the points that were given, by who gave them.

    An administrator sees all of them; from everybody else even their number is hidden. The others' are sorted: the order tells no name.
    """
    own = given.get(who.id)
    if own is None and who.role is not Role.ADMINISTRATOR:
        return Seen(None, None)
    others = tuple(sorted(p for by, p in given.items() if by != who.id))
    if not given:
        return Seen(own, others, count=0)
    every = given.values()
    return Seen(own, others, round(sum(every) / len(given), 1), min(every), max(every), len(given))


def told(tx: Tx, row: Mapping[str, Any], person: Mapping[str, Any] | None, who: Principal) -> dict[str, Any]:
    """Return what a case's page tells of its points: :meth:`Seen.to_json`, one's own "note", and to administrators the "rows".

    A row has who, when, the points, the note, and in "before" the points that somebody gave first and changed.
    """
    given = decisions.points_given(tx, row["id"])
    newest: dict[str, Mapping[str, Any]] = {}
    first: dict[str, float] = {}
    for g in given:
        newest.setdefault(g["by"], dict(g))
        first[g["by"]] = g["score"]
    out = seen({by: g["score"] for by, g in newest.items()}, who).to_json()
    out["note"] = newest[who.id]["note"] if who.id in newest else ""
    names = decisions.names_of(tx, newest) if who.role is Role.ADMINISTRATOR else {}
    out["rows"] = [
        {
            "by": name,
            "at": (shown(newest[by]["created"]) or "")[5:16].replace("T", " "),
            "points": newest[by]["score"],
            "before": first[by] if first[by] != newest[by]["score"] else None,
            "note": text_view(newest[by]["note"], row, person, who),
        }
        for by, name in names.items()
    ]
    return out
