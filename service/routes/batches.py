"""Reading batches: lists, what a batch comes to, progress as a stream, workbook and reports for download, screening anew."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from service import overview, uploads
from service.context import Here, Manager, Reader, Service, Writer
from service.people.principal import Principal
from service.routes.submissions import Queued
from service.routes.submissions_new import State
from service.store import batches, current, listing, work
from service.store import overview as rows
from service.store.audit import Action
from service.store.database import note
from service.store.listing import Wanted
from service.store.query import Filter

router = APIRouter(prefix="/api/v1/batches", tags=["批次"])
PATH = "/api/v1/batches"
WAIT = 1.0  # seconds between two looks at the events
BEAT = 15  # looks without news after which a sign of life is sent
LONGEST = 3600  # looks; then the browser asks again by itself
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Progress(BaseModel):
    """How far a batch is."""

    total: int = Field(description="共几份", examples=[500])
    done: int = Field(description="筛查完的", examples=[480])
    failed: int = Field(description="没有完成、等人处理的", examples=[1])
    waiting: int = Field(description="还在排队或进行的", examples=[19])


class BatchSummary(BaseModel):
    """A batch in a list."""

    id: str = Field(description="批次编号")
    name: str = Field(description="名称")
    state: str = Field(
        description="unpacking 解包中、open 收材料、sealed 已收完、closed 已关闭、failed 解包失败、cancelled 已撤回",
        examples=["sealed"],
    )
    rulebook: str = Field(description="规则集")
    blind: bool = Field(description="是否盲审")
    unit: str = Field(description="报送单位；空为不限")
    created: str | None = Field(description="建立时间")
    closed: str | None = Field(description="关闭时间")
    version: int = Field(description="版本号")
    progress: Progress
    states: dict[str, int] = Field(description="按状态的份数")
    verdicts: dict[str, int] = Field(description="按结论的份数；空名为还没有结论的")
    decisions: dict[str, int] = Field(description="按评审判定的份数；空名为待定的")


class Batches(BaseModel):
    """A page of batches."""

    items: list[BatchSummary]
    next: str | None = Field(description="下一页的地址；最后一页为 null")


class Quota(BaseModel):
    """A unit's count in one class against the notice."""

    unit: str = Field(description="单位；盲审时为代号")
    kind: str = Field(description="案例类型")
    kind_label: str = Field(description="案例类型的名称")
    project: str = Field(description="项目类别")
    count: int = Field(description="报送几个")
    limit: int | None = Field(description="名额；通知没有规定为 null")
    over: int = Field(description="超出几个")


class BatchDetail(BatchSummary):
    """One batch."""

    error: str = Field(description="解包失败的代码")
    message: str = Field(description="解包失败的原因")
    advice: str = Field(description="怎么办")
    quotas: list[Quota] = Field(description="各单位各类别的份数和名额，超出的在前")
    histogram: list[dict[str, float]] = Field(description="总相似率的分布：from（不含）到 to（含）")
    remarks: list[dict[str, str]] = Field(description="压缩包里没有检查的文件和原因")


@router.get("", response_model=Batches, summary="批次列表")
def listed(
    here: Here,
    who: Reader,
    after: Annotated[str, Query(max_length=28, description="从这个编号之后开始")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="一页几批")] = 50,
) -> dict[str, Any]:
    """列出您能查看的批次，新的在前。"""
    with here.store.read() as tx:
        found = rows.batches(tx, who.sight(), limit=limit + 1, after=after)
        counts = rows.counts(tx, [r["id"] for r in found], who.sight())
    items = [overview.batch_json(dict(r), counts[r["id"]], who, here.store.sealer.veil) for r in found[:limit]]
    next_ = f"{PATH}?after={items[-1]['id']}&limit={limit}" if len(found) > limit else None
    return {"items": items, "next": next_}


@router.get("/{batch_id}", response_model=BatchDetail, summary="一个批次")
def one(here: Here, who: Reader, batch_id: str) -> dict[str, Any]:
    """返回进度、按结论的份数、名额和相似率分布。可以放心轮询；整批的检查见 outcomes。"""
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
        book = current.rulebook(row["rulebook"] or here.settings.rulebook)
        counts = rows.counts(tx, [batch_id], who.sight())[batch_id]
        return (
            overview.batch_json(row, counts, who, here.store.sealer.veil)
            | overview.failure_of(row, who)
            | {
                "quotas": overview.quotas_of(tx, here.store, who, row, book),
                "histogram": overview.histogram_of(tx, who, batch_id),
                "remarks": overview.remarks_of(row, who),
            }
        )


@router.get("/{batch_id}/outcomes", summary="整批的检查")
def outcomes(here: Here, who: Reader, batch_id: str) -> list[dict[str, Any]]:
    """返回名额、同一作者等整批的检查结果；按现在的材料现做，材料多时要几秒。盲审时不显示单位和姓名。"""
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
        book = current.rulebook(row["rulebook"] or here.settings.rulebook)
        return overview.findings_of(overview.outcomes_of(tx, here.store, row, book), who, batch_id)


@router.post("/{batch_id}/retry", response_model=State, status_code=202, summary="再解包一次")
def retry(here: Here, who: Manager, batch_id: str) -> dict[str, str]:
    """把解包失败的批次重新排队；程序升级或磁盘腾出空间以后用。压缩包本身有问题的，请撤回后另交。"""
    unpack_again(here, who, batch_id)
    return {"id": batch_id, "state": "unpacking"}


def unpack_again(here: Service, who: Principal, batch_id: str) -> None:
    """Let a batch be unpacked again that was given up. Raises :class:`ServiceError` 404, 409."""
    with here.store.write() as tx:
        batches.one(tx, batch_id, who.sight())
        work.retry_batch(tx, batch_id)
        note(tx, who.id, "batch.retry", batch_id)


@router.post("/{batch_id}/rescreen", response_model=Queued, status_code=202, summary="整批重新筛查")
def rescreen(
    here: Here,
    who: Writer,
    batch_id: str,
    everything: Annotated[bool, Query(description="true 为全部重来；默认只筛查报告已过时的")] = False,
) -> dict[str, int]:
    """按现在的规则集、模型和比对库重新筛查；旧报告和判定都保留。"""
    return {"queued": anew(here, who, batch_id, everything=everything)}


def anew(here: Service, who: Principal, batch_id: str, *, everything: bool) -> int:
    """Have a batch screened anew, all of it or what is stale; return how many."""
    asked = Filter(batch=(batch_id,), stale=None if everything else True)
    wanted = Wanted(asked, "created", ascending=True, default=here.settings.rulebook, models=here.settings.models)
    with here.store.write() as tx:
        batches.one(tx, batch_id, who.sight())
        ids: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = listing.page(tx, wanted, who.sight(), limit=listing.MOST, cursor=cursor)
            ids += [r["id"] for r in page.rows]
            cursor = page.next
        queued = sum(work.rescreen(tx, ids[n : n + 500]) for n in range(0, len(ids), 500))
        note(tx, who.id, "batch.rescreen", batch_id, queued=queued)
    return queued


@router.get(
    "/{batch_id}/summary.xlsx",
    summary="汇总表",
    response_class=Response,
    responses={200: {"description": "Excel 文件：一篇一行、一对一行、相似群组、名额", "content": {XLSX: {}}}},
)
def summary(here: Here, who: Reader, batch_id: str) -> Response:
    """下载这一批的汇总表；姓名和单位按角色遮盖，下载会记入日志。"""
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
    book = current.rulebook(row["rulebook"] or here.settings.rulebook)
    with TemporaryDirectory(dir=uploads.scratch(here.settings)) as folder:
        path = Path(folder) / "summary.xlsx"
        overview.write_workbook(here.store, who, row, book, path)
        stream = path.open("rb")  # it stays while it is open
    _exported(here, who, "export.batch.summary", batch_id)
    return download(stream, XLSX, "summary.xlsx")


def download(stream: BinaryIO, kind: str, name: str) -> StreamingResponse:
    """Return the answer that sends a file from the disk, piece by piece, and closes it."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)

    def pieces() -> Iterator[bytes]:
        with stream:
            while piece := stream.read(1 << 18):
                yield piece

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(pieces(), media_type=kind, headers=headers)


@router.get(
    "/{batch_id}/report.jsonl",
    summary="全部报告",
    response_class=StreamingResponse,
    responses={200: {"description": "一行一份报告", "content": {"application/x-ndjson": {}}}},
)
def reports(here: Here, who: Reader, batch_id: str) -> StreamingResponse:
    """下载这一批的全部报告，一行一份，按角色遮盖；下载会记入日志。"""
    with here.store.read() as tx:
        batches.one(tx, batch_id, who.sight())
    _exported(here, who, "export.batch.reports", batch_id)

    return StreamingResponse(
        (body.rstrip(b"\n") + b"\n" for body in overview.reports_of(here.store, who, batch_id)),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="report.jsonl"'},
    )


def _exported(here: Service, who: Principal, what: Action, batch_id: str) -> None:
    with here.store.write() as tx:
        note(tx, who.id, what, batch_id)


def seen(here: Here, who: Reader, batch_id: str) -> str:
    """Return the batch's id once it is clear that one may see it: a stream that has begun can't be refused any more."""
    with here.store.read() as tx:
        batches.one(tx, batch_id, who.sight())
    return batch_id


Seen = Annotated[str, Depends(seen)]


@router.get("/{batch_id}/events", response_class=EventSourceResponse, summary="进度（SSE）")  # noqa: FAST003 - read by the dependency, before the stream begins
async def events(
    here: Here,
    who: Reader,
    seen_batch: Seen,
    last_event_id: Annotated[str | None, Header(description="断线后从这里接着")] = None,
    once: Annotated[bool, Query(description="true 为只给现状，随即结束")] = False,
) -> AsyncIterator[ServerSentEvent]:
    """以 SSE 推送进度：先给现状，此后每有变化给一次，全部完成后以 done 结束。不便用 SSE 的，轮询 GET /batches/{id} 即可。"""
    given = last_event_id or ""
    last = (
        int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else -1
    )  # as large as a number of an event can be
    quiet = 0
    for _ in range(LONGEST):
        # A look is short and holds nothing: many listeners cost neither threads nor connections.
        newest, state, progress = await run_in_threadpool(_look, here, who, seen_batch, last)
        finished = state in ("sealed", "closed", "cancelled", "failed") and not progress["waiting"]
        if newest != last:
            last, quiet = newest, 0
            body = progress | {"state": state}
            yield ServerSentEvent(data=body, event="done" if finished else "progress", id=str(last), retry=3000)
        elif finished:
            yield ServerSentEvent(data=progress | {"state": state}, event="done", id=str(last))
        else:
            quiet += 1
            if quiet % BEAT == 0:
                yield ServerSentEvent(comment="still here")
        if finished or once:
            return
        await asyncio.sleep(WAIT)


def _look(here: Service, who: Principal, batch_id: str, after: int) -> tuple[int, str, dict[str, Any]]:
    with here.store.read() as tx:
        newest = rows.newest_event(tx, batch_id, after)
        row = batches.one(tx, batch_id, who.sight())
        counts = rows.counts(tx, [batch_id], who.sight())[batch_id]
    return newest, row["state"], rows.progress(counts)
