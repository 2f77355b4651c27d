"""Pages for administrators: people, keys, what the work and the database are like, the audit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from screening import __version__
from service.context import Here
from service.errors import ServiceError
from service.pages.frame import STATES, go, render
from service.people import accounts, keys
from service.people.answers import Assignment
from service.people.principal import ALL_BATCHES, Principal, Role, Scope
from service.readiness import MB
from service.routes.pages_people import Person
from service.routes.submissions import do_again
from service.routes.users import assign, unassign
from service.store import health, users, webhooks
from service.store import keys as key_rows
from service.store.database import Tx, note
from service.store.overview import batches

router = APIRouter(prefix="/settings", include_in_schema=False)
Text = Annotated[str, Form()]
CHECKS = {
    "database": "数据库",
    "migrations": "表结构",
    "models": "切题模型",
    "rulebook": "规则集",
    "disk": "磁盘",
    "workers": "工作进程",
}
WRONG = {
    "workers.none": "没有在工作的进程，材料只会排队",
    "disk.full": "磁盘已满，不能再收材料",
    "disk.low": "磁盘快满了",
    "store.pending": "表结构要先升级",
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
ACTIONS = ("link", "enable", "disable", "role", "blind", "open", "unassign")
BATCHES = 200  # the newest, to choose from when assigning


def manager(who: Person) -> Principal:
    """Return who is asking, if it is an administrator. Raises :class:`ServiceError` 403."""
    who.need(Scope.MANAGE, (Role.ADMINISTRATOR,))
    return who


Manager = Annotated[Principal, Depends(manager)]


@router.get("")
def overview(request: Request, here: Here, who: Manager) -> HTMLResponse:  # noqa: ARG001 - the right to see it
    """Show how the installation is, and where things are changed."""
    with here.store.read() as tx:
        found = health.work(tx, here.settings.lease_seconds)
        failed, batches_, hooks = health.failed(tx), health.failed_batches(tx), webhooks.failing(tx)
        dialect = tx.dialect.name
    state = request.app.state.readiness.look()
    return render(
        "settings.html",
        request,
        work=found,
        states=found.submissions,
        words=STATES,
        failed=failed,
        batches=batches_,
        hooks=hooks,
        checks=[(CHECKS.get(k, k), v, WRONG.get(v, v)) for k, v in {**state.checks, **state.notes}.items()],
        facts=[
            ("版本", __version__),
            ("数据库大小", f"{DATABASES.get(dialect, dialect)}，{found.size / MB:.0f} MB"),
            ("正在工作的进程", f"{found.workers} 个"),
            ("等得最久的材料", f"{found.oldest / 60:.0f} 分钟" if found.oldest else "没有在等的"),
        ],
    )


@router.post("/retry/{submission_id}")
def retry(here: Here, who: Manager, submission_id: str) -> RedirectResponse:
    """Try a submission again that was given up."""
    do_again(here, who, submission_id)
    return go("/settings", "again")


@router.post("/webhooks/{webhook_id}/again")
def send_again(here: Here, who: Manager, webhook_id: str) -> RedirectResponse:
    """Send all deliveries of a webhook again that were given up."""
    with here.store.write() as tx:
        webhooks.one(tx, webhook_id, None)
        webhooks.all_again(tx, webhook_id, who.id)
    return go("/settings", "again")


@router.get("/users")
def people(request: Request, here: Here, who: Manager) -> HTMLResponse:
    """Show the accounts."""
    return _people(request, here, who)


def _people(request: Request, here: Here, who: Principal, **more: Any) -> HTMLResponse:
    with here.store.read() as tx:
        rows = [dict(r) | {"batches": users.assignments(tx, r["id"])} for r in users.listed(tx, limit=500)]
        named = _batches(tx, who)
    given: dict[str, Any] = {"link": "", "error": None, "batches": named, **more}
    return render(
        "settings_users.html", request, status=422 if given["error"] else 200, rows=rows, roles=list(Role), me=who.user, **given
    )  # fmt: skip


def _batches(tx: Tx, who: Principal) -> dict[str, str]:
    return {b["id"]: b["name"] or "（没有名称）" for b in batches(tx, who.sight(), limit=BATCHES)}


@router.post("/users")
def make(
    request: Request,
    here: Here,
    who: Manager,
    login: Text,
    role: Text,
    name: Text = "",
    unit: Text = "",
    see: Text = "",
) -> HTMLResponse:
    """Make an account and show its one-time link."""
    try:
        new, link = accounts.create(
            here.store, here.settings, login=login, name=name, role=_role(role), unit=unit, by=who.id, scopes=who.scopes
        )
    except ServiceError as error:
        return _people(request, here, who, error=error)
    if role == Role.REVIEWER and see:
        with here.store.write() as tx:
            users.assign(tx, new, ALL_BATCHES, blind=see != "open")
            note(tx, who.id, "review.assign", new, batch=ALL_BATCHES, blind=see != "open")
    return _people(request, here, who, link=link)


def _role(given: str) -> Role:
    if given not in set(Role):
        raise ServiceError(422, "user.role", "没有这种角色", "请从列表里选。")
    return Role(given)


@router.post("/users/{user_id}")
def change(
    request: Request,
    here: Here,
    who: Manager,
    user_id: str,
    do: Text,
    version: Annotated[int, Form()] = 0,
    role: Text = "",
    unit: Text = "",
    batch: Text = "",
) -> Response:
    """Disable an account or enable it again, change what it may, give it a new link, assign batches to it or take them back."""
    if do not in ACTIONS:
        error = ServiceError(422, "user.do", "没有这种操作", "请用页面上的按钮。")
        return _people(request, here, who, error=error)
    try:
        if do == "link":
            link = accounts.make_link(here.store, here.settings, user_id, by=who.id, scopes=who.scopes)
            return _people(request, here, who, link=link)
        if do in ("enable", "disable"):
            accounts.change(here.store, user_id, version, by=who.id, scopes=who.scopes, active=do == "enable")
        elif do == "role":
            accounts.change(
                here.store, user_id, version, by=who.id, scopes=who.scopes, role=_role(role), unit=unit[:200]
            )
        elif do in ("blind", "open"):
            assign(here, who, user_id, batch, Assignment(blind=do == "blind"))
        else:
            unassign(here, who, user_id, batch)
    except ServiceError as error:
        return _people(request, here, who, error=error)
    return go("/settings/users", "saved")


@router.get("/keys")
def listed(request: Request, here: Here, who: Manager) -> HTMLResponse:
    """Show the keys."""
    return _keys(request, here, who)


def _keys(request: Request, here: Here, who: Principal, **more: Any) -> HTMLResponse:
    with here.store.read() as tx:
        rows = [dict(r) for r in key_rows.listed(tx)]
        named = _batches(tx, who)
    given: dict[str, Any] = {"secret": "", "error": None, "batches": named, **more}
    return render(
        "settings_keys.html", request, status=422 if given["error"] else 200, rows=rows, roles=list(Role), **given
    )


@router.post("/keys")
def issue(
    request: Request,
    here: Here,
    who: Manager,
    name: Text,
    role: Text,
    unit: Text = "",
    batch: Text = ALL_BATCHES,
    see: Text = "blind",
    days: Annotated[int, Form(ge=1, le=3650)] = 365,
) -> HTMLResponse:
    """Issue a key and show it, once."""
    try:
        _, secret, _ = keys.issue(
            here.store,
            name=name,
            role=_role(role),
            unit=unit,
            batches={batch: see != "open"} if role == Role.REVIEWER else {},
            days=days,
            by=who.id,
            within=who.scopes,
        )
    except ServiceError as error:
        return _keys(request, here, who, error=error)
    return _keys(request, here, who, secret=secret)


@router.post("/keys/{key_id}/revoke")
def revoke(here: Here, who: Manager, key_id: str) -> RedirectResponse:
    """Take a key's validity."""
    with here.store.write() as tx:
        if key_rows.revoke(tx, key_id):
            note(tx, who.id, "key.revoke", key_id)
    return go("/settings/keys", "removed")
