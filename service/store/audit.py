"""The audit: who looked at or changed what is sensitive. Every action has its name and its Chinese words here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, RowMapping, select

from service.store.schema import audit

Action = Literal[
    "sign_in",
    "sign_in.attempt",
    "sign_out",
    "sign_out.others",
    "sign_out.all",
    "password.set",
    "user.create",
    "user.change",
    "user.link",
    "review.assign",
    "review.unassign",
    "key.issue",
    "key.revoke",
    "key.reseal",
    "names.unmask",
    "original.read",
    "export.sheet",
    "letter.read",
    "export.letters",
    "export.letter",
    "export.batch.summary",
    "export.batch.reports",
    "submission.cancel",
    "submission.replace",
    "submission.rescreen",
    "submission.retry",
    "submission.delete",
    "batch.make",
    "batch.seal",
    "batch.close",
    "batch.cancel",
    "batch.rescreen",
    "batch.retry",
    "batch.keep",
    "batch.delete",
    "reuse.exclude",
    "reuse.restore",
    "pair.dismiss",
    "pair.open",
    "webhook.make",
    "webhook.change",
    "webhook.remove",
    "webhook.off",
    "webhook.again",
    "rulebook.save",
    "rulebook.try",
    "rulebook.activate",
    "batch.rulebook",
    "archive.add",
    "archive.added",
    "archive.remove",
    "archive.check",
    "archive.checked",
    "export.batch.shortlist",
    "shortlist.in",
    "shortlist.out",
    "shortlist.auto",
    "export.copies",
    "export.evidence",
    "finding.open",
]
ACTIONS: Final[Mapping[Action, str]] = {
    "sign_in": "登录",
    "sign_in.attempt": "尝试登录",
    "sign_out": "退出登录",
    "sign_out.others": "退出自己在别处的登录",
    "sign_out.all": "让一个账号全部退出",
    "password.set": "设置密码",
    "user.create": "新建账号",
    "user.change": "修改账号",
    "user.link": "发一次性链接",
    "review.assign": "分配批次给评审",
    "review.unassign": "收回分配的批次",
    "key.issue": "签发接口密钥",
    "key.revoke": "撤销接口密钥",
    "key.reseal": "更换加密密钥",
    "names.unmask": "查看姓名",
    "original.read": "下载原件",
    "export.sheet": "下载检测报告单",
    "letter.read": "查看退改函",
    "export.letters": "下载全部退改函",
    "export.letter": "下载一个单位的退改函",
    "export.batch.summary": "下载汇总表",
    "export.batch.reports": "下载整批报告",
    "submission.cancel": "撤回材料",
    "submission.replace": "换交材料",
    "submission.rescreen": "重新筛查材料",
    "submission.retry": "重试失败的材料",
    "submission.delete": "删除材料",
    "batch.make": "新建批次",
    "batch.seal": "批次收完",
    "batch.close": "关闭批次",
    "batch.cancel": "撤回批次",
    "batch.rescreen": "重新筛查批次",
    "batch.retry": "重试失败的批次",
    "batch.keep": "修改保存期限",
    "batch.delete": "删除批次",
    "reuse.exclude": "排除来源或段落",
    "reuse.restore": "恢复来源或段落",
    "pair.dismiss": "一对材料判为不成立",
    "pair.open": "收回对一对材料的判定",
    "webhook.make": "新建回调",
    "webhook.change": "修改回调",
    "webhook.remove": "删除回调",
    "webhook.off": "回调自动停用",
    "webhook.again": "重发回调",
    "rulebook.save": "保存规则集",
    "rulebook.try": "试用规则集",
    "rulebook.activate": "启用规则集",
    "batch.rulebook": "改用规则集",
    "archive.add": "向比对库添加",
    "archive.added": "比对库添加完毕",
    "archive.remove": "从比对库删除",
    "archive.check": "核对比对库",
    "archive.checked": "比对库核对完毕",
    "export.batch.shortlist": "下载入围名单",
    "shortlist.in": "列入入围名单",
    "shortlist.out": "移出入围名单",
    "shortlist.auto": "入围恢复为按建议",
    "export.copies": "下载盲审副本",
    "export.evidence": "下载证据文件",
    "finding.open": "收回对一条问题的判定",
}


def listed(
    tx: Connection,
    *,
    before: int = 0,
    action: str = "",
    by: str = "",
    target: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[RowMapping]:
    """Return lines, newest first, older than the number ``before``; ``action`` may be the beginning of one ("export").

    ``until`` is exclusive.
    """
    query = select(audit)
    if before:
        query = query.where(audit.c.number < before)
    if action:
        query = query.where(audit.c.action.startswith(action, autoescape=True))
    if by:
        query = query.where(audit.c.by == by)
    if target:
        query = query.where(audit.c.target == target)
    if since:
        query = query.where(audit.c.created >= since)
    if until:
        query = query.where(audit.c.created < until)
    return list(tx.execute(query.order_by(audit.c.number.desc()).limit(limit)).mappings())


def people(tx: Connection, most: int = 500) -> list[str]:
    """Return who stands in the audit ("user:ID", "key:ID", "service"), up to ``most``."""
    return list(tx.execute(select(audit.c.by).distinct().order_by(audit.c.by).limit(most)).scalars())
