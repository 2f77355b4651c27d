"""Handing in single submissions, taking them back, and putting a new version in the place of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Header, Response, UploadFile
from pydantic import BaseModel, Field

from screening.intake.gather import case_id
from screening.library.database import given_back
from screening.rulebook import Rulebook
from service import prechecks, quota, uploads
from service.context import Here, Limit, Service, Writer
from service.errors import ServiceError, conflict
from service.moment import shown
from service.people.principal import Principal, Role
from service.store import batches, books, files, submissions
from service.store.database import Tx
from service.store.idempotency import Claim, Given, claim, settle
from service.store.withdrawal import free_to_leave, withdraw

router = APIRouter(prefix="/api/v1/submissions", tags=["报送"])

PATH = "/api/v1/submissions"
SOON = 3  # seconds after which it is worth asking how far a submission is
TWINS = 10  # submissions of the same bytes that are named

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="一次请求的唯一编号（如 UUID）。网络中断后用原来的值重试，不会重复提交；48 小时内有效。",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


class Accepted(BaseModel):
    """What was taken in."""

    id: str = Field(description="材料编号", examples=["0193a1b2c3d4e5f60718293a4b5c"])
    state: str = Field(description="状态：queued 等待读取", examples=["queued"])
    batch: str | None = Field(description="所在批次的编号；不属于批次为 null")
    replaces: str | None = Field(description="它替换的那一份的编号")
    sha256: str = Field(description="文件的 sha256，可用来核对上传无误")
    size: int = Field(description="文件大小（字节）", examples=[48213])
    kind: str = Field(description="案例类型；空为读取正文后再认", examples=["work_case"])
    title: str = Field(description="标题，按请求里写的")
    unit: str = Field(description="报送单位")
    project: str = Field(description="项目类别")
    received: str | None = Field(description="报送时间，按请求里写的")
    duplicates: list[str] = Field(description="您能查看的材料中，文件内容完全相同的那些的编号（最多 10 个）")
    self: str = Field(description="查询进度和结果的地址", examples=["/api/v1/submissions/0193a1b2c3d4e5f60718293a4b5c"])


class State(BaseModel):
    """What a thing is now."""

    id: str = Field(description="编号")
    state: str = Field(description="现在的状态", examples=["cancelled"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for, cleaned, before the database is asked."""

    file: uploads.Upload
    form: uploads.Upload | None
    row: dict[str, Any]
    batch: str | None
    replaces: str | None
    rulebook: str
    priority: int
    precheck: str


@router.post(
    "",
    status_code=202,
    response_model=Accepted,
    summary="提交一份材料",
    form_limits=uploads.FORM,
    dependencies=[Depends(Limit("uploads"))],
    responses={
        202: {"description": "已收下，后台筛查。Location 是查询的地址，Retry-After 是多久后再查（秒）"},
        409: {"description": "批次不收材料，或名额已满"},
        413: {"description": "文件太大"},
        422: {"description": "内容有误，或 Idempotency-Key 已用在另一个请求上"},
    },
)
def hand_in(
    here: Here,
    who: Writer,
    response: Response,
    file: Annotated[UploadFile, File(description="案例正文（.docx、.doc、.wps、.rtf、.pdf、.txt 等）")],
    form: Annotated[UploadFile | None, File(description="作者信息表，如果是单独的文件")] = None,
    kind: Annotated[str, Form(description="案例类型：编号或中文名", examples=["work_case"])] = "",
    title: Annotated[str, Form(description="标题；正文里认得出标题时以正文为准")] = "",
    unit: Annotated[str, Form(description="报送单位；单位的账号和密钥不必写")] = "",
    unit_type: Annotated[str, Form(description="单位类型", examples=["省内高校"])] = "",
    project: Annotated[str, Form(description="项目类别", examples=["国培计划"])] = "",
    author: Annotated[str, Form(description="作者姓名；加密保存，盲审时不显示")] = "",
    received: Annotated[str, Form(description="报送时间，不写时区为北京时间", examples=["2024-01-20 09:30"])] = "",
    external_similarity: Annotated[str, Form(description="别的系统测得的查重率", examples=["12.5%"])] = "",
    external_ai: Annotated[str, Form(description="别的系统测得的 AI 生成比例", examples=["8%"])] = "",
    batch: Annotated[str, Form(description="放进哪个批次（编号），批次须正在收材料")] = "",
    rulebook: Annotated[
        str, Form(description="按哪个规则集筛查；放进批次的按批次的", examples=["henan-2023-950"])
    ] = "",
    precheck: Annotated[
        str, Form(max_length=400, description="自查码：自查单上以 ZC1: 开头的一行；用同样的版本重查核对")
    ] = "",
    priority: Annotated[int, Form(ge=-9, le=9, description="先后：数大的先做；大于 0 只有管理员可以用")] = 0,
    replaces: Annotated[str, Form(description="替换哪一份（编号）：同一篇案例的修改稿；原来那份撤出批次和比对库")] = "",
    key: KeyHeader = None,
) -> dict[str, Any]:
    """收下一份材料，立即返回编号；读取和筛查在后台进行。

    请求里写明的（类型、单位、项目等）优先于从文件名和正文里认出来的。
    """
    if priority > 0 and who.role is not Role.ADMINISTRATOR:
        raise ServiceError(403, "forbidden.priority", "只有管理员可以让材料先做", "请去掉 priority。")
    name = uploads.file_name(file.filename)
    said = {
        "kind": uploads.field(kind, "kind"),
        "unit": uploads.unit_of(who, uploads.field(unit, "unit")),
        "unit_type": uploads.field(unit_type, "unit_type"),
        "project": uploads.field(project, "project"),
        "author": uploads.field(author, "author"),
        "title": uploads.field(title, "title"),
        "received": uploads.received_at(uploads.plain(received)),
        "outside_similarity": uploads.share_of(uploads.plain(external_similarity), "external_similarity"),
        "outside_ai": uploads.share_of(uploads.plain(external_ai), "external_ai"),
    }
    asked = _Asked(
        uploads.Upload.of(file, here.settings.max_file),
        uploads.Upload.of(form, here.settings.max_file) if form and (form.filename or form.size) else None,
        uploads.row_of(name, **said),
        uploads.plain(batch) or None,
        uploads.plain(replaces) or None,
        uploads.plain(rulebook),
        priority,
        prechecks.accepted(precheck),
    )
    values = {"row": asked.row, "batch": asked.batch, "replaces": asked.replaces, "rulebook": asked.rulebook}
    whole = uploads.digest_of_request(
        values | {"priority": priority, "precheck": asked.precheck}, asked.file, asked.form
    )
    given = _handed_in(here, who, asked, Claim.of(key, who.id, f"POST {PATH}", whole))
    if given.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers["Location"] = given.location
    response.headers["Retry-After"] = str(SOON)
    return dict(given.body)


def _handed_in(here: Service, who: Principal, asked: _Asked, wanted: Claim | None) -> Given:
    """Store everything in one transaction: the files, the row, the answer under its key; and what is replaced leaves."""
    sealer = here.store.sealer
    with here.store.write() as tx:
        if given := claim(tx, wanted):
            return given
        files.keep(tx, sealer, asked.file.stream, asked.file.sha256, asked.file.size)
        if asked.form:
            files.keep(tx, sealer, asked.form.stream, asked.form.sha256, asked.form.size)
        batch_id = _replaced(here, tx, who, asked) if asked.replaces else asked.batch
        states = ("open", "sealed") if asked.replaces else ("open",)
        place = batches.to_hand_in(tx, batch_id, who.sight(), states) if batch_id else None
        named, book = _rules(here, asked, place)
        asked = replace(asked, row=_with_kind(asked.row, book))
        info = uploads.told(asked.file.name, asked.row, book)
        if place and place["enforce_quota"]:
            _within_quota(tx, book, info, place["id"])
        given = _stored(here, tx, who, asked, batch_id, named, info)
        settle(tx, wanted, given)
    if asked.replaces:
        given_back(here.store.engine)
    return given


def _rules(here: Service, asked: _Asked, place: Any) -> tuple[str, Rulebook]:
    if place and asked.rulebook and asked.rulebook not in (place["rulebook"], place["rulebook"].partition("@")[0]):
        raise ServiceError(422, "rulebook.batch", "这个批次按另一个规则集筛查", "请去掉 rulebook，或换一个批次。")
    if place and place["rulebook"]:
        return place["rulebook"], books.load(place["rulebook"])
    return uploads.rulebook_named(here, asked.rulebook)


def _with_kind(row: dict[str, Any], book: Rulebook) -> dict[str, Any]:
    """Return the row with the kind as the notice calls it, which is how reading recognises it."""
    kind = uploads.kind_named(book, row.get("kind", ""))
    return row | {"kind": book.kinds[kind].label} if kind else row


def _replaced(here: Service, tx: Tx, who: Principal, asked: _Asked) -> str | None:
    """Let the earlier version leave; return the batch that the new one goes into. Raises :class:`ServiceError` 404, 409, 422."""
    earlier = submissions.one(tx, asked.replaces or "", who.sight(), lock=True)
    if asked.batch and asked.batch != earlier["batch"]:
        raise ServiceError(
            422, "replaces.batch", "修改稿要放在原来那份所在的批次", "请去掉 batch，系统会放进原来的批次。"
        )
    if earlier["state"] == "cancelled":
        raise conflict("submission.cancelled", "要替换的那一份已经撤回", "请直接提交，不写 replaces。")
    withdraw(tx, here.store.sealer, earlier, who.id, replaced=True)
    if who.role is not Role.ADMINISTRATOR:
        free_to_leave(tx, earlier)
    batch_id: str | None = earlier["batch"]
    return batch_id


def _within_quota(tx: Tx, book: Rulebook, info: Any, batch_id: str) -> None:
    limit = quota.limit_of(book, info)
    if limit is None:
        return
    count = batches.count_of_unit(tx, batch_id, info.unit, info.kind, info.project)
    if count >= limit:
        raise conflict(
            "quota.full",
            f"名额 {limit} 个已经用完：{info.unit}“{info.project}”已报送 {count} 个",
            "如要换一个，请先撤回一份，或用 replaces 替换。",
            limit=limit,
            count=count,
        )


def _stored(here: Service, tx: Tx, who: Principal, asked: _Asked, batch_id: str | None, named: str, info: Any) -> Given:
    form = asked.form
    twins = submissions.same_bytes(tx, asked.file.sha256, who.sight(), TWINS)
    new = submissions.hand_in(
        tx,
        here.store.sealer,
        submissions.Handed(
            sha256=asked.file.sha256,
            file=asked.file.name,
            case=_free_case(tx, batch_id, asked.file.name, info.unit),
            by=who.id,
            batch=batch_id,
            form=form.sha256 if form else None,
            form_file=form.name if form else "",
            kind=info.kind,
            title=info.title,
            unit=info.unit,
            unit_type=info.unit_type,
            project=info.project,
            author=asked.row.get("author", ""),
            received=info.received,
            rulebook=named,
            priority=asked.priority,
            replaces=asked.replaces,
            precheck=asked.precheck,
            row=asked.row,
        ),
    )
    body = {
        "id": new,
        "state": "queued",
        "batch": batch_id,
        "replaces": asked.replaces,
        "sha256": asked.file.sha256,
        "size": asked.file.size,
        "kind": info.kind,
        "title": info.title,
        "unit": info.unit,
        "project": info.project,
        "received": shown(info.received),
        "duplicates": twins,
        "self": f"{PATH}/{new}",
    }
    return Given(202, f"{PATH}/{new}", body)


def _free_case(tx: Tx, batch_id: str | None, name: str, unit: str) -> str:
    """Return the id of a case as on the command line, from its file's name; units that name their files alike are told apart."""
    if batch_id is None:
        return case_id(name)
    for names in ((name, f"{unit}/{name}"), [f"{unit}/{n}/{name}" for n in range(2, 1000)]):
        ids = [case_id(n) for n in names]
        taken = batches.case_ids(tx, batch_id, ids)
        if free := next((i for i in ids if i not in taken), None):
            return free
    raise conflict("file.same", f"这个批次里名为“{name}”的文件太多了", "请改一个文件名后再提交。")


@router.post(
    "/{submission_id}/cancel",
    response_model=State,
    summary="撤回一份材料",
    responses={409: {"description": "不能再撤回"}},
)
def cancel(here: Here, who: Writer, submission_id: str) -> dict[str, Any]:
    """撤回自己单位的一份材料：撤出批次和比对库，记录保留。批次关闭或已有评审意见后，只有管理员可以撤回。"""
    with here.store.write() as tx:
        row = submissions.one(tx, submission_id, who.sight(), lock=True)
        withdraw(tx, here.store.sealer, row, who.id)
        if who.role is not Role.ADMINISTRATOR and row["state"] != "cancelled":
            free_to_leave(tx, row)
    given_back(here.store.engine)
    return {"id": submission_id, "state": "cancelled"}
