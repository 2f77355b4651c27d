"""Two texts side by side: what they share, passage by passage, and both texts with the passages marked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from screening.document import Document, Span
from screening.output.html_reuse import WHEN, passage_pair
from screening.output.labels import PLACE
from screening.output.marks import Mark
from screening.output.markup import Markup
from screening.reuse.result import Passage
from service.context import Here, Service
from service.errors import conflict, not_found
from service.judging import judged_of
from service.moment import shown
from service.pages.author_text import author_text
from service.pages.case_page import paragraphs_of
from service.pages.frame import go, render
from service.pair import Reports
from service.people.principal import Principal, Scope
from service.routes.pages_cases import reasoned
from service.routes.pages_people import Person, Text
from service.store import decisions, memory, partners, submissions
from service.store.findings import pair_key

router = APIRouter(include_in_schema=False)
PASSAGES_SHOWN = 200


@router.get("/pairs/{submission_id}/{source_id}")
def pair(request: Request, here: Here, who: Person, submission_id: str, source_id: str) -> HTMLResponse:
    """Show a submission beside one of its sources."""
    return render("pair.html", request, **pair_of(here, who, submission_id, source_id))


@router.post("/pairs/{submission_id}/{source_id}/dismiss")
def dismiss(
    here: Here, who: Person, submission_id: str, source_id: str, reason: Text = "", undo: Text = ""
) -> Response:
    """Find that two texts being alike is no fault (one form, one team), to be known in later batches; or take that back."""
    who.need(Scope.DECIDE)
    said = reasoned(reason)
    with here.store.write() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        if not partners.shares(tx, submission_id, source_id) or not row["document"]:
            raise not_found("这一对材料")
        key = pair_key(row["document"], source_id)
        if bool(undo) != (key in decisions.remembered(tx, "pair", [key])):
            raise conflict("memory.changed", "这一对刚被别人改过", "请刷新页面，看过现在的情况再定。")
        if undo:
            memory.open_again(tx, "pair", key, said, who.id)
        else:
            decisions.recall_later(tx, "pair", key, "dismiss", said, who.id, submission_id)
    return go(f"/pairs/{submission_id}/{source_id}", "saved")


def pair_of(here: Service, who: Principal, submission_id: str, source_id: str) -> dict[str, Any]:
    """Gather what the page shows of a pair, as this person may see it. Raises :class:`ServiceError` 404 for what is no source."""
    pair = Reports(here.store, who).shared(submission_id, source_id)
    seen, match, rows = pair.seen, pair.match, pair.passages
    with here.store.read() as tx:
        back = partners.shares(tx, pair.behind, seen.row["document"]) if pair.behind else None
        judged = judged_of(tx, here.store, who, seen.row, seen.person, seen.stored)
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
        "dismissed": judged.pairs.get(pair.source),
        "action": f"/pairs/{submission_id}/{source_id}",
        "can_decide": Scope.DECIDE in who.scopes,
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
