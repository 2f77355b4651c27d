"""Pages of a batch's shortlist: to look through, to give points, to change by hand, to print."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.context import Here, Service
from service.errors import ServiceError
from service.moment import now, shown
from service.overview import batch_json
from service.pages.frame import render
from service.people.principal import Principal, Scope
from service.routes.pages_people import Person
from service.routes.shortlist import JUDGES, changed, grouped, only_of, paged, shortlist_of
from service.shortlist.view import SHOWS
from service.shortlist.words import MARKS, NOTE
from service.store import decisions, submissions
from service.store.shortlist import What

router = APIRouter(include_in_schema=False)
PAGE = 40
WORDS = {
    "all": "全部",
    "in": "入围",
    "reserve": "候补",
    "check": "请先核对",
    "near": "难分高下",
    "hand": "人工调整",
    "over": "超名额的组",
}
Text = Annotated[str, Form()]


@router.get("/batches/{batch_id}/shortlist")
def listed(
    request: Request, here: Here, who: Person, batch_id: str, show: str = "all", q: str = "", after: str = ""
) -> HTMLResponse:
    """Show the shortlist."""
    return _page(request, here, who, batch_id, {"show": show, "q": q, "after": after})


@router.get("/batches/{batch_id}/shortlist/print")
def printed(request: Request, here: Here, who: Person, batch_id: str, show: str = "all", q: str = "") -> HTMLResponse:
    """Show the shortlist as it goes on paper."""
    who.need(Scope.READ, JUDGES)
    asked = {"show": show, "q": q, "after": ""}
    return render("shortlist_print.html", request, made=_moment(), **_shown(here, who, batch_id, asked, None))


@router.post("/batches/{batch_id}/shortlist/points")
def points(
    here: Here, who: Person, batch_id: str, submission: Text, points: Annotated[float, Form(ge=0, le=100)], back: Text = ""
) -> RedirectResponse:  # fmt: skip
    """Keep somebody's points."""
    who.need(Scope.DECIDE, JUDGES)
    with here.store.write() as tx:
        submissions.one(tx, submission, who.sight())
        held = decisions.points(tx, [submission]).get(submission, {}).get(who.id)
        # The note was written on the case's page; here there is no room for one.
        decisions.give_points(tx, submission, points, held["note"] if held else "", who.id)
    return _back(batch_id, submission, back, "saved")


@router.post("/batches/{batch_id}/shortlist/choose")
def choose(
    request: Request, here: Here, who: Person, batch_id: str, submission: Text, what: Annotated[What, Form()],
    version: Annotated[int, Form()], reason: Text = "", back: Text = "",
) -> Response:  # fmt: skip
    """Keep a change by hand; say what holds now if somebody else was faster, and loudly if it goes beyond the quota."""
    who.need(Scope.DECIDE, JUDGES)
    try:
        with here.store.write() as tx:
            changed(tx, who, batch_id, submission, what, reason[:2000], version)
        with here.store.read() as tx:
            group, _ = shortlist_of(here, tx, who, batch_id).entry(submission)
    except ServiceError as error:
        if error.status not in (409, 422):
            raise
        return _page(request, here, who, batch_id, _asked(back), error)
    return _back(batch_id, submission, back, "over" if group.over else "saved")


def _asked(back: str) -> dict[str, str]:
    """Return what a query asks for; nothing else of it goes into an address."""
    found = dict(parse_qsl(back[:2000]))
    return {"show": found.get("show", "all"), "q": found.get("q", ""), "after": found.get("after", "")}


def _back(batch_id: str, submission_id: str, back: str, said: str) -> RedirectResponse:
    kept = {k: v for k, v in _asked(back).items() if v} | {"said": said}
    return RedirectResponse(f"/batches/{batch_id}/shortlist?{urlencode(kept)}#c-{submission_id}", 303)


def _page(
    request: Request, here: Service, who: Principal, batch_id: str, asked: dict[str, str], wrong: ServiceError | None = None
) -> HTMLResponse:  # fmt: skip
    who.need(Scope.READ, JUDGES)
    try:
        values = _shown(here, who, batch_id, asked, PAGE)
    except ServiceError as error:  # said beside the field, over the whole list
        if error.status != 422:
            raise
        wrong = wrong or error
        values = _shown(here, who, batch_id, asked | {"q": ""}, PAGE) | {"q": asked["q"]}
    return render("shortlist.html", request, status=wrong.status if wrong else 200, wrong=wrong, **values)


def _shown(here: Service, who: Principal, batch_id: str, asked: dict[str, str], most: int | None) -> dict[str, Any]:
    show = asked["show"] if asked["show"] in SHOWS else "all"
    held = {"show": "" if show == "all" else show, "q": asked["q"], "after": asked["after"]}
    with here.store.read() as tx:
        found = shortlist_of(here, tx, who, batch_id)
        entries = found.shown(show, only_of(here, tx, who, batch_id, asked["q"]))
        page, next_ = paged(entries, asked["after"], most or len(entries))
        groups = grouped(found, page)
        over = [found.group_json(g) for g in found.over]

    def link(**changes: str) -> str:
        query = urlencode({k: v for k, v in (held | changes).items() if v})
        return f"/batches/{batch_id}/shortlist{f'?{query}' if query else ''}"

    no_counts: dict[str, dict[str, int]] = {"states": {}, "verdicts": {}, "decisions": {}}
    return {
        "batch": batch_json(found.batch, no_counts, who, here.store.sealer.veil),
        "book": found.book,
        "groups": groups,
        "over": over,
        "counts": found.counts,
        "count": len(entries),
        "show": show,
        "shows": WORDS,
        "q": asked["q"],
        "link": link,
        "back": urlencode({k: v for k, v in held.items() if v}),
        "next": link(after=next_) if next_ else "",
        "first": bool(asked["after"]),
        "marks": MARKS,
        "note": NOTE,
        "clauses": {(c["where"], c["quote"]): None for g in groups if (c := g["clause"])},
        "printed": f"/batches/{batch_id}/shortlist/print?{urlencode({k: v for k, v in held.items() if v and k != 'after'})}",
        "can_decide": Scope.DECIDE in who.scopes,
    }


def _moment() -> str:
    return (shown(now()) or "")[:16].replace("T", " ")
