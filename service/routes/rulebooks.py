"""Rulebooks: the notices, each rule with the sentence that it comes from; which there are, in which versions, and how they differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from screening.errors import ScreeningError
from screening.output.labels import check_label
from screening.rulebook import Rule, Rulebook, available
from screening.rulebook_difference import differences
from service.context import Here, Reader, Service
from service.errors import not_found
from service.moment import shown
from service.people.principal import Principal, Role
from service.store import books, current, decisions, rulebooks

router = APIRouter(prefix="/api/v1/rulebooks", tags=["规则集"])


class RulebookSummary(BaseModel):
    """A rulebook in a list."""

    id: str = Field(description="编号", examples=["henan-2023-950"])
    ref: str = Field(description="引用时写它：自建的带内容摘要，内容不同则不同", examples=["henan-2024@3f9a2c1b7d04"])
    title: str = Field(description="通知的名称", examples=["关于征集典型案例的通知"])
    digest: str = Field(description="内容的摘要；报告里写着按哪一份筛查")
    default: bool = Field(description="新批次是否默认用它")


@dataclass(frozen=True, slots=True)
class Choice:
    """A rulebook that can be chosen: ``name`` is what batches keep (it may be a path), ``ref`` what requests and addresses say."""

    name: str
    ref: str
    book: Rulebook
    default: bool


@router.get("", response_model=list[RulebookSummary], summary="规则集列表")
def listed(here: Here, who: Reader) -> list[dict[str, Any]]:  # noqa: ARG001 - the right to see it
    """列出可用的规则集，新批次默认用的在最前。"""
    return [
        {"id": c.book.id, "ref": c.ref, "title": c.book.title, "digest": c.book.digest, "default": c.default}
        for c in available_books(here)
    ]


def available_books(here: Service) -> list[Choice]:
    """Return the rulebooks that can be chosen, that of new batches first; of versions the one that was activated last.

    One that can't be read is left out.
    """
    with here.store.read() as tx:
        default, used = rulebooks.active(tx, here.settings.rulebook), rulebooks.activated(tx)
    own = {name.partition("@")[0]: name for name in reversed(used) if books.is_kept(name)}
    out = []
    for name in dict.fromkeys([default, here.settings.rulebook, *own.values(), *available()]):
        try:
            book = current.rulebook(name)
        except ScreeningError:
            continue
        out.append(Choice(name, name if books.is_kept(name) else book.id, book, name == default))
    return out


def named(here: Service, who: Principal, rulebook_id: str) -> str:
    """Return the name of a rulebook by its id (the newest version) or ref, of those that one may see. Raises :class:`ServiceError` 404.

    Versions that were never used are for administrators only.
    """
    manages = who.role is Role.ADMINISTRATOR
    if books.is_kept(rulebook_id):
        with here.store.read() as tx:
            rulebooks.one(tx, rulebook_id)
            if manages or rulebook_id in rulebooks.activated(tx) or rulebooks.batches_with(tx, [rulebook_id]):
                return rulebook_id
        raise not_found("这个规则集")
    with here.store.read() as tx:
        newest = rulebooks.listed(tx, rulebook_id)[:1] if manages else []
    if newest:
        return str(newest[0]["ref"])
    for choice in available_books(here):
        if rulebook_id in (choice.ref, choice.book.id):
            return choice.name
    raise not_found("这个规则集")


@router.get("/{rulebook_id}", summary="一个规则集")
def one(here: Here, who: Reader, rulebook_id: str) -> dict[str, Any]:
    """返回全部规则，每条带通知的原话。"""
    return rules_of(current.rulebook(named(here, who, rulebook_id)))


class RulebookTexts(BaseModel):
    """A rulebook as two texts, which are the two files that the command line takes."""

    toml: str = Field(description="规则（TOML）", examples=['schema = 1\nid = "henan-2024"\n…'])
    notice: str = Field(description="通知原文", examples=["各市教育局：……"])


@router.get("/{rulebook_id}/texts", response_model=RulebookTexts, summary="一个规则集的原文件")
def texts(here: Here, who: Reader, rulebook_id: str) -> dict[str, str]:
    """返回 TOML 和通知原文；存成两个文件，命令行用它得出的报告与这里相同。"""
    toml, notice = books.texts(named(here, who, rulebook_id))
    return {"toml": toml, "notice": notice}


class RulebookVersion(BaseModel):
    """A version of a rulebook that was made here."""

    ref: str = Field(description="引用时写它", examples=["henan-2024@3f9a2c1b7d04"])
    number: int = Field(description="第几版", examples=[2])
    title: str = Field(description="通知的名称", examples=["关于征集典型案例的通知"])
    digest: str = Field(description="内容的摘要")
    parent: str = Field(description="由哪一份改来", examples=["henan-2023-950"])
    reason: str = Field(description="为何改", examples=["字数改为 2800"])
    created: str = Field(description="保存的时间", examples=["2024-01-20T09:00:00+08:00"])
    by: str = Field(description="谁保存的", examples=["王丽"])
    default: bool = Field(description="新批次是否默认用它")


@router.get("/{rulebook_id}/versions", response_model=list[RulebookVersion], summary="一个规则集的各版")
def versions(here: Here, who: Reader, rulebook_id: str) -> list[dict[str, Any]]:
    """列出自建规则集的各版，新的在前；旧版一直保留。自带的规则集没有版本。谁改的、为何改只给管理员看。"""
    name = named(here, who, rulebook_id).partition("@")[0]
    with here.store.read() as tx:
        rows = [dict(r) for r in rulebooks.listed(tx, name)]
        if who.role is not Role.ADMINISTRATOR:
            used = set(rulebooks.activated(tx))
            rows = [r | {"reason": "", "created_by": ""} for r in rows if r["ref"] in used]
        default = rulebooks.active(tx, here.settings.rulebook)
        people = decisions.names_of(tx, {r["created_by"] for r in rows})
    return [
        {name: r[name] for name in ("ref", "number", "title", "digest", "parent", "reason")}
        | {"created": shown(r["created"]), "by": people[r["created_by"]], "default": r["ref"] == default}
        for r in rows
    ]


class Changed(BaseModel):
    """One thing that differs."""

    name: str = Field(description="哪一项：TOML 里的键", examples=["max"])
    before: Any = Field(description="原来的值；没有为 null", examples=[3000])
    after: Any = Field(description="现在的值；没有为 null", examples=[2800])


class RulebookDifference(BaseModel):
    """A rule, or another part of a rulebook, that is not the same."""

    part: str = Field(
        description="rule 规则、section 部分、kind 类型、projects 项目、unit_types 单位类型、whole 整个",
        examples=["rule"],
    )
    kind: str = Field(description="哪类材料；空为整批的检查或整个规则集", examples=["work_case"])
    name: str = Field(description="规则的编号，或部分、类型的名称", examples=["work_case.length"])
    what: str = Field(description="added 新增、removed 删去、changed 改动", examples=["changed"])
    check: str = Field(description="规则用的检查", examples=["length"])
    fields: list[Changed]


@router.get("/{rulebook_id}/difference", response_model=list[RulebookDifference], summary="与另一个规则集逐条比较")
def difference(
    here: Here,
    who: Reader,
    rulebook_id: str,
    to: Annotated[str, Query(max_length=60, description="与哪一份比；空为它的上一份")] = "",
) -> list[dict[str, Any]]:
    """逐条列出与另一份（to，空为它的上一份）的不同：哪条规则、哪一项、从多少到多少。"""
    old, new = pair_of(here, who, rulebook_id, to)
    found = (asdict(d) for d in differences(current.rulebook(old), current.rulebook(new)))
    return [f | {"fields": [_plain(x) for x in f["fields"]]} for f in found]


def pair_of(here: Service, who: Principal, rulebook_id: str, to: str) -> tuple[str, str]:
    """Return the names of the rulebook that another is compared with (its parent unless told ``to``), and its own.

    Raises :class:`ServiceError` 404, also for a rulebook without a parent.
    """
    name = named(here, who, rulebook_id)
    if not to:
        with here.store.read() as tx:
            to = rulebooks.one(tx, name)["parent"] if books.is_kept(name) else ""
    return named(here, who, to), name


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def rules_of(book: Rulebook) -> dict[str, Any]:
    """Return a rulebook as plain values."""
    return {
        "id": book.id,
        "title": book.title,
        "digest": book.digest,
        "kinds": [
            {"kind": k.kind, "label": k.label, "rules": [_rule(r) for r in k.rules], "weights": dict(k.weights)}
            for k in book.kinds.values()
        ],
        "batch": [_rule(r) for r in book.batch],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "check": rule.check.name,
        "label": check_label(rule.check.name),
        "severity": rule.severity.value,
        "state": rule.state,
        "clause": {"where": rule.clause.where, "quote": rule.clause.quote},
        "params": _plain({f.name: getattr(rule.params, f.name) for f in fields(rule.params)}),
    }
