"""The recipes: how each file of the demonstration is made of a text, and what the screening must say of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from screening.demo import faults
from screening.demo.source import Source, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one file of the batch is made, and what the screening must say of it.

    ``expect`` are finding codes (or an error code) that must come up, ``also`` those that the fault brings along and that may;
    a good case has ``good`` set and must come out without a finding that asks for review.
    """

    file: str
    source: Source
    make: str
    form: str
    labels: str
    form_changes: Mapping[str, str]
    expect: tuple[str, ...]
    also: tuple[str, ...]
    good: bool
    fault: str


def recipes() -> tuple[Recipe, ...]:
    """Read ``recipes.toml`` and apply each recipe's transformation to its text."""
    texts = load("batch") | load("archive")
    data = tomllib.loads((resources.files("screening") / "demo" / "recipes.toml").read_text("utf-8"))
    return tuple(_recipe(row, texts) for row in data["file"])


def _recipe(row: Mapping[str, Any], texts: Mapping[str, Source]) -> Recipe:
    source = texts[row["text"]]
    make = row.get("make", "docx")
    donors = [(texts[d["text"]], d["paragraphs"]) for d in row.get("take", [])]
    if donors:
        source = faults.lifted(source, donors)
    if "swap" in row:
        source = faults.swapped(source, [(a, b) for a, b in row["swap"]])
    if row.get("reorder"):
        source = faults.reordered(source)
    if row.get("disguise"):
        source = faults.disguised(source)
    source = replace(source, meta={**source.meta, **row.get("meta", {})})
    return Recipe(
        file=row["file"],
        source=source,
        make=make,
        form=row.get("form", "table"),
        labels=row.get("labels", "notice"),
        form_changes=row.get("form_changes", {}),
        expect=tuple(row.get("expect", ())),
        also=tuple(row.get("also", ())),
        good=row.get("good", False),
        fault=row.get("fault", ""),
    )
