"""Signing in with an account from elsewhere: the way there, and the way back."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from service.context import Here, from_address, let_in
from service.pages.frame import go, inside
from service.people import elsewhere, sessions

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_address)])
_COOKIE = "journey"


@router.get("/signin/{name}")
def depart(here: Here, name: str, next: str = "/") -> RedirectResponse:  # noqa: A002 - the name in the address
    """Send the browser to the provider."""
    url, cookie = elsewhere.depart(here.store, here.settings, name, inside(next))
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        sessions.cookie_name(here.settings, _COOKIE),
        cookie,
        max_age=elsewhere.MINUTES * 60,
        secure=here.settings.secure,
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the browser back
    )
    return answer


@router.get("/signin/{name}/return")
def arrive(request: Request, here: Here, name: str) -> RedirectResponse:
    """Let in whom the provider vouches for."""
    journey = sessions.cookie_name(here.settings, _COOKIE)
    cookie = request.cookies.get(journey, "")
    user_id, next_ = elsewhere.arrive(here.store, here.settings, name, dict(request.query_params), cookie)
    answer = go(next_)
    let_in(answer, request, here, user_id)
    answer.delete_cookie(journey, secure=here.settings.secure, httponly=True)
    return answer
