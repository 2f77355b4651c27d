"""What a worker keeps warm between items: rulebooks with their models, the archive, the reading children."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from screening.case import Batch
from screening.intake.boundary import warm
from screening.intake.roster import load_roster
from screening.pipeline import Setting, run_batch_checks
from screening.report import Outcome
from screening.reuse.compare import ORDINARY, THOROUGH
from screening.rulebook import Rulebook
from screening.world import Trainee
from service.settings import Settings
from service.store import books, files, results
from service.store.database import Store

# Reading a rulebook takes as long as a tenth of a screening; one that an office edits counts after so many seconds.
_FRESH: Final = 10.0
_BATCHES: Final = 2  # whose batch checks are kept: a trial needs those of two rulebooks


class Kit:
    """The tools of one worker; one object a thread."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.library = store.library()
        self._rosters = lru_cache(maxsize=4)(self._roster)
        self._books: dict[str, tuple[float, Rulebook]] = {}
        self._batches: dict[Any, Mapping[str, tuple[Outcome, ...]]] = {}
        self._read = 0
        warm()

    def setting(self, rulebook: str, roster: str | None = None) -> Setting:
        """Return what a rulebook's screening holds fixed; ``roster`` is the sha256 of a list of trainees.

        Raises :class:`ScreeningError` for a rulebook that can't be used.
        """
        book = self._book(rulebook or self.settings.rulebook)
        people = self._rosters(roster) if roster else None
        return _setting(_Book(book), self.settings.models, people, self.settings.thorough)

    def setting_with(self, setting: Setting, rulebook: str) -> Setting:
        """Return a setting by another rulebook, for the same list of trainees. Raises as :meth:`setting`."""
        book = self._book(rulebook)
        return _setting(_Book(book), self.settings.models, setting.roster, self.settings.thorough)

    def _book(self, rulebook: str) -> Rulebook:
        at, book = self._books.get(rulebook, (0.0, None))
        if book is None or time.monotonic() - at > _FRESH:
            book = books.load(rulebook)
            self._books[rulebook] = time.monotonic(), book
        return book

    def of_batch(self, batch: str, setting: Setting, revision: int) -> Mapping[str, tuple[Outcome, ...]]:
        """Return what the batch checks say of each member of a batch by the id in its report, of one whose id is taken by its row's."""
        key = (batch, revision, setting.rulebook.digest, setting.roster)
        if key not in self._batches:
            with self.store.read() as tx:
                infos = results.members(tx, self.store.sealer, batch)
            if len(self._batches) == _BATCHES:
                del self._batches[next(iter(self._batches))]
            self._batches[key] = run_batch_checks(Batch(tuple(infos)), setting)[1]
        return self._batches[key]

    def added(self) -> None:
        """Count a document that was put into the archive, which is packed now and then."""
        self._read += 1
        if self._read % 64 == 0:
            self.library.pack_if_full()

    def folder(self) -> TemporaryDirectory[str]:
        """Return a private folder that is gone afterwards; what a killed worker leaves there is removed at the next start."""
        return TemporaryDirectory(
            dir=temporary(self.settings), prefix=f"work-{os.getpid()}-", ignore_cleanup_errors=True
        )

    def _roster(self, sha256: str) -> tuple[Trainee, ...]:
        with self.folder() as folder, self.store.read() as tx:
            path = Path(folder) / "名册.xlsx"
            files.copy_to(tx, self.store.sealer, sha256, path)
            return tuple(Trainee(r.name, r.unit, r.project) for r in load_roster(path))


def temporary(settings: Settings) -> Path | None:
    """Return the data folder's place for temporary files; None, the system's own, on a machine without a data folder."""
    if not settings.data.is_dir():
        return None
    folder = settings.data / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def sweep(settings: Settings) -> None:
    """Remove what killed workers of this machine have left in the data folder."""
    for left in (settings.data / "tmp").glob("work-*"):
        pid = left.name.split("-")[1]
        if not (pid.isdecimal() and _runs(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Book:
    """A rulebook as the key of a cache: by its digest."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return hash(self.book.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Book) and other.book.digest == self.book.digest


@lru_cache(maxsize=8)
def _setting(of: _Book, models: str, roster: tuple[Trainee, ...] | None, thorough: bool) -> Setting:  # noqa: FBT001 - a setting
    return Setting.of(of.book, folder=models, roster=roster, search=THOROUGH if thorough else ORDINARY)
