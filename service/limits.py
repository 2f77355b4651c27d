"""How much and how slowly a request may send: counted while it is read, whatever it says of itself."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screening.errors import ScreeningError
from service.context import asker, recognised
from service.errors import ServiceError
from service.settings import Settings

MB: Final = 1 << 20
OTHERS: Final = MB  # bytes of a request that brings no file
FIELDS: Final = MB  # bytes of what stands around the files: fields, part headers
RATE: Final = 16 << 10  # bytes a second that earn more time


class BodyRefused(HTTPException):
    """Carries an error out of the reading of a body: FastAPI lets nothing but an HTTPException through from there."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(error.status)
        self.error = error
        error.headers["Connection"] = "close"  # else the rest of the body would still be read, and thrown away


class Bodies:
    """Stop a body that is too large (413) or comes too slowly (408); take no large body from who is not signed in (401)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.seconds = app, settings.body_seconds
        two = 2 * settings.max_file * MB + FIELDS
        self.most = {
            "/api/v1/submissions": two,
            "/api/v1/checks": settings.max_file * MB + FIELDS,
            # The zip, the list and the roster.
            "/api/v1/batches": settings.max_batch * MB + two,
            "/batches/new": settings.max_batch * MB + two,
            "/api/v1/archive/documents": settings.max_batch * MB + FIELDS,
            "/archive/add": settings.max_batch * MB + FIELDS,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            most, signed = self.most.get(path, OTHERS), path in self.most
            if not dict(scope["headers"]).get(b"content-type", b"").lower().startswith(b"multipart/"):
                most = OTHERS  # no files, and it is read into memory
            receive = _Body(scope, receive, most, self.seconds, signed=signed).receive
        await self.app(scope, receive, send)


class _Body:
    """The body of one request on its way in."""

    def __init__(self, scope: Scope, receive: Receive, most: int, seconds: float, *, signed: bool) -> None:
        self._scope, self._receive, self._most, self._signed = scope, receive, most, signed
        self._read, self._ended = 0, False
        self._begun = time.monotonic()
        self._seconds = seconds

    async def receive(self) -> Message:
        """Return the next piece. Raises :class:`BodyRefused`."""
        if self._ended:
            return await self._receive()  # what comes now is the end of the connection, for which one may wait long
        if self._signed:
            await self._first()
        left = self._begun + self._seconds + self._read / RATE - time.monotonic()
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError as error:
            raise BodyRefused(_too_slow()) from error
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise BodyRefused(_too_large(self._most))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def _first(self) -> None:
        """Look at who is asking and at what the request says of its size before anything is read."""
        self._signed = False
        try:
            asker(await run_in_threadpool(recognised, Request(self._scope)))
        except ServiceError as error:
            raise BodyRefused(error) from error
        except ScreeningError as error:
            raise BodyRefused(ServiceError(503, error.code, error.message, error.advice)) from error
        said = dict(self._scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self._most:
            raise BodyRefused(_too_large(self._most))
        self._begun = time.monotonic()


def _too_large(most: int) -> ServiceError:
    return ServiceError(
        413,
        "too_large",
        f"请求太大，上限 {most / MB:.0f} MB",
        "请压缩文中图片或分批上传；如确有需要，请管理员调整上限（max_file、max_batch）。",
    )


def _too_slow() -> ServiceError:
    return ServiceError(
        408,
        "too_slow",
        "等了很久，上传的内容还没有传完",
        "请检查网络后重新上传；带上 Idempotency-Key 再传不会重复。",
    )
