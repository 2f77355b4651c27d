"""Write the fictional batch and its archive as Word files, screen it, and hold each file to what its recipe expects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from screening.batch import BatchResult, screen_batch
from screening.demo import faults, word
from screening.demo.expectation import Checked, hold
from screening.demo.recipe import Recipe, recipes
from screening.demo.source import load

CASES, ARCHIVE, MANIFEST, ROSTER, RESULT = "申报材料", "往年案例", "报送清单.xlsx", "学员名册.xlsx", "结果"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the demonstration lies, the result of screening it, and each file held to its recipe."""

    folder: Path
    batch: BatchResult
    checked: tuple[Checked, ...]


def _content(recipe: Recipe) -> bytes:
    source = recipe.source
    form = "none" if recipe.form in ("none", "file") else recipe.form
    match recipe.make:
        case "encrypted":
            return faults.encrypted_package()
        case "legacy":
            return faults.legacy_document()
        case "lock":
            return faults.lock_file(source.meta["author"])
        case "text":
            return faults.plain_text(source, word.form_rows(source, recipe.labels, recipe.form_changes))
        case "broken":
            data = word.body(source, form, recipe.labels, recipe.form_changes)
            return data[: len(data) // 2]
    return word.body(source, form, recipe.labels, recipe.form_changes)


def write_demo(out: Path) -> tuple[Recipe, ...]:
    """Write cases, archive, manifest and roster below ``out``; the same files on every machine and day."""
    made = recipes()
    for recipe in made:
        _write(out / CASES / recipe.file, _content(recipe))
        if recipe.form == "file":
            path = out / CASES / recipe.file
            _write(
                path.with_name(f"{path.stem}-作者信息表.docx"),
                word.form_file(recipe.source, recipe.labels, recipe.form_changes),
            )
    for source in load("archive").values():
        meta = source.meta
        name = f"{meta['unit']}-{meta['project']}-{source.title[:24]}-{meta['author']}.docx"
        _write(out / ARCHIVE / str(meta["received"])[:4] / name.replace("/", "／"), word.body(source, "table"))
    _write_manifest(out / MANIFEST, made)
    _write_roster(out / ROSTER, made)
    return made


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sheet(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Write one sheet with a fixed time of making, so that it too has the same bytes on every day."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - no batch needs it

    with Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - the format knows no zone
        sheet = book.add_worksheet()
        for n, row in enumerate((header, *rows)):
            sheet.write_row(n, 0, row)
        for n, name in enumerate(header):
            sheet.set_column(n, n, max(12, 2 * len(name) + 6))


def _write_manifest(path: Path, made: tuple[Recipe, ...]) -> None:
    header = (
        "序号",
        "文件名",
        "案例类型",
        "单位",
        "单位类型",
        "项目类别",
        "作者",
        "报送时间",
        "外部查重率",
        "AI生成比例",
        "备注",
    )
    kinds = {"work_case": "典型工作案例", "growth_story": "教师成长案例", "self_report": "项目绩效自评报告"}
    rows: list[tuple[Any, ...]] = []
    for n, recipe in enumerate((r for r in made if r.make != "lock"), 1):
        m = recipe.source.meta
        received = datetime.fromisoformat(str(m["received"]))
        outside = m.get("outside_similarity"), m.get("outside_ai")
        rows.append(
            (
                n,
                recipe.file,
                kinds[m["kind"]],
                m["unit"],
                m["unit_type"],
                m["project"],
                m["author"],
                received,
                *outside,
                None,
            )
        )
    _sheet(path, header, rows)


def _write_roster(path: Path, made: tuple[Recipe, ...]) -> None:
    """Everybody who tells a growth story, except those whose fault is that they took no part."""
    people = [
        r.source.meta for r in made if r.source.meta["kind"] == "growth_story" and "trainee.absent" not in r.expect
    ]
    _sheet(path, ("姓名", "单位", "项目类别"), [(m["author"], m["unit"], m["project"]) for m in people])


def run_demo(out: Path, *, jobs: int = 0, progress: Callable[[str, int, int], None] | None = None) -> DemoResult:
    """Write the demonstration below ``out`` and screen it; the result lies in ``out/结果``."""
    made = write_demo(out)
    result = screen_batch(
        out / CASES,
        out / RESULT,
        manifest=out / MANIFEST,
        library=out / ARCHIVE,
        roster=out / ROSTER,
        jobs=jobs,
        progress=progress,
    )
    return DemoResult(out, result, hold(out / RESULT / "report.jsonl", made, (r.name for r in result.batch.remarks)))
