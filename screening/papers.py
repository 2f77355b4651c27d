"""The paper of a batch: a sheet for each case, a letter for each unit, made by the workers from the reports on disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from screening.case import unit_key, usual_spelling
from screening.errors import UsageError
from screening.output.earlier import Earlier, Place, report_at
from screening.output.letter import NO_UNIT
from screening.output.letter_docx import letter_docx
from screening.output.paper import safe_name
from screening.output.paper_typst import ready
from screening.output.sheet import Form, View, report_number, sheet
from screening.output.shelf import REPORTS, Placed, Shelf
from screening.report import Report
from screening.work import Plan, setting_of
from screening.workers import parallel

SHEETS, LETTERS = "sheets", "letters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Which paper a batch writes.

    ``until`` is the day that the letters name, None leaves it to be filled in; ``earlier`` the result of an earlier run, whose problems the
    letters tick off.
    """

    sheets: bool = False
    letters: bool = False
    view: View = "full"
    form: Form = "docx"
    until: date | None = None
    earlier: Path | None = None

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders that are written."""
        return (SHEETS,) * self.sheets + (LETTERS,) * self.letters

    def check(self) -> None:
        """Raise :class:`UsageError` for what cannot be written here, before hours of work and not after."""
        if self.sheets and self.form == "pdf":
            ready()
        if self.earlier and not self.letters:
            raise UsageError("earlier.letters", "--earlier 只用在退改函里", "请同时加上 --letters。")
        if self.earlier:
            Earlier.open(self.earlier)


NO_PAPERS = Papers()
Lines = tuple[tuple[int, int], ...]  # where reports lie: first byte and number of bytes


@dataclass(frozen=True, slots=True)
class _Paper:
    """One file to write: a sheet of one report, or a letter to ``unit`` on all of its own."""

    folder: str
    name: str
    lines: Lines
    papers: Papers
    unit: str = ""
    former: tuple[tuple[str, Place], ...] = ()  # id of a case, and where the report on its former version lies
    former_in: Path | None = None


def write_papers(plan: Plan, papers: Papers, jobs: int, advance: Callable[[int, int], None]) -> None:
    """Write the paper of the reports in the work folder into folders of their own there. Memory holds no text of a report.

    The number in a file's name is the case's in the queue, as page and workbook have it; letters are numbered by unit.
    """
    for folder in (SHEETS, LETTERS):
        shutil.rmtree(Path(plan.work) / folder, ignore_errors=True)
    for folder in papers.folders:
        (Path(plan.work) / folder).mkdir()
    placed = Shelf(Path(plan.work)).placed()
    todo = [*(_sheets(placed, papers) if papers.sheets else ()), *(_letters(placed, papers) if papers.letters else ())]
    advance(0, len(todo))
    for n, _ in enumerate(parallel(_write, plan, todo, jobs, seconds=0), 1):
        advance(n, len(todo))


def _sheets(placed: Sequence[Placed], papers: Papers) -> Iterator[_Paper]:
    for n, p in enumerate(placed, 1):
        yield _Paper(SHEETS, safe_name(n, len(placed), p.name, f".{papers.form}"), ((p.start, p.length),), papers)


def _letters(placed: Sequence[Placed], papers: Papers) -> Iterator[_Paper]:
    earlier = Earlier.open(papers.earlier) if papers.earlier else None
    units: dict[str, list[Placed]] = {}
    for p in placed:
        units.setdefault(unit_key(p.unit), []).append(p)
    for n, (_, of_unit) in enumerate(sorted(units.items()), 1):
        unit = usual_spelling(p.unit for p in of_unit)
        lines = tuple((p.start, p.length) for p in of_unit)
        former = [(p.info.id, place) for p in of_unit if earlier and (place := earlier.place_of(p.info))]
        where = earlier.path if earlier else None
        yield _Paper(LETTERS, safe_name(n, len(units), unit or NO_UNIT), lines, papers, unit, tuple(former), where)


def _write(plan: Plan, paper: _Paper) -> None:
    book, papers = setting_of(plan).rulebook, paper.papers
    with (Path(plan.work) / REPORTS).open("rb") as stream:
        reports = reports_at(stream, paper.lines)
        if paper.folder == LETTERS:
            before = {case: report_at(paper.former_in, place) for case, place in paper.former if paper.former_in}
            data = letter_docx(paper.unit, reports, book, until=papers.until, earlier=before)
        else:
            report = next(reports)
            # The engine knows no clock: the sheet's number comes from the report, its day is filled in by hand.
            number = report_number(report)
            data = sheet(report, book, number=number, made_at=None, view=papers.view, form=papers.form)
    (Path(plan.work) / paper.folder / paper.name).write_bytes(data)


def reports_at(stream: BinaryIO, lines: Lines) -> Iterator[Report]:
    """Read the reports at these places, each when it is asked for."""
    for start, length in lines:
        stream.seek(start)
        yield Report.from_json(json.loads(stream.read(length)))
