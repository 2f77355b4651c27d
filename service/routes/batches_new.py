"""Handing in whole batches, opening empty ones, and what becomes of them: sealed, closed, cancelled."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from screening.errors import ScreeningError
from screening.intake.archive import list_members
from screening.intake.gather import gather
from screening.library.database import given_back
from service import uploads
from service.apart import Apart
from service.context import Here, Limit, Need, Service, Writer
from service.errors import ServiceError, conflict
from service.moment import now
from service.people.principal import Principal, Role, Scope
from service.routes.submissions_new import KeyHeader, State
from service.store import batches, decisions, files
from service.store.database import note, tell
from service.store.idempotency import Claim, Given, claim, settle
from service.store.withdrawal import withdraw

router = APIRouter(prefix="/api/v1/batches", tags=["报送"])

PATH = "/api/v1/batches"
SOON = 5
TABLE = 5  # MB of a list or roster
_AS_FILE = 60  # characters of a list's name that are kept: the worker makes a file of that name

Closer = Annotated[Principal, Depends(Need(Scope.WRITE, Role.ADMINISTRATOR))]


class BatchAccepted(BaseModel):
    """A batch that was taken in."""

    id: str = Field(description="批次编号")
    state: str = Field(description="状态：unpacking 正在解包，open 正在收材料", examples=["unpacking"])
    name: str = Field(description="名称")
    rulebook: str = Field(description="规则集", examples=["henan-2023-950"])
    blind: bool = Field(description="评审时是否不显示姓名和单位")
    enforce_quota: bool = Field(description="超出名额的是否拒收")
    unit: str = Field(description="由哪个单位报送；空为不限单位")
    files: int = Field(description="压缩包里有几份材料")
    rows: int = Field(description="报送清单有几行")
    self: str = Field(description="查询进度和结果的地址")


class NewBatch(BaseModel):
    """An empty batch to be opened, as JSON."""

    model_config = {"extra": "forbid"}

    name: str = Field("", description="批次的名称", examples=["2024 年第一批"])
    rulebook: str = Field("", description="规则集，空为默认的", examples=["henan-2023-950"])
    unit: str = Field("", description="只收这个单位的；空为不限单位", examples=[""])
    state: Literal["open"] = Field("open", description="空批次")
    blind: bool = Field(default=True, description="评审时不显示姓名和单位；只有管理员可以改为 false")
    enforce_quota: bool = Field(default=False, description="超出通知名额的拒收（409）；否则只在报告里提示")


async def sent_json(request: Request) -> NewBatch | None:
    """Return what a JSON body asks for, None for a form. Raises :class:`RequestValidationError`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        return NewBatch.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from error


@router.post(
    "",
    status_code=202,
    response_model=BatchAccepted,
    summary="提交一批材料，或开一个空批次",
    form_limits=uploads.FORM,
    dependencies=[Depends(Limit("uploads"))],
    responses={
        202: {"description": "已收下，后台解包、筛查。Location 是查询的地址"},
        413: {"description": "压缩包太大"},
        422: {"description": "压缩包、清单或名册有误"},
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": NewBatch.model_json_schema()}}}},
)
def make(
    request: Request,
    here: Here,
    who: Writer,
    response: Response,
    sent: Annotated[NewBatch | None, Depends(sent_json)],
    file: Annotated[UploadFile | None, File(description="zip 压缩包；开空批次时不要", examples=["材料.zip"])] = None,
    manifest: Annotated[
        UploadFile | None, File(description="报送清单（xlsx 或 csv），可选", examples=["报送清单.xlsx"])
    ] = None,
    roster: Annotated[UploadFile | None, File(description="参训学员名册（xlsx 或 csv），可选")] = None,
    name: Annotated[str, Form(description="批次的名称", examples=["2024 年第一批"])] = "",
    rulebook: Annotated[str, Form(description="规则集，空为默认的", examples=["henan-2023-950"])] = "",
    unit: Annotated[str, Form(description="只收这个单位的；单位的账号和密钥不必写，管理员不写为不限单位")] = "",
    state: Annotated[
        Literal["", "open"], Form(description="open：开一个空批次，用 POST /submissions 逐份提交，收完再 seal")
    ] = "",
    blind: Annotated[bool, Form(description="评审时不显示姓名和单位；只有管理员可以改为 false")] = True,
    enforce_quota: Annotated[
        bool, Form(description="超出通知名额的拒收（409）；否则只在报告里提示。只用于逐份提交的批次")
    ] = False,
    key: KeyHeader = None,
) -> dict[str, Any]:
    """收下一个压缩包（可附清单和名册），立即返回编号；或者开一个空批次：表单里写 state=open，或直接发 JSON。

    压缩包是否完整、清单和名册是否看得懂，在这里就检查；里面的材料在后台读取。
    """
    if sent:
        name, rulebook, unit, blind, enforce_quota = sent.name, sent.rulebook, sent.unit, sent.blind, sent.enforce_quota
        state = sent.state
    asked = Asked(here, who, name=name, rulebook=rulebook, unit=unit, blind=blind, enforce_quota=enforce_quota)
    asked.take(file, manifest, roster, empty=state == "open")
    given = asked.keep(request.app.state.apart, key)
    if given.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers["Location"] = given.location
    response.headers["Retry-After"] = str(SOON)
    return dict(given.body)


class Asked:
    """What a request asks for: :meth:`take` its files, then :meth:`keep` them."""

    def __init__(
        self, here: Service, who: Principal, *, name: str, rulebook: str, unit: str, blind: bool, enforce_quota: bool
    ) -> None:
        if not blind and who.role is not Role.ADMINISTRATOR:
            raise ServiceError(403, "forbidden.blind", "是否盲审由管理员决定", "请去掉 blind。")
        self.here, self.who = here, who
        self.values: dict[str, Any] = {
            "name": uploads.field(name, "name"),
            "rulebook": uploads.rulebook_named(here, rulebook)[0],
            "unit": uploads.unit_of(who, uploads.field(unit, "unit")),
            "blind": blind,
            "enforce_quota": enforce_quota,
        }
        self.files: tuple[uploads.Upload | None, ...] = (None, None, None)
        self.counts = {"files": 0, "rows": 0}

    def take(self, archive: Any, manifest: Any, roster: Any, *, empty: bool) -> None:
        """Take the files. Raises :class:`ServiceError` 422 if they are not those of such a batch."""
        here = self.here
        archive, manifest, roster = (f if f and (f.filename or f.size) else None for f in (archive, manifest, roster))
        if empty and (archive or manifest):
            raise ServiceError(422, "batch.empty", "空批次不带压缩包和清单", "请去掉 file 和 manifest，或去掉 state。")
        if not empty and not archive:
            raise ServiceError(
                422, "batch.no_file", "没有压缩包", "请用 file 上传 zip；要开一个空批次，请写 state=open。"
            )
        if archive and self.values["enforce_quota"]:
            raise ServiceError(
                422, "batch.quota", "整包上传的批次不能按名额拒收", "请去掉 enforce_quota；超出的会在报告里提示。"
            )
        self.files = (
            archive and uploads.Upload.of(archive, here.settings.max_batch),
            manifest and uploads.Upload.of(manifest, TABLE),
            roster and uploads.Upload.of(roster, TABLE),
        )

    def look(self, apart: Apart) -> None:
        """Look at the files as far as can be done at once: the zip's names, the list against them, the roster.

        Raises :class:`ServiceError` 422 or :class:`ScreeningError` that names what is wrong.
        """
        archive, manifest, roster = self.files
        if roster:
            _table(apart, roster, "roster", "学员名册")
        if not archive:
            return
        settings = self.here.settings
        with TemporaryDirectory(dir=uploads.scratch(settings)) as folder:
            path = Path(folder) / "材料.zip"
            with path.open("wb") as stream:
                shutil.copyfileobj(archive.stream, stream, uploads.MB)
            archive.stream.seek(0)
            try:
                found = gather(path, limits=uploads.zip_limits(settings))
                if manifest:
                    limits = asdict(uploads.zip_limits(settings))
                    more = {"zip": str(path), "limits": limits}
                    self.counts["rows"] = _table(apart, manifest, "manifest", "报送清单", **more)
            except ScreeningError as error:
                # The engine names the path that it was given, which is a temporary one.
                error.message = error.message.replace(f"{path} ", "压缩包").replace(str(path), "压缩包")
                raise
        self.counts["files"] = len(found.submissions) + len(found.refused)

    def keep(self, apart: Apart, key: str | None) -> Given:
        """Look at the files and store them; of several requests with one key the first is done, and the others are answered as it was."""
        state = "" if self.files[0] else "open"
        whole = uploads.digest_of_request(self.values | {"state": state}, *self.files)
        wanted = Claim.of(key, self.who.id, f"POST {PATH}", whole)
        self.look(apart)
        return self.store(wanted)

    def store(self, wanted: Claim | None) -> Given:
        """Store the files, the row and the answer in one transaction."""
        store, (archive, manifest, roster) = self.here.store, self.files
        with store.write() as tx:
            if given := claim(tx, wanted):
                return given
            for upload in filter(None, self.files):
                files.keep(tx, store.sealer, upload.stream, upload.sha256, upload.size)
            state = "unpacking" if archive else "open"
            new = batches.make(
                tx,
                state=state,
                by=self.who.id,
                archive=archive and archive.sha256,
                manifest=manifest and manifest.sha256,
                manifest_name=manifest and manifest.name[-_AS_FILE:],
                roster=roster and roster.sha256,
                **self.values,
            )
            note(tx, self.who.id, "batch.make", new, state=state)
            body = {"id": new, "state": state, **self.values, **self.counts, "self": f"{PATH}/{new}"}
            given = Given(202, f"{PATH}/{new}", body)
            settle(tx, wanted, given)
        return given


def _table(apart: Apart, upload: uploads.Upload, what: str, called: str, **more: Any) -> int:
    """Return how many rows a list or roster has."""
    data = upload.stream.read()
    upload.stream.seek(0)
    _package(data, called)
    said, _ = apart.ask({"do": "table", "what": what, "name": called, **more}, data)
    return int(said["rows"])


def _package(data: bytes, called: str) -> None:
    """Refuse a spreadsheet that grows out of all proportion when it is opened."""
    if not data.startswith(b"PK"):
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / called
        path.write_bytes(data)
        try:
            list_members(path, uploads.TABLE_LIMITS)
        except ScreeningError as error:
            raise ServiceError(
                422, "table.damaged", f"{called}打不开，可能已损坏，或大得不正常", "请用 Excel 打开后另存为 .xlsx。"
            ) from error


@router.post("/{batch_id}/seal", response_model=State, summary="收完了：不再收材料，按整批筛查")
def seal(here: Here, who: Writer, batch_id: str) -> dict[str, Any]:
    """不再收新的材料；名额、截止时间、同一作者等整批的检查从此以这些材料为准。"""
    with here.store.write() as tx:
        row = batches.one(tx, batch_id, who.sight(), lock=True)
        if row["state"] == "open":
            batches.change(tx, batch_id, state="sealed")
            tell(tx, "batch.sealed", batch=batch_id)
            note(tx, who.id, "batch.seal", batch_id)
        elif row["state"] != "sealed":
            raise _not_now(row["state"])
    return {"id": batch_id, "state": "sealed"}


@router.post("/{batch_id}/close", response_model=State, summary="评审完了：关闭批次")
def close(here: Here, who: Closer, batch_id: str) -> dict[str, Any]:
    """关闭后单位看得到全部判定，不能再撤回或替换材料；保存期限（设置 retention_days）从此算起。"""
    with here.store.write() as tx:
        row = batches.one(tx, batch_id, who.sight(), lock=True)
        if row["state"] in ("open", "sealed"):
            batches.change(tx, batch_id, state="closed", closed=now())
            decisions.release(tx, batch_id)
            tell(tx, "batch.closed", batch=batch_id)
            note(tx, who.id, "batch.close", batch_id)
        elif row["state"] != "closed":
            raise _not_now(row["state"])
    return {"id": batch_id, "state": "closed"}


@router.post("/{batch_id}/cancel", response_model=State, summary="撤回整个批次")
def cancel(here: Here, who: Writer, batch_id: str) -> dict[str, Any]:
    """撤回批次里的全部材料：撤出比对库，记录保留。关闭的批次不能撤回。"""
    with here.store.write() as tx:
        batches.one(tx, batch_id, who.sight())
        # Members before the batch, as the workers lock them; whoever hands one in just now finds the batch cancelled.
        for member in batches.members(tx, batch_id):
            withdraw(tx, here.store.sealer, member, who.id)
        row = batches.one(tx, batch_id, who.sight(), lock=True)
        if row["state"] == "closed":
            raise _not_now("closed")
        if row["state"] != "cancelled":
            for member in batches.members(tx, batch_id):  # that came in before the batch was locked
                withdraw(tx, here.store.sealer, member, who.id)
            batches.change(tx, batch_id, state="cancelled", fence=row["fence"] + 1, lease_owner=None, lease_until=None)
            tell(tx, "batch.cancelled", batch=batch_id)
            note(tx, who.id, "batch.cancel", batch_id)
    given_back(here.store.engine)
    return {"id": batch_id, "state": "cancelled"}


_STATES = {
    "unpacking": "正在解包",
    "open": "正在收材料",
    "sealed": "已经收完",
    "closed": "已经关闭",
    "failed": "解包失败",
    "cancelled": "已经撤回",
}


def _not_now(state: str) -> ServiceError:
    return conflict(
        "batch.state", f"这个批次{_STATES.get(state, state)}，现在不能这样做", "请刷新后再看。", state=state
    )
