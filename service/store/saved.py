"""Lists that people saved under a name: their own, and those that administrators share."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, or_, select, update

from service.errors import ServiceError, conflict, not_found
from service.moment import new_id, now
from service.store.schema import view

MOST = 30  # views of one person
LONGEST = 40  # characters of a name


def listed(tx: Connection, user_id: str, *, shared: bool) -> list[RowMapping]:
    """Return somebody's views, and with ``shared`` those that others share, the oldest first."""
    seen = or_(view.c.user == user_id, view.c.shared) if shared else view.c.user == user_id
    return list(tx.execute(select(view).where(seen).order_by(view.c.id)).mappings())


def save(
    tx: Connection, user_id: str, name: str, *, query: str, sort: str, ascending: bool, shared: bool = False
) -> str:
    """Keep a list under a name, in the place of one's view of that name; return its id. Raises :class:`ServiceError` 422, 409."""
    values = {"name": _name(name), "query": query, "sort": sort, "ascending": ascending, "shared": shared}
    own = listed(tx, user_id, shared=False)
    if same := next((r["id"] for r in own if r["name"] == values["name"]), None):
        tx.execute(update(view).where(view.c.id == same).values(**values))
        return str(same)
    if len(own) >= MOST:
        raise conflict("view.many", f"一个人最多保存 {MOST} 个视图", "请先删除不用的视图。")
    view_id = new_id()
    tx.execute(insert(view), {"id": view_id, "user": user_id, "created": now(), **values})
    return view_id


def rename(tx: Connection, user_id: str, view_id: str, name: str) -> None:
    """Give one's own view another name. Raises :class:`ServiceError` 404, 422."""
    done = tx.execute(update(view).where(_mine(user_id, view_id)).values(name=_name(name)))
    if not done.rowcount:
        raise not_found("这个视图")


def remove(tx: Connection, user_id: str, view_id: str, *, manager: bool) -> None:
    """Remove one's own view, or as a ``manager`` one that anybody shares. Raises :class:`ServiceError` 404."""
    which = _mine(user_id, view_id)
    if manager:
        which = or_(which, and_(view.c.id == view_id, view.c.shared))
    if not tx.execute(delete(view).where(which)).rowcount:
        raise not_found("这个视图")


def _mine(user_id: str, view_id: str) -> ColumnElement[bool]:
    return and_(view.c.id == view_id, view.c.user == user_id)


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST:
        raise ServiceError(422, "view.name", f"视图的名称应为 1–{LONGEST} 个字", "请写一个短的名称，例如“本周先看”。")
    return name
