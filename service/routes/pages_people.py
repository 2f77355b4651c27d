"""Pages for signing in and out, for one-time links, and for one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.context import Asker, Here, Service, Visitor, from_address, let_in, own_form
from service.errors import ServiceError
from service.pages.frame import go, inside, render
from service.people import accounts, sessions
from service.people.principal import Principal
from service.store import users

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


def person(who: Asker) -> Principal:
    """Return who is asking from a browser. Raises :class:`ServiceError` 401 for a program: it has no account to look at."""
    if not who.session:
        raise ServiceError(401, "sign_in", "这个页面要用账号登录后看", "密钥请用接口 /api/v1。")
    return who


Person = Annotated[Principal, Depends(person)]


@router.get("/")
def home(who: Person) -> RedirectResponse:  # noqa: ARG001 - who is not signed in is asked to
    """Go to where the work is."""
    return go("/batches")


@router.get("/signin")
def form(request: Request, who: Visitor, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Show the form, unless somebody is signed in."""
    if who and who.session:
        return go(inside(next))
    return render("signin.html", request, error=None, next=inside(next), login="")


@router.post("/signin", dependencies=[Depends(own_form), Depends(from_address)])
def sign_in(request: Request, here: Here, login: Text = "", password: Text = "", next: Text = "/") -> Response:  # noqa: A002
    """Sign in, and go on to where one was going."""
    try:
        user_id = accounts.sign_in(here.store, here.settings, login, password)
    except ServiceError as error:
        return render("signin.html", request, status=error.status, error=error, next=inside(next), login=login)
    answer = go(inside(next))
    let_in(answer, request, here, user_id)
    return answer


@router.post("/signout")
def sign_out(here: Here, who: Person) -> RedirectResponse:
    """End the session."""
    sessions.end(here.store, who)
    answer = go("/signed-out")
    answer.delete_cookie(sessions.cookie_name(here.settings), secure=here.settings.secure, httponly=True)
    return answer


@router.get("/signed-out")
def signed_out(request: Request) -> HTMLResponse:
    """Say that it is done."""
    return render("signed_out.html", request)


@router.get("/links/{secret}", dependencies=[Depends(from_address)])
def link(request: Request, here: Here, secret: str) -> HTMLResponse:
    """Show the form behind a one-time link. Looking does not use it up: mail programs look at every link."""
    return render("link.html", request, error=None, person=accounts.by_link(here.store, secret))


@router.post("/links/{secret}", dependencies=[Depends(own_form), Depends(from_address)])
def use_link(request: Request, here: Here, secret: str, password: Text = "", again: Text = "") -> Response:
    """Set the password and sign in."""
    found = accounts.by_link(here.store, secret)
    try:
        _same(password, again)
        user_id = accounts.set_by_link(here.store, here.settings, secret, password)
    except ServiceError as error:
        if error.status != 422:
            raise
        return render("link.html", request, status=422, error=error, person=found)
    if not found["role"]:
        raise accounts.no_role()
    answer = go("/")
    let_in(answer, request, here, user_id)
    return answer


@router.get("/account")
def account(request: Request, here: Here, who: Person) -> HTMLResponse:
    """Show one's own account."""
    return _account(request, here, who)


@router.post("/account/password")
def change_password(
    request: Request, here: Here, who: Person, old: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Change one's own password."""
    try:
        _same(password, again)
        accounts.change_password(here.store, here.settings, who, old, password)
    except ServiceError as error:
        return _account(request, here, who, error)
    answer = go("/account", "password")
    let_in(answer, request, here, who.user or "")
    return answer


@router.post("/account/signout-others")
def sign_out_others(here: Here, who: Person) -> RedirectResponse:
    """End one's sessions in other browsers."""
    sessions.end_others(here.store, who)
    return go("/account", "others")


def _account(request: Request, here: Service, who: Principal, error: ServiceError | None = None) -> HTMLResponse:
    with here.store.read() as tx:
        row = users.one(tx, who.user or "")
        open_sessions, _ = users.counts(tx, row["id"])
    status = error.status if error else 200
    return render("account.html", request, status=status, person=row, sessions=open_sessions, error=error)


def _same(password: str, again: str) -> None:
    if password != again:
        raise ServiceError(422, "password.again", "两次输入的密码不一样", "请重新输入。")
