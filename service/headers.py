"""Headers of every answer: what a browser may do with it."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": a browser then hides the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECURE: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class Headers:
    """Add the security headers, those a dependency asked for (``request.state.headers``), and a default for caches.

    What an answer says for itself stands: a file that is shown in a frame brings its own policy. Without a word of its own nothing is
    stored by caches, and what has an ETag is asked for again each time.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self._always = _ALWAYS | (_SECURE if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                cache = "private, no-cache" if b"etag" in there else "no-store"
                wanted = {**self._always, "Cache-Control": cache, **state.get("headers", {})}
                added = [(k.lower().encode(), v.encode()) for k, v in wanted.items()]
                message["headers"] = [*message["headers"], *((k, v) for k, v in added if k not in there)]
            await send(message)

        await self.app(scope, receive, tell)
