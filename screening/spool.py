"""Cases on disk between the reading and the screening of a batch: workers share them by id, memory stays flat."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from screening.case import Case
from screening.document import Span
from screening.reuse.corpus import Comparable
from screening.reuse.facts import Facts


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of cases as JSON, one file a case. Written and read by this program only, within one run.

    A file's first line is what others are compared with, its second the case: a case is screened once and compared many times.
    Its facts lie beside it: they are worked out once.
    """

    folder: str

    def write(self, case: Case, side: Comparable) -> None:
        """Keep a case under its id, with its side of a comparison."""
        received = side.received and side.received.isoformat()
        spans = [n for s in side.spans for n in (s.start, s.end)]
        row = [side.text, spans, side.title, side.unit, side.author, received, side.file]
        self._path(case.id).write_text(f"{_line(row)}\n{_line(case.to_json())}\n", "utf-8")
        side.facts.save(self._facts(case.id))

    def write_terms(self, case_id: str, terms: str) -> None:
        """Keep the words of a case that may be terms, with blanks between them."""
        self._terms(case_id).write_text(terms, "utf-8")

    def read_terms(self, case_id: str) -> str:
        """Return what :meth:`write_terms` kept."""
        return self._terms(case_id).read_text("utf-8")

    def read(self, case_id: str) -> Case:
        """Return the case kept under ``case_id``."""
        with self._path(case_id).open("rb") as stream:
            stream.readline()
            return Case.from_json(json.loads(stream.readline()))

    def read_side(self, case_id: str, place: str) -> Comparable:
        """Return the case kept under ``case_id`` as one side of a comparison."""
        with self._path(case_id).open("rb") as stream:
            text, spans, title, unit, author, received, file = json.loads(stream.readline())
        return Comparable(
            case_id,
            text,
            tuple(map(Span, spans[::2], spans[1::2])),
            title,
            unit,
            author,
            received and datetime.fromisoformat(received),
            place,
            file,
        )

    def read_facts(self, case_id: str) -> Facts:
        """Return the facts of the case kept under ``case_id``."""
        return Facts.load(self._facts(case_id))

    def _facts(self, case_id: str) -> Path:
        return Path(self.folder) / f"{case_id}.facts"

    def _terms(self, case_id: str) -> Path:
        return Path(self.folder) / f"{case_id}.terms"

    def _path(self, case_id: str) -> Path:
        return Path(self.folder) / f"{case_id}.json"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
