"""Sources and passages that a person takes out by hand, with a reason; the rates follow at once, the report stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from screening.case import Case
from screening.reuse.corpus import Comparable
from screening.reuse.rates import rates_of
from screening.reuse.result import Passage, Rates, Reuse
from service.errors import not_found
from service.moment import new_id, now
from service.store.database import note
from service.store.findings import passage_key
from service.store.runs import report_of
from service.store.schema import exclusion, submission
from service.store.sealing import Sealer
from service.store.submissions import case_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """The rates as the report has them, and without what people took out. ``shown`` of ``of`` passages are known to reckon with."""

    reported: Mapping[str, float]
    adjusted: Mapping[str, float]
    excluded: tuple[str, ...]
    shown: int
    of: int


def exclude(tx: Connection, submission_id: str, target: str, *, excluded: bool, reason: str, by: str) -> None:
    """Add a row: "source:DOCUMENT" or "passage:KEY" is out, or back."""
    row = {"submission": submission_id, "target": target, "excluded": excluded, "reason": reason, "by": by}
    tx.execute(insert(exclusion), row | {"id": new_id(), "created": now()})
    note(tx, by, "reuse.exclude" if excluded else "reuse.restore", submission_id, what=target)


def listed(tx: Connection, submission_id: str) -> list[RowMapping]:
    """Return what was taken out and put back, newest first."""
    query = select(exclusion).where(exclusion.c.submission == submission_id)
    return list(tx.execute(query.order_by(exclusion.c.created.desc(), exclusion.c.id.desc())).mappings())


def standing(tx: Connection, submission_id: str) -> frozenset[str]:
    """Return the targets that are out now."""
    newest: dict[str, bool] = {}
    for row in listed(tx, submission_id):
        newest.setdefault(row["target"], row["excluded"])
    return frozenset(k for k, out in newest.items() if out)


def targets(reuse: Reuse) -> frozenset[str]:
    """Return everything of a report that can be taken out."""
    return frozenset(
        [f"source:{p.source}" for p in reuse.passages] + [f"passage:{passage_key(p)}" for p in reuse.passages]
    )


def is_out(passage: Passage, out: frozenset[str]) -> bool:
    """Whether a passage, or its source, was taken out."""
    return f"source:{passage.source}" in out or f"passage:{passage_key(passage)}" in out


def rates_without(side: Comparable, reuse: Reuse, out: frozenset[str]) -> Rates:
    """Return the rates by the union of the passages that are left, reckoned as the engine does."""
    left = [p for p in reuse.passages if not is_out(p, out)]
    own = [s.id for s in reuse.sources if s.own]
    kept = reuse.rates.raw / reuse.rates.total if reuse.rates.total else 1.0
    return rates_of(side, left, own, reuse.stock, kept)


def reckon(tx: Connection, sealer: Sealer, row: Mapping[str, Any]) -> Adjusted | None:
    """Reckon the rates of a submission (its row) without what is out now; None if its report has none. Changes nothing."""
    reuse = reuse_of(tx, sealer, row)
    if reuse is None:
        return None
    out = standing(tx, row["id"]) & targets(reuse)
    rates = rates_without(_side(tx, sealer, row["id"]), reuse, out) if out else reuse.rates
    return Adjusted(
        reported=asdict(reuse.rates),
        adjusted=asdict(rates),
        excluded=tuple(sorted(out)),
        shown=reuse.shown,
        of=reuse.of,
    )


def adjust(tx: Connection, sealer: Sealer, row: Mapping[str, Any]) -> Adjusted | None:
    """Reckon the rates of a submission (its row) anew and let the lists show them; None if its report has none.

    Call it after a change of what is out, and after a new report of a submission of which something is out.
    """
    adjusted = reckon(tx, sealer, row)
    if adjusted is not None:
        tx.execute(
            update(submission)
            .where(submission.c.id == row["id"])
            .values(rate=adjusted.adjusted["total"], largest=adjusted.adjusted["largest_source"], updated=now())
        )
    return adjusted


def reuse_of(tx: Connection, sealer: Sealer, row: Mapping[str, Any]) -> Reuse | None:
    """Return what the newest report of a submission says of reuse."""
    if not row["run"]:
        return None
    said = json.loads(report_of(tx, sealer, row["run"])).get("reuse")
    return Reuse.from_json(said) if said else None


def _side(tx: Connection, sealer: Sealer, submission_id: str) -> Comparable:
    case = case_of(tx, sealer, submission_id)
    if case is None:
        raise not_found("这份材料的正文")
    return Comparable.of_case(Case.from_json(case))
