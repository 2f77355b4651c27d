"""Making versions of rulebooks, trying them on batches, and using them: for administrators, all of it in the audit."""

from __future__ import annotations

import tomllib
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from screening.rulebook import available, parse_rulebook
from service.context import Here, Manager, Service
from service.errors import ServiceError
from service.moment import shown
from service.people.principal import Principal
from service.routes.rulebooks import named
from service.store import batches, books, current, rulebooks, tasks
from service.store.database import note
from service.store.tasks import TRIAL

router = APIRouter(prefix="/api/v1", tags=["规则集"])
TOML, NOTICE = 200_000, 200_000  # characters at most
SAMPLE = 60  # cases of a trial unless more are asked for
MOST = 5000

Reason = Annotated[str, Field(min_length=2, max_length=500, description="理由，会记入日志", examples=["字数改为 2800"])]


class NewRulebook(BaseModel):
    """A rulebook that is to be kept."""

    toml: str = Field(
        max_length=TOML,
        description="规则（TOML），id 是它的编号；同一编号的为同一规则集的又一版",
        examples=['schema = 1\nid = "henan-2024"\n…'],
    )
    notice: str = Field(max_length=NOTICE, description="通知原文", examples=["各市教育局：……"])
    parent: str = Field(max_length=60, description="由哪一份改来", examples=["henan-2023-950"])
    reason: Reason


class RulebookRef(BaseModel):
    """A version that was kept."""

    ref: str = Field(description="引用时写它", examples=["henan-2024@3f9a2c1b7d04"])


@router.post(
    "/rulebooks",
    status_code=201,
    response_model=RulebookRef,
    summary="保存一个规则集的新版",
    responses={409: {"description": "内容没有变，或编号是自带的"}, 422: {"description": "规则有误，指出行、表和键"}},
)
def save(here: Here, who: Manager, given: NewRulebook) -> dict[str, str]:
    """核对无误才保存；有错时指出第几行。保存不等于启用：可以先在以往的批次上试一试。"""
    return {"ref": kept(here, who, given)}


def kept(here: Service, who: Principal, given: NewRulebook) -> str:
    """Check a rulebook and keep it; return its ref. Raises :class:`RulebookError` with the line, :class:`ServiceError` 404, 409, 422."""
    toml, notice = (text.replace("\r\n", "\n").replace("\0", "") for text in (given.toml, given.notice))
    book = parse_rulebook(toml, notice, "规则")
    file = str(tomllib.loads(toml)["notice"])
    if PurePosixPath(file).name != file or "\\" in file:
        raise ServiceError(422, "rulebook.notice", "notice 应只是一个文件名", f'例如 notice = "{book.id}.txt"。')
    own = here.settings.rulebook
    if own not in available() and current.rulebook(own).id == book.id:
        raise ServiceError(
            409, "rulebook.shipped", f"“{book.id}”是安装时设定的规则集，不能在这里改", "请在 id 里换一个编号。"
        )
    parent = named(here, who, given.parent)
    name = parent if books.is_kept(parent) else current.rulebook(parent).id
    with here.store.write() as tx:
        return rulebooks.keep(tx, book, toml, notice, parent=name, reason=given.reason, by=who.id)


class WithReason(BaseModel):
    """A reason for the audit."""

    reason: Reason


@router.post("/rulebooks/{rulebook_id}/activate", response_model=RulebookRef, summary="启用一个规则集")
def activate(here: Here, who: Manager, rulebook_id: str, given: WithReason) -> dict[str, str]:
    """从现在起，新的批次默认用它；已有的批次仍用原来的。"""
    name = named(here, who, rulebook_id)
    with here.store.write() as tx:
        rulebooks.activate(tx, name, reason=given.reason, by=who.id, default=here.settings.rulebook)
    return {"ref": name if books.is_kept(name) else current.rulebook(name).id}


class BatchRulebook(BaseModel):
    """What changing a batch's rulebook came to."""

    batch: str = Field(description="批次编号")
    rulebook: str = Field(description="现在的规则集", examples=["henan-2024@3f9a2c1b7d04"])
    stale: int = Field(description="几份报告因此过时，可以重新筛查", examples=[42])


@router.post(
    "/rulebooks/{rulebook_id}/batches/{batch_id}", response_model=BatchRulebook, summary="让一个批次改用这个规则集"
)
def give(here: Here, who: Manager, rulebook_id: str, batch_id: str, given: WithReason) -> dict[str, Any]:
    """批次没有结束时才可以；已有的报告会标为过时，重新筛查后按新的规则。"""
    name = named(here, who, rulebook_id)
    with here.store.write() as tx:
        row = batches.one(tx, batch_id, who.sight(), lock=True)
        stale = rulebooks.give(tx, row, name, reason=given.reason, by=who.id)
    ref = name if books.is_kept(name) else current.rulebook(name).id
    return {"batch": batch_id, "rulebook": ref, "stale": stale}


class NewTrial(BaseModel):
    """What a rulebook is to be tried on."""

    batch: str = Field(max_length=28, description="批次编号", examples=["01a213d2b0b9794ff03619915998"])
    most: int = Field(SAMPLE, ge=1, le=MOST, description="最多试几份；不到全部时均匀抽取")


class Trial(BaseModel):
    """How far a trial is, and what it has found."""

    id: str = Field(description="编号")
    state: str = Field(
        description="waiting 排队、running 进行、done 做完、failed 没有做成、cancelled 已停止", examples=["done"]
    )
    rulebook: str = Field(description="试的是哪一份", examples=["henan-2024@3f9a2c1b7d04"])
    batch: str = Field(description="在哪个批次上")
    total: int = Field(description="共试几份", examples=[60])
    done: int = Field(description="已试几份", examples=[60])
    created: str | None = Field(description="开始的时间")
    results: dict[str, Any] = Field(
        description="same 不变的份数；verdicts 结论从什么变成什么；changed 有变化的各份",
        examples=[{"same": 40, "verdicts": {"look>return": 14, "clear>clear": 40}, "changed": []}],
    )
    message: str = Field(description="没有做成的原因", examples=[""])


@router.post("/rulebooks/{rulebook_id}/trials", status_code=202, response_model=Trial, summary="在以往的批次上试一试")
def start(here: Here, who: Manager, rulebook_id: str, given: NewTrial, response: Response) -> dict[str, Any]:
    """在后台把这批材料按它原来的规则和这一份各筛查一遍，只比较不同，什么都不改。"""
    task_id = begun(here, who, rulebook_id, given)
    response.headers["Location"] = f"/api/v1/trials/{task_id}"
    return trial(here, who, task_id)


def begun(here: Service, who: Principal, rulebook_id: str, given: NewTrial) -> str:
    """Let the workers try a rulebook on a batch; return the task's id. Raises :class:`ServiceError` 404, 409 for a batch without a case."""
    name = named(here, who, rulebook_id)
    with here.store.write() as tx:
        row = batches.one(tx, given.batch, who.sight())
        cases = rulebooks.screened(tx, given.batch)
        if not cases:
            raise ServiceError(409, "trial.empty", "这个批次里还没有筛查完的材料", "请换一个批次。")
        some = [cases[n * len(cases) // given.most] for n in range(given.most)] if given.most < len(cases) else cases
        more = {"cases": some, "of": len(cases), "before": row["rulebook"] or here.settings.rulebook}
        task_id = tasks.make(tx, TRIAL, who.id, total=len(some), given=more, target=name, batch=given.batch)
        note(tx, who.id, "rulebook.try", name, batch=given.batch, cases=len(some))
    return task_id


@router.get("/trials/{task_id}", response_model=Trial, summary="一次试用的进度和结果")
def trial(here: Here, who: Manager, task_id: str) -> dict[str, Any]:  # noqa: ARG001 - the right to see it
    """返回做到哪里、结论和问题有哪些变化；每份只列编号、结论、规则，不含正文。"""
    with here.store.read() as tx:
        row = tasks.one(tx, task_id, TRIAL)
    ref = row["target"] if books.is_kept(row["target"]) else current.rulebook(row["target"]).id
    return {name: row[name] for name in ("id", "state", "batch", "total", "done", "results", "message")} | {
        "created": shown(row["created"]),
        "rulebook": ref,
    }


@router.delete("/trials/{task_id}", response_model=Trial, summary="停止一次试用")
def stop(here: Here, who: Manager, task_id: str) -> dict[str, Any]:
    """停止，已试出的结果保留。"""
    with here.store.write() as tx:
        tasks.one(tx, task_id, TRIAL)
        tasks.cancel(tx, task_id)
    return trial(here, who, task_id)
