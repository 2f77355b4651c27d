"""What happens to every request: an id, a line in the log, a place in the metrics, and an answer even when the program fails."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any, Final

from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.envelope import wrapped
from service.errors import PROBLEM, ServiceError, problem
from service.logs import failure, log
from service.metrics import Metrics
from service.pages.frame import error_page, html_wanted

UNKNOWN: Final = "(other)"  # addresses that no route has: they are the caller's words
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_GONE: Final = 499  # nobody waits for the answer any more


class Observed:
    """The outermost layer. Told of a request: its id, route, status, time, who (as an id), sizes; never what it asks or brings."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics, self.log = app, metrics, log("service.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if given.isalnum() and given.isascii() and len(given) <= 64 else secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        seen = _Seen(receive, send, request_id)
        told: dict[str, Any] = {}
        begun = time.perf_counter()
        try:
            await self.app(scope, seen.receive, seen.send)
        except ClientDisconnect:
            seen.status = seen.status or _GONE
        except Exception as error:  # noqa: BLE001 - whatever it was: the caller gets an answer, the log the place
            told = failure(error)
            self.metrics.failures.inc()
            if not seen.status:
                await _sorry(scope, request_id)(scope, receive, wrapped(scope, seen.send))
            else:
                seen.broken = True
        finally:
            seconds = time.perf_counter() - begun
            self._tell(scope, seen, seconds, told)
        if seen.broken:
            raise _CutOff

    def _tell(self, scope: Scope, seen: _Seen, seconds: float, told: dict[str, Any]) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", UNKNOWN)
        status = seen.status or _GONE
        if not seen.streams:  # how long somebody listens to events says nothing of our speed
            self.metrics.requests.labels(method, route, str(status)).observe(seconds)
        state = scope["state"]
        facts = {
            "request": state["request_id"],
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "principal": getattr(state.get("principal"), "id", ""),
            "code": state.get("problem", ""),
            "received": seen.received,
            "sent": seen.sent,
        }
        quiet = route in _QUIET and status < 400
        say = self.log.error if told or status >= 500 else self.log.debug if quiet else self.log.info
        say("request", **{k: v for k, v in (facts | told).items() if v != ""})


class _Seen:
    """What went in and out of one request."""

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self._receive, self._send, self._id = receive, send, request_id.encode()
        self.status = self.received = self.sent = 0
        self.streams = self.broken = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self._id)]
            self.streams = any(k == b"content-type" and v.startswith(b"text/event-stream") for k, v in headers)
            message = {**message, "headers": headers}
        self.sent += len(message.get("body", b""))
        await self._send(message)


class _CutOff(Exception):  # noqa: N818 - a signal to the server, not an error of its own
    """Ends an answer that had begun: the server closes the connection, so that nobody takes half for whole."""


def _sorry(scope: Scope, request_id: str) -> Response:
    request = Request(scope)
    where = "下面的请求编号" if html_wanted(request) else " instance 里的编号"
    said = ServiceError(500, "internal", "程序出错了", f"请稍后再试；若仍然如此，请把{where}告诉管理员。")
    if html_wanted(request):
        with suppress(Exception):  # the page may be what is broken
            return error_page(request, said)
    return JSONResponse(problem(said, request_id), 500, media_type=PROBLEM)
