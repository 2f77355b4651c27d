"""From the original to a case: read behind the engine's process boundary, kept with its document in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from screening.errors import UnreadableError
from screening.intake.assemble import assemble
from screening.intake.gather import Part, Submission
from screening.intake.manifest import ManifestRow
from screening.pipeline import Setting, vocabulary
from service.errands import Held
from service.jobs.kit import Kit
from service.jobs.prechecking import result_of
from service.masking import names_of
from service.store import files, results, submissions
from service.store.database import Row, Tx
from service.store.sealing import Sealer
from service.store.sight import Sight
from service.store.work import Lease


def read(kit: Kit, lease: Lease) -> bool:
    """Read a submission; one that can't be read keeps the reason. Returns False if the lease was lost."""
    store = kit.store
    with store.read() as tx:
        row = submissions.one(tx, lease.id, Sight(everything=True))
        given = handed_in(tx, store.sealer, row, whole=True)
        stated = names_of(dict(row), submissions.person_of(tx, store.sealer, row["id"]))
        setting = setting_of(tx, kit, row)
    precheck = result_of(store.sealer, row, given, setting)
    try:
        case = assemble(given, vocabulary(setting.rulebook))
    except UnreadableError as error:
        with store.write() as tx:
            return results.keep_refusal(tx, lease, error, precheck)
    made = results.ReadCase.of(store.sealer, lease.id, case, stated)
    with store.write() as tx:
        kept = results.keep_case(tx, store.sealer, lease, made, precheck)
    kit.added()
    return kept


def setting_of(tx: Tx, kit: Kit, row: Row) -> Setting:
    """Return by what a submission is judged: its own rulebook, else its batch's, else the installation's."""
    rulebook, roster = results.batch_terms(tx, row["batch"])
    return kit.setting(row["rulebook"] or rulebook, roster)


def handed_in(tx: Tx, sealer: Sealer, row: Row, *, whole: bool) -> Submission:
    """Return a submission as the engine knows it; its files in memory if ``whole``, else empty."""
    person = submissions.person_of(tx, sealer, row["id"])

    def part(name: str, sha256: str) -> Part:
        data = b"".join(files.pieces(tx, sealer, sha256)) if whole else b""
        return Held(name, "", None, data)

    return Submission(
        id=row["case"],
        file=person["file"],
        body=part(person["file"], row["sha256"]),
        form=part(person["form_file"], row["form"]) if row["form"] else None,
        row=_row(person["row"], person["file"]),
        notes=tuple((code, message) for code, message in person.get("notes", ())),
    )


_ROW = frozenset(f.name for f in fields(ManifestRow))


def _row(said: Mapping[str, Any], file: str) -> ManifestRow | None:
    """Return what was said of a submission as a row of a manifest, None if nothing was."""
    known = {k: v for k, v in said.items() if k in _ROW and v not in (None, "")}
    if not known.keys() - {"line", "file"}:
        return None
    row = ManifestRow(**{"line": 0, "file": file, **known})
    return replace(row, received=datetime.fromisoformat(row.received)) if isinstance(row.received, str) else row
