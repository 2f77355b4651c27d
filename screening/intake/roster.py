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
    "年龄",
    "出生年月",
    "学历",
    "学段",
    "学科",
    "任教学科",
    "任教学段",
    "职务",
    "职称",
    "职务职称",
    "教龄",
    "县区",
    "地市",
    "市",
    "县",
    "班级",
    "培训班",
    "学员编号",
    "账号",
    "手机",
    "手机号",
    "手机号码",
    "电话",
    "联系电话",
    "邮箱",
    "电子邮箱",
    "身份证号",
    "身份证号码",
    "培训时间",
    "参训时间",
    "学时",
    "成绩",
    "考核结果",
    "是否合格",
    "证书编号",
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
