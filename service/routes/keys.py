"""Keys for programs, by administrators."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.context import Here, Manager
from service.errors import not_found
from service.moment import shown
from service.people import keys
from service.people.answers import Issued, Key, NewKey
from service.store import keys as rows
from service.store.database import note

router = APIRouter(prefix="/api/v1/keys", tags=["密钥"])


@router.get("", summary="密钥列表")
def listed(here: Here, who: Manager) -> list[Key]:  # noqa: ARG001 - the right to see it
    """列出全部密钥，新的在前；不含密钥本身。"""
    with here.store.read() as tx:
        return [Key.of(row) for row in rows.listed(tx)]


@router.post("", status_code=201, summary="发密钥")
def issue(response: Response, here: Here, who: Manager, body: NewKey) -> Issued:
    """发一个密钥，只显示这一次。评审的密钥要写明批次；用密钥发的密钥，权限不能比自己大。"""
    response.headers["Cache-Control"] = "no-store"
    key_id, secret, end = keys.issue(
        here.store,
        name=body.name,
        role=body.role,
        unit=body.unit,
        scopes=body.scopes,
        batches=body.batches,
        days=body.days or here.settings.key_days,
        by=who.id,
        within=who.scopes,
    )
    return Issued(id=key_id, key=secret, expires=shown(end) or "")


@router.delete("/{key_id}", status_code=204, summary="撤销密钥")
def revoke(here: Here, who: Manager, key_id: str) -> None:
    """立即撤销密钥。"""
    with here.store.write() as tx:
        if not rows.revoke(tx, key_id):
            raise not_found("这个密钥")
        note(tx, who.id, "key.revoke", key_id)
