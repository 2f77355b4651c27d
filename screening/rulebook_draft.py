"""A draft of a new rulebook: valid as it stands, with comments that say what to change."""

from __future__ import annotations

import json
from pathlib import Path

from screening.errors import RulebookError

_DRAFT = """\
# 规则集底稿。改好后运行：screening rules check {name}.toml
# 每条规则：use 选检查（见 README 的检查目录）；clause 写出处；quote 照抄通知原话；severity 为 note（提示）、review（请人工查看）
# 或 blocker（须退回修改）；state 为 on（启用）、shadow（试行，只记录不显示）或 off（停用）；其余的键是该检查自己的参数。
schema = 1
id = "{name}"
title = "（通知的标题和文号）"
notice = "{name}.txt"
year = 2024

[[projects]]
name = "国培计划"
aliases = ["国培"]

[[unit_types]]
name = "教育行政部门"
aliases = ["教育局"]

[kinds.work_case]
label = "典型工作案例"
aliases = ["工作案例"]

[[kinds.work_case.sections]]
name = "主要做法"
headings = ["做法", "举措"]
cues = ["主要采取", "具体做法"]

# 参考分各部分的分值，合计 100；只用来在同类材料里排序，篇幅、重复、名额等硬性要求不计入。可用：topic（切题）、structure（结构）、
# narrative（叙事）、evidence（证据）、examples（事例）、form（规范）。不要参考分就删去这张表。
[kinds.work_case.score]
topic = 35
structure = 25
evidence = 25
form = 15

[[kinds.work_case.checks]]
use = "length"
clause = "第一条"
quote = "字数不超过 3000 字"
severity = "blocker"
max = 3000

[[kinds.work_case.checks]]
use = "sections"
clause = "第一条"
quote = "写明主要做法"
severity = "review"

[[kinds.work_case.checks]]
use = "title"
clause = "第一条"
quote = "标题自拟"
severity = "review"

[[batch.checks]]
use = "quota"
clause = "第二条"
quote = "每个单位不超过 2 个"
severity = "review"
kind = "work_case"
max = 2
"""
_NOTICE = """\
（请把通知全文贴在这里，替换以下示例；规则里的 quote 要在这里找得到。）
第一条 案例标题自拟，写明主要做法，字数不超过 3000 字。
第二条 每个单位不超过 2 个。
"""


def write_draft(path: Path) -> tuple[Path, Path]:
    """Write ``path`` (.toml) and the notice's text beside it. Raises :class:`RulebookError` if it would overwrite or can't be written."""
    path = path.with_suffix(".toml")
    notice = path.with_suffix(".txt")
    for file in (path, notice):
        if file.exists():
            raise RulebookError("rulebook.exists", f"{file} 已经存在", "请换一个文件名，或先移走原文件。")
    # JSON's escapes are TOML's too: a quotation mark in the name does no harm.
    name = json.dumps(path.stem, ensure_ascii=False)[1:-1]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        notice.write_text(_NOTICE, "utf-8")
        path.write_text(_DRAFT.format(name=name), "utf-8")
    except OSError as error:
        raise RulebookError(
            "rulebook.write", f"写不了 {path}（{error.strerror}）", "请核对文件夹权限，或换一个位置。"
        ) from error
    return path, notice
