"""The page of the archive."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from screening.errors import ScreeningError
from service.context import Here, Limit, Service
from service.errors import ServiceError
from service.pages.frame import go, render
from service.people.principal import Principal
from service.routes.archive import FILES, added, checked, counted, stop
from service.routes.pages_settings import Manager
from service.store import current, decisions, sources, tasks
from service.store.tasks import ADD, CHECK, WORKING

router = APIRouter(prefix="/archive", include_in_schema=False)
PAGE = 50
Text = Annotated[str, Form()]


@router.get("")
def overview(request: Request, here: Here, who: Manager, q: str = "", year: str = "", after: str = "") -> HTMLResponse:
    """Show what the archive holds, find texts in it, and what was added, taken out and looked at."""
    return _page(request, here, who, q=q, year=year, after=after)


def _page(
    request: Request,
    here: Service,
    who: Principal,  # noqa: ARG001 - the right to see it
    *,
    q: str = "",
    year: str = "",
    after: str = "",
    error: ServiceError | None = None,
) -> HTMLResponse:
    figures = counted(here)
    found = sources.Found([], None, 0)
    with here.store.read() as tx:
        try:
            found = sources.find(tx, q, year=_number(year), after=_number(after) or 0, limit=PAGE)
        except ServiceError as wrong:
            error = error or wrong
        rows = [dict(t) for t in tasks.listed(tx, ADD, CHECK, limit=8)]
        gone = [dict(r) for r in sources.removals(tx)]
        people = decisions.names_of(tx, {r["created_by"] for r in (*rows, *gone)})
    kinds = {k.kind: k.label for k in current.rulebook(here.settings.rulebook).kinds.values()}
    return render(
        "archive.html",
        request,
        status=error.status if error else 200,
        error=error,
        figures=figures,
        kinds=kinds,
        found=found,
        q=q,
        year=year,
        first=not after,
        tasks=[r | {"by": people[r["created_by"]]} for r in rows],
        working=any(r["state"] in WORKING for r in rows),
        gone=[r | {"by": people[r["created_by"]]} for r in gone],
        max_batch=here.settings.max_batch,
    )


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


@router.post("/add", form_limits=FILES, dependencies=[Depends(Limit("uploads"))])
def add(
    request: Request,
    here: Here,
    who: Manager,
    file: Annotated[list[UploadFile] | None, File()] = None,
    year: Text = "",
) -> Response:
    """Add earlier cases."""
    try:
        added(here, who, file or [], min(2100, _number(year.strip()) or 0))
    except ScreeningError as error:
        said = error if isinstance(error, ServiceError) else ServiceError(422, error.code, error.message, error.advice)
        return _page(request, here, who, error=said)
    return go("/archive", "adding")


@router.post("/check")
def check(here: Here, who: Manager) -> RedirectResponse:
    """Let every row be looked at."""
    checked(here, who)
    return go("/archive", "checking")


@router.get("/tasks/{task_id}")
def task(request: Request, here: Here, who: Manager, task_id: str) -> HTMLResponse:  # noqa: ARG001 - the right to see it
    """Show what came of an addition or a look at every row, file by file."""
    with here.store.read() as tx:
        row = dict(tasks.one(tx, task_id))
    return render("archive_task.html", request, task=row, working=row["state"] in WORKING)


@router.post("/tasks/{task_id}/stop")
def stopped(here: Here, who: Manager, task_id: str) -> RedirectResponse:
    """Stop it."""
    stop(here, who, task_id)
    return go(f"/archive/tasks/{task_id}", "stopped")


@router.get("/{document_id}/remove")
def remove_form(request: Request, here: Here, who: Manager, document_id: str) -> HTMLResponse:
    """Ask why a document is to be taken out."""
    return _remove(request, here, who, document_id)


def _remove(request: Request, here: Service, who: Principal, document_id: str, **said: Any) -> HTMLResponse:  # noqa: ARG001 - as above
    with here.store.read() as tx:
        row = sources.head(tx, document_id)
    given = {"error": None, "reason": "", **said}
    return render(
        "archive_remove.html", request, status=given["error"].status if given["error"] else 200, doc=row, **given
    )


@router.post("/{document_id}/remove")
def remove(request: Request, here: Here, who: Manager, document_id: str, reason: Text = "") -> Response:
    """Take a document out."""
    if not 4 <= len(reason.strip()) <= 500:
        error = ServiceError(422, "reason.short", "请写明理由（至少 4 个字）", "理由会记入日志。")
        return _remove(request, here, who, document_id, error=error, reason=reason)
    try:
        sources.take_out(here.store, document_id, who.id, reason.strip())
    except ServiceError as error:
        return _remove(request, here, who, document_id, error=error, reason=reason)
    return go("/archive", "taken_out")
