"""A submission beside one of its sources, as somebody may see the two: what the page and the file of evidence start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from screening.report import Report
from screening.reuse.result import Passage, SourceMatch
from service.errors import not_found
from service.people.principal import Principal
from service.store import names, partners, submissions
from service.store.database import Store
from service.views import Veil, shown_data, source_view, submission_view, veil_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A submission with its newest report: ``view`` and ``report`` as shown, ``stored`` the report as the engine wrote it."""

    row: dict[str, Any]
    person: Mapping[str, Any]
    view: dict[str, Any]
    report: Report
    stored: Mapping[str, Any]
    case: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Shared:
    """What a submission shares with a source.

    ``passages`` have their numbers in the report; ``source`` is the document's id in the archive, ``source_text`` its text as shown,
    None where it may not be; ``behind`` the submission that it came from, where one may look at it.
    """

    seen: Seen
    match: SourceMatch
    source: str
    passages: tuple[tuple[int, Passage], ...]
    source_text: str | None
    behind: str | None


class Reports:
    """Submissions with their reports as one person may see them, each looked up once."""

    def __init__(self, store: Store, who: Principal) -> None:
        self._store, self._who = store, who
        self._seen: dict[str, Seen] = {}

    def of(self, submission_id: str) -> Seen:
        """Return a submission that was screened. Raises :class:`ServiceError` 404."""
        if submission_id not in self._seen:
            self._seen[submission_id] = self._look(submission_id)
        return self._seen[submission_id]

    def _look(self, submission_id: str) -> Seen:
        sealer = self._store.sealer
        with self._store.read() as tx:
            row = dict(submissions.one(tx, submission_id, self._who.sight()))
            if not row["run"]:
                raise not_found("这份材料")
            person = submissions.person_of(tx, sealer, submission_id)
            stored, shown = shown_data(tx, sealer, row, self._who)
            case = submissions.case_of(tx, sealer, submission_id)
        view = submission_view(row, person, self._who)
        return Seen(row, person, view, Report.from_json(shown), stored, case)

    def shared(self, submission_id: str, source_id: str) -> Shared:
        """Return what a submission shares with a source, by the id that the person knows it by or its own. Raises :class:`ServiceError` 404."""
        seen = self.of(submission_id)
        reuse, original = seen.report.reuse, seen.stored.get("reuse") or {"sources": [], "passages": []}
        # The ids of sources may be hidden; their order is not.
        sources = list(zip(reuse.sources if reuse else (), original["sources"], strict=True))
        found = next(((s, was["id"]) for s, was in sources if source_id in (s.id, was["id"])), None)
        if reuse is None or found is None:
            raise not_found("这份材料")
        match, source = found
        passages = tuple(
            (n, p)
            for n, (p, was) in enumerate(zip(reuse.passages, original["passages"], strict=True), 1)
            if was["source"] == source and not p.stock
        )
        with self._store.read() as tx:
            others = names.of_sources(tx, self._store.sealer, {source}).values()
            behind = partners.behind(tx, [source], self._who.sight()).get(source)
        text = None
        if match.own or veil_of(self._who, seen.row["batch"]) is not Veil.OWN:
            given = {"id": source, "text": self._store.library().entry(source).text}
            text = source_view(given, seen.row, seen.person, self._who, others=others)["text"]
        return Shared(seen, match, source, passages, text, behind)
