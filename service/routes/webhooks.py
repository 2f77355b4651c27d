"""Webhooks: who is told of what happens, with a test, a log and redelivery."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from service.context import Here, Manager, Service
from service.moment import new_id, new_webhook_secret, now, shown
from service.people.principal import Principal, Role
from service.sending import checked_url, send
from service.store import webhooks
from service.store.webhooks import KINDS, Kind

router = APIRouter(prefix="/api/v1/webhooks", tags=["回调"])


class NewHook(BaseModel):
    """A webhook to be made."""

    url: str = Field(
        max_length=2000, description="回调地址，https", examples=["https://portal.example.cn/hooks/screening"]
    )
    events: list[Kind] = Field(
        default=[], max_length=len(KINDS), description="要哪些事件；空为全部", examples=[["submission.done"]]
    )


class Hook(BaseModel):
    """A webhook."""

    id: str = Field(description="编号")
    url: str = Field(description="回调地址")
    events: list[str] = Field(description="要哪些事件；空为全部")
    active: bool = Field(description="false 为已停用（连续三天没有一次成功会自动停用）")
    failures: int = Field(description="连续失败的次数")
    created: str = Field(description="建立时间")
    version: int = Field(description="版本号")


class Made(Hook):
    """A webhook with its secret, which is shown once."""

    secret: str = Field(description="签名的密钥（Standard Webhooks），只显示这一次", examples=["whsec_…"])


class ChangeHook(BaseModel):
    """What is to be changed."""

    url: str | None = Field(default=None, max_length=2000, description="回调地址")
    events: list[Kind] | None = Field(default=None, max_length=len(KINDS), description="要哪些事件")
    active: bool | None = Field(default=None, description="停用或恢复")


class Tested(BaseModel):
    """What came back."""

    ok: bool = Field(description="对方是否答复 2xx")
    status: int | None = Field(description="对方的状态码；连不上为 null")
    message: str = Field(description="出了什么问题")


class Delivery(BaseModel):
    """One delivery."""

    id: str = Field(description="编号；消息头 webhook-id 为 msg_ 加它，重发时不变")
    type: str = Field(description="事件")
    state: str = Field(description="waiting 待发（或稍后重试）、done 成功、failed 放弃")
    attempts: int = Field(description="试了几次")
    status: int | None = Field(description="对方最近的状态码")
    message: str = Field(description="最近一次的问题")
    next: str | None = Field(description="下次重试的时间")
    updated: str = Field(description="更新时间")


class Deliveries(BaseModel):
    """A page of the log."""

    items: list[Delivery]
    next: str | None = Field(description="下一页的 before；最后一页为 null")


class Again(BaseModel):
    """How many are sent again."""

    waiting: int = Field(description="重新排队的条数", examples=[3])


def _unit(who: Principal) -> str | None:
    return who.unit_key if who.role is Role.SUBMITTER else None


def _shown(row: Any) -> dict[str, Any]:
    names = ("id", "url", "events", "active", "failures", "version")
    return {n: row[n] for n in names} | {"created": shown(row["created"])}


@router.get("", response_model=list[Hook], summary="回调列表")
def listed(here: Here, who: Manager) -> list[dict[str, Any]]:
    """列出全部回调。"""
    with here.store.read() as tx:
        return [_shown(r) for r in webhooks.listed(tx, _unit(who))]


@router.post("", response_model=Made, status_code=201, summary="新建回调")
def make(response: Response, here: Here, who: Manager, body: NewHook) -> dict[str, Any]:
    """新建回调，返回签名密钥（只显示这一次）。签名按 Standard Webhooks：webhook-id、webhook-timestamp、webhook-signature。"""
    url, secret = checked_url(body.url, here.settings), new_webhook_secret()
    with here.store.write() as tx:
        new = webhooks.make(
            tx, here.store.sealer, url=url, events=body.events, secret=secret, unit_key=_unit(who) or "", by=who.id
        )
        row = webhooks.one(tx, new, None)
    response.headers["Location"] = f"/api/v1/webhooks/{new}"
    return _shown(row) | {"secret": secret}


@router.get("/{webhook_id}", response_model=Hook, summary="一个回调")
def one(here: Here, who: Manager, webhook_id: str) -> dict[str, Any]:
    """返回一个回调。"""
    with here.store.read() as tx:
        return _shown(webhooks.one(tx, webhook_id, _unit(who)))


@router.patch("/{webhook_id}", response_model=Hook, summary="修改回调")
def change(here: Here, who: Manager, webhook_id: str, body: ChangeHook) -> dict[str, Any]:
    """修改地址、事件，或停用、恢复；恢复后从新的事件发起。"""
    wanted = body.model_dump(exclude_none=True)
    if "url" in wanted:
        checked_url(wanted["url"], here.settings)
    with here.store.write() as tx:
        was = webhooks.one(tx, webhook_id, _unit(who))
        if wanted.pop("active", was["active"]) != was["active"]:
            if was["active"]:
                wanted["active"] = False
            else:
                webhooks.resume(tx, webhook_id, who.id)
        if wanted:
            webhooks.change(tx, webhook_id, who.id, **wanted)
        return _shown(webhooks.one(tx, webhook_id, _unit(who)))


@router.delete("/{webhook_id}", status_code=204, summary="删除回调")
def remove(here: Here, who: Manager, webhook_id: str) -> None:
    """删除回调和还没发出的消息。"""
    with here.store.write() as tx:
        webhooks.one(tx, webhook_id, _unit(who))
        webhooks.remove(tx, webhook_id, who.id)


@router.post("/{webhook_id}/test", response_model=Tested, summary="测试回调")
def test(here: Here, who: Manager, webhook_id: str) -> dict[str, Any]:
    """立即发一条签过名的 ping，返回对方的答复。"""
    row = _row(here, who, webhook_id)
    secret = here.store.sealer.open(row["secret"], f"webhook/{webhook_id}").decode()
    body = {"type": "ping", "timestamp": shown(now()), "data": {"webhook": webhook_id}}
    status, message = send(row["url"], secret, f"msg_{new_id()}", body, here.settings)
    return {"ok": status is not None and 200 <= status < 300, "status": status, "message": message}


def _row(here: Service, who: Principal, webhook_id: str) -> Any:
    with here.store.read() as tx:
        return webhooks.one(tx, webhook_id, _unit(who))


@router.get("/{webhook_id}/deliveries", response_model=Deliveries, summary="投递记录")
def log(
    here: Here,
    who: Manager,
    webhook_id: str,
    before: Annotated[str, Query(max_length=28, description="早于这个编号的")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="一页几条")] = 50,
) -> dict[str, Any]:
    """列出发过和待发的消息，新的在前。"""
    with here.store.read() as tx:
        webhooks.one(tx, webhook_id, _unit(who))
        rows = webhooks.deliveries(tx, webhook_id, before=before, limit=limit + 1)
    items = [
        {n: r[n] for n in ("id", "state", "attempts", "status", "message")}
        | {"type": r["body"]["type"], "next": shown(r["run_after"]), "updated": shown(r["updated"])}
        for r in rows[:limit]
    ]
    return {"items": items, "next": items[-1]["id"] if len(rows) > limit else None}


@router.post("/{webhook_id}/deliveries/{delivery_id}/again", status_code=202, summary="重新投递")
def again(here: Here, who: Manager, webhook_id: str, delivery_id: str) -> dict[str, str]:
    """把一条消息再发一次；编号不变，对方可据此去重。"""
    with here.store.write() as tx:
        webhooks.one(tx, webhook_id, _unit(who))
        webhooks.again(tx, webhook_id, delivery_id, who.id)
    return {"state": "waiting"}


@router.post("/{webhook_id}/again", response_model=Again, status_code=202, summary="重新投递全部放弃的")
def all_again(here: Here, who: Manager, webhook_id: str) -> dict[str, int]:
    """把已放弃的消息全部再发一次；编号不变。停用的回调请先恢复。"""
    with here.store.write() as tx:
        webhooks.one(tx, webhook_id, _unit(who))
        return {"waiting": webhooks.all_again(tx, webhook_id, who.id)}
