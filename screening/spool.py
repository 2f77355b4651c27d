"""Cases on disk between the reading and the screening of a batch: workers share them by id, memory stays flat."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from screening.case import Case


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of cases as JSON, one file a case. Written and read by this program only, within one run."""

    folder: str

    def write(self, case: Case) -> None:
        """Keep a case under its id."""
        path = Path(self.folder) / f"{case.id}.json"
        path.write_text(json.dumps(case.to_json(), ensure_ascii=False, separators=(",", ":")), "utf-8")

    def read(self, case_id: str) -> Case:
        """Return the case kept under ``case_id``."""
        return Case.from_json(json.loads((Path(self.folder) / f"{case_id}.json").read_text("utf-8")))
