"""Rulebooks: the notices, each rule with the sentence that it comes from."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from screening.errors import ScreeningError
from screening.output.labels import check_label
from screening.rulebook import Rule, Rulebook, available
from service.context import Here, Reader
from service.errors import not_found
from service.store import current

router = APIRouter(prefix="/api/v1/rulebooks", tags=["规则集"])


class RulebookSummary(BaseModel):
    """A rulebook in a list."""

    id: str = Field(description="编号", examples=["henan-2023-950"])
    title: str = Field(description="通知的名称", examples=["关于征集典型案例的通知"])
    digest: str = Field(description="内容的摘要；报告里写着按哪一份筛查")
    default: bool = Field(description="是否默认")


@router.get("", response_model=list[RulebookSummary], summary="规则集列表")
def listed(here: Here, who: Reader) -> list[dict[str, Any]]:  # noqa: ARG001 - the right to see it
    """列出可用的规则集。"""
    return [
        {"id": b.id, "title": b.title, "digest": b.digest, "default": name == here.settings.rulebook}
        for name, b in available_books(here.settings.rulebook)
    ]


def available_books(default: str) -> list[tuple[str, Rulebook]]:
    """Return the rulebooks that can be chosen, by name, the default first; one that can't be read is left out."""
    out = []
    for name in dict.fromkeys([default, *available()]):
        try:
            out.append((name, current.rulebook(name)))
        except ScreeningError:
            continue
    return out


@router.get("/{rulebook_id}", summary="一个规则集")
def one(here: Here, who: Reader, rulebook_id: str) -> dict[str, Any]:  # noqa: ARG001 - the right to see it
    """返回全部规则，每条带通知的原话。"""
    return rules_of(named(here.settings.rulebook, rulebook_id))


def named(default: str, rulebook_id: str) -> Rulebook:
    """Return a rulebook by its id, of those that are known. Raises :class:`ServiceError` 404."""
    for _, book in available_books(default):
        if book.id == rulebook_id:
            return book
    raise not_found("这个规则集")


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
    }
