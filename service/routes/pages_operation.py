"""Pages for administrators about running it: how long batches are kept, the audit, and the installation's health."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BeforeValidator

from service import doctor
from service.context import Here, Service
from service.errors import ServiceError
from service.moment import CHINA, now, shown
from service.pages.audit_words import GROUPS, facts_words
from service.pages.frame import go, render
from service.people.principal import Principal
from service.routes.batches_new import close
from service.routes.pages_batches import STATES
from service.routes.pages_settings import Manager
from service.store import audit, decisions, overview, retention
from service.store.database import Tx

router = APIRouter(prefix="/settings", include_in_schema=False)
Text = Annotated[str, Form()]
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]  # a form's empty field is none
WORDS: dict[str, str] = {str(k): v for k, v in audit.ACTIONS.items()}
BATCHES = 50
RECENT = 20  # lines of a log beside something else
LINES = 100


@router.get("/retention")
def kept(request: Request, here: Here, who: Manager, after: str = "") -> HTMLResponse:
    """Show how long batches are kept, what was purged and what was downloaded."""
    return _kept(request, here, who, after=after)


def _kept(
    request: Request, here: Service, who: Principal, *, after: str = "", error: ServiceError | None = None
) -> HTMLResponse:
    with here.store.read() as tx:
        rows = [dict(r) for r in overview.batches(tx, who.sight(), limit=BATCHES + 1, after=after)]
        counts = overview.counts(tx, [r["id"] for r in rows], who.sight())
        purged = _lines(tx, action="batch.delete")
        exported = _lines(tx, action="export")
    for r in rows:
        r["count"] = sum(counts[r["id"]]["states"].values())
        r["end"] = r["purge_after"].astimezone(CHINA).date() if r["purge_after"] else None
        days = here.settings.retention_days
        r["due"] = (r["closed"] + timedelta(days=days)).astimezone(CHINA).date() if r["closed"] and days else None
    return render(
        "settings_retention.html",
        request,
        status=error.status if error else 200,
        error=error,
        rows=rows[:BATCHES],
        next=rows[BATCHES - 1]["id"] if len(rows) > BATCHES else "",
        days=here.settings.retention_days,
        tomorrow=now().astimezone(CHINA).date() + timedelta(days=1),
        states=STATES,
        purged=purged,
        exported=exported,
    )


@router.post("/retention/{batch_id}")
def keep(
    request: Request, here: Here, who: Manager, batch_id: str, do: Text, day: Annotated[Day, Form()] = None
) -> Response:
    """Say when a batch will be purged, that it stays, or that it goes as the settings say; or close it."""
    try:
        if do == "close":
            close(here, who, batch_id)
            return go("/settings/retention", "saved")
        if do == "date" and day is None:
            raise ServiceError(422, "retention.day", "没有写日期", "请选一个日期，或按“一直保存”。")  # noqa: TRY301 - said beside the form
        end = datetime.combine(day, time(), CHINA) if do == "date" and day else None
        with here.store.write() as tx:
            retention.set_end(tx, batch_id, end, kept=do == "keep", by=who.id, sight=who.sight())
    except ServiceError as error:
        if error.status == 404:
            raise
        return _kept(request, here, who, error=error)
    return go("/settings/retention", "saved")


@router.get("/audit")
def lines(
    request: Request,
    here: Here,
    who: Manager,  # noqa: ARG001 - the right to see it
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
    action: Annotated[str, Query(max_length=40)] = "",
    by: Annotated[str, Query(max_length=40)] = "",
    target: Annotated[str, Query(max_length=80)] = "",
    since: Day = None,
    until: Day = None,
) -> HTMLResponse:
    """Show who looked at or changed what."""
    asked: dict[str, Any] = {"action": action, "by": by, "target": target.strip(), "since": since, "until": until}
    with here.store.read() as tx:
        found = _lines(
            tx,
            before=before,
            action=action,
            by=by,
            target=target.strip(),
            since=_begin(since),
            until=_begin(until + timedelta(days=1)) if until and until < date.max else None,
            limit=LINES + 1,
        )
        people = decisions.names_of(tx, audit.people(tx))
    said = {k: v for k, v in asked.items() if v}
    more = found[LINES - 1]["number"] if len(found) > LINES else 0
    return render(
        "settings_audit.html",
        request,
        rows=found[:LINES],
        next="/settings/audit?" + urlencode(said | {"before": more}) if more else "",
        first="/settings/audit?" + urlencode(said) if before else "",
        asked=asked,
        filtered=bool(said),
        groups=GROUPS | ({action: WORDS.get(action, action)} if action and action not in GROUPS else {}),
        people=sorted(people.items(), key=lambda p: p[1]),
    )


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), CHINA) if day else None


def _lines(tx: Tx, *, limit: int = RECENT, **asked: Any) -> list[dict[str, Any]]:
    rows = audit.listed(tx, limit=limit, **asked)
    names = decisions.names_of(tx, {r["by"] for r in rows})
    return [
        dict(r)
        | {
            "at": (shown(r["created"]) or "")[:16].replace("T", " "),
            "name": "本系统" if r["by"] == "service" else names[r["by"]],
            "words": WORDS.get(r["action"], r["action"]),
            "said": facts_words(r["facts"]),
            "href": _where(r["action"], r["target"]),
        }
        for r in rows
    ]


def _where(action: str, target: str) -> str:
    """Return the page of what a line tells of, "" if it is gone or has none."""
    if action.endswith((".delete", ".remove")) or len(target) != 28:
        return ""
    head = action.split(".")
    if head[0] == "webhook":
        return f"/settings/webhooks/{target}"
    if (
        head[0] in ("batch", "letter")
        or action in ("export.letters", "export.letter")
        or head[:2] == ["export", "batch"]
    ):
        return f"/batches/{target}"
    if head[0] in ("submission", "names", "original", "reuse") or action == "export.sheet":
        return f"/cases/{target}"
    return ""


@router.get("/health")
def health(request: Request, here: Here, who: Manager) -> HTMLResponse:  # noqa: ARG001 - the right to see it
    """Show what the doctor finds."""
    found = list(doctor.glance(here.settings, here.store))
    order = (doctor.WRONG, doctor.NOTE, doctor.OK)
    return render(
        "settings_health.html",
        request,
        lines=sorted(found, key=lambda x: order.index(x.mark)),
        wrong=sum(x.mark == doctor.WRONG for x in found),
        notes=sum(x.mark == doctor.NOTE for x in found),
    )
