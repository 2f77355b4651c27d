"""Accounts of others, by administrators: making, changing, links, and who reviews what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.context import Here, Manager, Service
from service.errors import not_found
from service.people import accounts
from service.people.answers import Assignment, ChangeUser, Link, NewUser, User, Users
from service.people.principal import ALL_BATCHES, Role
from service.store import sessions, users
from service.store.database import note

router = APIRouter(prefix="/api/v1/users", tags=["登录与账号"])


@router.get("", summary="账号列表")
def listed(
    here: Here,
    who: Manager,  # noqa: ARG001 - the right to see it
    after: Annotated[str, Query(max_length=28, description="从这个编号之后开始，见上一页的 next")] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="一页多少个")] = 100,
) -> Users:
    """按建立的先后列出账号。"""
    with here.store.read() as tx:
        rows = users.listed(tx, after=after, limit=limit + 1)
    more = len(rows) > limit
    return Users(items=[User.of(row) for row in rows[:limit]], next=rows[limit - 1]["id"] if more else None)


@router.post("", status_code=201, summary="新建账号")
def create(response: Response, here: Here, who: Manager, body: NewUser) -> Link:
    """新建账号，返回设置密码的一次性链接，请交给本人。"""
    user_id, link = accounts.create(
        here.store, here.settings, **body.model_dump(exclude={"role"}), role=body.role, by=who.id, scopes=who.scopes
    )
    response.headers["Location"] = f"/api/v1/users/{user_id}"
    return Link(user=user_id, link=link)


@router.get("/{user_id}", summary="一个账号")
def one(here: Here, who: Manager, user_id: str) -> User:  # noqa: ARG001 - the right to see it
    """返回账号，连同评审哪些批次、几处登录着、发出的密钥数。"""
    return _one(here, user_id)


@router.patch("/{user_id}", summary="修改或停用账号")
def change(here: Here, who: Manager, user_id: str, body: ChangeUser) -> User:
    """修改姓名、角色、单位，或停用、恢复。角色、单位、停用的改动使此人立即退出。最后一位管理员不能停用或换角色。"""
    wanted = body.model_dump(exclude={"version"}, exclude_none=True)
    accounts.change(here.store, user_id, body.version, by=who.id, scopes=who.scopes, **wanted)
    return _one(here, user_id)


@router.post("/{user_id}/link", status_code=201, summary="重置密码的链接")
def link(here: Here, who: Manager, user_id: str) -> Link:
    """返回新的一次性链接，同时解除锁定；此前的链接失效，原密码在链接用过之前仍有效。"""
    return Link(user=user_id, link=accounts.make_link(here.store, here.settings, user_id, by=who.id, scopes=who.scopes))


@router.delete("/{user_id}/sessions", status_code=204, summary="使此人在各处退出")
def sign_out(here: Here, who: Manager, user_id: str) -> None:
    """结束此人的全部会话。"""
    with here.store.write() as tx:
        users.one(tx, user_id, lock=True)
        sessions.end_all(tx, user_id)
        note(tx, who.id, "sign_out.all", user_id)


@router.put("/{user_id}/assignments/{batch_id}", summary="分派评审")
def assign(here: Here, who: Manager, user_id: str, batch_id: str, body: Assignment) -> User:
    """让评审看一批（* 为全部），匿名与否。已分派的改为新的方式。"""
    with here.store.write() as tx:
        row = users.one(tx, user_id, lock=True)
        if row["role"] != Role.REVIEWER:
            raise not_found("这位评审")
        if batch_id != ALL_BATCHES and users.missing_batches(tx, [batch_id]):
            raise not_found("这一批")
        users.assign(tx, user_id, batch_id, blind=body.blind)
        note(tx, who.id, "review.assign", user_id, batch=batch_id, blind=body.blind)
    return _one(here, user_id)


@router.delete("/{user_id}/assignments/{batch_id}", status_code=204, summary="撤回分派")
def unassign(here: Here, who: Manager, user_id: str, batch_id: str) -> None:
    """不再让评审看这一批。"""
    with here.store.write() as tx:
        users.one(tx, user_id, lock=True)
        if not users.unassign(tx, user_id, batch_id):
            raise not_found("这项分派")
        note(tx, who.id, "review.unassign", user_id, batch=batch_id)


def _one(here: Service, user_id: str) -> User:
    with here.store.read() as tx:
        row = users.one(tx, user_id)
        open_sessions, keys = users.counts(tx, user_id)
        batches = users.assignments(tx, user_id)
    return User.of(row, batches=batches, sessions=open_sessions, keys=keys)
