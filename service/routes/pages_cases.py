"""Pages for reviewers: the list of submissions, and one case with its text, what was found, and what people say of it."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from screening.output.advice import advice_of
from screening.report import Report
from service.context import Here, Service
from service.errors import ServiceError
from service.judging import judged_of, moment
from service.pages.case_page import paragraphs_of, shown_case
from service.pages.frame import go, render
from service.people.principal import Principal, Scope
from service.points import told
from service.prechecks import precheck_json
from service.routes.pages_people import Person
from service.routes.pages_views import views_of
from service.routes.submissions import allowed
from service.store import current, decisions, exclusions, findings, listing, memory, partners, queue, runs, submissions
from service.store.listing import Sort, Wanted
from service.store.query import Filter, parse
from service.views import shown_data, submission_view

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
    orders = set(get_args(Sort)) - ({"title"} if who.sight().blind else set())
    chosen: Sort = sort if sort in orders else "rate"  # type: ignore[assignment]  # just looked
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
        rows = [submission_view(dict(r), people[r["id"]], who) for r in page.rows]
        shared = partners.partners(tx, [r["id"] for r in rows])
        tabs = views_of(tx, who)
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
        sorts={k: v for k, v in SORTS.items() if k != "title" or not who.sight().blind},
        link=link,
        views=tabs,
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
            row = submissions.one(tx, submission_id, who.sight(), lock=True)
            known = bool(finding) and decisions.knowable(tx, here.store.sealer, row["run"], finding)
            decisions.decide(
                tx, submission_id, who.sight(), what=what, by=who.id, version=version, finding=finding, words=note.strip(),
                remember=known,
            )  # fmt: skip
    except ServiceError as error:
        if error.status != 409:
            raise
        message = {"kind": "bad", "words": f"{error.message}。下面是现在的情况，请再看一遍。"}
    return _side(request, here, who, submission_id, message, "decide" if not finding else "findings")


@router.post("/cases/{submission_id}/exclude")
def exclude(
    request: Request, here: Here, who: Person, submission_id: str,
    reason: Text = "", source: Text = "", passage: Text = "", undo: Text = "",
) -> Response:  # fmt: skip
    """Take a source or a passage out of the rates, or back in, with a reason."""
    who.need(Scope.DECIDE)
    target = f"passage:{passage}" if passage else f"source:{source}"
    said = reasoned(reason)
    with here.store.write() as tx:
        row = submissions.one(tx, submission_id, who.sight(), lock=True)
        reuse = exclusions.reuse_of(tx, here.store.sealer, dict(row))
        if reuse is None or target not in exclusions.targets(reuse):
            raise ServiceError(
                404, "exclude.source", "报告里没有这个来源或段落", "报告可能刚更新过，请刷新页面后再试。"
            )
        exclusions.exclude(tx, submission_id, target, excluded=not undo, reason=said, by=who.id)
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


@router.post("/cases/{submission_id}/take-back")
def take_back(
    request: Request, here: Here, who: Person, submission_id: str, finding: Text = "", reason: Text = ""
) -> Response:
    """Take back what was dismissed before, of another case: from now on this finding is open everywhere."""
    who.need(Scope.DECIDE)
    said = reasoned(reason)
    with here.store.write() as tx:
        row = submissions.one(tx, submission_id, who.sight(), lock=True)
        decisions.knowable(tx, here.store.sealer, row["run"], finding)
        if finding not in decisions.remembered(tx, "finding", [finding]):
            raise ServiceError(409, "memory.gone", "这一条没有以前的判定了", "可能刚被别人收回，请刷新页面。")
        memory.open_again(tx, "finding", finding, said, who.id)
    words = "已收回，以后别的材料里不再提示。"
    return _side(request, here, who, submission_id, {"kind": "good", "words": words}, "findings")


def reasoned(reason: str) -> str:
    """Return a reason that somebody gave. Raises :class:`ServiceError` 422 if it says nothing."""
    if len(said := reason.strip()) < 2:
        raise ServiceError(422, "reason", "请写明理由", "理由会记入日志，例如“同一课题组的合作成果”。")
    return said


def _side(
    request: Request, here: Service, who: Principal, submission_id: str, message: dict[str, str], part: str
) -> Response:
    """Return the right-hand side anew for a browser with scripts, a way back to the page for one without."""
    if request.headers.get("hx-request"):
        return render("case_swap.html", request, part=part, **_case(here, who, submission_id, {}, message))
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
            "precheck": precheck_json(row),
            "decision": view["decision"] or "",
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
            facts = [x for x in (view.get("unit"), view.get("project")) if x]
            return common | {"waiting": True, "stale": [], "layers": [], "report": None, "facts": facts}
        original, seen = shown_data(tx, sealer, row, who)
        report = Report.from_json(seen)
        read = submissions.case_of(tx, sealer, submission_id)
        heads = runs.listed(tx, submission_id)
        judged = judged_of(tx, here.store, who, row, person, original)
        without_source = current.source_reason(tx, submission_id)
        revision = partners.revision_of(tx, row["batch"])
        judged_by = current.rulebook_of(tx, row, here.settings.rulebook)
        stale = current.reasons(row, dict(heads[0]), revision, judged_by, here.settings.models)
    book = current.rulebook(judged_by)
    paragraphs = paragraphs_of(read, report.text)
    page = shown_case(
        report,
        paragraphs,
        book,
        judged,
        keys=[k for k, _, _ in findings.keys_of(original)],
        pair_href=lambda s: f"/pairs/{submission_id}/{s}",
        advice_of=advice_of,
    )
    return common | page | {
        "waiting": row["state"] != "done",
        "facts": [x for x in (page["kind"], view.get("unit"), view.get("project"), "" if report.error else f"{report.counts.get('words', 0)} 字") if x],
        "stale": [current.REASONS[r] for r in (*stale, *without_source)],
        "runs": [
            {"at": moment(h["created"]), "rulebook": h["rulebook"], "library_documents": h["library_documents"]}
            for h in heads
        ],
    }  # fmt: skip
