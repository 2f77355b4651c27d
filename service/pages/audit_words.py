"""The groups by which the audit is looked through on its page, and the words for what its lines tell."""

from __future__ import annotations

import re
from typing import Any, Final

from service.people.principal import Role

# The beginnings of actions.
GROUPS: Final = {
    "names": "查看姓名",
    "original": "查看原件",
    "letter": "查看退改函",
    "export": "下载",
    "submission": "材料",
    "batch": "批次",
    "reuse": "排除来源",
    "pair": "成对忽略",
    "review": "分派评审",
    "user": "账号",
    "password": "密码",
    "sign_in": "登录",
    "sign_out": "退出",
    "key": "密钥",
    "webhook": "回调",
    "rulebook": "规则",
}
_FACTS: Final = {
    "submissions": "材料份数",
    "units": "单位数",
    "unit": "单位代号",
    "until": "到",
    "number": "编号",
    "scrubbed": "清理的报告",
    "deliveries": "条数",
    "queued": "排队份数",
    "fields": "改了",
    "days": "天数",
    "batch": "批次",
    "blind": "盲审",
    "pieces": "件数",
    "purpose": "用途",
    "role": "角色",
    "codes": "原因",
    "name": "名称",
}
_VALUES: Final[dict[Any, str]] = {
    True: "是",
    False: "否",
    None: "无",
    "kept": "一直保存",
    "settings": "按设置",
    "first": "第一次设密码",
    "new": "重设密码",
    "*": "全部批次",
    **{r.value: r.label for r in Role},
}
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+08:00")


def facts_words(facts: dict[str, Any] | None) -> str:
    """Say the facts of a line.

    >>> facts_words({"submissions": 3, "blind": True}), facts_words(None)
    ('材料份数 3，盲审 是', '')
    """
    return "，".join(f"{_FACTS.get(k, k)} {_words(v)}" for k, v in (facts or {}).items())


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(_words, value))
    found = _VALUES.get(value, value) if isinstance(value, bool | str | None) else value
    return _MOMENT.sub(r"\1 \2", str(found))
