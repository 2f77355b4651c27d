"""The page of what was dismissed once: who, when, why, where it came from, where it applies; taken back with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from screening.output.labels import MESSAGE_SHOWN, short
from service import comparing
from service.context import Here
from service.judging import moment, names_behind
from service.pages.frame import go, render
from service.people.principal import Principal, Role, Scope
from service.routes.pages_cases import reasoned
from service.routes.pages_people import Person, Text
from service.store import decisions, findings, groups, memory, submissions
from service.store.database import Store, Tx
from service.store.memory import PLACES, Remembered
from service.views import shown_data, submission_view, text_view

router = APIRouter(prefix="/memory", include_in_schema=False)
PAGE = 20


def decider(who: Person) -> Principal:
    """Return who is asking, if it is somebody who decides. Raises :class:`ServiceError` 403."""
    who.need(Scope.DECIDE, (Role.REVIEWER, Role.ADMINISTRATOR))
    return who


Decider = Annotated[Principal, Depends(decider)]


@router.get("")
def listed(request: Request, here: Here, who: Decider, before: str = "") -> HTMLResponse:
    """Show what is remembered, the newest first."""
    with here.store.read() as tx:
        found, after = memory.listed(tx, who.sight(), limit=PAGE, before=before)
        rows = _shown(tx, here.store, who, found)
    return render("memory.html", request, rows=rows, after=after, first=bool(before))


@router.post("/{memory_id}/take-back")
def take_back(here: Here, who: Decider, memory_id: str, reason: Text = "") -> Response:
    """Open again what was dismissed."""
    said = reasoned(reason)
    with here.store.write() as tx:
        memory.take_back(tx, who.sight(), memory_id, reason=said, by=who.id)
    return go("/memory", "taken_back")


def _shown(tx: Tx, store: Store, who: Principal, found: list[Remembered]) -> list[dict[str, Any]]:
    """Return the rows of the page as this person may see them."""
    places = memory.applied(tx, who.sight(), found)
    wanted = {i for where in places.values() for i in where[:PLACES]} | {m.origin for m in found if m.origin}
    rows = {k: dict(r) for k, r in groups.rows_of(tx, wanted, who.sight()).items()}
    people = {k: submissions.person_of(tx, store.sealer, k) for k in rows}
    names = decisions.names_of(tx, {r["by"] for m in found for r in m.rows})

    def text(submission_id: str) -> dict[str, str]:
        view = submission_view(rows[submission_id], people[submission_id], who)
        return {"id": submission_id, "title": view["title"] or view["file"] or "（没有标题）", "unit": view["unit"]}

    out = []
    for m in found:
        origin = rows.get(m.origin or "")
        again = places.get((m.kind, m.key), [])
        others = names_behind(tx, store, {r["submission"] for r in m.rows if r["submission"]})
        history = [
            {
                "at": moment(r["created"]),
                "by": names[r["by"]],
                "what": r["what"],
                "note": text_view(r["note"], origin, people[origin["id"]], who, others=others) if origin else r["note"],
            }
            for r in m.rows
        ]
        out.append(
            {
                "id": m.id,
                "kind": m.kind,
                "standing": m.standing,
                "words": _words(tx, store, who, m, origin),
                "origin": text(origin["id"]) if origin else None,
                "history": history,
                "places": [text(i) for i in again[:PLACES]],
                "of": len(again),
            }
        )
    return out


def _words(tx: Tx, store: Store, who: Principal, found: Remembered, origin: Mapping[str, Any] | None) -> str:
    """Return what was dismissed, in words: the finding as its report says it, or the two texts of a pair."""
    if origin is None or not origin["run"]:
        return "出处已不在" if origin is None else "报告正在重新生成"
    if found.kind == "pair":
        source = next((d for d in found.key.split("|") if d != origin["document"]), origin["document"])
        pair = {"submission": origin["id"], "source": source}
        names = comparing.Names(tx, store, who, [pair])
        return f"《{names.submission(origin['id']).title}》与《{names.source(pair).title}》的相似"
    original, seen = shown_data(tx, store.sealer, origin, who)
    rows = zip(findings.keys_of(original), findings.keys_of(seen), strict=True)
    message = next((shown[2]["message"] for was, shown in rows if was[0] == found.key), "")
    return short(message, MESSAGE_SHOWN) if message else "这条问题在出处的新报告里已经没有了"
