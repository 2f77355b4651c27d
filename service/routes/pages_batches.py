"""Pages for batches: the list, handing one in, and what one comes to."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from screening.errors import ScreeningError
from screening.output.labels import BAND, SEVERITY, check_label, percent
from service import comparing, overview, units, uploads
from service.context import Here, Limit, Service
from service.errors import ServiceError
from service.moment import new_id, shown
from service.pages.frame import go, render
from service.people.principal import Principal, Role, Scope
from service.routes.batches import anew, unpack_again
from service.routes.batches_new import Asked
from service.routes.pages_people import Person, Text
from service.routes.rulebooks import available_books
from service.store import batches, current
from service.store import overview as rows
from service.store.database import note, tell

router = APIRouter(include_in_schema=False)
STATES = {
    "unpacking": "正在解包",
    "open": "正在收材料",
    "sealed": "已收完",
    "closed": "已关闭",
    "failed": "解包失败",
    "cancelled": "已撤回",
}
PAGE = 50


@router.get("/batches")
def listed(request: Request, here: Here, who: Person, after: str = "") -> HTMLResponse:
    """Show the batches that one may see."""
    with here.store.read() as tx:
        found = rows.batches(tx, who.sight(), limit=PAGE + 1, after=after)
        counts = rows.counts(tx, [r["id"] for r in found], who.sight())
    items = [_shown(here, who, dict(r), counts[r["id"]]) for r in found[:PAGE]]
    next_ = f"/batches?after={items[-1]['id']}" if len(found) > PAGE else ""
    return render("batches.html", request, items=items, next=next_, states=STATES, may_hand_in=_hands_in(who))


@router.get("/batches/new")
def form(request: Request, here: Here, who: Person) -> HTMLResponse:
    """Show the form for handing in."""
    who.need(Scope.WRITE, (Role.SUBMITTER, Role.ADMINISTRATOR))
    return _form(request, here)


def _form(request: Request, here: Service, **said: Any) -> HTMLResponse:
    given: dict[str, Any] = {"error": None, "called": "", "chosen": "", **said}
    return render(
        "batch_new.html",
        request,
        status=given["error"].status if given["error"] else 200,
        books=available_books(here),
        key=new_id(),
        max_file=here.settings.max_file,
        max_batch=here.settings.max_batch,
        **given,
    )


@router.post("/batches/new", form_limits=uploads.FORM, dependencies=[Depends(Limit("uploads"))])
def hand_in(
    request: Request,
    here: Here,
    who: Person,
    file: Annotated[UploadFile | None, File()] = None,
    manifest: Annotated[UploadFile | None, File()] = None,
    roster: Annotated[UploadFile | None, File()] = None,
    name: Text = "",
    rulebook: Text = "",
    key: Text = "",
) -> Response:
    """Take a batch in from a browser without scripts; with them the page asks the interface, file by file."""
    who.need(Scope.WRITE, (Role.SUBMITTER, Role.ADMINISTRATOR))
    try:
        asked = Asked(here, who, name=name, rulebook=rulebook, unit="", blind=True, enforce_quota=False)
        asked.take(file, manifest, roster, empty=False)
        given = asked.keep(request.app.state.apart, key or None)
    except ScreeningError as error:
        said = error if isinstance(error, ServiceError) else ServiceError(422, error.code, error.message, error.advice)
        return _form(request, here, error=said, called=name, chosen=rulebook)
    return go(f"/batches/{given.body['id']}", "handed")


@router.get("/batches/{batch_id}")
def one(request: Request, here: Here, who: Person, batch_id: str) -> HTMLResponse:
    """Show what a batch comes to."""
    return render("batch.html", request, **_batch(here, who, batch_id))


@router.get("/batches/{batch_id}/progress")
def progress(request: Request, here: Here, who: Person, batch_id: str) -> HTMLResponse:
    """Show how far a batch is: the part of the page that is fetched anew while it works."""
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
        counts = rows.counts(tx, [batch_id], who.sight())[batch_id]
    return render("batch_progress.html", request, batch=_shown(here, who, row, counts), states=STATES)


@router.post("/batches/{batch_id}/rescreen")
def rescreen(here: Here, who: Person, batch_id: str, everything: Annotated[str, Form()] = "") -> RedirectResponse:
    """Have a batch screened anew."""
    who.need(Scope.WRITE, (Role.SUBMITTER, Role.ADMINISTRATOR))
    queued = anew(here, who, batch_id, everything=bool(everything))
    return go(f"/batches/{batch_id}", "rescreened" if queued else "fresh")


@router.post("/batches/{batch_id}/retry")
def retry(here: Here, who: Person, batch_id: str) -> RedirectResponse:
    """Have a batch unpacked again that was given up."""
    who.need(Scope.MANAGE, (Role.ADMINISTRATOR,))
    unpack_again(here, who, batch_id)
    return go(f"/batches/{batch_id}", "again")


@router.post("/batches/{batch_id}/seal")
def seal(here: Here, who: Person, batch_id: str) -> RedirectResponse:
    """Take no more submissions."""
    who.need(Scope.WRITE, (Role.SUBMITTER, Role.ADMINISTRATOR))
    with here.store.write() as tx:
        if batches.one(tx, batch_id, who.sight(), lock=True)["state"] == "open":
            batches.change(tx, batch_id, state="sealed")
            tell(tx, "batch.sealed", batch=batch_id)
            note(tx, who.id, "batch.seal", batch_id)
    return go(f"/batches/{batch_id}", "sealed")


def _hands_in(who: Principal) -> bool:
    return Scope.WRITE in who.scopes and who.role in (Role.SUBMITTER, Role.ADMINISTRATOR)


def _shown(here: Service, who: Principal, row: dict[str, Any], counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    return overview.batch_json(row, counts, who, here.store.sealer.veil) | {
        "created": (shown(row["created"]) or "")[:16].replace("T", " ")
    }


def _batch(here: Service, who: Principal, batch_id: str) -> dict[str, Any]:
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
        book = current.rulebook(row["rulebook"] or here.settings.rulebook)
        counts = rows.counts(tx, [batch_id], who.sight())[batch_id]
        outcomes = overview.findings_of(overview.outcomes_of(tx, here.store, row, book), who, batch_id)
        quotas = overview.quotas_of(tx, here.store, who, row, book)
        figures = rows.figures(tx, batch_id, who.sight())
        histogram = overview.histogram_of(tx, who, batch_id)
        clusters = comparing.alike(tx, who, batch_id).groups
    labels = {r.id: r.check.label for r in book.batch}
    codes: dict[str, int] = {}
    for f in figures:
        for check in {c.partition(".")[0] for c in f["codes"] or ()}:
            codes[check] = codes.get(check, 0) + 1
    bands = [(BAND[b], b, sum(f["topic_band"] == b for f in figures)) for b in BAND]
    themes = Counter(f["theme"] for f in figures if f["theme"])
    most = max((h["count"] for h in histogram), default=0) or 1
    return {
        "batch": _shown(here, who, row, counts),
        "row": overview.failure_of(row, who),
        "states": STATES,
        "book": book,
        "over": sum(1 for q in quotas if q["over"]),
        "quotas": quotas,
        "bars": [
            {"label": _class(h["from"], h["to"]), "count": h["count"], "height": round(120 * h["count"] / most)}
            for h in histogram
        ],
        "outcomes": [o | {"label": labels.get(o["rule"], o["check"])} for o in outcomes if o["findings"]],
        "severity": {k.value: v for k, v in SEVERITY.items()},
        "checks": sorted(((check_label(c), c, n) for c, n in codes.items()), key=lambda x: -x[2]),
        "bands": bands,
        "themes": sorted(themes.items(), key=lambda x: (-x[1], x[0])),
        "clusters": len(clusters),
        "clustered": sum(len(c.members) for c in clusters),
        "remarks": overview.remarks_of(row, who),
        "may_hand_in": _hands_in(who),
        "may_retry": row["state"] == "failed" and who.role is Role.ADMINISTRATOR and Scope.MANAGE in who.scopes,
        "may_copies": who.role is not Role.SUBMITTER,
        "may_letters": units.may_write(who, batch_id),
        "may_shortlist": who.role is not Role.SUBMITTER,
        "unread": sum(1 for f in figures if f["error"]),
    }


def _class(low: float, high: float) -> str:
    return "0" if high == 0 else f"{percent(low, 0).removesuffix('%')}–{percent(high, 0)}"
