"""The roster of trainees: who took part in the training, from the office's own spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from screening.intake.table import read_table, text_of

HEADERS = {
    "name": ("姓名", "学员姓名", "参训教师", "教师姓名", "name"),
    "unit": ("单位", "工作单位", "学校", "所在单位", "学校名称", "任职学校", "unit", "school"),
    "project": ("项目", "项目类别", "项目名称", "培训项目", "project"),
}
_FREE = (
    "序号",
    "编号",
    "备注",
    "说明",
    "性别",
    "民族",
    "学科",
    "职务",
    "职称",
    "职务职称",
    "县区",
    "地市",
    "年龄",
    "班级",
    "no",
    "note",
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A trainee; empty where the roster has no such column."""

    name: str
    unit: str = ""
    project: str = ""


def load_roster(path: Path) -> tuple[RosterRow, ...]:
    """Read a roster (xlsx or csv) with 姓名 and, better, 单位 and 项目. Raises :class:`ManifestError`."""
    table = read_table(path, HEADERS, need=("name",), free=_FREE, what="学员名册")
    rows = (
        RosterRow(*("".join(text_of(table.cell(c, k)).split()) for k in ("name", "unit", "project")))
        for _, c in table.rows
    )
    return tuple(r for r in rows if r.name)
