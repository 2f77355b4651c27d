"""What people say of submissions: decisions on the whole and on findings, sources left out, points."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from service.context import Decider, Here, Reader
from service.errors import ServiceError, not_found
from service.judging import names_behind
from service.moment import shown
from service.people.principal import Principal, Role
from service.points import seen
from service.store import decisions, exclusions, findings, runs, submissions
from service.store.database import Tx
from service.views import text_view

router = APIRouter(prefix="/api/v1/submissions/{submission_id}", tags=["评审"])


class Decide(BaseModel):
    """A decision."""

    what: Literal["pass", "return", "look", "open", "accept", "dismiss"] = Field(
        description="整体：pass 通过、return 退回修改、look 再看、open 撤回判定；某条问题：accept 认可、dismiss 不成立、open 待核",
        examples=["pass"],
    )
    finding: str = Field(
        default="", max_length=80, description="问题的编号（见 GET decisions 的 findings）；空为整体判定"
    )
    note: str = Field(default="", max_length=2000, description="说明", examples=["已与作者核实"])
    version: int | None = Field(default=None, ge=1, description="看到的版本号；也可用 If-Match 头", examples=[1])
    remember: bool = Field(
        default=True,
        description="不成立的，以后别的材料里引了同样文字的同样问题，也提示“以前判过”；没有引文的（例如超字数）只管这一份",
    )


class Decided(BaseModel):
    """What holds at present."""

    version: int = Field(description="版本号", examples=[2])
    decision: str | None = Field(description="整体判定")
    findings: dict[str, str] = Field(description="问题编号 → 判定")
    updated: str | None = Field(description="更新时间")


@router.post(
    "/decisions",
    response_model=Decided,
    status_code=201,
    summary="提交判定",
    responses={409: {"description": "别人刚改过：present 里是现在的状态"}},
)
def decide(
    here: Here,
    who: Decider,
    submission_id: str,
    body: Decide,
    if_match: Annotated[str | None, Header(description='看到的版本号，例如 "3"', examples=['"3"'])] = None,
) -> dict[str, Any]:
    """对整份材料或某条问题作出判定。判定只增不改；两人同时判，后到的得到 409。"""
    version = body.version if body.version is not None else _version(if_match)
    with here.store.write() as tx:
        row = submissions.one(tx, submission_id, who.sight(), lock=True)
        known = bool(body.finding) and decisions.knowable(tx, here.store.sealer, row["run"], body.finding)
        after = decisions.decide(
            tx,
            submission_id,
            who.sight(),
            what=body.what,
            by=who.id,
            version=version,
            finding=body.finding,
            words=body.note.strip(),
            remember=body.remember and known,
        )
        return decisions.state(tx, dict(after))


def _version(if_match: str | None) -> int:
    plain = (if_match or "").strip().removeprefix("W/").strip('"')
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise ServiceError(422, "decision.no_version", "请带上看到的版本号", "写在 version 里，或用 If-Match 头。")
    return int(plain)


class Said(BaseModel):
    """One decision."""

    finding: str = Field(description="问题编号；空为整体")
    what: str = Field(description="判定")
    note: str = Field(description="说明")
    by: str = Field(description="谁")
    created: str = Field(description="时间")
    version: int = Field(description="此后的版本号")


class History(Decided):
    """What holds, every finding's key, and how it came to be."""

    keys: list[dict[str, str]] = Field(description="报告里各条问题的编号、代码和文字")
    remembered: dict[str, dict[str, str]] = Field(description="以前在别的材料里判过“不成立”的问题：谁、何时、为何")
    history: list[Said] = Field(description="全部判定，新的在前")


@router.get("/decisions", response_model=History, summary="判定的现状和历史")
def said(here: Here, who: Reader, submission_id: str) -> dict[str, Any]:
    """列出现行判定、问题编号和全部历史。报送单位只看得到整体判定：退回的立即看到，其他的到批次关闭时。"""
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        report = json.loads(runs.report_of(tx, here.store.sealer, row["run"])) if row["run"] else {}
        keys = [{"key": k, "code": f["code"], "rule": o["rule"]} for k, o, f in findings.keys_of(report)]
        past = [] if who.role is Role.SUBMITTER else decisions.history(tx, submission_id)
        known = decisions.standing(tx, submission_id, findings.known_keys(report))
        told = {} if who.role is Role.SUBMITTER else {k: s for k, s in known.items() if s.elsewhere}
        names = decisions.names_of(tx, {d["by"] for d in past} | {s.by for s in told.values()})
        person = submissions.person_of(tx, here.store.sealer, submission_id)
        others = names_behind(tx, here.store, {s.submission for s in told.values() if s.submission})
        state = decisions.state(tx, row)
    if who.role is Role.SUBMITTER:
        state |= {"findings": {}, "decision": row["told"]}
    return state | {
        "keys": keys,
        "remembered": {
            k: {
                "by": names[s.by],
                "created": shown(s.created) or "",
                "note": text_view(s.note, row, person, who, others=others),
            }
            for k, s in told.items()
        },
        "history": [
            {n: d[n] for n in ("finding", "what", "version")}
            | {"note": text_view(d["note"], row, person, who), "by": names[d["by"]], "created": shown(d["created"])}
            for d in past
        ],
    }


class Exclude(BaseModel):
    """A source or passage that is left out of the rates, or back in."""

    target: str = Field(
        max_length=120, description="source:来源编号 或 passage:段落编号", examples=["source:5f2c9a1b0d3e4f67"]
    )
    excluded: bool = Field(default=True, description="false 为恢复")
    reason: str = Field(
        min_length=2, max_length=2000, description="理由，会记入日志", examples=["同一课题组的合作成果"]
    )


class Adjusted(BaseModel):
    """The rates before and after."""

    reported: dict[str, float] = Field(description="报告里的比率")
    adjusted: dict[str, float] = Field(description="排除以后的比率")
    excluded: list[str] = Field(description="现在排除着的")
    shown: int = Field(description="按几段计算")
    of: int = Field(description="共几段")


@router.post("/exclusions", response_model=Adjusted, summary="排除一个来源或段落")
def exclude(here: Here, who: Decider, submission_id: str, body: Exclude) -> dict[str, Any]:
    """排除（或恢复）后立即重新计算各项比率；报告本身不改，谁、何时、为何都记下来。"""
    with here.store.write() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight(), lock=True))
        reuse = exclusions.reuse_of(tx, here.store.sealer, row)
        if reuse is None or body.target not in exclusions.targets(reuse):
            raise not_found("报告里的这个来源或段落")
        exclusions.exclude(
            tx, submission_id, body.target, excluded=body.excluded, reason=body.reason.strip(), by=who.id
        )
        found = exclusions.adjust(tx, here.store.sealer, row)
        assert found
    return {n: getattr(found, n) for n in Adjusted.model_fields}


class Exclusion(BaseModel):
    """One change of what is left out."""

    target: str = Field(description="哪一个来源或段落")
    excluded: bool = Field(description="排除还是恢复")
    reason: str = Field(description="理由")
    by: str = Field(description="谁")
    created: str = Field(description="时间")


@router.get("/exclusions", response_model=list[Exclusion], summary="排除的来源和段落")
def exclusions_of(here: Here, who: Decider, submission_id: str) -> list[dict[str, Any]]:
    """列出排除和恢复的全部记录，新的在前；同一个以最新的为准。"""
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        person = submissions.person_of(tx, here.store.sealer, submission_id)
        found = exclusions.listed(tx, submission_id)
        names = decisions.names_of(tx, {x["by"] for x in found})
    return [
        {
            "target": x["target"],
            "excluded": x["excluded"],
            "reason": text_view(x["reason"], row, person, who),
            "by": names[x["by"]],
            "created": shown(x["created"]),
        }
        for x in found
    ]


class Points(BaseModel):
    """A reviewer's points."""

    points: float = Field(ge=0, le=100, description="评分，0–100", examples=[86])
    note: str = Field(default="", max_length=2000, description="评语")


class AllPoints(BaseModel):
    """One's own points, and those of others once one has given one's own."""

    own: float | None = Field(description="您自己的评分")
    others: list[float] | None = Field(description="其他人的评分；您自己评过以后才给出，管理员总能看到")
    mean: float | None = Field(description="全部评分的平均；看不到别人的评分时为 null")
    low: float | None = Field(description="最低")
    high: float | None = Field(description="最高")
    count: int | None = Field(description="几人评过")


@router.post("/points", response_model=AllPoints, status_code=201, summary="评分")
def give_points(here: Here, who: Decider, submission_id: str, body: Points) -> dict[str, Any]:
    """给出评分；再次提交以新的为准，旧的保留。"""
    with here.store.write() as tx:
        submissions.one(tx, submission_id, who.sight())
        decisions.give_points(tx, submission_id, body.points, body.note.strip(), who.id)
        return _points(tx, submission_id, who)


@router.get("/points", response_model=AllPoints, summary="评分的情况")
def points(here: Here, who: Decider, submission_id: str) -> dict[str, Any]:
    """自己评过以后，才看得到别人的评分；管理员总能看到。"""
    with here.store.read() as tx:
        submissions.one(tx, submission_id, who.sight())
        return _points(tx, submission_id, who)


def _points(tx: Tx, submission_id: str, who: Principal) -> dict[str, Any]:
    given = decisions.points(tx, [submission_id]).get(submission_id, {})
    return seen({by: row["score"] for by, row in given.items()}, who).to_json()
