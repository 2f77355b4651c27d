"""What page and sheet show of a report: made by whoever screened the case, kept on disk until all cases are there."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from screening.case import CaseInfo
from screening.output.html_case import case_section
from screening.output.privacy import hidden_author, masked_report
from screening.output.rows import Row, in_queue, row_of, urgency
from screening.report import Report
from screening.rulebook import Rulebook

REPORTS = "report.jsonl"


@dataclass(frozen=True, slots=True)
class Shown:
    """One report as it is shown, masked: its row, pickled, and its section of the page without the text, in UTF-8."""

    row: bytes
    section: bytes

    @classmethod
    def of(cls, report: Report, book: Rulebook, in_batch: Container[str], data: dict[str, Any] | None = None) -> Shown:
        """Make row and section. ``in_batch`` are the ids on the page; ``data`` is the report's JSON, for who has it."""
        report = masked_report(report, data)
        section = case_section(report, book, in_batch, full_text=False)
        return cls(pickle.dumps(row_of(report), pickle.HIGHEST_PROTOCOL), section.encode())


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the line of a report lies, in bytes, and what its paper is called after."""

    start: int
    length: int
    name: str
    info: CaseInfo

    @property
    def unit(self) -> str:
        """The unit that handed it in."""
        return self.info.unit


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder with ``report.jsonl``, and row and section of each of its reports in the same order. Memory holds no text.

    Rows and sections are read by the run that wrote them and by no other: a run that goes on makes them anew.
    """

    folder: Path

    @contextmanager
    def filling(self) -> Iterator[Callable[[Shown, int], None]]:
        """Give a function that adds one report: as it is shown, and the length of its line of ``report.jsonl`` in bytes."""
        with self._rows.open("wb") as rows, self._sections.open("wb") as sections:

            def add(shown: Shown, line: int) -> None:
                pickle.dump((line, len(shown.section)), rows)
                rows.write(shown.row)
                sections.write(shown.section)

            yield add

    def rows(self) -> list[Row]:
        """Return the rows in the order in which a reviewer works."""
        return in_queue(row for row, _, _ in self._read())

    def placed(self) -> list[Placed]:
        """Return where the reports lie, in the order in which a reviewer works."""
        found: list[tuple[Any, Placed]] = []
        start = 0
        for row, line, _ in self._read():
            found.append((urgency(row), Placed(start, line, _called(row.info), row.info)))
            start += line
        return [placed for _, placed in sorted(found, key=lambda f: f[0])]

    def pages(self) -> tuple[list[Row], Callable[[Row], str], Callable[[Row], Report]]:
        """Return the rows, as :meth:`rows` does, and what reads the section of a row, and its report, masked."""
        rows: list[Row] = []
        lines, sections = [0], [0]
        for row, line, section in self._read():
            rows.append(row)
            lines.append(lines[-1] + line)
            sections.append(sections[-1] + section)

        def section_of(row: Row) -> str:
            return _piece(self._sections, sections, row.place).decode()

        def report_of(row: Row) -> Report:
            return masked_report(Report.from_json(json.loads(_piece(self.folder / REPORTS, lines, row.place))))

        return in_queue(rows), section_of, report_of

    def _read(self) -> Iterator[tuple[Row, int, int]]:
        """Give each row with the lengths in bytes of its line and its section."""
        with self._rows.open("rb") as stream:
            end, place = self._rows.stat().st_size, 0
            while stream.tell() < end:
                line, section = pickle.load(stream)  # noqa: S301 - see the class
                yield replace(pickle.load(stream), place=place), line, section  # noqa: S301
                place += 1

    @property
    def _rows(self) -> Path:
        return self.folder / "rows"

    @property
    def _sections(self) -> Path:
        return self.folder / "sections"


def _piece(path: Path, ends: list[int], n: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(ends[n])
        return stream.read(ends[n + 1] - ends[n])


def _called(info: CaseInfo) -> str:
    """Return what to call a case in the name of a file: its title, else its own file's name; never after its author."""
    return hidden_author(info.title or PurePath(info.file).stem, info.author)
