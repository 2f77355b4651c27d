"""The archive for administrators: what is in it, finding a text, adding earlier cases, taking one out, looking at every row."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Final

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile
from fastapi._form_limits import _FormLimits  # the type of a public parameter has no public name
from pydantic import BaseModel, Field

from screening.reuse.index import stock_from
from service import uploads
from service.context import Here, Limit, Manager, Service
from service.errors import ServiceError, conflict
from service.moment import shown
from service.people.principal import Principal
from service.store import files, sources, tasks
from service.store.database import note
from service.store.tasks import ADD, CHECK, WORKING

router = APIRouter(prefix="/api/v1/archive", tags=["比对库"])
PATH: Final = "/api/v1/archive/documents"
FILES: Final[_FormLimits] = {"max_files": 200, "max_fields": 10, "max_part_size": 64 << 10}
_SUFFIXES: Final = (".docx", ".doc", ".wps", ".zip")
Reason = Annotated[
    str, Query(min_length=4, max_length=500, description="理由（至少 4 个字），会记入日志", examples=["重复入库"])
]


class ArchiveStatistics(BaseModel):
    """What the archive holds."""

    documents: int = Field(description="篇数", examples=[5234])
    characters: int = Field(description="参与比对的字符数", examples=[11200000])
    submissions: int = Field(description="其中随报送材料入库的", examples=[2031])
    earlier: int = Field(description="其中单独加入的往年案例", examples=[3203])
    units: int = Field(description="单位数", examples=[310])
    years: dict[str, int] = Field(description="按年份的篇数；空名为年份不明", examples=[{"2022": 3203, "2023": 2031}])
    kinds: dict[str, int] = Field(description="按类型的篇数", examples=[{"work_case": 5234}])
    size: int = Field(description="正文占用的字节（压缩后）", examples=[16010240])
    snapshot: str = Field(description="快照编号：文档相同则相同，写在每份报告里", examples=["e18e6e38c24099e5"])
    stock_from: int = Field(description="一个短语在多少篇里出现就算套话", examples=[20])


@router.get("", response_model=ArchiveStatistics, summary="比对库的概况")
def statistics(here: Here, who: Manager) -> dict[str, Any]:  # noqa: ARG001 - the right to see it
    """返回篇数、年份、来源、大小、快照编号和套话的标准。"""
    return counted(here)


def counted(here: Service) -> dict[str, Any]:
    """Return the figures of :class:`ArchiveStatistics`."""
    info = here.store.library().info()
    with here.store.read() as tx:
        found = sources.origins(tx)
    same = {name: getattr(info, name) for name in ("documents", "characters", "units", "years", "kinds", "snapshot")}
    return same | {
        "submissions": found.submissions,
        "earlier": found.earlier,
        "size": found.size,
        "stock_from": stock_from(info.documents),
    }


class ArchiveDocument(BaseModel):
    """A document of the archive."""

    id: str = Field(description="编号")
    title: str = Field(description="标题", examples=["让乡村课堂亮起来"])
    unit: str = Field(description="单位", examples=["临溪市教育局"])
    kind: str = Field(description="类型", examples=["work_case"])
    year: int | None = Field(description="年份", examples=[2022])
    received: str = Field(description="报送时间；空为不明", examples=["2022-11-03T09:00:00+08:00"])
    characters: int = Field(description="参与比对的字符数", examples=[11200000])
    submission: str | None = Field(description="随哪份报送材料入库；空为往年案例", examples=[None])
    excerpt: str = Field(description="正文中找到的地方；标题里就有时为空", examples=["每周开展两次校本研修"])


class ArchiveDocuments(BaseModel):
    """A page of documents."""

    items: list[ArchiveDocument]
    next: int | None = Field(description="下一页的 after；空为没有了", examples=[None])
    seen: int = Field(description="为查找看了几篇正文", examples=[0])


@router.get("/documents", response_model=ArchiveDocuments, summary="比对库里的文档")
def documents(
    here: Here,
    who: Manager,  # noqa: ARG001 - the right to see it
    q: Annotated[str, Query(max_length=200, description="要找的词，空格隔开；在标题、单位、正文里找")] = "",
    year: Annotated[int | None, Query(ge=0, le=2100, description="年份；0 为年份不明的")] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="上一页的 next")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="一页几篇")] = 50,
) -> dict[str, Any]:
    """新加入的在前。正文逐篇查看，每次只查一会儿：next 不空就接着查。"""
    with here.store.read() as tx:
        found = sources.find(tx, q, year=year, after=after, limit=limit)
    return {"items": found.rows, "next": found.after, "seen": found.seen}


class ArchiveTask(BaseModel):
    """Work in the background."""

    id: str = Field(description="编号")
    kind: str = Field(description="add 加入、check 核对", examples=["add"])
    state: str = Field(
        description="waiting 排队、running 进行、done 做完、failed 没有做成、cancelled 已停止", examples=["done"]
    )
    total: int = Field(description="共几份", examples=[12])
    done: int = Field(description="已做几份", examples=[12])
    created: str | None = Field(description="开始的时间")
    results: dict[str, Any] = Field(
        description="new、known、failures 份数；files、failed 逐份的结果；wrong 核对出的不符",
        examples=[{"new": 11, "known": 1, "failures": 0, "failed": [], "files": []}],
    )
    message: str = Field(description="没有做成的原因", examples=[""])


@router.post(
    "/documents",
    status_code=202,
    response_model=ArchiveTask,
    summary="把往年案例加入比对库",
    form_limits=FILES,
    dependencies=[Depends(Limit("uploads"))],
    responses={413: {"description": "文件太大"}, 422: {"description": "不是 docx、doc、wps 或 zip"}},
)
def add(
    here: Here,
    who: Manager,
    response: Response,
    file: Annotated[list[UploadFile], File(description="案例文件或压缩包，可以几个", examples=[["案例.docx"]])],
    year: Annotated[int, Form(ge=0, le=2100, description="这些案例的年份；0 为不明")] = 0,
) -> dict[str, Any]:
    """在后台逐份读入；同一个文件只存一次。Location 是查询进度和逐份结果的地址。"""
    task_id = added(here, who, file, year)
    response.headers["Location"] = f"/api/v1/archive/tasks/{task_id}"
    return task(here, who, task_id)


def added(here: Service, who: Principal, given: Sequence[Any], year: int) -> str:
    """Keep the files for the workers, several as one zip; return the task's id. Raises :class:`ServiceError` 413, 422."""
    taken = [uploads.Upload.of(f, here.settings.max_batch) for f in given if f.filename or f.size]
    if not taken:
        raise ServiceError(422, "archive.no_file", "没有选文件", "请选择案例文件（docx、doc、wps）或压缩包（zip）。")
    for upload in taken:
        if not upload.name.lower().endswith(_SUFFIXES):
            raise ServiceError(
                422, "archive.format", f"“{upload.name}”不是案例文件或压缩包", "可用的格式：docx、doc、wps、zip。"
            )
    if len(taken) > 1 and any(u.name.lower().endswith(".zip") for u in taken):
        raise ServiceError(422, "archive.mixed", "压缩包请单独上传", "一次一个压缩包，或一次几个案例文件。")
    with TemporaryFile(dir=uploads.scratch(here.settings)) as made:
        name, stream = (
            (taken[0].name, taken[0].stream) if len(taken) == 1 else (f"{len(taken)} 个文件.zip", _zipped(made, taken))
        )
        sha256, size = files.digest_of(stream)
        said = {"name": name, "year": year or None}
        with here.store.write() as tx:
            files.keep(tx, here.store.sealer, stream, sha256, size)
            task_id = tasks.make(tx, ADD, who.id, total=len(taken), given=said, file=sha256)
            note(tx, who.id, "archive.add", task_id, files=len(taken))
    return task_id


def _zipped(made: BinaryIO, taken: Sequence[uploads.Upload]) -> BinaryIO:
    """Put several files into one, each under a name of its own."""
    names: set[str] = set()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number, upload in enumerate(taken, 1):
            name = upload.name if upload.name not in names else f"{number}/{upload.name}"
            names.add(name)
            with archive.open(name, "w") as out:
                shutil.copyfileobj(upload.stream, out)
    made.seek(0)
    return made


@router.post("/checks", status_code=202, response_model=ArchiveTask, summary="逐行核对比对库")
def check(here: Here, who: Manager, response: Response) -> dict[str, Any]:
    """在后台核对每一篇的文本、编号、索引、词频；正在核对时返回那一次。"""
    task_id = checked(here, who)
    response.headers["Location"] = f"/api/v1/archive/tasks/{task_id}"
    return task(here, who, task_id)


def checked(here: Service, who: Principal) -> str:
    """Let the workers look at every row; return the task's id, of one that is at it already if there is one."""
    with here.store.write() as tx:
        if at_it := next((t for t in tasks.listed(tx, CHECK) if t["state"] in WORKING), None):
            return str(at_it["id"])
        task_id = tasks.make(tx, CHECK, who.id, total=1, given={})
        note(tx, who.id, "archive.check", task_id)
    return task_id


@router.get("/tasks/{task_id}", response_model=ArchiveTask, summary="加入或核对的进度和结果")
def task(here: Here, who: Manager, task_id: str) -> dict[str, Any]:  # noqa: ARG001 - the right to see it
    """返回做到哪里，逐份的结果。"""
    with here.store.read() as tx:
        row = tasks.one(tx, task_id)
    same = ("id", "kind", "state", "total", "done", "results", "message")
    return {name: row[name] for name in same} | {"created": shown(row["created"])}


@router.delete("/tasks/{task_id}", response_model=ArchiveTask, summary="停止加入或核对")
def stop(here: Here, who: Manager, task_id: str) -> dict[str, Any]:
    """停止；已经加入的保留。"""
    with here.store.write() as tx:
        tasks.one(tx, task_id)
        if not tasks.cancel(tx, task_id):
            raise conflict("task.ended", "这项工作已经结束", "不用再停止。")
    return task(here, who, task_id)


class ArchiveRemoval(BaseModel):
    """What taking a document out came to."""

    id: str = Field(description="编号")
    stale: int = Field(description="几份报告引用过它，因此过时", examples=[3])


@router.delete("/documents/{document_id}", response_model=ArchiveRemoval, summary="从比对库删除一篇往年案例")
def remove(here: Here, who: Manager, document_id: str, reason: Reason) -> dict[str, Any]:
    """不留痕迹，不能恢复；引用过它的报告标为过时，重新筛查前仍保留引文。报送材料的正文不能这样删除。"""
    return {"id": document_id, "stale": sources.take_out(here.store, document_id, who.id, reason)}
