"""自查码: what a unit that checked its own case writes on the sheet, and what lets an office recognise it.

A code states by which program, rulebook and models a file was checked and when, and holds a digest of the file and of what was found.
A program on somebody's own computer has no secret, so this proves neither who checked nor when: whoever has program and file can work
the code out. What can be tested, by checking the very file again with the same versions, is that it yields this result: that what the
unit saw is what the office sees. A service that checks a file itself may put its seal behind the code: only then is the time proven.

Checks against other texts are left to the office, which has them: a code is of a check without an archive.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self
from urllib.parse import quote, unquote

from screening.errors import UsageError
from screening.report import MadeWith, Report

AUTO: Final = "auto"  # in the place of a kind that was not stated
_SHORT, _DIGITS = 8, 16
_TIME: Final = "%Y%m%dT%H%MZ"
_CODE: Final = re.compile(
    r"ZC1:(?P<engine>[^:\s]{1,40}):(?P<rulebook>[^:\s]{1,200}):(?P<rules>[0-9a-f]{8}):(?P<models>[0-9a-f]{8}):(?P<kind>[a-z0-9_]{1,40})"
    r":(?P<made>\d{8}T\d{4}Z):(?P<digest>[0-9a-f]{16})(?::(?P<seal>[0-9a-f]{20}))?"
)
LONGEST: Final = 400  # characters of a code


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """One code, taken apart.

    ``rules`` and ``models`` are the first digits of the digests; ``kind`` what was asked for (:data:`AUTO`: nothing); ``seal`` is that of a
    service, "" without one.
    """

    engine: str
    rulebook: str
    rules: str
    models: str
    kind: str
    made: datetime
    digest: str
    seal: str = ""

    @classmethod
    def of(cls, report: Report, *, kind: str, made: datetime) -> Self:
        """Make the code of a report; ``made`` carries a zone. Raises ValueError for a file that could not be read."""
        if report.error:
            raise ValueError("a file that was not read was not checked")
        by = report.made_with
        draft = cls(
            engine=by.engine,
            rulebook=by.rulebook["id"],
            rules=by.rulebook["digest"][:_SHORT],
            models=_short(by.models),
            kind=kind or AUTO,
            made=made.astimezone(UTC).replace(second=0, microsecond=0),
            digest="",
        )
        return replace(draft, digest=draft._digest_of(report))

    @classmethod
    def read(cls, code: str) -> Self:
        """Take a code apart; spaces from breaking it over lines do not matter. Raises :class:`UsageError` for what is none."""
        found = _CODE.fullmatch("".join(code.split())) if len(code) <= LONGEST else None
        try:
            made = datetime.strptime(found["made"], _TIME).replace(tzinfo=UTC) if found else None
        except ValueError:
            made = None
        if found is None or made is None:
            raise UsageError("precheck.format", "自查码认不出", "请从自查单上原样复制，以 ZC1: 开头。")
        return cls(
            engine=found["engine"],
            rulebook=unquote(found["rulebook"]),
            rules=found["rules"],
            models=found["models"],
            kind=found["kind"],
            made=made,
            digest=found["digest"],
            seal=found["seal"] or "",
        )

    @property
    def code(self) -> str:
        """The code as it is written on the sheet."""
        return f"{self.unsealed}:{self.seal}" if self.seal else self.unsealed

    @property
    def unsealed(self) -> str:
        """The code without a seal: what a seal is of."""
        return f"{self._stated}:{self.digest}"

    @property
    def _stated(self) -> str:
        book = quote(self.rulebook, safe="-_.")
        return ":".join(("ZC1", self.engine, book, self.rules, self.models, self.kind, f"{self.made:{_TIME}}"))

    def made_by(self, by: MadeWith) -> bool:
        """Say whether these versions are those of the code: with others nothing can be tested."""
        return (self.engine, self.rulebook, self.rules, self.models) == (
            by.engine,
            by.rulebook["id"],
            by.rulebook["digest"][:_SHORT],
            _short(by.models),
        )

    def is_of(self, report: Report) -> bool:
        """Say whether a report, made anew by the versions of the code, is of the same file and comes to the same."""
        return self.digest == self._digest_of(report)

    def _digest_of(self, report: Report) -> str:
        return hashlib.sha256(f"{self._stated}|{_conclusion(report)}".encode()).hexdigest()[:_DIGITS]


def _short(models: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(models), sort_keys=True).encode()).hexdigest()[:_SHORT]


def _conclusion(report: Report) -> str:
    """Return the file and what was found in it, without scores, whose last digits may differ from one computer to another."""
    found = [[o.rule, o.status, sorted(f.code for f in o.findings)] for o in report.outcomes if not o.shadow]
    whole = [report.case.sha256, report.case.kind, report.verdict.value, dict(report.counts), sorted(found)]
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
