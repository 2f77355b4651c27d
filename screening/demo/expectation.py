"""Hold the result of the demonstration to what each recipe expects: which faults were found, and whether the good ones are clean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rich.table import Table

from screening.demo.recipe import Recipe
from screening.finding import Severity
from screening.intake.refusals import REFUSALS
from screening.output.labels import check_label
from screening.report import Report


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of the demonstration: the codes that came up, and those of them that ask for review."""

    recipe: Recipe
    found: frozenset[str]
    for_review: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes that the recipe expects and that did not come up."""
        return tuple(c for c in self.recipe.expect if c not in self.found)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Codes that ask for review although the recipe does not know them; for a good case that is any."""
        known = () if self.recipe.good else (*self.recipe.expect, *self.recipe.also)
        return tuple(sorted(self.for_review.difference(known)))


def hold(reports: Path, made: Iterable[Recipe], remarks: Iterable[str]) -> tuple[Checked, ...]:
    """Compare ``report.jsonl`` with the recipes, in their order. A file that was passed over counts as told if a remark names it."""
    said = tuple(remarks)
    by_file = {r.case.file: r for r in map(_report, reports.read_text("utf-8").splitlines())}
    return tuple(_checked(recipe, by_file.get(recipe.file), said) for recipe in made)


def _report(line: str) -> Report:
    return Report.from_json(json.loads(line))


def _checked(recipe: Recipe, report: Report | None, remarks: tuple[str, ...]) -> Checked:
    if report is None:
        told = any(recipe.file in r for r in remarks)
        return Checked(recipe, frozenset({"lock_file"} if told else ()), frozenset())
    refused = {report.error.code} if report.error else set()
    heavy = {f.code for f in report.findings if f.severity in (Severity.REVIEW, Severity.BLOCKER)}
    return Checked(recipe, frozenset({f.code for f in report.findings} | refused), frozenset(heavy | refused))


def fault_table(rows: Iterable[Checked]) -> Table:
    """Return the table fault, file, what should be found, result; the good cases are left to :func:`good_line`."""
    table = Table(box=None, pad_edge=False)
    for header, most in (("故障", 28), ("文件", 22), ("应查出", 18)):  # columns; with the result, a line of 80
        table.add_column(header, no_wrap=True, max_width=most)
    table.add_column("结果", min_width=4)
    for row in rows:
        if row.recipe.good:
            continue
        result = f"✗ 没有查出 {'、'.join(row.missing)}" if row.missing else "✓"
        table.add_row(row.recipe.fault, _short(row.recipe.file), "、".join(_labels(row.recipe.expect)), result)
    return table


def good_line(rows: Iterable[Checked]) -> str:
    """Return the sentence on the good cases: all clean, or which are not."""
    good = [r for r in rows if r.recipe.good]
    flagged = [f"{_short(r.recipe.file)}（{'、'.join(r.unexpected)}）" for r in good if r.unexpected]
    if not flagged:
        return f"好案例 {len(good)} 篇，均无须复核。"
    return f"好案例 {len(good)} 篇，其中 {len(flagged)} 篇被标记：{'；'.join(flagged)}。"


def _labels(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys("读不出来" if c in REFUSALS else check_label(c.partition(".")[0]) for c in codes))


def _short(file: str) -> str:
    """Leave out of a file's name what all have in common: unit, project class, kind."""
    path = PurePosixPath(file)
    name = "-".join(path.stem.split("-")[2:]) or path.stem
    return ("~$" if path.name.startswith("~$") else "") + name + (path.suffix if path.suffix != ".docx" else "")
