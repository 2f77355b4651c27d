"""Two texts side by side: what they share, passage by passage, and both texts with the passages marked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from screening.document import Document, Span
from screening.output.html_reuse import WHEN, passage_pair
from screening.output.labels import PLACE
from screening.output.marks import Mark
from screening.output.markup import Markup
from screening.reuse.result import Passage
from service.context import Here, Service
from service.moment import shown
from service.pages.author_text import author_text
from service.pages.case_page import paragraphs_of
from service.pages.frame import render
from service.pair import Reports
from service.people.principal import Principal
from service.routes.pages_people import Person
from service.store import partners

router = APIRouter(include_in_schema=False)
PASSAGES_SHOWN = 200


@router.get("/pairs/{submission_id}/{source_id}")
def pair(request: Request, here: Here, who: Person, submission_id: str, source_id: str) -> HTMLResponse:
    """Show a submission beside one of its sources."""
    return render("pair.html", request, **pair_of(here, who, submission_id, source_id))


def pair_of(here: Service, who: Principal, submission_id: str, source_id: str) -> dict[str, Any]:
    """Gather what the page shows of a pair, as this person may see it. Raises :class:`ServiceError` 404 for what is no source."""
    pair = Reports(here.store, who).shared(submission_id, source_id)
    seen, match, rows = pair.seen, pair.match, pair.passages
    with here.store.read() as tx:
        back = partners.shares(tx, pair.behind, seen.row["document"]) if pair.behind else None
    source_text: Markup | None = None
    if pair.source_text is not None:
        lines = Document.from_lines(pair.source_text.split("\n"))
        marks = [_mark(p, p.source_span, n, "b") for n, p in rows]
        source_text = author_text(lines.text, lines.paragraphs, marks)
    text = seen.report.text
    return {
        "id": submission_id,
        "source_id": source_id,
        "title": seen.view["title"] or seen.view["file"] or "（没有标题）",
        "view": seen.view,
        "received": (shown(seen.row["received"]) or "")[:10],
        "source": match,
        "source_name": match.title or match.file or "（没有标题）",
        "source_received": match.received[:10],
        "place": PLACE.get(match.place, match.place),
        "earlier": WHEN[match.earlier],
        "behind": pair.behind,
        "back": back,
        "numbers": [n for n, _ in rows[:PASSAGES_SHOWN]],
        "passages": [_side_by_side(n, p) for n, p in rows[:PASSAGES_SHOWN]],
        "of": len(rows),
        "text": author_text(text, paragraphs_of(seen.case, text), [_mark(p, p.span, n, "a") for n, p in rows]),
        "source_text": source_text,
    }


def _mark(passage: Passage, span: Span, number: int, side: str) -> Mark:
    label = f"第 {number} 段：{passage.kind.label}"
    return Mark(span, passage.kind.value, 3, f"#p-{number}", label, number=number, anchor=f"{side}-{number}")


def _side_by_side(number: int, passage: Passage) -> Markup:
    flags = ["已加引号"] if passage.quoted else []
    return passage_pair(passage, number, ("本篇", "来源"), ("来源", "本篇"), anchor=f"p-{number}", flags=flags)
