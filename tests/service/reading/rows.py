"""Rows made directly: batches, submissions, reports, pairs, without the work that makes them in earnest."""

import hashlib
import json
from datetime import UTC, datetime

from screening.case import unit_key
from service.moment import new_id, now
from service.store import schema

MADE = {
    "engine": "1",
    "rulebook": {"id": "henan-2023-950", "digest": "d"},
    "models": {},
    "library": {"id": "", "documents": 0},
    "search": "ordinary",
}


def batch(tx, **values):
    row = {
        "id": new_id(),
        "name": "第一批",
        "rulebook": "henan-2023-950",
        "state": "sealed",
        "created": now(),
        "created_by": "key:test",
        "revision": 1,
    } | values
    row["unit_key"] = unit_key(row.get("unit", ""))
    tx.execute(schema.batch.insert(), row)
    return row["id"]


def file(tx, name):
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    if not tx.execute(schema.file.select().where(schema.file.c.sha256 == sha256)).first():
        tx.execute(schema.file.insert(), {"sha256": sha256, "size": 1, "chunks": 1, "created": now()})
    return sha256


def submission(tx, sealer, **values):
    row = {
        "id": new_id(),
        "batch": None,
        "case": "c",
        "created": now(),
        "updated": now(),
        "created_by": "key:test",
        "kind": "work_case",
        "title": "作业设计研修纪事",
        "unit": "临溪市第一小学",
        "project": "国培计划",
        "received": datetime(2024, 1, 20, tzinfo=UTC),
        "rulebook": "henan-2023-950",
        "state": "done",
        "verdict": "look",
        "codes": [],
        "findings": 0,
    } | values
    name = row.pop("file", row["id"])
    row["sha256"] = file(tx, name)
    row.setdefault("document", row["sha256"][:16])
    row["unit_key"] = unit_key(row["unit"])
    tx.execute(schema.submission.insert(), row)
    body = sealer.seal_json({"file": f"{name}.docx", "author": "", "form_file": "", "row": {}}, f"author/{row['id']}")
    tx.execute(schema.author.insert(), {"submission": row["id"], "body": body})
    return row["id"]


def run(tx, sealer, submission_id, report=None, **values):
    """Store a report (JSON), make it the newest, and its sources the pairs."""
    report = report or {"schema": 1, "verdict": "clear"}
    made = report.get("made_with", MADE)
    body, run_id = json.dumps(report, ensure_ascii=False).encode(), new_id()
    row = {
        "id": run_id,
        "submission": submission_id,
        "created": now(),
        "sha256": hashlib.sha256(body).hexdigest(),
        "body": sealer.seal(body, f"run/{run_id}"),
        "engine": made["engine"],
        "rulebook": made["rulebook"]["id"],
        "rulebook_digest": made["rulebook"]["digest"],
        "models": made["models"],
        "library": made["library"]["id"],
        "library_documents": made["library"]["documents"],
        "batch_revision": 1,
        "search": made["search"],
        "milliseconds": 1,
    } | values
    tx.execute(schema.run.insert(), row)
    table = schema.submission
    tx.execute(table.update().where(table.c.id == submission_id).values(run=run_id, screened=now()))
    return run_id


def pair(tx, submission_id, source, rate=0.5, **values):
    row = {
        "submission": submission_id,
        "source": source,
        "run": "r",
        "rate": rate,
        "share_of_source": rate,
        "characters": 100,
        "passages": 1,
        "own": False,
        "earlier": False,
    } | values
    tx.execute(schema.pair.insert(), row)
