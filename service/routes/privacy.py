"""Deleting with every trace, what is due next, and the audit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from service.context import Here, Manager
from service.errors import ServiceError
from service.moment import shown
from service.store import audit, batches, decisions, deletion, retention, submissions
from service.store.sight import Sight

router = APIRouter(prefix="/api/v1", tags=["隐私与审计"])
EVERYTHING = Sight(everything=True)
Reason = Annotated[
    str, Query(min_length=4, max_length=500, description="理由（至少 4 个字），会记入日志", examples=["作者撤稿"])
]


class Deleted(BaseModel):
    """What a deletion came to."""

    id: str = Field(description="编号")
    scrubbed: int = Field(description="其他材料的报告里，删去了引文的有几份")


@router.delete("/submissions/{submission_id}", response_model=Deleted, summary="删除一份材料")
def delete_submission(here: Here, who: Manager, submission_id: str, reason: Reason) -> dict[str, Any]:
    """删除原件、正文、报告、判定、比对库里的文档，以及别的报告里引的原文；不能恢复。日志里只留编号、时间、谁、为何。"""
    with here.store.read() as tx:
        submissions.one(tx, submission_id, EVERYTHING)
    return {"id": submission_id, "scrubbed": deletion.delete_submission(here.store, submission_id, who.id, reason)}


class DeletedBatch(BaseModel):
    """What deleting a batch came to."""

    id: str = Field(description="批次编号")
    submissions: int = Field(description="删除了几份材料")


@router.delete("/batches/{batch_id}", response_model=DeletedBatch, summary="删除一个批次")
def delete_batch(
    here: Here,
    who: Manager,
    batch_id: str,
    reason: Reason,
    confirm: Annotated[str, Query(max_length=200, description="批次的名称，一字不差，防止误删")],
) -> dict[str, Any]:
    """删除批次和其中全部材料的一切痕迹；不能恢复。"""
    with here.store.read() as tx:
        row = batches.one(tx, batch_id, EVERYTHING)
    if confirm != row["name"]:
        raise ServiceError(422, "batch.confirm", "批次的名称与 confirm 不一致，没有删除", "请核对后照批次的名称填写。")
    return {"id": batch_id, "submissions": deletion.delete_batch(here.store, batch_id, who.id, reason)}


@router.get("/retention", summary="将要清除的批次")
def upcoming(
    here: Here,
    who: Manager,  # noqa: ARG001 - the right to see it
    days: Annotated[int, Query(ge=0, le=3650, description="多少天以内")] = 30,
) -> list[dict[str, Any]]:
    """列出保存期将满、会自动清除的批次，最近的在前。"""
    return [
        {"id": r["id"], "name": r["name"], "purge_after": shown(r["purge_after"])}
        for r in retention.upcoming(here.store, days)
    ]


class Line(BaseModel):
    """A line of the audit."""

    number: int = Field(description="序号")
    created: str = Field(description="时间")
    by: str = Field(description="谁：姓名或密钥名")
    action: str = Field(description="做了什么，如 names.unmask、export.batch.summary", examples=["names.unmask"])
    label: str = Field(description="动作的中文名称", examples=["查看姓名"])
    target: str = Field(description="对哪一个（编号）")
    reason: str = Field(description="理由")
    facts: dict[str, Any] | None = Field(description="其他")


class Lines(BaseModel):
    """A page of the audit."""

    items: list[Line]
    next: int | None = Field(description="下一页的 before；最后一页为 null")


@router.get("/audit", response_model=Lines, summary="审计日志")
def lines(
    here: Here,
    who: Manager,  # noqa: ARG001 - the right to see it
    before: Annotated[int, Query(ge=0, le=2**62, description="早于这个序号的")] = 0,
    action: Annotated[str, Query(max_length=40, description="动作，或动作的开头，如 export")] = "",
    by: Annotated[str, Query(max_length=40, description="谁：user:编号 或 key:编号")] = "",
    target: Annotated[str, Query(max_length=80, description="对哪一个")] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="一页几行")] = 100,
) -> dict[str, Any]:
    """列出谁看过姓名、下载过什么、删过什么、改过什么，新的在前；只增不改。"""
    with here.store.read() as tx:
        found = audit.listed(tx, before=before, action=action, by=by, target=target, limit=limit + 1)
        names = decisions.names_of(tx, {r["by"] for r in found})
    items = [
        dict(r) | {"created": shown(r["created"]), "by": names[r["by"]], "label": audit.ACTIONS.get(r["action"], "")}
        for r in found[:limit]
    ]
    return {"items": items, "next": items[-1]["number"] if len(found) > limit else None}
