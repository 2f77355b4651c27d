"""What comes of the work on a submission: the case that was read, the report on it; each is written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import Connection, delete, insert, select

from screening.case import Case, CaseInfo, unit_key
from screening.errors import ScreeningError
from screening.library import Prepared, prepare
from screening.library.entry import Entry
from screening.report import Report
from service.foreign import mentioned, names_mates
from service.masking import Names, names_of
from service.moment import new_id, now
from service.store import archive, exclusions, search, submissions, work
from service.store.database import tell
from service.store.findings import keys_of, known_keys
from service.store.schema import OTHERS, batch, case, finding, mention, pair, run, submission
from service.store.sealing import Sealer
from service.store.work import Lease

_TEXTS = ("kind", "title", "unit_type", "project")


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case that was read, with all that is stored of it: made before the transaction, which is to be short."""

    info: CaseInfo
    rows: Mapping[str, Any]
    person: Mapping[str, Any]  # what the reading found of the author, for service_author
    document: Prepared
    words: search.Findable

    @classmethod
    def of(cls, sealer: Sealer, submission_id: str, read: Case, stated: Names = search.NOBODY) -> Self:
        """Seal, fold, hash and compress; ``stated`` are the names that were told when it was handed in."""
        document, plain = prepare(Entry.of_case(read)), read.to_json()
        rows = {
            "submission": submission_id,
            "body": sealer.seal_json(plain, f"case/{submission_id}"),
            "info": sealer.seal_json(read.info.to_json(), f"info/{submission_id}"),
        }
        person = {"author": read.info.author, "form": read.form and read.form.to_json()}
        words = findable(read, stated | names_of({}, person, plain))
        return cls(read.info, rows, person, document, words)


def findable(read: Case, hide: Names) -> search.Findable:
    """Return title and compared text of a case as they can be found; ``hide`` are the names that a blind reviewer is not shown in it."""
    return search.findable(f"{read.info.title}\n{Entry.of_case(read).text}", hide)


def keep_case(tx: Connection, sealer: Sealer, lease: Lease, made: ReadCase, precheck: str = "") -> bool:
    """Keep a case that was read, put its document into the archive, and let it wait for its screening.

    ``precheck`` is what became of its 自查码.

    Returns False, and writes nothing, if the lease is no longer ours. Locks are taken in one order everywhere: submission, archive, batch.
    """
    if not work.held(tx, lease):
        return False
    where = lease.id
    tx.execute(delete(case).where(case.c.submission == where))
    tx.execute(insert(case), made.rows)
    submissions.learn(tx, sealer, where, made.person)
    values: dict[str, Any] = {name: getattr(made.info, name) for name in _TEXTS}
    values["precheck_result"] = precheck
    if made.info.received:
        values["received"] = made.info.received
    stated = tx.execute(select(submission.c.unit_key).where(submission.c.id == where)).scalar_one()
    if not stated:
        # Rights go by the unit that handed it in; what the text says of itself fills in only where nobody has said.
        values |= {"unit": made.info.unit, "unit_key": unit_key(made.info.unit)}
    search.put(tx, where, made.words)
    document, owns = archive.put_in(tx, where, made.document)
    work.grown(tx, lease.batch)
    work.settle(tx, lease, state="read", document=document, owns_document=owns, error="", **values)
    return True


def keep_refusal(tx: Connection, lease: Lease, error: ScreeningError, precheck: str = "") -> bool:
    """Keep why a file can't be read; ``precheck`` as in :func:`keep_case`; its report is made when its batch is screened. Returns False if the lease is no longer ours."""
    if not work.held(tx, lease):
        return False
    work.settle(tx, lease, precheck_result=precheck, **refused(error))
    return True


def refused(error: ScreeningError) -> dict[str, Any]:
    """Return what the row says of a submission that can't be read, until it has its report."""
    return {"state": "read", "error": error.code, "message": error.message, "advice": error.advice}


@dataclass(frozen=True, slots=True)
class Made:
    """A report, with all that is stored of it: made before the transaction, which is to be short."""

    report: Report
    run: Mapping[str, Any]
    pairs: Sequence[Mapping[str, Any]]
    mentions: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]  # those that can be known again
    concerns: Sequence[Sequence[str]]  # key, code and severity of each finding that is more than a note

    @classmethod
    def of(
        cls, sealer: Sealer, submission_id: str, report: Report, *, batch_revision: int = 0, milliseconds: int = 0
    ) -> Self:
        """Write the report's JSON, as the command line does, and seal it."""
        run_id, made = new_id(), report.made_with
        plain = report.to_json()
        data = json.dumps(plain, ensure_ascii=False).encode()
        row = {
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
            "batch_revision": batch_revision,
            "search": made.search,
            "milliseconds": milliseconds,
        }
        sources = mentioned(plain) | ({OTHERS} if names_mates(plain) else set())
        mentions = [{"source": source, "run": run_id} for source in sorted(sources)]
        keys = [{"submission": submission_id, "key": key} for key in known_keys(plain)]
        return cls(report, row, _pairs(report, submission_id, run_id), mentions, keys, _concerns(plain))


def keep_report(
    tx: Connection,
    sealer: Sealer,
    lease: Lease,
    made: Made,
    *,
    state: str = "done",
    words: search.Findable | None = None,
) -> bool:
    """Keep a report and end the work; ``state`` "failed" is for what was given up. Returns False if the lease is no longer ours.

    ``words`` is the text as it can be found from now on: without the names behind the report's sources. The report's pairs and findings
    take the place of those of the report before it; what people left out of the rates stays out.
    """
    if not work.held(tx, lease):
        return False
    tx.execute(insert(run), made.run)
    if words:
        search.put(tx, lease.id, words)
    if made.mentions:
        tx.execute(insert(mention), made.mentions)
    tx.execute(delete(pair).where(pair.c.submission == lease.id))
    if made.pairs:
        tx.execute(insert(pair), made.pairs)
    tx.execute(delete(finding).where(finding.c.submission == lease.id))
    if made.findings:
        tx.execute(insert(finding), made.findings)
    work.settle(tx, lease, state=state, **_columns(made))
    if exclusions.standing(tx, lease.id):
        exclusions.adjust(tx, sealer, {"id": lease.id, "run": made.run["id"]})
    tell(tx, f"submission.{state}", batch=lease.batch, submission=lease.id, verdict=made.report.verdict.value)
    work.finished(tx, lease.batch)
    return True


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


def _concerns(said: Mapping[str, Any]) -> list[list[str]]:
    return [[key, f["code"], f["severity"]] for key, _, f in keys_of(said) if f["severity"] in ("review", "blocker")]


def _columns(made: Made) -> dict[str, Any]:
    """Return what the submission's row says of its newest report."""
    report = made.report
    rates = report.reuse.rates if report.reuse else None
    parts = report.score.parts if report.score else {}
    error = report.error
    return {
        "run": made.run["id"],
        "screened": now(),
        "verdict": report.verdict.value,
        "findings": len(report.findings),
        "codes": sorted({f.code for f in report.findings}),
        "parts": {name: [p.points, p.weight] for name, p in parts.items()},
        "concerns": made.concerns,
        "words": report.counts.get("words"),
        "rate": rates and rates.total,
        "largest": rates and rates.largest_source,
        "topic_band": report.topic and str(report.topic.band),
        "topic_score": report.topic and report.topic.score,
        "theme": next((t.name for t in report.topic.themes if t.role == "main"), None) if report.topic else None,
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
        .where(submission.c.batch == batch_id, submission.c.state != "cancelled")
    ).all()
    infos = [(r.submission, CaseInfo.from_json(sealer.open_json(r.info, f"info/{r.submission}"))) for r in rows]
    times = Counter(info.id for _, info in infos)
    named = [info if times[info.id] == 1 else replace(info, id=where) for where, info in infos]
    return sorted(named, key=lambda i: (i.file, i.id))


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
