"""Pages for webhooks: who is told of what, whether it arrives, and trying it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service.context import Here, Service
from service.errors import ServiceError
from service.pages.frame import go, render
from service.people.principal import Principal
from service.routes import webhooks as interface
from service.routes.pages_settings import Manager
from service.store import webhooks
from service.store.webhooks import KINDS

router = APIRouter(prefix="/settings/webhooks", include_in_schema=False)
Text = Annotated[str, Form()]
Events = Annotated[list[str], Form()]
EVENTS = {
    "submission.received": "收到材料",
    "submission.done": "筛查完成",
    "submission.failed": "没有完成",
    "submission.decided": "有了判定",
    "submission.cancelled": "材料撤回",
    "submission.deleted": "材料删除",
    "batch.received": "收到批次",
    "batch.sealed": "批次收完",
    "batch.done": "整批完成",
    "batch.closed": "批次关闭",
    "batch.failed": "解包失败",
    "batch.cancelled": "批次撤回",
    "ping": "测试",
}
DELIVERIES = {"waiting": "待发", "done": "成功", "failed": "放弃"}
LINES = 30


@router.get("")
def listed(request: Request, here: Here, who: Manager) -> HTMLResponse:  # noqa: ARG001 - the right to see it
    """Show the webhooks."""
    return _listed(request, here)


def _listed(request: Request, here: Service, **more: Any) -> HTMLResponse:
    with here.store.read() as tx:
        rows = [dict(r) for r in webhooks.listed(tx, None)]
    given: dict[str, Any] = {"made": None, "error": None, "url": "", "chosen": [], **more}
    status = 422 if given["error"] else 200
    return render("settings_webhooks.html", request, status=status, rows=rows, words=EVENTS, kinds=KINDS, **given)


@router.post("")
def make(request: Request, here: Here, who: Manager, url: Text = "", events: Events = []) -> HTMLResponse:  # noqa: B006 - FastAPI copies it
    """Make a webhook and show its secret, once."""
    try:
        wanted = interface.NewHook(url=url.strip()[:2000], events=_known(events))
        made = interface.make(Response(), here, who, wanted)
    except ServiceError as error:
        return _listed(request, here, error=error, url=url, chosen=events)
    return _listed(request, here, made=made)


def _known(events: list[str]) -> Any:
    return [e for e in KINDS if e in events]


@router.get("/{webhook_id}")
def one(
    request: Request, here: Here, who: Manager, webhook_id: str, before: Annotated[str, Query(max_length=28)] = ""
) -> HTMLResponse:  # fmt: skip
    """Show a webhook and what was sent."""
    return _one(request, here, who, webhook_id, before=before)


def _one(request: Request, here: Service, who: Principal, webhook_id: str, **more: Any) -> HTMLResponse:
    given: dict[str, Any] = {"error": None, "tested": None, "before": "", **more}
    with here.store.read() as tx:
        row = dict(webhooks.one(tx, webhook_id, None))
    log = interface.log(here, who, webhook_id, before=given["before"], limit=LINES)
    status = given["error"].status if given["error"] else 200
    return render(
        "settings_webhook.html", request, status=status, hook=row, log=log, words=EVENTS, kinds=KINDS, states=DELIVERIES, **given
    )  # fmt: skip


@router.post("/{webhook_id}")
def change(
    request: Request, here: Here, who: Manager, webhook_id: str, do: Text, url: Text = "", events: Events = []  # noqa: B006 - as above
) -> Response:  # fmt: skip
    """Change address and events, switch it off or on, or try it."""
    try:
        if do == "test":
            return _one(request, here, who, webhook_id, tested=interface.test(here, who, webhook_id))
        if do in ("on", "off"):
            wanted = interface.ChangeHook(active=do == "on")
        else:
            wanted = interface.ChangeHook(url=url.strip()[:2000], events=_known(events))
        interface.change(here, who, webhook_id, wanted)
    except ServiceError as error:
        if error.status == 404:
            raise
        return _one(request, here, who, webhook_id, error=error)
    return go(f"/settings/webhooks/{webhook_id}", "saved")


@router.post("/{webhook_id}/remove")
def remove(request: Request, here: Here, who: Manager, webhook_id: str, sure: Text = "") -> Response:
    """Remove a webhook, if that was confirmed."""
    if not sure:
        error = ServiceError(422, "webhook.sure", "没有删除：请先勾选确认", "不想再发消息的，也可以只停用。")
        return _one(request, here, who, webhook_id, error=error)
    interface.remove(here, who, webhook_id)
    return go("/settings/webhooks", "gone")


@router.post("/{webhook_id}/deliveries/{delivery_id}/again")
def again(here: Here, who: Manager, webhook_id: str, delivery_id: str) -> RedirectResponse:
    """Send a message once more."""
    interface.again(here, who, webhook_id, delivery_id)
    return go(f"/settings/webhooks/{webhook_id}", "again")
