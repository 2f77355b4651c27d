"""What a batch comes to, as somebody may see it: counts, quotas, what the batch checks say, its summary as a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from screening import __version__
from screening.case import Batch, CaseInfo
from screening.output.rows import Row, in_queue, row_of
from screening.output.xlsx import write_summary
from screening.pipeline import Setting, run_batch_checks
from screening.report import BatchReport, MadeWith, Outcome, Remark, Report
from screening.rulebook import Rulebook
from service import quota
from service.comparing import clusters_of
from service.errors import ServiceError
from service.masking import Mask, Names, hidden_file, unit_pseudonym
from service.moment import shown
from service.people.principal import Principal, Role
from service.shortlist.sheet import add_sheets
from service.shortlist.view import Shortlist
from service.store import groups, overview, partners, results
from service.store.database import Store, Tx
from service.views import Veil, shown_report, veil_of

T = TypeVar("T")
PAGE: Final = 50  # submissions that are read in one transaction
EDGES: Final = (0.0, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)  # of the histogram; nearly logarithmic, as rates are


def batch_json(
    row: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]], who: Principal, secret: bytes
) -> dict[str, Any]:
    """Return a batch in a list, as somebody may see it; ``secret`` is that of pseudonyms (``sealer.veil``)."""
    name, unit = row["name"], row["unit"]
    if unit and veil_of(who, row["id"]) is Veil.BLIND:
        name, unit = Mask(Names.of([], [unit]))(name), unit_pseudonym(secret, row["id"], unit)
    return {
        "id": row["id"],
        "name": name,
        "state": row["state"],
        "rulebook": row["rulebook"],
        "blind": row["blind"],
        "unit": unit,
        "created": shown(row["created"]),
        "closed": shown(row["closed"]),
        "version": row["version"],
        "progress": overview.progress({k: dict(v) for k, v in counts.items()}),
        **{k: dict(v) for k, v in counts.items()},
    }


def quotas_of(tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], book: Rulebook) -> list[dict[str, Any]]:
    """Return units × kinds × project classes with how many there are and how many the notice allows (None: no limit)."""
    blind = veil_of(who, row["id"]) is Veil.BLIND
    out = []
    for r in overview.units(tx, row["id"], who.sight()):
        unit = unit_pseudonym(store.sealer.veil, row["id"], r["unit"]) if blind else r["unit"]
        out.append({"unit": unit, **held_to(book, dict(r))})
    return sorted(out, key=lambda q: (-q["over"], q["unit"], q["kind"], q["project"]))


def held_to(book: Rulebook, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of :func:`service.store.overview.units` comes to under the notice's quota (None: no limit)."""
    info = CaseInfo(id="", unit=row["unit"], unit_type=row["unit_type"], kind=row["kind"], project=row["project"])
    try:
        limit = quota.limit_of(book, info)
    except ServiceError:
        limit = None  # too little is known to hold it to a quota
    kind = book.kinds.get(row["kind"])
    return {
        "kind": row["kind"],
        "kind_label": kind.label if kind else row["kind"],
        "project": row["project"],
        "count": row["count"],
        "limit": limit,
        "over": max(0, row["count"] - limit) if limit is not None else 0,
    }


def histogram_of(tx: Tx, who: Principal, batch_id: str) -> list[dict[str, Any]]:
    """Return how many submissions have a total rate in each class: {"from", "to", "count"}; the first class is exactly none."""
    rates = [r["rate"] for r in overview.figures(tx, batch_id, who.sight()) if r["rate"] is not None]
    bounds = [*EDGES[1:], 1.0]
    out = [{"from": 0.0, "to": 0.0, "count": sum(r == 0 for r in rates)}]
    for low, high in zip(EDGES, bounds, strict=True):
        inside = sum(low < r <= high for r in rates)
        out.append({"from": low, "to": high, "count": inside})
    return out


def outcomes_of(tx: Tx, store: Store, row: Mapping[str, Any], book: Rulebook) -> tuple[Outcome, ...]:
    """Return what the batch checks say of the members that were read."""
    infos = tuple(results.members(tx, store.sealer, row["id"]))
    return run_batch_checks(Batch(infos), Setting(rulebook=book, models={}))[0]


def findings_of(outcomes: Sequence[Outcome], who: Principal, batch_id: str) -> list[dict[str, Any]]:
    """Return what the batch checks found, plain; to blind eyes the codes and the notice's words only, as the messages name people."""
    hidden = names_hidden(who, batch_id)
    found = []
    for o in outcomes:
        if o.shadow:
            continue
        said = o.to_json()
        if hidden:
            said["findings"] = [
                {
                    "code": f["code"],
                    "severity": f["severity"],
                    "message": "",
                    "facts": {},
                    "evidence": [],
                    "clause": f["clause"],
                }
                for f in said["findings"]
            ]
        found.append(said)
    return found


def names_hidden(who: Principal, batch_id: str) -> bool:
    """Whether this person sees neither units and authors in the batch's findings nor the files' names in its remarks."""
    return veil_of(who, batch_id) in (Veil.BLIND, Veil.OWN)


def failure_of(row: Mapping[str, Any], who: Principal) -> dict[str, str]:
    """Return why a batch could not be unpacked, {"error", "message", "advice"}: to blind eyes without the files that it names."""
    if row["error"] and veil_of(who, row["id"]) is Veil.BLIND:
        said = "压缩包没有解开", "原因里可能有文件名，盲审时不显示；请联系管理员。"
    else:
        said = row["message"], row["advice"]
    return {"error": row["error"], "message": said[0], "advice": said[1]}


def remarks_of(row: Mapping[str, Any], who: Principal) -> list[dict[str, str]]:
    """Return the files that are no cases, with the reasons; their names, which may be those of authors, as far as one may see them."""
    found = row["remarks"] or []
    if names_hidden(who, row["id"]):
        return []
    return [{"name": hidden_file(r["name"]), "reason": r["reason"]} for r in found]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a batch's reports, masked for one person."""

    made: tuple[Row, ...]

    def rows(self) -> list[Row]:
        return in_queue(self.made)


def each(
    store: Store, who: Principal, batch_id: str, make: Callable[[Tx, dict[str, Any]], T], ids: Sequence[str] = ()
) -> Iterator[T]:
    """Yield what ``make`` makes of the row of every submission of a batch that has a report (or of ``ids``), in the order in which they came.

    A transaction lasts for a page of rows, and none is open while somebody is sent what was made: a long reader would keep SQLite from
    emptying its write-ahead log. Who is deleted meanwhile is left out.
    """
    if not ids:
        with store.read() as tx:
            ids = overview.ids(tx, batch_id, who.sight())
    for n in range(0, len(ids), PAGE):
        with store.read() as tx:
            rows = groups.rows_of(tx, ids[n : n + PAGE], who.sight())
            found = (dict(rows[i]) for i in ids[n : n + PAGE] if i in rows)
            made = [make(tx, row) for row in found if row["run"]]
        yield from made


def reports_of(store: Store, who: Principal, batch_id: str) -> Iterator[bytes]:
    """Yield the newest report, as this person may see it, of every submission of a batch that has one; see :func:`each`."""
    return each(store, who, batch_id, lambda tx, row: shown_report(tx, store.sealer, row, who))


def _by_submission(tx: Tx, who: Principal, submission_id: str, report: dict[str, Any]) -> dict[str, Any]:
    """Return a report whose sources are called by their submissions where there are some: so the workbook's rows know each other."""
    reuse = report.get("reuse")
    if reuse:
        found = partners.holders(tx, {s["id"] for s in reuse["sources"]}, who.sight())
        called = {k: next((i for i in ids if i != submission_id), k) for k, ids in found.items()}
        for s in reuse["sources"]:
            s["id"] = called.get(s["id"], s["id"])
        for p in reuse["passages"]:
            p["source"] = called.get(p["source"], p["source"])
    return report


def write_workbook(store: Store, who: Principal, row: Mapping[str, Any], book: Rulebook, path: Path) -> int:
    """Write the summary of a batch, masked for this person; return how many cases are in it."""

    def line(tx: Tx, case: dict[str, Any]) -> Row:
        said = json.loads(shown_report(tx, store.sealer, case, who))
        report = Report.from_json(_by_submission(tx, who, case["id"], said))
        return row_of(replace(report, case=replace(report.case, id=case["id"])), 0)

    made = [replace(r, place=n) for n, r in enumerate(each(store, who, row["id"], line))]
    hidden = names_hidden(who, row["id"])
    verdicts: dict[str, int] = {}
    for r in made:
        verdicts[r.verdict.value] = verdicts.get(r.verdict.value, 0) + 1
    with store.read() as tx:
        whole = BatchReport(
            made_with=MadeWith(engine=__version__, rulebook={"id": book.id, "digest": book.digest}),
            outcomes=() if hidden else outcomes_of(tx, store, row, book),
            verdicts=verdicts,
            clusters=clusters_of(tx, store, who, row["id"]).groups,
            remarks=() if hidden else tuple(Remark(name=r["name"], reason=r["reason"]) for r in remarks_of(row, who)),
        )
        # Units are not told how their cases are weighed against others.
        more = None if who.role is Role.SUBMITTER else partial(add_sheets, found=Shortlist(tx, store, who, row, book))
        write_summary(path, _Rows(tuple(made)), whole, book, more)
    return len(made)
