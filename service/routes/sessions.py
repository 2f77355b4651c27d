"""Signing in and out by the interface, and who one is."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from service.context import Asker, Here, from_address, let_in, own_form
from service.people import accounts, sessions
from service.people.answers import Me, SignIn
from service.people.principal import Principal

router = APIRouter(prefix="/api/v1", tags=["登录与账号"])


@router.post(
    "/sessions",
    status_code=201,
    summary="登录",
    dependencies=[Depends(own_form), Depends(from_address)],
    response_model=Me,
)
def sign_in(request: Request, response: Response, here: Here, body: SignIn) -> Me:
    """用登录名和密码登录，得到会话 Cookie；之后的改动类请求要带 X-CSRF-Token。程序请用密钥，不必登录。"""
    user_id = accounts.sign_in(here.store, here.settings, body.login, body.password)
    secret = let_in(response, request, here, user_id)
    who = sessions.principal_of(here.store, here.settings, secret)
    if who is None:  # disabled at this very moment
        raise accounts.refused()
    return _me(who)


@router.delete("/sessions/current", status_code=204, summary="退出登录")
def sign_out(response: Response, here: Here, who: Asker) -> None:
    """结束当前会话。用密钥请求时没有会话，什么也不做。"""
    if who.session:
        sessions.end(here.store, who)
    response.delete_cookie(sessions.cookie_name(here.settings), secure=here.settings.secure, httponly=True)


@router.get("/me", summary="我是谁", response_model=Me)
def me(who: Asker) -> Me:
    """返回请求者的角色、单位、权限。"""
    return _me(who)


def _me(who: Principal) -> Me:
    return Me(
        id=who.id,
        name=who.name,
        role=who.role,
        unit=who.unit,
        scopes=sorted(who.scopes),
        batches=who.batches,
        csrf=who.csrf or None,
    )
