"""The web application: routes, layers around them, one shape of error."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from screening import __version__
from screening.errors import ScreeningError
from service.apart import Apart
from service.context import Service
from service.envelope import Envelope
from service.errors import PROBLEM, ServiceError, problem
from service.headers import Headers
from service.limits import Bodies, BodyRefused
from service.logs import failure, log
from service.metrics import Metrics
from service.observing import Observed
from service.openapi import API, INTRO, TAGS, describe
from service.pages.frame import error_page, html_wanted
from service.readiness import Readiness
from service.routes import routers
from service.settings import Settings
from service.store.database import Store

_log = log("service.app")
_THREADS = 10  # measured under load on 2 processors against the usual 40: see tests/bench/test_service_load_bench.py
_TURN = 0.001  # seconds; the usual is 5 ms
# Packed already: Word and Excel files are zips.
_PACKED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)


def create_app(settings: Settings, store: Store | None = None) -> FastAPI:
    """Return the application. A ``store`` that is given is not closed by it. Raises :class:`LibraryError` if the database can't be used."""
    opened = store or Store.open(settings.database_url, settings.key_bytes, old=settings.old_key_bytes)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Fewer threads, and shorter turns of each: else one that computes keeps all others, and the answers to probes, waiting.
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        sys.setswitchinterval(_TURN)
        await app.state.readiness.begin()
        # All that is loaded stays. Else the collector goes through it again and again while a page is made: a fifth of its time.
        gc.collect()
        gc.freeze()
        yield
        app.state.apart.close()
        app.state.readiness.close()
        if store is None:
            opened.close()

    app = FastAPI(
        title="案例智审",
        version=__version__,
        summary="教育案例申报材料的篇幅、结构、查重与切题初筛：条条有据，由人定夺",
        description=INTRO,
        openapi_url=f"{API}/openapi.json",
        openapi_tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        servers=[{"url": "/", "description": "本系统"}],
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = Service(settings, opened)
    app.state.apart = Apart(settings.check_processes, settings.check_seconds)
    app.add_middleware(Bodies, settings=settings)
    app.add_middleware(Envelope)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6, exclude_content_types=_PACKED)
    app.state.metrics, app.state.readiness = Metrics(settings, opened), Readiness(settings, opened)
    app.add_middleware(Observed, metrics=app.state.metrics)
    app.add_middleware(Headers, secure=settings.secure)  # the last one added is the outermost
    app.add_exception_handler(ServiceError, _said)
    app.add_exception_handler(ScreeningError, _said)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BodyRefused, _refused)
    app.add_exception_handler(HTTPException, _http)
    for router in routers():
        app.include_router(router)
    app.openapi = lambda: describe(app, settings)  # type: ignore[method-assign]  # as FastAPI has it overridden
    return app


def _answer(request: Request, error: ServiceError) -> Response:
    request.state.problem = error.code
    if error.code.startswith("store."):
        request.app.state.metrics.problems.labels(error.code).inc()
    if error.status >= 500:
        _log.error("problem", request=request.state.request_id, status=error.status, **failure(error))
    if html_wanted(request):
        return error_page(request, error)
    body = problem(error, getattr(request.state, "request_id", ""))
    return JSONResponse(body, error.status, headers=error.headers, media_type=PROBLEM)


async def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, ScreeningError)
    if not isinstance(error, ServiceError):
        error = ServiceError(422, error.code, error.message, error.advice)
    return _answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Names of the fields and what is wrong, never the values: they may be personal.
    wrong = [{"field": ".".join(map(str, e["loc"])), "type": e["type"]} for e in error.errors()]
    names = "、".join(dict.fromkeys(str(w["field"]) for w in wrong))
    said = ServiceError(
        422, "request.invalid", f"请求里这些内容不对：{names}", "请对照接口说明核对。", more={"errors": wrong}
    )
    return _answer(request, said)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, BodyRefused)
    return _answer(request, error.error)


_WORDS = {
    400: (
        "request.form",
        "请求内容读不出来：格式不完整，或者字段太多、太长",
        "请用 multipart/form-data 发送，字段名和上限见接口说明。",
    ),
    404: ("not_found", "没有这个地址", "请核对网址；接口说明见 /api/v1/openapi.json。"),
    405: ("method", "这个地址不支持这种请求方法", "请对照接口说明核对。"),
    413: ("too_large", "请求太大", "请分批上传，或请管理员调整上限。"),
}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message, advice = _WORDS.get(error.status_code, ("request", "请求有误", "请对照接口说明核对。"))
    if html_wanted(request):
        advice = "请核对网址，或回到首页从菜单进入。" if error.status_code == 404 else "请回到上一页再试。"
    return _answer(request, ServiceError(error.status_code, code, message, advice, headers=error.headers))
