"""What comes of the work on a submission: the case that was read, the report on it; each is written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from screening.case import Case, CaseInfo, unit_key
from screening.library import Prepared
from screening.report import Report
from service.moment import new_id, now
from service.store import archive, search, work
from service.store.database import tell
from service.store.schema import batch, case, pair, run, submission
from service.store.sealing import Sealer
from service.store.work import Lease

_TEXTS = ("kind", "title", "unit_type", "project")


def keep_case(tx: Connection, sealer: Sealer, lease: Lease, read: Case, prepared: Prepared) -> bool:
    """Keep a case that was read, put its document into the archive, and let it wait for its screening.

    Returns False, and writes nothing, if the lease is no longer ours. Locks are taken in one order everywhere: submission, archive, batch.
    """
    if not work.held(tx, lease):
        return False
    where = lease.id
    tx.execute(delete(case).where(case.c.submission == where))
    tx.execute(
        insert(case),
        {
            "submission": where,
            "body": sealer.seal_json(read.to_json(), f"case/{where}"),
            "info": sealer.seal_json(read.info.to_json(), f"info/{where}"),
        },
    )
    values: dict[str, Any] = {name: getattr(read.info, name) for name in _TEXTS}
    if read.info.received:
        values["received"] = read.info.received
    stated = tx.execute(select(submission.c.unit_key).where(submission.c.id == where)).scalar_one()
    if not stated:
        values |= _unit(read.info)
    search.add(tx, where, prepared.entry.text, hide=(read.info.author, read.info.unit))
    document, owns = archive.put_in(tx, where, prepared)
    work.grown(tx, lease.batch)
    work.settle(tx, lease, state="read", document=document, owns_document=owns, **values)
    return True


def _unit(info: CaseInfo) -> dict[str, str]:
    # Rights go by the unit that handed it in; what the text says of itself fills in only where nobody has said.
    return {"unit": info.unit, "unit_key": unit_key(info.unit)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A report, and what its row says beside it."""

    report: Report
    batch_revision: int = 0
    milliseconds: int = 0


def keep_report(tx: Connection, sealer: Sealer, lease: Lease, finished: Finished, *, state: str = "done") -> bool:
    """Keep a report and end the work; ``state`` "failed" is for what was given up. Returns False if the lease is no longer ours."""
    if not work.held(tx, lease):
        return False
    add_report(tx, sealer, lease.id, finished)
    work.settle(tx, lease, state=state, **columns(tx, lease.id, finished.report))
    said = {"verdict": finished.report.verdict.value}
    tell(tx, f"submission.{state}", batch=lease.batch, submission=lease.id, **said)
    work.finished(tx, lease.batch)
    return True


def add_report(tx: Connection, sealer: Sealer, submission_id: str, finished: Finished) -> str:
    """Add a report to those of a submission; return its id. Its pairs take the place of those of the report before it."""
    report, run_id = finished.report, new_id()
    data = json.dumps(report.to_json(), ensure_ascii=False).encode()
    made = report.made_with
    tx.execute(
        insert(run),
        {
            "id": run_id,
            "submission": submission_id,
            "created": now(),
            "sha256": hashlib.sha256(data).hexdigest(),
            "body": sealer.seal(data, f"run/{run_id}"),
            "engine": made.engine,
            "rulebook": made.rulebook["id"],
            "rulebook_digest": made.rulebook["digest"],
            "models": dict(made.models),
            "library": made.library["id"],
            "library_documents": made.library["documents"],
            "batch_revision": finished.batch_revision,
            "search": made.search,
            "milliseconds": finished.milliseconds,
        },
    )
    tx.execute(delete(pair).where(pair.c.submission == submission_id))
    if rows := _pairs(report, submission_id, run_id):
        tx.execute(insert(pair), rows)
    return run_id


def _pairs(report: Report, submission_id: str, run_id: str) -> list[dict[str, Any]]:
    if report.reuse is None:
        return []
    passages = Counter(p.source for p in report.reuse.passages)
    return [
        {
            "submission": submission_id,
            "source": s.id,
            "run": run_id,
            "rate": s.rate,
            "share_of_source": s.share_of_source,
            "characters": s.characters,
            "passages": passages[s.id],
            "own": s.own,
            "earlier": bool(s.earlier),
        }
        for s in report.reuse.sources
        if s.place != "notice"
    ]


def columns(tx: Connection, submission_id: str, report: Report) -> dict[str, Any]:
    """Return what the submission's row says of its newest report."""
    newest = tx.execute(
        select(run.c.id).where(run.c.submission == submission_id).order_by(run.c.id.desc()).limit(1)
    ).scalar_one()
    rates = report.reuse.rates if report.reuse else None
    error = report.error
    return {
        "run": newest,
        "screened": now(),
        "verdict": report.verdict.value,
        "findings": len(report.findings),
        "codes": sorted({f.code for f in report.findings}),
        "words": report.counts.get("words"),
        "rate": rates and rates.total,
        "largest": rates and rates.largest_source,
        "topic_band": report.topic and str(report.topic.band),
        "topic_score": report.topic and report.topic.score,
        "score": report.score and report.score.total,
        "error": error.code if error else "",
        "message": error.message if error else "",
        "advice": error.advice if error else "",
    }


def members(tx: Connection, sealer: Sealer, batch_id: str) -> list[CaseInfo]:
    """Return what the batch checks see: the metadata of all members that were read, in the order of their files.

    Where several members have one id in their reports (a file name twice in an open batch), each has the id of its row instead.
    """
    rows = tx.execute(
        select(case.c.submission, case.c.info)
        .join(submission, submission.c.id == case.c.submission)
        .where(submission.c.batch == batch_id, submission.c.state.not_in(("cancelled", "failed")))
    ).all()
    infos = [(r.submission, CaseInfo.from_json(sealer.open_json(r.info, f"info/{r.submission}"))) for r in rows]
    times = Counter(info.id for _, info in infos)
    named = [member_info(info, where, alone=times[info.id] == 1) for where, info in infos]
    return sorted(named, key=lambda i: (i.file, i.id))


def member_info(info: CaseInfo, submission_id: str, *, alone: bool) -> CaseInfo:
    """Return the metadata under an id that is unique in its batch."""
    return info if alone else replace(info, id=submission_id)


def revision_of(tx: Connection, batch_id: str | None) -> int:
    """Return how often the members of a batch have changed."""
    if batch_id is None:
        return 0
    return int(tx.execute(select(batch.c.revision).where(batch.c.id == batch_id)).scalar_one())


def batch_terms(tx: Connection, batch_id: str | None) -> tuple[str, str | None]:
    """Return rulebook and roster (sha256) of a batch, "" and None if there is no batch or it says nothing."""
    if batch_id is None:
        return "", None
    row = tx.execute(select(batch.c.rulebook, batch.c.roster).where(batch.c.id == batch_id)).one()
    return row.rulebook, row.roster
