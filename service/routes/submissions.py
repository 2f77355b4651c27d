"""Reading submissions: lists with filters, one with all that is known of it, its reports, and screening it anew."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from service.context import Here, Reader, Service, Writer
from service.errors import ServiceError, not_found
from service.moment import shown
from service.people.principal import Principal, Role
from service.store import current, listing, partners, runs, submissions, work
from service.store.database import Tx, note
from service.store.listing import Sort, Wanted
from service.store.query import Filter, parse
from service.unchanged import not_modified
from service.views import shown_report, submission_view, unmasked

router = APIRouter(prefix="/api/v1/submissions", tags=["材料与报告"])
PATH = "/api/v1/submissions"
Id = "0193a1b2c3d4e5f60718293a4b5c"


class Summary(BaseModel):
    """A submission in a list. Names are masked as the role has it; rates are 0–1."""

    model_config = {"extra": "allow"}

    id: str = Field(description="材料编号", examples=[Id])
    batch: str | None = Field(description="所在批次")
    title: str = Field(description="标题")
    kind: str = Field(description="案例类型", examples=["work_case"])
    unit: str = Field(default="", description="单位；盲审时为代号")
    project: str = Field(default="", description="项目类别")
    state: str = Field(description="queued、reading、read、screening、done、failed、cancelled", examples=["done"])
    verdict: str | None = Field(
        default=None, description="clear 未见问题、look 请人工查看、return 建议退回、incomplete 检查不完整"
    )
    rate: float | None = Field(default=None, description="总相似率，0–1")
    largest: float | None = Field(default=None, description="单篇最大相似率，0–1")
    words: int | None = Field(default=None, description="正文字数")
    score: float | None = Field(default=None, description="参考分，满分 100")
    decision: str | None = Field(default=None, description="评审的判定：pass、return、look；还没有为 null")
    version: int = Field(description="版本号，提交判定时带上", examples=[3])


class Listed(BaseModel):
    """A page of a list."""

    items: list[Summary]
    next: str | None = Field(description="下一页的地址；最后一页为 null")
    counts: dict[str, Any] = Field(description="整个列表的份数：total 总数、verdicts 按结论、states 按状态")


class Detail(Summary):
    """One submission."""

    stale: list[str] = Field(description="报告过时的原因：rulebook、engine、model、batch；空为没有过时")
    library_grown: int = Field(description="报告之后比对库净增的篇数；不算过时，可按需重新筛查")
    report: str | None = Field(description="报告的地址，还没有为 null")
    partners: int = Field(description="与几份材料有相似段落")


@router.get("", response_model=Listed, summary="材料列表")
def listed(
    request: Request,
    here: Here,
    who: Reader,
    response: Response,
    q: Annotated[
        str,
        Query(max_length=500, description="查找：词，或条件，例如 率>30 单位:临溪 判定:待定 屏幕", examples=["率>30"]),
    ] = "",
    batch: Annotated[str, Query(max_length=28, description="批次编号；none 为不属于批次的")] = "",
    state: Annotated[list[str], Query(description="状态，可重复", max_length=10)] = [],  # noqa: B006 - FastAPI copies it
    verdict: Annotated[list[str], Query(description="结论，可重复", max_length=10)] = [],  # noqa: B006
    decision: Annotated[list[str], Query(description="判定，可重复；none 为还没有", max_length=10)] = [],  # noqa: B006
    kind: Annotated[str, Query(max_length=40, description="案例类型")] = "",
    project: Annotated[str, Query(max_length=80, description="项目类别")] = "",
    code: Annotated[str, Query(max_length=60, description="有这种问题的，例如 length.over 或 length")] = "",
    rate_min: Annotated[float | None, Query(ge=0, le=1, description="总相似率不低于（0–1）")] = None,
    rate_max: Annotated[float | None, Query(ge=0, le=1, description="总相似率不高于（0–1）")] = None,
    stale: Annotated[bool | None, Query(description="报告是否过时")] = None,
    sort: Annotated[Sort, Query(description="排序")] = "created",
    order: Annotated[Literal["asc", "desc"], Query(description="升序或降序")] = "desc",
    limit: Annotated[int, Query(ge=1, le=listing.MOST, description="一页几份")] = 50,
    cursor: Annotated[str, Query(max_length=600, description="上一页给的 next 里的位置")] = "",
) -> dict[str, Any]:
    """列出您能查看的材料。翻页请照 next（或 Link 头）走：翻页期间有新材料也不会漏、不会重。"""
    plain = Filter(
        batch=(batch,) if batch else (),
        state=tuple(state),
        verdict=tuple(verdict),
        decision=tuple(decision),
        kind=(kind,) if kind else (),
        project=(project,) if project else (),
        codes=(code,) if code else (),
        rate_min=rate_min,
        rate_max=rate_max,
        stale=stale,
    )
    asked = allowed(who, plain.both(parse(q)))
    wanted = Wanted(asked, sort, order == "asc", here.settings.rulebook, here.settings.models)
    with here.store.read() as tx:
        page = listing.page(tx, wanted, who.sight(), limit=limit, cursor=cursor)
        counts = listing.counts(tx, wanted, who.sight())
        people = submissions.persons_of(tx, here.store.sealer, [r["id"] for r in page.rows])
        items = [submission_view(dict(r), people[r["id"]], who) for r in page.rows]
    next_ = None
    if page.next:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        next_ = f"{PATH}?{urlencode([*kept, ('cursor', page.next)])}"
        response.headers["Link"] = f'<{next_}>; rel="next"'
    return {"items": items, "next": next_, "counts": counts}


def allowed(who: Principal, asked: Filter) -> Filter:
    """Refuse filters that would tell what is hidden. Raises :class:`ServiceError` 422."""
    if asked.unit and who.role is Role.REVIEWER and any(who.batches.values()):
        raise ServiceError(422, "query.unit", "盲审时不能按单位查找", "请去掉“单位”这个条件。")
    if asked.decision and who.role is Role.SUBMITTER:
        raise ServiceError(422, "query.decision", "报送单位不能按评审的判定查找", "请去掉“判定”这个条件。")
    return asked


@router.get("/{submission_id}", response_model=Detail, summary="一份材料")
def one(here: Here, who: Reader, submission_id: str) -> dict[str, Any]:
    """返回状态、结论、各项数值，以及报告是否已过时。"""
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        view = submission_view(row, submissions.person_of(tx, here.store.sealer, submission_id), who)
        shared = partners.partners(tx, [submission_id]).get(submission_id, 0)
        return view | _currency(here, tx, row) | {
            "report": f"{PATH}/{submission_id}/report" if row["run"] else None,
            "partners": shared,
        }  # fmt: skip


def _currency(here: Service, tx: Tx, row: dict[str, Any]) -> dict[str, Any]:
    if not row["run"]:
        return {"stale": [], "library_grown": 0}
    head = dict(runs.listed(tx, row["id"])[0])
    revision = partners.revision_of(tx, row["batch"])
    default = partners.rulebook_of(tx, row["batch"]) or here.settings.rulebook
    stale = current.reasons(row, head, revision, default, here.settings.models)
    grown = current.library_size(tx) - head["library_documents"] - int(row["owns_document"])
    return {"stale": list(stale), "library_grown": max(0, grown)}


@router.get(
    "/{submission_id}/report",
    summary="报告",
    response_class=Response,
    responses={
        200: {
            "description": "报告，格式见 report.schema.json；位置按 Unicode 码点计",
            "content": {"application/json": {}},
        },
        304: {"description": "没有变化"},
        409: {"description": "还没有报告"},
    },
)
def report(
    request: Request,
    here: Here,
    who: Reader,
    submission_id: str,
    run: Annotated[str, Query(max_length=28, description="哪一次的报告，见 runs；不写为最新的")] = "",
    unmask: Annotated[bool, Query(description="显示姓名等个人信息；要写 reason，会记入日志")] = False,
    reason: Annotated[str, Query(max_length=500, description="查看个人信息的理由")] = "",
) -> Response:
    """返回报告，与命令行 screening check --json 的输出一致。别的单位的内容、盲审时的姓名单位，按角色遮盖。"""
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        known = {r["id"] for r in runs.listed(tx, submission_id)}
        if not known:
            raise ServiceError(
                409, "report.none", "还没有报告", "请稍后再查；进度见 state。", headers={"Retry-After": "3"}, more={"state": row["state"]}
            )  # fmt: skip
        if run and run not in known:
            raise not_found("这一次的报告")
        why = unmasked(who, row["batch"], reason) if unmask else ""
        body = shown_report(tx, here.store.sealer, row, who, run_id=run or row["run"], unmask=unmask)
    if unmask:
        with here.store.write() as tx:
            note(tx, who.id, "names.unmask", submission_id, why)
    answer = Response(body, media_type="application/json")
    return not_modified(request, answer, tag_of_bytes(body)) or answer


def tag_of_bytes(body: bytes) -> str:
    """Return the tag of an answer by its bytes."""
    return f'"{sha256(body).hexdigest()}"'


class Run(BaseModel):
    """One report of several."""

    id: str = Field(description="编号")
    created: str = Field(description="时间", examples=["2024-01-20T09:00:00+08:00"])
    sha256: str = Field(description="报告的 sha256")
    rulebook: str = Field(description="规则集")
    rulebook_digest: str = Field(description="规则集的摘要")
    engine: str = Field(description="程序版本")
    library: str = Field(description="比对库的快照编号")
    library_documents: int = Field(description="比对库有几篇")
    search: str = Field(description="查重方式：ordinary 常规、thorough 细查")


@router.get("/{submission_id}/runs", response_model=list[Run], summary="历次报告")
def history(here: Here, who: Reader, submission_id: str) -> list[dict[str, Any]]:
    """列出这份材料的历次报告，新的在前；报告只增不改。"""
    with here.store.read() as tx:
        submissions.one(tx, submission_id, who.sight())
        return [dict(r) | {"created": shown(r["created"])} for r in runs.listed(tx, submission_id)]


class Queued(BaseModel):
    """How many are to be screened anew."""

    queued: int = Field(description="排队重新筛查的份数", examples=[1])


@router.post("/{submission_id}/rescreen", response_model=Queued, status_code=202, summary="重新筛查")
def rescreen(here: Here, who: Writer, submission_id: str) -> dict[str, int]:
    """按现在的规则集、模型和比对库重新筛查；旧报告保留。"""
    with here.store.write() as tx:
        submissions.one(tx, submission_id, who.sight())
        queued = work.rescreen(tx, [submission_id])
        note(tx, who.id, "submission.rescreen", submission_id)
    return {"queued": queued}
