"""Pages of the rulebooks: each rule beside the sentence of the notice that it comes from; versions, and how they differ."""

from __future__ import annotations

import io
import tomllib
import zipfile
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from screening.document import Span
from screening.output.labels import SEVERITY
from screening.output.marks import Mark, marked
from screening.rulebook import Rulebook
from screening.rulebook_difference import differences
from screening.scoring.result import PARTS
from service.context import Here, Service
from service.pages.frame import render
from service.pages.rulebook_words import STATES, params_of, said_of
from service.people.principal import Principal, Role
from service.routes.originals import disposition
from service.routes.pages_people import Person
from service.routes.rulebooks import available_books, named, pair_of, rules_of
from service.store import books, current, decisions, rulebooks
from service.store.overview import batches

router = APIRouter(prefix="/rulebooks", include_in_schema=False)
BATCHES = 200  # the newest, to choose from


@router.get("")
def listed(request: Request, here: Here, who: Person) -> HTMLResponse:
    """List the rulebooks; for administrators also the versions that are not used yet."""
    made: dict[str, list[dict[str, Any]]] = {}
    choices = available_books(here)
    with here.store.read() as tx:
        rows = [dict(r) for r in rulebooks.listed(tx)] if manages(who) else []
        past = [dict(r) for r in rulebooks.activations(tx)] if manages(who) else []
        people = decisions.names_of(tx, {r["created_by"] for r in (*rows, *past)})
    for row in rows:
        made.setdefault(row["name"], []).append(row | {"by": people[row["created_by"]]})
    default = next((c.ref for c in choices if c.default), "")
    return render(
        "rulebooks.html",
        request,
        choices=[c for c in choices if c.book.id not in made],
        made=made,
        default=default,
        manages=manages(who),
        past=[p | {"by": people[p["created_by"]], "ref": ref_shown(p["rulebook"])} for p in past],
    )


def manages(who: Principal) -> bool:
    """Say whether somebody may change rulebooks."""
    return who.role is Role.ADMINISTRATOR


def ref_shown(name: str) -> str:
    """Return what a page calls a rulebook: never a path."""
    return name if books.is_kept(name) else current.rulebook(name).id


@router.get("/{rulebook_id}")
def one(request: Request, here: Here, who: Person, rulebook_id: str) -> HTMLResponse:
    """Show a rulebook beside its notice."""
    return shown_book(request, here, who, rulebook_id)


def shown_book(request: Request, here: Service, who: Principal, rulebook_id: str, **more: Any) -> HTMLResponse:
    """Return the page of a rulebook; ``error`` says what went wrong with what was just asked for."""
    name = named(here, who, rulebook_id)
    book = current.rulebook(name)
    notice, places = _notice(book)
    head = head_of(here, who, name)
    with here.store.read() as tx:
        used = [dict(b) for b in rulebooks.batches_with(tx, [name])] if manages(who) else []
        ended = ("closed", "cancelled", "failed")
        others = [
            b for b in batches(tx, who.sight(), limit=BATCHES) if b["state"] not in ended and b["rulebook"] != name
        ]
    given: dict[str, Any] = {"error": None, **more}
    return render(
        "rulebook.html",
        request,
        status=given["error"].status if given["error"] else 200,
        book=rules_of(book),
        head=head,
        notice=notice,
        places=places,
        parts=PARTS,
        severity={k.value: v for k, v in SEVERITY.items()},
        states=STATES,
        shown=params_of,
        used=used,
        others=[dict(b) for b in others] if manages(who) else [],
        **given,
    )


def head_of(here: Service, who: Principal, name: str) -> dict[str, Any]:
    """Return what is known of a rulebook: ref, whether new batches get it, and of a version who made it of what, when and why."""
    ref = ref_shown(name)
    with here.store.read() as tx:
        default = rulebooks.active(tx, here.settings.rulebook) == name
        row = dict(rulebooks.one(tx, name)) if books.is_kept(name) else {}
        by = decisions.names_of(tx, {row["created_by"]})[row["created_by"]] if row else ""
        number = len(rulebooks.listed(tx, row["name"])) if row else 0
    return {"ref": ref, "default": default, "by": by, "newest": number, "manages": manages(who), "version": row}


@router.get("/{rulebook_id}/difference")
def difference(request: Request, here: Here, who: Person, rulebook_id: str, to: str = "") -> HTMLResponse:
    """Show how a rulebook differs from its parent, or from another one, rule by rule."""
    old, new = pair_of(here, who, rulebook_id, to[:60])
    before, after = current.rulebook(old), current.rulebook(new)
    return render(
        "rulebook_difference.html",
        request,
        head=head_of(here, who, new),
        before=head_of(here, who, old),
        title=after.title,
        found=[said_of(d, after if d.what != "removed" else before) for d in differences(before, after)],
        whats={"added": "新增", "removed": "删去", "changed": "改动"},
    )


@router.get("/{rulebook_id}/files")
def files(here: Here, who: Person, rulebook_id: str) -> Response:
    """Return the two files of a rulebook, as the command line takes them."""
    name = named(here, who, rulebook_id)
    toml, notice = books.texts(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{current.rulebook(name).id}.toml", toml)
        archive.writestr(tomllib.loads(toml)["notice"].rpartition("/")[2], notice)
    headers = {"Content-Disposition": disposition(f"{ref_shown(name).replace('@', '-')}.zip")}
    return Response(out.getvalue(), media_type="application/zip", headers=headers)


def _notice(book: Rulebook) -> tuple[str, dict[str, int]]:
    """Return the notice's text with the sentences that rules quote marked and numbered, and each quotation's number."""
    text = book.notice.text
    quotes = {r.clause.quote for r in book.rules() if r.clause.quote}
    found = sorted((at, q) for q in quotes if (at := text.find(q)) >= 0)
    places = {q: n for n, (_, q) in enumerate(found, 1)}
    marks = [
        Mark(Span(at, at + len(q)), "stock", label=f"规则引用的第 {n} 句", number=n, anchor=f"n-{n}", href=f"#r-{n}")
        for n, (at, q) in enumerate(found, 1)
    ]
    return marked(text, marks), places
