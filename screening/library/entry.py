"""What the archive keeps of a case: the compared text, without the author form, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from screening.case import Case
from screening.document import Span
from screening.reuse.corpus import Comparable

ID_DIGITS = 16
_LINE = re.compile("[^\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document of the archive.

    ``sha256`` is that of the file; ``text`` the compared paragraphs, a line each: phone and e-mail of the form never get here;
    ``received`` is ISO 8601 with zone, "" if unknown.
    """

    sha256: str
    text: str
    file: str = ""
    title: str = ""
    unit: str = ""
    unit_type: str = ""
    project: str = ""
    author: str = ""
    kind: str = ""
    year: int | None = None
    received: str = ""

    @property
    def id(self) -> str:
        """Public id: the first 16 hex digits of the file's sha256, so the same on every machine and in any order of adding."""
        return self.sha256[:ID_DIGITS]

    @classmethod
    def of_case(cls, case: Case, *, year: int | None = None) -> Entry:
        """Take the compared stories of a case. ``year`` defaults to that of its receipt."""
        info = case.info
        return cls(
            sha256=info.sha256,
            text="\n".join(case.document.quote(p.span) for p in case.compared if p.span.length),
            file=info.file,
            title=info.title,
            unit=info.unit,
            unit_type=info.unit_type,
            project=info.project,
            author=info.author,
            kind=info.kind,
            year=year or (info.received.year if info.received else None),
            received=info.received.isoformat() if info.received else "",
        )

    def comparable(self, place: str = "archive") -> Comparable:
        """Return the document as one side of a comparison."""
        received = datetime.fromisoformat(self.received) if self.received else None
        spans = tuple(Span(*m.span()) for m in _LINE.finditer(self.text))
        return Comparable(self.id, self.text, spans, self.title, self.unit, self.author, received, place, self.file)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """Read what :meth:`to_json` wrote. Raises :class:`TypeError` for anything else."""
        return cls(**data)
