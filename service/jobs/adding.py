"""Earlier cases into the archive, a few files a step; and a look at every row of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from screening.errors import ScreeningError
from screening.intake.assemble import assemble
from screening.intake.gather import Gathered, Submission, gather
from screening.intake.refusals import refusal
from screening.library.entry import Entry
from screening.library.transfer import verify
from screening.pipeline import vocabulary
from service.errors import ServiceError
from service.jobs.kit import Kit
from service.logs import failure, log
from service.store import files, tasks
from service.store.database import note
from service.store.tasks import Held
from service.uploads import zip_limits

_log = log(__name__)
_STEP: Final = 4.0  # seconds after which a step ends
_BEAT: Final = 2.0  # seconds between two signs of life of a long one
_NAMED: Final = 500  # files of each sort that the results name

Failed = tuple[str, str, str]


def step(kit: Kit, held: Held) -> None:
    """Read some of the files of an upload and add them.

    ``given`` is {"name": of the upload, "year": or None}. The results are {"new", "known": counts, "failed": [[name, message, advice]],
    "failures": count, "ignored": [[name, reason]], "files": [[name, title, whether new]]}. Raises :class:`ScreeningError` for an upload that holds no case.
    """
    found: dict[str, Any] = {
        "new": 0,
        "known": 0,
        "failed": [],
        "failures": 0,
        "ignored": [],
        "files": [],
    } | held.results
    with kit.folder() as folder:
        gathered = _gathered(kit, held, Path(folder))
        end, done = time.monotonic() + _STEP, held.done
        if not done:
            refused = [(r.name, r.message, r.advice) for r in gathered.refused]
            _fail(found, refused)
            found["ignored"] = [[i.name, i.reason] for i in gathered.ignored[:_NAMED]]
        entries: list[Entry] = []
        total = len(gathered.submissions)
        while done < total and (done == held.done or time.monotonic() < end):
            read = _read(kit, gathered.submissions[done], held.given.get("year"))
            if isinstance(read, Entry):
                entries.append(read)
            else:
                _fail(found, [read])
            done += 1
    for entry, added in zip(entries, kit.library.add_many(entries), strict=True):
        # What is there already, also from an attempt that was lost, is known.
        found["new" if added.new else "known"] += 1
        found["files"] = [*found["files"], [entry.file, entry.title, added.new]][:_NAMED]
    with kit.store.write() as tx:
        if tasks.settle(tx, held, done=done, total=total, results=found) and done >= total:
            counts = {name: int(found[name]) for name in ("new", "known", "failures")}
            note(tx, held.by, "archive.added", held.id, "", **counts)


def _gathered(kit: Kit, held: Held, folder: Path) -> Gathered:
    path = folder / Path(held.given["name"]).name
    with kit.store.read() as tx:
        files.copy_to(tx, kit.store.sealer, held.file or "", path)
    try:
        return gather(path, namespace="archive/", limits=zip_limits(kit.settings))
    except ScreeningError as error:
        # The engine names the path that it was given; here that is a temporary one.
        raise ServiceError(422, error.code, error.message.replace(str(path), path.name), error.advice) from error


def _read(kit: Kit, submission: Submission, year: int | None) -> Entry | Failed:
    try:
        return Entry.of_case(assemble(submission, vocabulary(kit.setting("").rulebook)), year=year)
    except ScreeningError as error:
        return submission.file, error.message, error.advice
    except Exception as error:  # noqa: BLE001 - one bad file never stops the others
        _log.warning("archive.unread", **failure(error))
        said = refusal("internal", type(error).__name__)
        return submission.file, said.message, said.advice


def _fail(found: dict[str, Any], failed: Sequence[Failed]) -> None:
    found["failures"] += len(failed)
    found["failed"] = [*found["failed"], *map(list, failed)][:_NAMED]


def verified(kit: Kit, held: Held) -> None:
    """Look at every row of the archive. The results are {"wrong": sentences}; it ends early if the task was cancelled."""
    seen = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal seen
        if time.monotonic() - seen > _BEAT:
            seen = time.monotonic()
            with kit.store.write() as tx:
                if not tasks.keep_alive(tx, held, kit.settings.lease_seconds, done=done, total=total):
                    raise _CancelledError

    try:
        wrong = verify(kit.library, progress)
    except _CancelledError:
        return
    size = len(kit.library)
    with kit.store.write() as tx:
        if tasks.settle(tx, held, done=size, total=size, results={"wrong": wrong[:_NAMED]}):
            note(tx, held.by, "archive.checked", held.id, documents=size, wrong=len(wrong))


class _CancelledError(Exception):
    """Somebody has ended the task meanwhile."""
