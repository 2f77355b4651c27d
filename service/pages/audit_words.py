"""What the audit's actions are called on pages, and the groups by which it is looked through."""

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
ACTIONS: Final = {
    "names.unmask": "查看了姓名",
    "original.read": "查看了原件",
    "letter.read": "看了退改函",
    "export.letters": "下载全部退改函",
    "export.letter": "下载一个单位的退改函",
    "export.sheet": "下载检测报告单",
    "export.batch.summary": "下载汇总表",
    "export.batch.reports": "下载全部报告",
    "submission.cancel": "撤回材料",
    "submission.replace": "替换材料",
    "submission.delete": "删除材料",
    "submission.rescreen": "重新筛查",
    "submission.retry": "再试一次",
    "batch.make": "新建批次",
    "batch.seal": "收完批次",
    "batch.close": "关闭批次",
    "batch.cancel": "撤回批次",
    "batch.delete": "删除批次",
    "batch.rescreen": "整批重新筛查",
    "batch.keep": "改了保存期限",
    "reuse.exclude": "排除来源或段落",
    "reuse.restore": "恢复来源或段落",
    "review.assign": "分派评审",
    "review.unassign": "撤回分派",
    "user.create": "新建账号",
    "user.change": "修改账号",
    "user.link": "发一次性链接",
    "password.set": "设置密码",
    "sign_in": "登录",
    "sign_in.attempt": "登录失败",
    "sign_out": "退出登录",
    "sign_out.all": "全部退出",
    "sign_out.others": "退出别处的登录",
    "key.issue": "发密钥",
    "key.revoke": "撤销密钥",
    "key.reseal": "更换加密密钥",
    "webhook.make": "登记回调",
    "webhook.change": "修改回调",
    "webhook.remove": "删除回调",
    "webhook.off": "自动停用回调",
    "pair.dismiss": "忽略一对",
    "pair.open": "恢复一对",
}
_FACTS: Final = {
    "submissions": "材料份数",
    "units": "单位数",
    "unit": "单位代号",
    "until": "到",
    "number": "编号",
    "scrubbed": "清理的报告",
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


def action_words(action: str) -> str:
    """Return what an action is called; one that has no words yet keeps its name."""
    return ACTIONS.get(action, action)


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
