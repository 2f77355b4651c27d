"""Pages of the rulebooks: each rule beside the sentence of the notice that it comes from."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from screening.document import Span
from screening.output.labels import SEVERITY
from screening.output.marks import Mark, marked
from screening.rulebook import Rulebook
from screening.scoring.result import PARTS
from service.context import Here
from service.pages.frame import render
from service.routes.pages_people import Person
from service.routes.rulebooks import available_books, named, rules_of

router = APIRouter(include_in_schema=False)
RULE_STATES = {"on": "启用", "shadow": "试运行（不显示）", "off": "停用"}


@router.get("/rulebooks")
def listed(request: Request, here: Here, who: Person) -> HTMLResponse:  # noqa: ARG001 - who is signed in may see them
    """List the rulebooks."""
    books = [(name == here.settings.rulebook, b) for name, b in available_books(here.settings.rulebook)]
    return render("rulebooks.html", request, books=books)


@router.get("/rulebooks/{rulebook_id}")
def one(request: Request, here: Here, who: Person, rulebook_id: str) -> HTMLResponse:  # noqa: ARG001 - as above
    """Show a rulebook beside its notice."""
    book = named(here.settings.rulebook, rulebook_id)
    notice, places = _notice(book)
    return render(
        "rulebook.html",
        request,
        book=rules_of(book),
        notice=notice,
        places=places,
        parts=PARTS,
        severity={k.value: v for k, v in SEVERITY.items()},
        states=RULE_STATES,
    )


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
