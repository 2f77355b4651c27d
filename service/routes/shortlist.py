"""The shortlist of a batch: the proposal with its reasons, what people change in it, a sheet of it."""

from __future__ import annotations

import io
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from screening.ranking import NEAR
from service.context import Decider, Here, Need, Service
from service.errors import not_found
from service.people.principal import Principal, Role, Scope
from service.routes.decisions import AllPoints
from service.routes.submissions import allowed
from service.shortlist.sheet import write_sheet
from service.shortlist.view import Entry, Shortlist, Show
from service.shortlist.words import NOTE
from service.store import batches, current, decisions, shortlist
from service.store.database import Tx, note
from service.store.listing import Wanted
from service.store.query import Filter, parse

router = APIRouter(prefix="/api/v1/batches/{batch_id}", tags=["入围"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Units are told what people decide of their cases, not how the office weighs them against others.
JUDGES = (Role.REVIEWER, Role.ADMINISTRATOR)
Judge = Annotated[Principal, Depends(Need(Scope.READ, *JUDGES))]


class Clause(BaseModel):
    """A sentence of the notice."""

    where: str = Field(description="在通知的哪一条")
    quote: str = Field(description="通知的原话")


class Choice(BaseModel):
    """What somebody changed by hand."""

    submission: str = Field(description="材料编号")
    what: str = Field(description="in 人工选入、out 人工列入候补、auto 撤回调整")
    reason: str = Field(description="理由")
    by: str = Field(description="谁")
    created: str = Field(description="时间")


class Part(BaseModel):
    """A part of the score."""

    points: float = Field(description="得分")
    weight: float = Field(description="满分")


class Case(BaseModel):
    """A case in the shortlist."""

    id: str = Field(description="材料编号")
    version: int = Field(description="版本号，调整时带上")
    title: str = Field(description="标题")
    kind: str = Field(description="案例类型")
    state: Literal["in", "reserve", "check"] = Field(
        description="in 入围、reserve 候补、check 请先核对；人工调整已算在内"
    )
    label: str = Field(description="状态的名称", examples=["建议入围"])
    proposed: Literal["in", "reserve", "check"] = Field(description="不算人工调整时机器的建议")
    choice: Choice | None = Field(description="现行的人工调整；没有为 null")
    reasons: list[str] = Field(description="理由")
    near: bool = Field(description="是否在名额边上、与另一边相差很小，请人比较")
    unsure: bool = Field(description="是否可能因更高分的材料核对通过而转为候补")
    rank: int | None = Field(description="本单位本类按参考分的名次")
    of: int = Field(description="本单位本类有参考分的几篇")
    class_rank: int | None = Field(description="全部单位同类型同项目类别的名次")
    class_of: int | None = Field(description="全部单位同类型同项目类别有参考分的几篇")
    score: float | None = Field(description="参考分，满分 100")
    parts: dict[str, Part] = Field(description="参考分的各部分")
    rate: float | None = Field(description="总相似率，0–1")
    largest: float | None = Field(description="单篇最大相似率，0–1")
    words: int | None = Field(description="正文字数")
    topic_band: str | None = Field(description="on 切题、unsure 待核、off 疑似偏题")
    verdict: str | None = Field(description="筛查结论")
    decision: str | None = Field(description="评审的整体判定")
    points: AllPoints


class Unit(BaseModel):
    """One unit's cases of one kind and project class; on a page of a long list perhaps only some of them."""

    unit: str = Field(description="单位；盲审时为代号")
    kind: str = Field(description="案例类型")
    kind_label: str = Field(description="案例类型的名称")
    project: str = Field(description="项目类别")
    limit: int | None = Field(description="名额；通知没有规定为 null")
    clause: Clause | None = Field(description="名额的依据")
    used: int = Field(description="入围几个")
    of: int = Field(description="共几份")
    over: int = Field(description="人工选入后超出名额几个")
    cases: list[Case] = Field(description="入围的在前，各按参考分")


class List(BaseModel):
    """A page of a shortlist."""

    batch: str = Field(description="批次编号")
    note: str = Field(description="建议怎样得出")
    margin: float = Field(description="参考分相差不超过几分算难分高下")
    counts: dict[str, int] = Field(
        description="份数：all 全部、in 入围、reserve 候补、check 请先核对、near 难分高下、hand 人工调整；over 为超出名额的组数",
        examples=[{"all": 42, "in": 18, "reserve": 15, "check": 9, "near": 3, "hand": 1, "over": 0}],
    )
    groups: list[Unit] = Field(description="按单位、类型、项目类别分组")
    next: str | None = Field(description="下一页的地址；最后一页为 null")


@router.get("/shortlist", response_model=List, summary="入围建议")
def listed(
    here: Here,
    who: Judge,
    batch_id: str,
    show: Annotated[
        Show, Query(description="只看哪些：in、reserve、check、near 难分高下、hand 人工调整、over 超名额的")
    ] = "all",
    q: Annotated[str, Query(max_length=500, description="查找，写法与材料列表相同")] = "",
    after: Annotated[str, Query(max_length=28, description="从这份材料之后开始")] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="一页几份")] = 100,
) -> dict[str, Any]:
    """按通知的名额和参考分提出建议：入围、候补、请先核对，都写明理由。机器不淘汰任何材料，由人定夺。"""
    with here.store.read() as tx:
        found = shortlist_of(here, tx, who, batch_id)
        page, next_ = paged(found.shown(show, only_of(here, tx, who, batch_id, q)), after, limit)
        groups = grouped(found, page)
    kept = {"show": show, "q": q, "limit": str(limit), "after": next_}
    return {
        "batch": batch_id,
        "note": NOTE,
        "margin": NEAR,
        "counts": found.counts,
        "groups": groups,
        "next": f"/api/v1/batches/{batch_id}/shortlist?{urlencode(kept)}" if next_ else None,
    }


def shortlist_of(here: Service, tx: Tx, who: Principal, batch_id: str) -> Shortlist:
    """Return a batch's shortlist for somebody. Raises :class:`ServiceError` 404."""
    row = batches.one(tx, batch_id, who.sight())
    return Shortlist(tx, here.store, who, row, current.rulebook(row["rulebook"] or here.settings.rulebook))


def only_of(here: Service, tx: Tx, who: Principal, batch_id: str, q: str) -> set[str] | None:
    """Return the submissions that a line asks for, None for all. Raises :class:`ServiceError` 422 as the list of submissions does."""
    if not q.strip():
        return None
    asked = allowed(who, parse(q)).both(Filter(batch=(batch_id,)))
    wanted = Wanted(asked, default=here.settings.rulebook, models=here.settings.models)
    return shortlist.matching(tx, wanted, who.sight())


def paged(entries: list[Entry], after: str, limit: int) -> tuple[list[Entry], str]:
    """Return a page of entries after a submission, and where the next one begins, "" at the end; whose place is gone begins anew."""
    at = next((n for n, (_, p) in enumerate(entries, 1) if p.candidate.id == after), 0) if after else 0
    page = entries[at : at + limit]
    return page, page[-1][1].candidate.id if at + limit < len(entries) else ""


def grouped(found: Shortlist, page: list[Entry]) -> list[dict[str, Any]]:
    """Return the entries of a page under their groups."""
    out: list[dict[str, Any]] = []
    last = None
    for (group, _), case in zip(page, found.cases_json(page), strict=True):
        if group is not last:
            out.append(found.group_json(group) | {"cases": []})
            last = group
        out[-1]["cases"].append(case)
    return out


class Choose(BaseModel):
    """A change by hand."""

    submission: str = Field(max_length=28, description="材料编号")
    what: shortlist.What = Field(description="in 人工选入、out 人工列入候补、auto 撤回调整，按建议", examples=["in"])
    reason: str = Field(default="", max_length=2000, description="理由；in 和 out 必填", examples=["区域平衡"])
    version: int = Field(ge=1, description="看到的版本号", examples=[3])


class Chosen(BaseModel):
    """What a change comes to."""

    case: Case
    used: int = Field(description="这一组入围几个")
    limit: int | None = Field(description="这一组的名额")
    over: int = Field(description="这一组超出名额几个")
    warning: str = Field(description="超出名额时的提醒；没有为空")


@router.post(
    "/shortlist/choices",
    response_model=Chosen,
    status_code=201,
    summary="人工调整入围",
    responses={409: {"description": "别人刚改过：present 里是现在的状态"}},
)
def choose(here: Here, who: Decider, batch_id: str, body: Choose) -> dict[str, Any]:
    """选入、列入候补，或撤回调整。只增不改，谁、何时、为何都显示；人工选入可以超出名额，但会写明超出几个。"""
    with here.store.write() as tx:
        changed(tx, who, batch_id, body.submission, body.what, body.reason, body.version)
    with here.store.read() as tx:  # nobody who writes waits for what it comes to
        found = shortlist_of(here, tx, who, batch_id)
        group, placed = found.entry(body.submission)
        (case,) = found.cases_json([(group, placed)])
    warning = f"通知的名额是 {group.limit} 个，现在入围 {group.used} 个，超出 {group.over} 个" if group.over else ""
    return {"case": case, "used": group.used, "limit": group.limit, "over": group.over, "warning": warning}


def changed(
    tx: Tx, who: Principal, batch_id: str, submission_id: str, what: shortlist.What, reason: str, version: int
) -> None:
    """Keep a change of a batch's shortlist. Raises :class:`ServiceError` 404, 409, 422."""
    batches.one(tx, batch_id, who.sight())
    shortlist.choose(
        tx, batch_id, submission_id, who.sight(), what=what, reason=reason.strip(), by=who.id, version=version
    )


@router.get("/shortlist/choices", response_model=list[Choice], summary="人工调整的记录")
def choices(
    here: Here,
    who: Judge,
    batch_id: str,
    submission: Annotated[str, Query(max_length=28, description="只看这份材料的")] = "",
) -> list[dict[str, Any]]:
    """列出全部人工调整和撤回，新的在前。"""
    with here.store.read() as tx:
        found = shortlist_of(here, tx, who, batch_id)
        if submission and not found.has(submission):
            raise not_found("这一批里的这份材料")
        rows = [r for r in shortlist.history(tx, batch_id, submission) if found.has(r["submission"])]
        names = decisions.names_of(tx, {r["by"] for r in rows})
        return [found.choice_json(r, names) for r in rows]


@router.get(
    "/shortlist.xlsx",
    summary="入围表",
    response_class=Response,
    responses={200: {"description": "Excel 文件：一份一行，状态、名额、理由、评分", "content": {XLSX: {}}}},
)
def sheet(here: Here, who: Judge, batch_id: str) -> Response:
    """下载这一批的入围表；姓名和单位按角色遮盖，别人的评分同样只在您评过以后才有；下载会记入日志。"""
    out = io.BytesIO()
    with here.store.read() as tx:
        write_sheet(shortlist_of(here, tx, who, batch_id), out)
    with here.store.write() as tx:
        note(tx, who.id, "export.batch.shortlist", batch_id)
    return Response(
        out.getvalue(), media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="shortlist.xlsx"'}
    )
