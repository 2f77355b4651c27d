"""Pages on which administrators copy, edit, try and use rulebooks."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from screening.errors import ScreeningError
from screening.rulebook_editing import Value, with_values
from service.context import Here, Service
from service.errors import ServiceError
from service.pages.frame import go, render
from service.pages.rulebook_words import changes_of, numbers_of
from service.people.principal import Principal
from service.routes.pages_rulebooks import BATCHES, head_of, shown_book
from service.routes.pages_settings import Manager
from service.routes.rulebooks import named
from service.routes.rulebooks_new import (
    MOST,
    NOTICE,
    SAMPLE,
    TOML,
    NewRulebook,
    NewTrial,
    WithReason,
    activate,
    begun,
    give,
    kept,
)
from service.store import books, current, decisions, tasks
from service.store.overview import batches
from service.store.tasks import TRIAL

router = APIRouter(prefix="/rulebooks", include_in_schema=False)
Text = Annotated[str, Form()]
_LINE = re.compile(r"第 (\d+) 行")
_SHORT = ServiceError(422, "reason.short", "请写明理由（至少 2 个字，最多 500 个）", "理由会记入日志，日后查得到。")


@router.get("/{rulebook_id}/copy")
def copy_form(request: Request, here: Here, who: Manager, rulebook_id: str) -> HTMLResponse:
    """Ask what the copy is to be called."""
    return _copy(request, here, who, rulebook_id)


def _copy(request: Request, here: Service, who: Principal, rulebook_id: str, **said: Any) -> HTMLResponse:
    name = named(here, who, rulebook_id)
    book = current.rulebook(name)
    given = {"error": None, "id": "", "title": book.title, "year": str(book.year), "reason": "", **said}
    status = given["error"].status if given["error"] else 200
    return render("rulebook_copy.html", request, status=status, head=head_of(here, who, name), **given)


@router.post("/{rulebook_id}/copy")
def copy(
    request: Request, here: Here, who: Manager, rulebook_id: str, id: Text, title: Text, year: Text, reason: Text = ""  # noqa: A002 - the name in the TOML
) -> Response:  # fmt: skip
    """Make a rulebook of one's own from another."""
    name = named(here, who, rulebook_id)
    toml, notice = books.texts(name)
    try:
        if not re.fullmatch(r"[0-9]{4}", year.strip()):
            raise ServiceError(422, "rulebook.year", "年份应是四位数字", "例如 2024。")
        values: dict[str, Value] = {
            "id": id.strip(),
            "title": title.strip(),
            "year": int(year),
            "notice": f"{id.strip()}.txt",
        }
        text = with_values(toml, values)
        ref = kept(here, who, _version(toml=text, notice=notice, parent=rulebook_id, reason=reason or "复制"))
    except ScreeningError as error:
        return _copy(
            request, here, who, rulebook_id, error=_problem(error), id=id, title=title, year=year, reason=reason
        )
    return go(f"/rulebooks/{ref}/edit", "saved")


def _version(*, toml: str, notice: str, parent: str, reason: str) -> NewRulebook:
    """Return what is to be kept. Raises :class:`ServiceError` 422 for what is too long or has no reason."""
    if not 2 <= len(reason.strip()) <= 500:
        raise _SHORT
    if len(toml) > TOML or len(notice) > NOTICE:
        raise ServiceError(422, "rulebook.long", f"文本太长：规则和通知各不超过 {TOML:,} 个字符", "请删去不用的内容。")
    return NewRulebook(toml=toml, notice=notice, parent=parent, reason=reason.strip())


def _problem(error: ScreeningError) -> ServiceError:
    if isinstance(error, ServiceError):
        return error
    advice = error.advice if "screening rules check" not in error.advice else "请改好这一行后再保存；没有保存任何改动。"
    return ServiceError(422, error.code, error.message, advice)


@router.get("/{rulebook_id}/edit")
def edit_form(request: Request, here: Here, who: Manager, rulebook_id: str, how: str = "") -> HTMLResponse:
    """Show a version to be edited: its numbers, or its whole text."""
    return _edit(request, here, who, rulebook_id, how=how)


def _edit(request: Request, here: Service, who: Principal, rulebook_id: str, how: str, **said: Any) -> HTMLResponse:
    name = named(here, who, rulebook_id)
    if not books.is_kept(name):
        raise ServiceError(409, "rulebook.shipped", "自带的规则集不能直接改", "请先复制一份，再改自己的那一份。")
    toml, notice = books.texts(name)
    given = {"error": None, "reason": "", "toml": toml, "notice": notice, "values": {}, **said}
    error = given["error"]
    line = _LINE.search(error.message) if error else None
    lines = given["toml"].replace("\r\n", "\n").split("\n")
    number = int(line[1]) if line and how == "text" and int(line[1]) <= len(lines) else 0
    return render(
        "rulebook_edit.html",
        request,
        status=error.status if error else 200,
        head=head_of(here, who, name),
        title=current.rulebook(name).title,
        how="text" if how == "text" else "numbers",
        numbers=numbers_of(current.rulebook(name), given.pop("values")),
        line=number,
        wrong=lines[number - 1] if number else "",
        before=sum(len(part) + 1 for part in lines[: number - 1]) if number else 0,
        **given,
    )


@router.post("/{rulebook_id}/edit")
async def edited(request: Request, here: Here, who: Manager, rulebook_id: str) -> Response:
    """Keep a new version of what was edited: after the check, never broken."""
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    return await run_in_threadpool(_saved, request, here, who, rulebook_id, form)


def _saved(request: Request, here: Service, who: Principal, rulebook_id: str, form: dict[str, str]) -> Response:
    name = named(here, who, rulebook_id)
    how, reason = form.get("how", ""), form.get("reason", "")
    said: dict[str, Any] = {"reason": reason}
    try:
        if how == "text":
            said |= {"toml": form.get("toml", ""), "notice": form.get("notice", "")}
            version = _version(toml=said["toml"], notice=said["notice"], parent=name, reason=reason)
        else:
            said["values"] = {k.removeprefix("v:"): v for k, v in form.items() if k.startswith("v:")}
            toml, notice = books.texts(name)
            text = with_values(toml, changes_of(current.rulebook(name), toml, said["values"]))
            version = _version(toml=text, notice=notice, parent=name, reason=reason)
        ref = kept(here, who, version)
    except ScreeningError as error:
        return _edit(request, here, who, rulebook_id, how, error=_problem(error), **said)
    except ValueError:
        hard = ServiceError(422, "rulebook.place", "这个规则集的写法比较特别，表单改不了这一处", "请改用“改全文”。")
        return _edit(request, here, who, rulebook_id, how, error=hard, **said)
    return go(f"/rulebooks/{ref}", "version")


@router.post("/{rulebook_id}/use")
def use(
    request: Request, here: Here, who: Manager, rulebook_id: str, do: Text, reason: Text = "", batch: Text = ""
) -> Response:
    """Let new batches get this version, or one batch that has not ended."""
    try:
        if not 2 <= len(reason.strip()) <= 500:
            raise _SHORT
        why = WithReason(reason=reason.strip())
        if do == "activate":
            activate(here, who, rulebook_id, why)
            return go(f"/rulebooks/{rulebook_id}", "activated")
        given = give(here, who, rulebook_id, batch[:28], why)
    except ServiceError as error:
        return shown_book(request, here, who, rulebook_id, error=error)
    return go(f"/batches/{given['batch']}", "given")


@router.get("/{rulebook_id}/try")
def try_form(request: Request, here: Here, who: Manager, rulebook_id: str) -> HTMLResponse:
    """Ask on which batch a rulebook is to be tried, and list the trials so far."""
    return _try(request, here, who, rulebook_id)


def _try(
    request: Request, here: Service, who: Principal, rulebook_id: str, error: ServiceError | None = None
) -> HTMLResponse:
    name = named(here, who, rulebook_id)
    with here.store.read() as tx:
        rows = [dict(t) for t in tasks.listed(tx, TRIAL, target=name)]
        choices = {b["id"]: b["name"] or "（没有名称）" for b in batches(tx, who.sight(), limit=BATCHES)}
        people = decisions.names_of(tx, {r["created_by"] for r in rows})
    return render(
        "rulebook_try.html",
        request,
        status=error.status if error else 200,
        error=error,
        head=head_of(here, who, name),
        title=current.rulebook(name).title,
        batches=choices,
        trials=[r | {"by": people[r["created_by"]], "name": choices.get(r["batch"], "较早的批次")} for r in rows],
        sample=SAMPLE,
        most=MOST,
    )


@router.post("/{rulebook_id}/try")
def tried(request: Request, here: Here, who: Manager, rulebook_id: str, batch: Text = "", most: Text = "") -> Response:
    """Begin a trial."""
    if not batch:
        return _try(request, here, who, rulebook_id, ServiceError(422, "trial.batch", "没有选批次", "请从列表里选。"))
    count = int(most) if re.fullmatch(r"[0-9]{1,4}", most.strip()) else SAMPLE
    try:
        task_id = begun(here, who, rulebook_id, NewTrial(batch=batch[:28], most=max(1, min(MOST, count))))
    except ServiceError as error:
        return _try(request, here, who, rulebook_id, error)
    return go(f"/trials/{task_id}")
