"""A whole delivery: read in parallel, compared within itself and with earlier cases, screened in parallel, written once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from screening import __version__
from screening.case import Batch, CaseInfo
from screening.errors import LibraryError, UnreadableError, UsageError
from screening.intake.gather import Gathered, gather
from screening.intake.manifest import load_manifest
from screening.intake.roster import load_roster
from screening.library import is_database
from screening.output.shelf import Shelf
from screening.papers import NO_PAPERS, Papers, write_papers
from screening.pipeline import Setting, known_kind, refused, run_batch_checks
from screening.report import BatchReport, Outcome, Remark, Report
from screening.reuse.clusters import Links
from screening.reuse.compare import ORDINARY, CompareParams
from screening.rulebook import load_rulebook
from screening.work import (
    Job,
    Line,
    Plan,
    ReadRow,
    line_of,
    read_lost,
    read_one,
    release,
    screen_one,
    worker_lost,
    write_index,
    write_one,
)
from screening.workers import parallel
from screening.world import Trainee

Advance = Callable[[str, int, int], None]
READING, SCREENING, WRITING, PAPER = "读取", "筛查", "写出", "文书"
RESULTS = ("index.html", "summary.xlsx", "report.jsonl")
_WORK = ".screening"  # inside the output folder while a batch runs; what --resume goes on from


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """Where the result lies, and how many cases of each verdict there are."""

    batch: BatchReport
    files: tuple[Path, ...]
    cases: int
    failures: int


def screen_batch(
    path: Path,
    out: Path,
    *,
    rulebook: str | Path = "henan-2023-950",
    manifest: Path | None = None,
    library: str | Path | None = None,
    roster: Path | None = None,
    models: str | Path = "",
    kind: str = "",
    jobs: int = 0,
    resume: bool = False,
    search: CompareParams = ORDINARY,
    papers: Papers = NO_PAPERS,
    progress: Advance | None = None,
) -> BatchResult:
    """Screen a folder or zip into ``out``: ``report.jsonl``, ``summary.xlsx`` and ``index.html``, and what ``papers`` asks for.

    ``library`` is an archive (file or URL, see :func:`open_library`), or a folder or zip of earlier cases; ``models`` a folder of
    topic models that go before the shipped ones. ``jobs`` 0 means one
    process a core; the result is the same for any number. ``resume`` goes on with what an interrupted run over the same input left in ``out``. Raises children of
    :class:`ScreeningError` for everything that a user can mend; the results appear whole or not at all.
    """
    advance = progress or (lambda _stage, _done, _total: None)
    papers.check()
    book = load_rulebook(rulebook)
    known_kind(kind, book)
    sheet = load_manifest(manifest) if manifest else None
    people = tuple(Trainee(r.name, r.unit, r.project) for r in load_roster(roster)) if roster else None
    setting = Setting.of(book, folder=models, roster=people, search=search)
    skip = [p for p in (manifest, roster) if p]
    gathered = gather(path, sheet, skip=skip, leave_out=out)
    archive = str(library) if library and is_database(library) else ""
    earlier = Gathered(())
    if library and not archive:
        earlier = gather(Path(library), skip=skip, leave_out=out, namespace="archive/")
    before = archive_state(archive)
    work = _work_folder(out)
    run = _Run(rulebook, setting, gathered, earlier, archive, str(models), kind, jobs, work, advance)
    try:
        batch = run.screen(before, resume=resume)
        if archive_state(archive) != before:
            raise LibraryError(
                "library.changed", "筛查期间比对库有增删，前后的案例比对的范围不同", "请等比对库不再变动后重新运行。"
            )
        run.write(batch)
        write_papers(run.plan(), papers, jobs, partial(advance, PAPER))
        for name in papers.folders:
            _put(work, out, name)
        for name in RESULTS:
            (work / name).replace(out / name)
    except OSError as error:
        raise _not_written(out, error) from error
    finally:
        release()
    shutil.rmtree(work, ignore_errors=True)
    return BatchResult(
        batch=batch,
        files=tuple(out / n for n in (*RESULTS, *papers.folders)),
        cases=sum(batch.verdicts.values()),
        failures=run.failures,
    )


def _work_folder(out: Path) -> Path:
    """Make the output folder and see that it can be written to, before hours of work and not after."""
    work = out / _WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
        (work / "probe").write_bytes(b"\0")
        (work / "probe").unlink()
    except OSError as error:
        raise _not_written(out, error) from error
    return work


def _put(work: Path, out: Path, name: str) -> None:
    """Put a finished folder into the place of that of an earlier run, which leaves whole: no old paper stays among the new."""
    shutil.rmtree(work / f"old-{name}", ignore_errors=True)
    if (out / name).is_dir():
        (out / name).replace(work / f"old-{name}")
    (work / name).replace(out / name)


def _not_written(out: Path, error: OSError) -> UsageError:
    import errno  # noqa: PLC0415 - only where writing failed

    # numpy reports a short write without a number.
    if error.errno in (None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UsageError(
            "out.full", f"磁盘满了，结果没有写完：{out}", "请腾出空间后加 --resume 再运行，已完成的部分不会重做。"
        )
    if isinstance(error, FileExistsError | NotADirectoryError):
        return UsageError("out.no_folder", f"{out} 不是文件夹", "--out 请给出一个文件夹。")
    return UsageError("out.denied", f"写不进文件夹 {out}（{error.strerror}）", "请核对权限，或用 --out 换一个文件夹。")


class _Run:
    """One run over one input. Reports go to ``report.jsonl`` in the work folder, in the order of the files' names."""

    def __init__(
        self,
        rulebook: str | Path,
        setting: Setting,
        gathered: Gathered,
        earlier: Gathered,
        archive: str,
        models: str,
        kind: str,
        jobs: int,
        work: Path,
        advance: Advance,
    ) -> None:
        self.rulebook, self.setting, self.gathered, self.earlier = rulebook, setting, gathered, earlier
        self.archive, self.models = archive, models
        self.kind, self.jobs, self.work, self.advance = kind, jobs, work, advance
        self.lines = work / "report.jsonl"
        self.links = Links()
        self.on_page: frozenset[str] = frozenset()
        self.failures = 0

    def screen(self, library: Mapping[str, Any], *, resume: bool) -> BatchReport:
        """Read, compare and screen everything; return the delivery's own report."""
        rows = self._read()
        own, earlier = rows[: len(self.gathered.submissions)], rows[len(self.gathered.submissions) :]
        self.setting = replace(self.setting, library=library if self.archive else _library(earlier))
        plan = self.plan()
        outcomes, each = run_batch_checks(Batch(tuple(r.info for r in own if r.failure is None)), self.setting)
        self.on_page = frozenset([*(r.info.id for r in own), *(r.id for r in self.gathered.refused)])
        readable = [r for r in own if r.failure is None]
        write_index(plan, readable, [r for r in earlier if r.failure is None], self.on_page)
        verdicts: Counter[str] = Counter()
        with Shelf(self.work).filling() as shelve:
            kept = 0
            for kept, line in enumerate(self._kept(own, resume=resume), 1):
                shelve(line.shown, len(line.text))
                verdicts[line.verdict] += 1
                self.links.add(own[kept - 1].info, line.sources)
            with self.lines.open("ab") as stream:
                for n, line in enumerate(self._fresh(plan, own, each, skip=kept), kept):
                    stream.write(line.text)
                    stream.flush()
                    shelve(line.shown, len(line.text))
                    verdicts[line.verdict] += 1
                    self.links.add(own[n].info, line.sources)
                    self.advance(SCREENING, n + 1, len(own))
                for refusal in self.gathered.refused:
                    error = UnreadableError(refusal.code, refusal.message, refusal.advice)
                    line = self._refused(CaseInfo(id=refusal.id, file=refusal.name), error)
                    stream.write(line.text)
                    shelve(line.shown, len(line.text))
                    verdicts[line.verdict] += 1
        self.failures = sum(r.failure is not None for r in own) + len(self.gathered.refused)
        return BatchReport(
            made_with=self.setting.made_with(),
            outcomes=outcomes,
            verdicts=MappingProxyType(dict(sorted(verdicts.items()))),
            clusters=self.links.clusters(),
            remarks=self._remarks(earlier),
        )

    def write(self, batch: BatchReport) -> None:
        """Write sheet and page, side by side, from the reports on disk."""
        made = [(name, batch) for name in RESULTS if name != self.lines.name]
        self.advance(WRITING, 0, len(made))
        for n, _ in enumerate(parallel(write_one, self.plan(), made, self.jobs, size=1, seconds=0), 1):
            self.advance(WRITING, n, len(made))

    def _remarks(self, earlier: Sequence[ReadRow]) -> tuple[Remark, ...]:
        """Name every file that has no report of its own, with the reason: nothing vanishes without a word."""
        rows = [Remark(name=i.name, reason=i.reason) for i in self.gathered.ignored]
        old = [(i.name, i.reason) for i in self.earlier.ignored] + [(r.name, r.message) for r in self.earlier.refused]
        old += [(r.info.file, r.failure[1]) for r in earlier if r.failure is not None]
        return (*rows, *(Remark(name=name, reason=reason, place="archive") for name, reason in sorted(old)))

    def plan(self) -> Plan:
        """Return what the workers need to know."""
        return Plan(
            rulebook=str(self.rulebook),
            digest=self.setting.rulebook.digest,
            roster=self.setting.roster,
            library=dict(self.setting.library or {}),
            kind=self.kind,
            work=str(self.work),
            archive=self.archive,
            search=self.setting.search,
            models=self.models,
        )

    def _read(self) -> list[ReadRow]:
        shutil.rmtree(self.work / "cases", ignore_errors=True)
        (self.work / "cases").mkdir()
        everything = [*((s, False) for s in self.gathered.submissions), *((s, True) for s in self.earlier.submissions)]
        rows: list[ReadRow] = []
        plan = self.plan()
        for row in parallel(read_one, plan, everything, self.jobs, lost=partial(read_lost, plan)):
            rows.append(row)
            self.advance(READING, len(rows), len(everything))
        return rows

    def _fresh(
        self, plan: Plan, own: Sequence[ReadRow], each: Mapping[str, tuple[Outcome, ...]], *, skip: int
    ) -> Iterator[Line]:
        todo = [Job(r.info.id, each[r.info.id]) for r in own[skip:] if r.failure is None]
        infos = {r.info.id: r.info for r in own}
        screened = parallel(
            screen_one,
            plan,
            todo,
            self.jobs,
            lost=lambda job, late: self._refused(infos[job.id], worker_lost(late)),
            always=True,  # reading has a boundary of its own, screening has only this one
        )
        for row in own[skip:]:
            if row.failure is not None:
                yield self._refused(row.info, UnreadableError(*row.failure))
            else:
                yield next(screened)

    def _refused(self, info: CaseInfo, error: UnreadableError) -> Line:
        return self._line(refused(info, error, self.setting))

    def _line(self, report: Report) -> Line:
        return line_of(report, self.setting.rulebook, self.on_page)

    def _kept(self, own: Sequence[ReadRow], *, resume: bool) -> Iterator[Line]:
        """Yield the lines that an interrupted run left; then, or for another input at once, cut off the rest of the file.

        The reports are written in order, so what is kept is always a beginning of the whole; a torn last line is cut off.
        """
        key, key_path = self._key(own), self.work / "key"
        same = resume and key_path.exists() and key_path.read_text("utf-8") == key and self.lines.exists()
        good = 0
        if same:
            with self.lines.open("rb") as stream:
                for row, line in zip(own, stream, strict=False):
                    report = _whole(line)
                    if report is None or report.case.id != row.info.id:
                        break
                    good += len(line)
                    yield replace(self._line(report), text=line)
        self.lines.touch()
        os.truncate(self.lines, good)
        key_path.write_text(key, "utf-8")

    def _key(self, own: Sequence[ReadRow]) -> str:
        """Digest everything that the reports depend on: another input, rulebook, model or engine starts anew."""
        made = self.setting.made_with()
        parts: list[Any] = [
            __version__,
            dict(made.rulebook),
            dict(made.models),
            dict(made.library),
            made.search,
            self.kind,
        ]
        parts += [repr(self.setting.roster), [r.info.to_json() for r in own]]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _whole(line: bytes) -> Report | None:
    try:
        return Report.from_json(json.loads(line)) if line.endswith(b"\n") else None
    except (ValueError, KeyError, TypeError):
        return None


def archive_state(archive: str) -> Mapping[str, Any]:
    """Return how a report names an archive: its snapshot and size; empty without one. Raises :class:`LibraryError`."""
    if not archive:
        return {}
    from screening.library import open_library  # noqa: PLC0415 - loads the database's code, which most runs do without

    with open_library(archive) as library:
        return {"id": library.snapshot(), "documents": len(library)}


def _library(earlier: Sequence[ReadRow]) -> Mapping[str, Any]:
    digest = hashlib.sha256("".join(sorted(r.info.sha256 for r in earlier)).encode()).hexdigest()[:16]
    return {"id": digest if earlier else "", "documents": sum(r.failure is None for r in earlier)}
