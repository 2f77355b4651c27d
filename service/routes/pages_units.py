"""Pages for units: how a batch stands unit by unit, all about one unit, and what the letter to it says."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from screening.output.letter import NAME, Letter, day
from screening.report import Verdict
from service import overview, units
from service.context import Here, Service
from service.errors import ServiceError
from service.moment import CHINA, now
from service.pages.frame import render
from service.people.principal import Principal, Role, Scope
from service.routes.pages_people import Person
from service.routes.sheets import Until
from service.store import batches, current
from service.store.database import Tx, note

router = APIRouter(include_in_schema=False)
PAGE = 200  # units


@router.get("/unit")
def own(request: Request, here: Here, who: Person) -> HTMLResponse:
    """Show a unit the batches that it has submissions in."""
    who.need(Scope.READ, (Role.SUBMITTER,))
    with here.store.read() as tx:
        past = units.history_of(tx, here.store, who, who.unit_key)
    return render("unit_own.html", request, past=past, unit=who.unit)


@router.get("/batches/{batch_id}/units")
def listed(
    request: Request, here: Here, who: Person, batch_id: str, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> HTMLResponse:
    """Show the units of a batch, those first that most is to be done about."""
    with here.store.read() as tx:
        row = units.batch_of(tx, who, batch_id)
        found = units.listed(tx, here.store, who, row, _book(here, row))
        batch = _batch(here, tx, who, row)
    return render(
        "units.html",
        request,
        units=found[PAGE * (page - 1) : PAGE * page],
        count=len(found),
        before=page - 1,
        next=page + 1 if len(found) > PAGE * page else 0,
        batch=batch,
        figures=[
            ("份建议退回", sum(u.verdicts["return"] for u in found)),
            ("个单位超名额", sum(bool(u.over) for u in found)),
            ("份迟报", sum(u.late for u in found)),
            ("份读不了", sum(u.unread for u in found)),
            ("个单位与别处相似", sum(bool(u.others) for u in found)),
        ],
        may_letters=units.may_write(who, batch_id),
    )


@router.get("/batches/{batch_id}/units/{ref}")
def one(request: Request, here: Here, who: Person, batch_id: str, ref: str) -> HTMLResponse:
    """Show all about one unit."""
    with here.store.read() as tx:
        row = units.batch_of(tx, who, batch_id)
        unit = units.one(tx, here.store, who, row, _book(here, row), ref)
        cases = units.cases_of(tx, here.store, who, unit)
        matters, dismissed = units.matters_of(tx, here.store, who, unit)
        alike = list(units.groups_of(tx, here.store, who, row, unit))
        blind = who.blind(batch_id)
        past = None if blind else units.history_of(tx, here.store, who, unit.key, without=batch_id)
        batch = _batch(here, tx, who, row)
    return render(
        "unit.html",
        request,
        unit=unit,
        batch=batch,
        cases=sorted(cases, key=lambda c: (_ORDER.index(c["verdict"] or ""), -(c["rate"] or 0))),
        titles={c["id"]: c["title"] or c["file"] or "（没有标题）" for c in cases},
        matters=matters,
        dismissed=dismissed,
        read=units.READ,
        alike=alike,
        past=past,
        book=_book(here, row),
        may_letters=units.may_write(who, batch_id),
        own=who.role is Role.SUBMITTER,
    )


@router.get("/batches/{batch_id}/units/{ref}/letter")
def letter(request: Request, here: Here, who: Person, batch_id: str, ref: str, until: Until = None) -> HTMLResponse:
    """Show what the letter to a unit says, word for word as the Word file has it. It names authors, so the audit keeps who looked."""
    with here.store.read() as tx:
        row = units.batch_of(tx, who, batch_id)
        units.need_letters(who, batch_id)
        book = _book(here, row)
        unit = units.one(tx, here.store, who, row, book, ref)
        reports, earlier = units.told_to(tx, here.store, unit.key, units.reported(tx, who, unit))
        batch = _batch(here, tx, who, row)
    written = Letter.of(unit.called, reports, book, until=until, earlier=earlier)
    with here.store.write() as tx:
        note(tx, who.id, "letter.read", batch_id, unit=ref)
    today = day(now().astimezone(CHINA))
    return render(
        "letter.html", request, letter=written, heading=NAME, unit=unit, batch=batch, until=until, today=today
    )


_ORDER = (*(v.value for v in (Verdict.RETURN, Verdict.LOOK, Verdict.INCOMPLETE, Verdict.CLEAR)), "")


def _book(here: Service, row: dict[str, Any]) -> Any:
    return current.rulebook(row["rulebook"] or here.settings.rulebook)


def _batch(here: Service, tx: Tx, who: Principal, row: dict[str, Any]) -> dict[str, Any]:
    """Return a batch as one sees it, and whether its own page is to be seen too: a unit sees of others' batches only its own part."""
    named = overview.batch_json(row, {"states": {}, "verdicts": {}, "decisions": {}}, who, here.store.sealer.veil)
    try:
        batches.one(tx, row["id"], who.sight())
    except ServiceError:
        return named | {"seen": False}
    return named | {"seen": True}
