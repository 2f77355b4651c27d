"""Trying a rulebook on a batch: its cases are screened under the batch's present rules and under the others, and nothing is kept of it.

Both times a case is compared with the same documents, those of now, so what differs comes from the rules alone.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from screening.case import Case
from screening.report import Report
from service.errors import ServiceError
from service.jobs.kit import Kit
from service.jobs.reading import setting_of
from service.jobs.screening import tried
from service.logs import failure, log
from service.store import results, submissions, tasks
from service.store.sight import Sight
from service.store.tasks import Held
from service.store.work import SCREEN, Lease

_log = log(__name__)
_STEP: Final = 3.0  # seconds after which a step ends: what is handed in meanwhile waits no longer


def step(kit: Kit, held: Held) -> None:
    """Screen some of the cases (ids in ``given["cases"]``).

    The results are {"same", "unread", "broken": counts, "verdicts": {"before>after": count}, "changed": [one of :func:`_compare` each]}.
    """
    cases: list[str] = held.given["cases"]
    found: dict[str, Any] = {"same": 0, "unread": 0, "broken": 0, "verdicts": {}, "changed": []} | held.results
    end, done = time.monotonic() + _STEP, held.done
    while done < len(cases) and (done == held.done or time.monotonic() < end):
        _count(found, cases[done], _tried(kit, held, cases[done]))
        done += 1
    with kit.store.write() as tx:
        tasks.settle(tx, held, done=done, total=len(cases), results=found)


def _tried(kit: Kit, held: Held, submission_id: str) -> tuple[Report, Report] | str:
    """Return the reports before and after, or why there are none: "unread", or "broken" if the screening itself fails."""
    try:
        with kit.store.read() as tx:
            row = submissions.one(tx, submission_id, Sight(everything=True))
            before = setting_of(tx, kit, row)
            kept = submissions.case_of(tx, kit.store.sealer, submission_id)
            revision = results.revision_of(tx, row["batch"])
        if kept is None:
            return "unread"
        case, lease = Case.from_json(kept), Lease(row["id"], SCREEN, 0, 0, row["batch"])
        settings = before, kit.setting_with(before, held.target)
        old, new = tried(kit, lease, row["document"], case, settings, revision)
    except ServiceError as error:
        if error.status != 404:  # deleted meanwhile
            raise
        return "unread"
    except Exception as error:  # noqa: BLE001 - one case never stops the others
        _log.warning("trial.broken", row=submission_id, **failure(error))
        return "broken"
    return old, new


def _count(found: dict[str, Any], submission_id: str, tried: tuple[Report, Report] | str) -> None:
    if isinstance(tried, str):
        found[tried] += 1
        return
    old, new = tried
    way = f"{old.verdict.value}>{new.verdict.value}"
    found["verdicts"][way] = found["verdicts"].get(way, 0) + 1
    if change := _compare(old, new):
        found["changed"].append({"id": submission_id, **change})
    else:
        found["same"] += 1


def _compare(old: Report, new: Report) -> dict[str, Any]:
    """Return what differs: verdicts, findings gained and lost as [rule, code, severity], scores; empty if nothing does."""
    before, after = _findings(old), _findings(new)
    gained, lost = sorted((after - before).elements()), sorted((before - after).elements())
    scores = [r.score.total if r.score else None for r in (old, new)]
    if old.verdict is new.verdict and not gained and not lost and scores[0] == scores[1]:
        return {}
    return {
        "before": old.verdict.value,
        "after": new.verdict.value,
        "gained": [list(f) for f in gained],
        "lost": [list(f) for f in lost],
        "scores": scores,
    }


def _findings(report: Report) -> Counter[tuple[str, str, str]]:
    return Counter(
        (o.rule, f.code, str((f.severity or o.severity).value))
        for o in report.outcomes
        if not o.shadow
        for f in o.findings
    )
