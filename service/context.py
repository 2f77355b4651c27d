"""What every route works with: settings, the open store, the limits, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from service.errors import ServiceError
from service.people import keys, sessions
from service.people.limits import Limits
from service.people.principal import Principal, Role, Scope
from service.settings import Settings
from service.store.database import Store


@dataclass(frozen=True, slots=True)
class Service:
    """One running service."""

    settings: Settings
    store: Store
    limits: Limits = field(default_factory=Limits)


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    found: Service = request.app.state.service
    return found


def cookie_of(request: Request) -> str:
    """Return what the session cookie holds, "" without one."""
    return request.cookies.get(sessions.cookie_name(service_of(request).settings), "")


async def sent_token(request: Request) -> str:
    """Return the CSRF token that came along, "" without one: from the header, else from the form.

    A multipart body is not read for it, as it may be large and is streamed: there the header serves, or a form that FastAPI has read.
    """
    if token := request.headers.get(sessions.CSRF_HEADER):
        return token
    if request.method in sessions.SAFE or not cookie_of(request) or "authorization" in request.headers:
        return ""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded") or (
        kind.startswith("multipart/") and getattr(request, "_form", None) is not None
    ):
        return str((await request.form()).get(sessions.CSRF_FIELD, ""))
    return ""


def recognised(request: Request) -> Principal | None:
    """Return who holds the key (Bearer) or the session that came along, None for nobody. Raises :class:`ServiceError` 401 for a wrong key."""
    here = service_of(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return keys.principal_of(here.store, secret.strip())
    cookie = cookie_of(request)
    return sessions.principal_of(here.store, here.settings, cookie) if cookie else None


def visitor(request: Request, token: Annotated[str, Depends(sent_token)]) -> Principal | None:
    """Return who is asking, None for nobody.

    Raises :class:`ServiceError` 401 for a key that does not hold, 403 for a changing request of a session from another site or without
    its token, 429.
    """
    here, who = service_of(request), recognised(request)
    request.state.principal = who
    if who is None:
        return None
    if who.session and request.method not in sessions.SAFE:
        sessions.check_origin(request.headers, here.settings)
        sessions.check_token(who, token)
    answer_headers(request).update(here.limits.take(here.settings, "requests", who.id))
    return who


def asker(who: Annotated[Principal | None, Depends(visitor)]) -> Principal:
    """Return who is asking. Raises :class:`ServiceError` 401, and as :func:`visitor`."""
    if who is None:
        raise ServiceError(
            401,
            "sign_in",
            "请先登录，或带上接口密钥",
            "请求头：Authorization: Bearer csk_…",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return who


def answer_headers(request: Request) -> dict[str, str]:
    """Return the headers that the answer will get, whatever kind of answer it is: see :mod:`service.headers`."""
    if not hasattr(request.state, "headers"):
        request.state.headers = {}
    found: dict[str, str] = request.state.headers
    return found


def from_address(request: Request) -> None:
    """Count an attempt to sign in against the network address that it comes from. Raises :class:`ServiceError` 429."""
    here = service_of(request)
    here.limits.take_from(here.settings, "signins", request.client.host if request.client else "")


def let_in(answer: Response, request: Request, here: Service, user_id: str) -> str:
    """Begin a session, give the browser its cookie, and return what is in it; a session that the browser had ends."""
    secret = sessions.start(here.store, here.settings, user_id, old=cookie_of(request))
    answer.set_cookie(
        sessions.cookie_name(here.settings),
        secret,
        max_age=here.settings.session_hours * 3600,
        secure=here.settings.secure,
        httponly=True,
        samesite="lax",  # "strict" would show a signed-out page to who follows a link in a mail
    )
    return secret


def own_form(request: Request) -> None:
    """Refuse a form without a session that another site sent: nobody is signed in as somebody else behind his back."""
    sessions.check_origin(request.headers, service_of(request).settings)


Here = Annotated[Service, Depends(service_of)]
Visitor = Annotated[Principal | None, Depends(visitor)]
Asker = Annotated[Principal, Depends(asker)]


class Limit:
    """A dependency: what somebody does here counts against the setting WHAT_per_minute too: ``dependencies=[Depends(Limit("uploads"))]``."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, request: Request, here: Here, who: Asker) -> None:
        """Raise :class:`ServiceError` 429."""
        answer_headers(request).update(here.limits.take(here.settings, self.what, who.id))


class Need:
    """A dependency: only these roles, with this scope. The class keeps what it asks for, so that a test can read the whole matrix."""

    def __init__(self, scope: Scope, *roles: Role) -> None:
        self.scope, self.roles = scope, roles or tuple(Role)

    def __call__(self, who: Asker) -> Principal:
        """Return who is asking. Raises :class:`ServiceError` 403."""
        who.need(self.scope, self.roles)
        return who


Reader = Annotated[Principal, Depends(Need(Scope.READ))]
Writer = Annotated[Principal, Depends(Need(Scope.WRITE, Role.SUBMITTER, Role.ADMINISTRATOR))]
Decider = Annotated[Principal, Depends(Need(Scope.DECIDE, Role.REVIEWER, Role.ADMINISTRATOR))]
Listener = Annotated[Principal, Depends(Need(Scope.WEBHOOKS, Role.SUBMITTER, Role.ADMINISTRATOR))]
Manager = Annotated[Principal, Depends(Need(Scope.MANAGE, Role.ADMINISTRATOR))]
