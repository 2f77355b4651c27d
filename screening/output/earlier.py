"""The result of an earlier run: which of its reports is on the former version of a case that was handed in again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from screening.case import CaseInfo, unit_key
from screening.errors import UsageError
from screening.output.shelf import REPORTS
from screening.report import Report

Place = tuple[int, int]  # of a line in the file: its first byte and its length


@dataclass(frozen=True, slots=True)
class Earlier:
    """The reports of an earlier run, found by the case's file, else by unit and title. Memory holds no text of a report."""

    path: Path
    by_id: Mapping[str, Place]
    by_title: Mapping[tuple[str, str], Place]

    @classmethod
    def open(cls, where: Path) -> Self:
        """Look through a folder with results, or its ``report.jsonl``. Raises :class:`UsageError` for what is neither."""
        path = where / REPORTS if where.is_dir() else where
        by_id: dict[str, Place] = {}
        titled: dict[tuple[str, str], list[Place]] = {}
        try:
            with path.open("rb") as stream:
                start = 0
                for line in stream:
                    place, info = (start, len(line)), CaseInfo.from_json(json.loads(line)["case"])
                    start += len(line)
                    by_id[info.id] = place
                    if info.title:
                        titled.setdefault(_title(info), []).append(place)
        except FileNotFoundError as error:
            raise UsageError(
                "earlier.missing", f"找不到筛查结果：{path}", "请给出 screening batch 的 --out 写的文件夹。"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise UsageError(
                "earlier.broken",
                f"{path} 不是筛查结果",
                "请给出 screening batch 的 --out 写的文件夹，不要改动里面的 report.jsonl。",
            ) from error
        # Two of one title in one unit can't be told apart: better none than the wrong one.
        return cls(path, by_id, {key: places[0] for key, places in titled.items() if len(places) == 1})

    def place_of(self, info: CaseInfo) -> Place | None:
        """Return where the report on the former version of a case lies, None without one."""
        return self.by_id.get(info.id) or self.by_title.get(_title(info) if info.title else ("", ""))


def _title(info: CaseInfo) -> tuple[str, str]:
    return unit_key(info.unit), unit_key(info.title)


def report_at(path: Path, place: Place) -> Report:
    """Read one report of an earlier run."""
    with path.open("rb") as stream:
        stream.seek(place[0])
        return Report.from_json(json.loads(stream.read(place[1])))
