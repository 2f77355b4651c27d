"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from service.context import Here, Visitor, asker
from service.errors import ServiceError
from service.people.principal import Role, Scope

router = APIRouter(tags=["运行状况"])
_LOCAL: Final = frozenset({"127.0.0.1", "::1"})
# Who comes through a proxy on this machine comes from this machine, and brings one of these.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz", summary="进程活着")
async def alive() -> dict[str, str]:
    """什么都不查，只说明进程在应答。"""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="可以接受请求",
    responses={503: {"description": "数据库、模型、规则集或磁盘有问题，checks 里写明是哪一项"}},
)
async def ready(request: Request) -> Response:
    """查数据库、表结构、切题模型、规则集、磁盘和工作进程；再忙也在 200 毫秒内回答。notes 里的问题不影响接受请求。"""
    found = await request.app.state.readiness.answer()
    body: dict[str, Any] = {"checks": found.checks, "notes": found.notes}
    if not found.ready:
        wrong = "、".join(f"{name}（{code}）" for name, code in found.checks.items() if code != "ok")
        raise ServiceError(
            503,
            "not_ready",
            f"服务还不能接受请求：{wrong}",
            "请管理员运行 screening-service doctor 查看原因和办法。",
            headers={"Retry-After": "5"},
            more=body,
        )
    return JSONResponse({"status": "ok"} | body)


def _may_measure(request: Request, here: Here, who: Visitor) -> None:
    """Raise :class:`ServiceError` 401 or 403 unless this request may see the figures; see the setting ``metrics``."""
    if here.settings.metrics == "open":
        return
    local = request.client is not None and request.client.host in _LOCAL
    if here.settings.metrics == "local" and local and not any(name in request.headers for name in _FORWARDED):
        return
    asker(who).need(Scope.MANAGE, (Role.ADMINISTRATOR,))


@router.get(
    "/metrics",
    summary="运行指标（Prometheus）",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def measured(request: Request, _: Annotated[None, Depends(_may_measure)]) -> Response:
    """各接口的次数和用时、各状态的材料数、排队时长、工作进程、磁盘；没有编号、姓名和单位。"""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
