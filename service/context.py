"""What every route works with: settings, the open store, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.errors import ServiceError
from service.people.keys import principal_of
from service.people.principal import Principal, Role, Scope
from service.settings import Settings
from service.store.database import Store


@dataclass(frozen=True, slots=True)
class Service:
    """One running service."""

    settings: Settings
    store: Store


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    found: Service = request.app.state.service
    return found


def asker(request: Request) -> Principal:
    """Return who is asking. Raises :class:`ServiceError` 401."""
    head = request.headers.get("authorization", "")
    scheme, _, secret = head.partition(" ")
    if scheme.lower() == "bearer" and secret:
        who = principal_of(service_of(request).store, secret.strip())
        request.state.principal = who.id  # for the log
        return who
    raise ServiceError(
        401,
        "sign_in",
        "请先登录，或带上接口密钥",
        "请求头：Authorization: Bearer csk_…",
        headers={"WWW-Authenticate": "Bearer"},
    )


Here = Annotated[Service, Depends(service_of)]
Asker = Annotated[Principal, Depends(asker)]


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
Manager = Annotated[Principal, Depends(Need(Scope.MANAGE, Role.ADMINISTRATOR))]
