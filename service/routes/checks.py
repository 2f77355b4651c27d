"""The quick check: one file in, one report out, nothing kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from service import uploads
from service.context import Here, Limit, Writer
from service.moment import new_id
from service.people.principal import Role
from service.store import books
from service.views import report_view

router = APIRouter(prefix="/api/v1/checks", tags=["报送"])


@router.post(
    "",
    summary="快速检查一份文件，不保存",
    form_limits=uploads.FORM,
    dependencies=[Depends(Limit("checks"))],
    response_class=Response,
    responses={
        200: {"description": "报告，与命令 screening check --json 相同", "content": {"application/json": {}}},
        413: {"description": "文件太大"},
        422: {"description": "请求有误。文件本身读不出来时仍是 200，原因在报告的 error 里"},
        503: {"description": "正在处理的检查太多，或这一份用时太长；Retry-After 是多久后再试（秒）"},
    },
)
def check(
    request: Request,
    here: Here,
    who: Writer,
    file: Annotated[UploadFile, File(description="案例文件")],
    kind: Annotated[str, Form(description="案例类型：编号或中文名；空为自动识别", examples=["work_case"])] = "",
    rulebook: Annotated[str, Form(description="规则集，空为默认的", examples=["henan-2023-950"])] = "",
) -> Response:
    """正式提交之前自己先查一遍：与比对库里现有的全部材料比对，直接返回报告；文件和报告都不留存。"""
    upload = uploads.Upload.of(file, here.settings.max_file)
    named, book = uploads.rulebook_named(here, rulebook)
    errand = {
        "do": "check",
        "name": upload.name,
        "kind": uploads.kind_named(book, uploads.field(kind, "kind")),
        "rulebook": books.portable(named),
        "models": here.settings.models,
        "archive": here.settings.database_url,
    }
    _, report = request.app.state.apart.ask(errand, upload.stream.read())
    if who.role is Role.SUBMITTER:
        # Of other units' texts only that there is a source; under another id each time, as the check leaves nothing behind.
        row = {"id": new_id(), "batch": None, "unit": who.unit, "unit_key": who.unit_key}
        report = report_view(row, {"veil": here.store.sealer.veil}, report, who)
    return Response(report, media_type="application/json")
