"""The wrapping that some portals want: ``{"code", "message", "data"}`` around JSON answers, for who sends ``Prefer: envelope`` (RFC 7240).

``code`` is 0 if all went well, else the status, which stays as it is; ``data`` is the answer itself, byte for byte, or the whole problem.
Files, streams and the interface's own description are never wrapped.
"""

from __future__ import annotations

import json
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import PROBLEM

WORD: Final = "envelope"
GOOD: Final = "成功"
_WITHIN: Final = "/api/v1/"
_DESCRIPTION: Final = "/api/v1/openapi.json"
_MARK: Final = f"-{WORD}"  # at the end of a wrapped answer's tag: its bytes are others than those of the plain one


class Envelope:
    """Wrap what goes out to who prefers it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        wrapping = wrapped(scope, send)
        if wrapping is not send:
            scope["headers"] = _asked(scope["headers"])
        await self.app(scope, receive, wrapping)


def wrapped(scope: Scope, send: Send) -> Send:
    """Return where to send an answer: ``send`` itself, unless the request prefers it wrapped."""
    if scope["type"] != "http":
        return send
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    words = ",".join(Headers(scope=scope).getlist("prefer")).split(",")
    asked = any(word.partition(";")[0].strip().lower() == WORD for word in words)
    return _Wrapped(send).send if asked and path.startswith(_WITHIN) and path != _DESCRIPTION else send


def _asked(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with the tags of wrapped answers as the plain ones have them, and without those of plain answers."""
    return [(k, _tags(v) if k == b"if-none-match" else v) for k, v in headers]


def _tags(value: bytes) -> bytes:
    tags, end = [t.strip() for t in value.decode("latin-1").split(",")], f'{_MARK}"'
    return ", ".join(
        t.removesuffix(end) + '"' if t.endswith(end) else t for t in tags if t == "*" or t.endswith(end)
    ).encode()


class _Wrapped:
    """One answer on its way out. A good one goes on piece by piece, a problem is short and gathered first."""

    def __init__(self, send: Send) -> None:
        self._send, self._head, self._end = send, b"", b""
        self._start: Message = {}
        self._problem: list[bytes] | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._problem is not None:
            self._problem.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._sorry(b"".join(self._problem))
        elif self._end:
            more = message.get("more_body", False)
            await self._send({**message, "body": self._head + message.get("body", b"") + (b"" if more else self._end)})
            self._head = b""
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(raw=list(message["headers"]))
        message = {**message, "headers": headers.raw}
        kind = headers.get("content-type", "").partition(";")[0]
        if message["status"] == 204:
            kind = ""  # says that it is JSON, and is nothing
        if kind in ("application/json", PROBLEM) or message["status"] == 304:
            headers["Preference-Applied"] = WORD
            headers.add_vary_header("Prefer")
            if tag := headers.get("etag"):
                headers["ETag"] = f'{tag[:-1]}{_MARK}"'
        if kind == PROBLEM:
            self._problem, self._start = [], message
            return
        if kind == "application/json":
            self._head, self._end = f'{{"code":0,"message":"{GOOD}","data":'.encode(), b"}"
            if "content-length" in headers:
                headers["Content-Length"] = str(int(headers["content-length"]) + len(self._head) + len(self._end))
        await self._send(message)

    async def _sorry(self, said: bytes) -> None:
        problem = json.loads(said)
        body = {"code": problem["status"], "message": problem["title"], "data": problem}
        told = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = MutableHeaders(raw=self._start["headers"])
        headers["Content-Type"], headers["Content-Length"] = "application/json", str(len(told))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": told})
