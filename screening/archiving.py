"""Adding to the archive: files are read in parallel as a batch reads them, and stored in the order of their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from screening.errors import UsageError
from screening.intake.gather import Gathered, gather
from screening.intake.manifest import load_manifest
from screening.library import Library
from screening.library.entry import Entry
from screening.rulebook import load_rulebook
from screening.work import Plan, Unread, entry_lost, read_entry
from screening.workers import parallel


@dataclass(frozen=True, slots=True)
class AddResult:
    """What came of adding: documents new and already there, files that can't be read (name, message, advice), files that are no cases."""

    new: int
    known: int
    failed: tuple[tuple[str, str, str], ...]
    ignored: tuple[tuple[str, str], ...]


def add_files(
    paths: Sequence[Path],
    library: Library,
    *,
    manifest: Path | None = None,
    year: int | None = None,
    rulebook: str | Path = "henan-2023-950",
    jobs: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> AddResult:
    """Add the cases of files, folders and zips. An interrupted run is taken up by running it again: what is there is not added twice.

    Raises :class:`UsageError` for a path without a case and :class:`LibraryError` for what the archive can't do.
    """
    book = load_rulebook(rulebook)
    sheet = load_manifest(manifest) if manifest else None
    if sheet and len(paths) > 1:
        raise UsageError("manifest.many", "有报送清单时一次只能加入一个文件夹或压缩包", "请分几次运行。")
    gathered = [gather(p, sheet, skip=[manifest] if manifest else [], namespace="archive/") for p in paths]
    submissions = [s for g in gathered for s in g.submissions]
    plan = Plan(rulebook=str(rulebook), digest=book.digest, roster=None, library={}, kind="", work="")
    failed: list[tuple[str, str, str]] = []

    def entries() -> Iterator[Entry]:
        rows = parallel(partial(read_entry, year=year), plan, submissions, jobs, lost=entry_lost)
        for n, row in enumerate(rows, 1):
            if progress:
                progress("加入", n, len(submissions))
            if isinstance(row, Unread):
                failed.append((row.name, row.message, row.advice))
            else:
                yield row

    added = list(library.add_many(entries()))
    new = sum(a.new for a in added)
    failed += [(r.name, r.message, r.advice) for g in gathered for r in g.refused]
    return AddResult(new, len(added) - new, tuple(failed), tuple(_ignored(gathered)))


def _ignored(gathered: Sequence[Gathered]) -> Iterator[tuple[str, str]]:
    return ((i.name, i.reason) for g in gathered for i in g.ignored)
