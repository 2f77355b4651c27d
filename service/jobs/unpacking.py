"""From a batch's zip to its submissions: a few at a time, so that others can write meanwhile and a kill costs nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from screening.errors import ScreeningError, UnreadableError
from screening.intake import Limits
from screening.intake.gather import Gathered, Refused, Submission, gather
from screening.intake.manifest import load_manifest
from service.jobs.kit import Kit
from service.store import files, unpacked, work
from service.store.database import Row, Tx
from service.store.submissions import Handed, hand_in
from service.store.work import Lease
from service.uploads import zip_limits

_AT_ONCE = 4 << 20  # bytes stored in one transaction


def unpack(kit: Kit, lease: Lease) -> bool:
    """Make a batch's zip into submissions, then seal it. A zip or list that can't be used fails the batch, with the reason.

    Returns False if the lease was lost. Goes on where an earlier attempt was stopped.
    """
    with kit.folder() as folder:
        try:
            row, gathered = _gathered(kit, lease, Path(folder))
        except ScreeningError as error:
            with kit.store.write() as tx:
                return unpacked.fail(tx, lease, error)
        with kit.store.read() as tx:
            there = unpacked.cases(tx, lease.id)
        members: tuple[Submission | Refused, ...] = (*gathered.submissions, *gathered.refused)
        waiting = [m for m in members if m.id not in there]
        for group in _groups(waiting):
            with kit.store.write() as tx:
                if not work.held(tx, lease):
                    return False
                for member, parts in group:
                    _store(tx, kit, row, member, parts)
    with kit.store.write() as tx:
        remarks = [{"name": i.name, "reason": i.reason} for i in gathered.ignored]
        return unpacked.seal(tx, lease, remarks)


def _gathered(kit: Kit, lease: Lease, folder: Path) -> tuple[Row, Gathered]:
    zipped = folder / "压缩包.zip"
    store = kit.store
    with store.read() as tx:
        row = unpacked.batch_row(tx, lease.id)
        files.copy_to(tx, store.sealer, row["archive"], zipped)
        sheet = None
        if row["manifest"]:
            sheet = folder / Path(row["manifest_name"] or "报送清单.xlsx").name
            files.copy_to(tx, store.sealer, row["manifest"], sheet)
    limits = zip_limits(kit.settings)
    try:
        return row, gather(zipped, load_manifest(sheet) if sheet else None, limits=limits)
    except ScreeningError as error:
        # The engine names the path that it was given; here that is a temporary one.
        message = error.message.replace(str(zipped), "压缩包")
        raise ScreeningError(error.code, message, error.advice) from error


Parts = tuple[bytes, bytes | None]


def _groups(members: list[Submission | Refused]) -> Iterator[list[tuple[Submission | Refused, Parts]]]:
    """Yield members with their bytes, some MB at a time; one whose bytes can't be had becomes a refused one."""
    group: list[tuple[Submission | Refused, Parts]] = []
    size, limit = 0, Limits().size
    for member in members:
        entry: tuple[Submission | Refused, Parts] = member, (b"", None)
        if isinstance(member, Submission):
            try:
                entry = member, (member.body.read(limit), member.form.read(limit) if member.form else None)
            except UnreadableError as error:
                entry = Refused(member.id, member.file, error.code, error.message, error.advice), (b"", None)
        group.append(entry)
        size += sum(len(p or b"") for p in entry[1])
        if size >= _AT_ONCE or len(group) == 64:
            yield group
            group, size = [], 0
    if group:
        yield group


def _store(tx: Tx, kit: Kit, row: Row, member: Submission | Refused, parts: Parts) -> None:
    keys = [None if p is None else _keep(tx, kit, p) for p in parts]
    said = member.row if isinstance(member, Submission) else None
    handed = Handed(
        sha256=keys[0] or "",
        file=member.file if isinstance(member, Submission) else member.name,
        case=member.id,
        by=row["created_by"],
        batch=row["id"],
        form=keys[1],
        form_file=member.form.name if isinstance(member, Submission) and member.form else "",
        kind=said.kind if said else "",
        title=said.title if said else "",
        unit=row["unit"] or (said.unit if said else ""),
        unit_type=said.unit_type if said else "",
        project=said.project if said else "",
        author=said.author if said else "",
        received=said.received if said else None,
        row=_plain(asdict(said)) if said else {},
        notes=member.notes if isinstance(member, Submission) else (),
    )
    submission_id = hand_in(tx, kit.store.sealer, handed)
    if isinstance(member, Refused):
        unpacked.refuse(tx, submission_id, UnreadableError(member.code, member.message, member.advice))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    received = row["received"]
    return {**row, "received": received and received.isoformat()}


def _keep(tx: Tx, kit: Kit, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    files.keep(tx, kit.store.sealer, io.BytesIO(data), sha256, len(data))
    return sha256
