"""Pages for reviewers: the list of submissions, and one case with its text, what was found, and what people say of it."""

from __future__ import annotations

import json
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from screening.output.advice import advice_of
from screening.report import Report
from screening.reuse.result import Passage, Rates
from service.context import Here, Service
from service.errors import ServiceError
from service.moment import shown
from service.pages.case_page import Judged, Said, paragraphs_of, shown_case
from service.pages.frame import go, render
from service.people.principal import Principal, Scope
from service.points import told
from service.routes.pages_people import Person
from service.routes.submissions import allowed
from service.store import current, decisions, exclusions, findings, listing, partners, queue, runs, submissions
from service.store.listing import Sort, Wanted
from service.store.query import Filter, parse
from service.views import shown_report, submission_view, text_view

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]
SORTS = {
    "rate": "总相似率",
    "largest": "单篇最大",
    "score": "参考分",
    "words": "字数",
    "title": "标题",
    "created": "收到时间",
}
PAGE = 50


def wanted_of(here: Service, who: Principal, q: str, batch: str, sort: str, up: str) -> Wanted:
    """Return the list that an address asks for. Raises :class:`ServiceError` 422 for a line that can't be read or would tell what is hidden."""
    asked = allowed(who, parse(q))
    if batch:
        asked = asked.both(Filter(batch=(batch,)))
    chosen: Sort = sort if sort in get_args(Sort) else "rate"  # type: ignore[assignment]  # just looked
    return Wanted(asked, chosen, up == "1", here.settings.rulebook, here.settings.models)


@router.get("/cases")
def cases(
    request: Request,
    here: Here,
    who: Person,
    q: str = "",
    batch: str = "",
    sort: str = "rate",
    up: str = "",
    after: str = "",
) -> HTMLResponse:
    """Show a page of submissions."""
    wrong: ServiceError | None = None
    try:
        wanted = wanted_of(here, who, q, batch, sort, up)
    except ServiceError as error:  # said beside the field, over the whole list
        wrong, wanted = error, wanted_of(here, who, "", batch, sort, up)
    with here.store.read() as tx:
        page = listing.page(tx, wanted, who.sight(), limit=PAGE, cursor=after)
        counts = listing.counts(tx, wanted, who.sight())
        people = submissions.persons_of(tx, here.store.sealer, [r["id"] for r in page.rows])
        rows = [
            submission_view(dict(r), people[r["id"]], who) | {"verdict": r["verdict"], "decision": r["decision"]}
            for r in page.rows
        ]
        shared = partners.partners(tx, [r["id"] for r in rows])
    held = {"q": q, "batch": batch, "sort": wanted.sort, "up": up}

    def link(**changes: str) -> str:
        return "/cases?" + urlencode({k: v for k, v in (held | changes).items() if v})

    return render(
        "cases.html",
        request,
        status=422 if wrong else 200,
        wrong=wrong,
        rows=rows,
        partners=shared,
        counts=counts,
        q=q,
        batch=batch,
        sort=wanted.sort,
        up=up,
        sorts=SORTS,
        link=link,
        tail=urlencode({k: v for k, v in held.items() if v}),
        next=link(after=page.next) if page.next else "",
        first=bool(after),
        kinds={k.kind: k.label for k in current.rulebook(here.settings.rulebook).kinds.values()},
    )


@router.get("/cases/{submission_id}")
def case(
    request: Request,
    here: Here,
    who: Person,
    submission_id: str,
    q: str = "",
    batch: str = "",
    sort: str = "rate",
    up: str = "",
) -> HTMLResponse:
    """Show one case."""
    return render(
        "case.html", request, **_case(here, who, submission_id, {"q": q, "batch": batch, "sort": sort, "up": up})
    )


@router.post("/cases/{submission_id}/decide")
def decide(
    request: Request, here: Here, who: Person, submission_id: str, what: Text, version: Annotated[int, Form()],
    finding: Text = "", note: Text = "",
) -> Response:  # fmt: skip
    """Keep a decision; show what holds now, also if somebody else was faster."""
    who.need(Scope.DECIDE)
    message = {"kind": "good", "words": "已保存。"}
    try:
        with here.store.write() as tx:
            decisions.decide(
                tx, submission_id, who.sight(), what=what, by=who.id, version=version, finding=finding, words=note.strip(),
                remember=bool(finding),
            )  # fmt: skip
    except ServiceError as error:
        if error.status != 409:
            raise
        message = {"kind": "bad", "words": f"{error.message}。下面是现在的情况，请再看一遍。"}
    return _side(request, here, who, submission_id, message, "decide" if not finding else "findings")


@router.post("/cases/{submission_id}/exclude")
def exclude(
    request: Request, here: Here, who: Person, submission_id: str, reason: Text, source: Text = "", undo: Text = ""
) -> Response:
    """Take a source out of the rates, or back in, with a reason."""
    who.need(Scope.DECIDE)
    if len(reason.strip()) < 2:
        raise ServiceError(422, "exclude.reason", "请写明理由", "理由会记入日志，例如“同一课题组的合作成果”。")
    target = f"source:{source}"
    with here.store.write() as tx:
        row = submissions.one(tx, submission_id, who.sight(), lock=True)
        reuse = exclusions.reuse_of(tx, here.store.sealer, dict(row))
        if reuse is None or target not in exclusions.targets(reuse):
            raise ServiceError(404, "exclude.source", "报告里没有这个来源", "请刷新页面后再试。")
        exclusions.exclude(tx, submission_id, target, excluded=not undo, reason=reason.strip(), by=who.id)
        exclusions.adjust(tx, here.store.sealer, dict(row))
    words = "已恢复，比率已重新计算。" if undo else "已排除，比率已重新计算。"
    return _side(request, here, who, submission_id, {"kind": "good", "words": words}, "reuse")


@router.post("/cases/{submission_id}/points")
def points(
    request: Request, here: Here, who: Person, submission_id: str, points: Annotated[float, Form(ge=0, le=100)],
    note: Text = "",
) -> Response:  # fmt: skip
    """Keep somebody's points; show those of others from now on."""
    who.need(Scope.DECIDE)
    with here.store.write() as tx:
        submissions.one(tx, submission_id, who.sight())
        decisions.give_points(tx, submission_id, points, note.strip()[:2000], who.id)
    return _side(request, here, who, submission_id, {"kind": "good", "words": "评分已保存。"}, "points")


def _side(
    request: Request, here: Service, who: Principal, submission_id: str, message: dict[str, str], part: str
) -> Response:
    """Return the right-hand side anew for a browser with scripts, a way back to the page for one without."""
    if request.headers.get("hx-request"):
        return render("case_side.html", request, **_case(here, who, submission_id, {}, message))
    if message["kind"] == "bad":
        return render("case.html", request, status=409, **_case(here, who, submission_id, {}, message))
    return go(f"/cases/{submission_id}#{part}")


def _case(
    here: Service, who: Principal, submission_id: str, held: dict[str, str], message: dict[str, str] | None = None
) -> dict[str, Any]:
    """Gather everything that the page shows, as this person may see it."""
    tail = urlencode({k: v for k, v in held.items() if v})
    with here.store.read() as tx:
        sealer = here.store.sealer
        row = dict(submissions.one(tx, submission_id, who.sight()))
        person = submissions.person_of(tx, sealer, submission_id)
        view = submission_view(row, person, who)
        common: dict[str, Any] = {
            "id": submission_id,
            "title": view["title"] or view["file"] or "（没有标题）",
            "view": view,
            "row_version": row["version"],
            "decision": row["decision"] or "",
            "message": message,
            "can_decide": Scope.DECIDE in who.scopes,
            "points": told(tx, row, person, who) if Scope.DECIDE in who.scopes else None,
            "action": f"/cases/{submission_id}",
            "back": f"/cases?{tail}" if tail else "/cases",
        }
        line = queue.Neighbours()
        if held:
            wanted = wanted_of(here, who, held["q"], held["batch"], held["sort"], held["up"])
            line = queue.neighbours(tx, wanted, who.sight(), submission_id)
        common["queue"] = {
            "number": line.number,
            "of": line.of,
            "before": f"/cases/{line.before}?{tail}" if line.before else "",
            "after": f"/cases/{line.after}?{tail}" if line.after else "",
        }
        if not row["run"]:
            return common | {"waiting": True, "stale": [], "layers": [], "report": None, "facts": []}
        data = json.loads(shown_report(tx, sealer, row, who))
        report = Report.from_json(data)
        original = json.loads(runs.report_of(tx, sealer, row["run"]))
        read = submissions.case_of(tx, sealer, submission_id)
        heads = runs.listed(tx, submission_id)
        keys = [k for k, _, _ in findings.keys_of(original)]
        standing = decisions.standing(tx, submission_id, keys)
        newest = decisions.newest(tx, submission_id)
        past = decisions.history(tx, submission_id)
        out = exclusions.listed(tx, submission_id)
        adjusted = exclusions.reckon(tx, sealer, row) if out else None
        names = decisions.names_of(
            tx, {d["by"] for d in past} | {s.by for s in standing.values()} | {x["by"] for x in out}
        )
        revision = partners.revision_of(tx, row["batch"])
        stale = current.reasons(row, dict(heads[0]), revision, here.settings.rulebook, here.settings.models)

    def veiled(words: str) -> str:
        return text_view(words, row, person, who)

    def said(s: Any) -> Said:
        return Said(
            at=(shown(s.created) or "")[5:16].replace("T", " "), by=names[s.by], what=s.what, note=veiled(s.note)
        )

    gone: dict[str, Said] = {}
    for x in reversed(out):
        source = x["target"].removeprefix("source:")
        gone.pop(source, None)
        if x["excluded"] and x["target"].startswith("source:"):
            at = (shown(x["created"]) or "")[5:16].replace("T", " ")
            gone[source] = Said(at=at, by=names[x["by"]], what="exclude", note=veiled(x["reason"]))
    judged = Judged(
        findings={k: said(s) for k, s in newest.items()},
        memory={k: said(s) for k, s in standing.items() if s.elsewhere},
        sources=gone,
        passages=frozenset(
            n
            for n, p in enumerate(report.reuse.passages if report.reuse else (), 1)
            if adjusted and f"passage:{_key(original, n)}" in adjusted.excluded
        ),
        rates=Rates(**adjusted.adjusted) if adjusted else None,
        history=[said_row(d, names, veiled(d["note"])) for d in past],
    )
    book = current.rulebook(row["rulebook"] or here.settings.rulebook)
    paragraphs = paragraphs_of(read, report.text)
    page = shown_case(
        report,
        paragraphs,
        book,
        judged,
        keys=keys,
        pair_href=lambda s: f"/pairs/{submission_id}/{s}",
        advice_of=advice_of,
    )
    return common | page | {
        "waiting": row["state"] != "done",
        "facts": [x for x in (page["kind"], view.get("unit"), view.get("project"), f"{report.counts.get('words', 0)} 字") if x],
        "stale": [current.REASONS[r] for r in stale],
        "runs": [
            {"at": (shown(h["created"]) or "")[:16].replace("T", " "), "rulebook": h["rulebook"], "library_documents": h["library_documents"]}
            for h in heads
        ],
    }  # fmt: skip


def _key(original: dict[str, Any], number: int) -> str:
    """Return the key of passage ``number`` (from 1 on) of a report as the engine wrote it: keys are made of the author's words."""
    return findings.passage_key(Passage.from_json(original["reuse"]["passages"][number - 1]))


def said_row(row: Any, names: dict[str, str], note: str) -> Said:
    """Return a row of the history as it is shown."""
    at = (shown(row["created"]) or "")[5:16].replace("T", " ")
    return Said(at=at, by=names[row["by"]], what=row["what"], note=note)
