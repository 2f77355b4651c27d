"""Saved views of the list of submissions: three ready-made ones and more, one's own, and those that administrators share."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from service.context import Here
from service.errors import ServiceError
from service.people.principal import Principal, Role
from service.routes.pages_people import Person
from service.routes.submissions import allowed
from service.store import saved
from service.store.database import Tx
from service.store.listing import Sort
from service.store.query import parse

router = APIRouter(prefix="/cases/views", include_in_schema=False)
Text = Annotated[str, Form()]
READY = (
    ("全部", ""),
    ("要看的", "结论:查看,退回 判定:待定"),
    ("未判的", "判定:待定 状态:完成"),
    ("超额的", "代码:quota.over"),
    ("迟报的", "代码:deadline.late"),
    ("读不了的", "结论:不完整"),
)
_UNITS = (("全部", ""), ("要看的", "结论:查看,退回"), *READY[3:])  # to judge is the office's work


def views_of(tx: Tx, who: Principal) -> list[dict[str, Any]]:
    """Return the views that somebody has: name, what it asks for, "id" ("" for a ready-made one), whether it is one's own.

    What somebody may not ask for (a unit, in blind review) is not offered to him either.
    """
    staff = who.role is not Role.SUBMITTER
    ready = [{"id": "", "name": n, "q": q, "sort": "rate", "up": ""} for n, q in (READY if staff else _UNITS)]
    found = ready + [
        {
            "id": r["id"],
            "name": r["name"],
            "q": r["query"],
            "sort": r["sort"],
            "up": "1" if r["ascending"] else "",
            "own": r["user"] == who.user,
            "shared": r["shared"],
        }
        for r in saved.listed(tx, who.user or "", shared=staff)
    ]
    return [v for v in found if _possible(who, v["q"])]


def _possible(who: Principal, query: str) -> bool:
    try:
        allowed(who, parse(query))
    except ServiceError:
        return False
    return True


def _back(said: str, **asked: str) -> RedirectResponse:
    return RedirectResponse("/cases?" + urlencode({k: v for k, v in (asked | {"said": said}).items() if v}), 303)


@router.post("")
def save(
    here: Here,
    who: Person,
    name: Text = "",
    q: Text = "",
    sort: Text = "rate",
    up: Text = "",
    batch: Text = "",
    shared: Text = "",
) -> RedirectResponse:
    """Keep the list that is shown under a name."""
    allowed(who, parse(q))
    sort = sort if sort in get_args(Sort) else "rate"
    with here.store.write() as tx:
        saved.save(
            tx, who.user or "", name, query=q, sort=sort, ascending=up == "1", shared=bool(shared) and _shares(who)
        )
    return _back("saved", q=q, sort=sort, up=up, batch=batch)


@router.post("/{view_id}")
def change(here: Here, who: Person, view_id: str, do: Text = "", name: Text = "", batch: Text = "") -> RedirectResponse:
    """Rename a view, or remove it."""
    with here.store.write() as tx:
        if do == "remove":
            saved.remove(tx, who.user or "", view_id, manager=_shares(who))
        else:
            saved.rename(tx, who.user or "", view_id, name)
    return _back("gone" if do == "remove" else "saved", batch=batch)


def _shares(who: Principal) -> bool:
    return who.role is Role.ADMINISTRATOR
