"""Pairs and clusters as somebody may see them: one resolver of names for lists, graphs and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from screening.case import CaseInfo
from screening.reuse.clusters import LEAST, Cluster, Links
from screening.reuse.result import SourceMatch
from service.people.principal import Principal
from service.store import groups, names, partners, submissions
from service.store.database import Store, Tx
from service.store.groups import Wanted
from service.views import source_view, submission_view

PAIRS: Final = 20_000  # that clusters are made of; the page says when there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A text as somebody may see it. ``submission`` is its id where one may look at it, "" for a document of the archive alone."""

    id: str
    title: str
    unit: str
    received: str
    submission: str = ""
    batch: str = ""

    @property
    def key(self) -> str:
        """What tells it apart from all others: two submissions of the same bytes are one document."""
        return self.submission or self.id

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "document": self.id,
            "submission": self.submission or None,
            "title": self.title,
            "unit": self.unit,
            "received": self.received or None,
        }


class Names:
    """Looks up the texts behind pairs, each once, for one person."""

    def __init__(self, tx: Tx, store: Store, who: Principal, pairs: Iterable[Mapping[str, Any]]) -> None:
        self._who, pairs = who, list(pairs)
        asking = {p["submission"] for p in pairs}
        sources = {p["source"] for p in pairs}
        self._holders = partners.holders(tx, sources, who.sight())
        wanted = {p["submission"] for p in pairs} | {i for found in self._holders.values() for i in found}
        self._rows = {k: dict(r) for k, r in groups.rows_of(tx, wanted, who.sight()).items()}
        self._people = submissions.persons_of(tx, store.sealer, self._rows)
        unseen = sources - {s for s, found in self._holders.items() if len(found) > 1 or found[0] not in asking}
        self._documents = groups.documents_of(tx, unseen)
        self._others = names.of_sources(tx, store.sealer, unseen)

    def submission(self, submission_id: str) -> Named:
        """Return a submission."""
        row = self._rows[submission_id]
        view = submission_view(row, self._people[submission_id], self._who)
        return Named(
            id=row["document"] or submission_id,
            title=view["title"] or view["file"] or "（没有标题）",
            unit=view["unit"],
            received=view["received"] or "",
            submission=submission_id,
            batch=row["batch"] or "",
        )

    def source(self, pair: Mapping[str, Any]) -> Named:
        """Return the source of a pair."""
        source_id = pair["source"]
        behind = [i for i in self._holders.get(source_id, ()) if i != pair["submission"]]
        if behind:
            return self.submission(behind[0])
        found = self._documents.get(source_id)
        if found is None:
            return Named(id=source_id, title="（已从比对库删除）", unit="", received="")
        row, person = self._rows[pair["submission"]], self._people[pair["submission"]]
        others = [self._others[source_id]] if source_id in self._others else []
        view = source_view(dict(found), row, person, self._who, others=others)
        title = view.get("title") or view.get("file") or "（没有标题）"
        return Named(id=view["id"], title=title, unit=view.get("unit") or "", received=view.get("received") or "")


def pair_json(names_: Names, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pair as the API tells it: both texts, the rate of each, what came first."""
    return {
        "a": names_.submission(row["submission"]).to_json(),
        "b": names_.source(row).to_json(),
        "rate": row["rate"],
        "share_of_source": row["share_of_source"],
        "characters": row["characters"],
        "passages": row["passages"],
        "own": row["own"],
        "earlier": row["earlier"],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Groups of texts alike, with what to call their members by id; ``shown`` of ``of`` pairs were looked at.

    ``reports`` are the keys (text, source) of the pairs that a report tells of: of two texts often only the later one's does.
    """

    groups: tuple[Cluster, ...]
    named: Mapping[str, Named]
    reports: frozenset[tuple[str, str]]
    shown: int
    of: int


def clusters_of(tx: Tx, store: Store, who: Principal, batch: str = "", least: float = LEAST) -> Clusters:
    """Return the clusters of a batch, or of everything that one may see, from a rate (0–1) on."""
    kept, of = groups.every(tx, Wanted(batch), who.sight(), PAIRS)
    rows = [dict(r) for r in kept]
    found = Names(tx, store, who, rows)
    links = Links()
    named: dict[str, Named] = {}
    reports: set[tuple[str, str]] = set()
    for row in rows:
        a, b = found.submission(row["submission"]), found.source(row)
        named |= {a.key: a, b.key: b}
        reports.add((a.key, b.key))
        source = SourceMatch(
            id=b.key,
            title=b.title,
            unit=b.unit,
            own=row["own"],
            earlier=row["earlier"],
            rate=row["rate"],
            share_of_source=row["share_of_source"],
            characters=row["characters"],
            place="batch" if b.submission and b.batch == a.batch else "archive",
            received=b.received,
        )
        received = datetime.fromisoformat(a.received) if a.received else None
        links.add(CaseInfo(id=a.key, title=a.title, unit=a.unit, received=received), [source])
    return Clusters(groups=links.clusters(least), named=named, reports=frozenset(reports), shown=len(rows), of=of)
