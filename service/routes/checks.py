"""The quick check: one file in, one report out, nothing kept."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from screening.errors import UsageError
from screening.output.sheet import Form as SheetForm
from screening.output.sheet import report_number
from screening.output.sheet import sheet as sheet_of
from screening.precheck import Precheck
from screening.report import Report
from screening.rulebook import Rulebook
from service import uploads
from service.context import Here, Limit, Service, Writer
from service.errors import ServiceError
from service.moment import CHINA, new_id, now
from service.people.principal import Principal, Role
from service.prechecks import sealed
from service.routes.sheets import MEDIA
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
        200: {
            "description": "报告，与命令 screening check --json 相同，或自查单；响应头 X-Precheck 是带平台签章的自查码",
            "content": {"application/json": {}, **{kind: {} for kind in MEDIA.values()}},
        },
        501: {"description": "这个服务没有装排 PDF 的程序或中文字体"},
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
    sheet: Annotated[
        Literal["", "docx", "html", "pdf"], Form(description="要自查单而不是报告：docx、html 或 pdf", examples=["docx"])
    ] = "",
) -> Response:
    """正式提交之前自己先查一遍：与比对库里现有的全部材料比对，直接返回报告；文件和报告都不留存。

    X-Precheck 是自查码，带平台签章；正式提交时填在 precheck 里，就认得出这份文件查过。文件读不出来时没有。
    """
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
    code = _code(here, report, errand["kind"])
    if who.role is Role.SUBMITTER:
        # Of other units' texts only that there is a source; under another id each time, as the check leaves nothing behind.
        row = {"id": new_id(), "batch": None, "unit": who.unit, "unit_key": who.unit_key}
        report = report_view(row, {"veil": here.store.sealer.veil}, report, who)
    headers = {"X-Precheck": code.code} if code else {}
    if not sheet:
        return Response(report, media_type="application/json", headers=headers)
    return _sheet(who, Report.from_json(json.loads(report)), book, code, sheet, headers)


def _code(here: Service, body: bytes, kind: str) -> Precheck | None:
    report = Report.from_json(json.loads(body))
    if report.error:
        return None
    return sealed(here.store.sealer, Precheck.of(report, kind=kind, made=now()), report.case.sha256)


def _sheet(
    who: Principal, report: Report, book: Rulebook, code: Precheck | None, form: SheetForm, headers: dict[str, str]
) -> Response:
    number = report_number(report)
    try:
        data = sheet_of(
            report,
            book,
            number=number,
            made_at=code.made.astimezone(CHINA) if code else now().astimezone(CHINA),
            mask_author=who.role is not Role.SUBMITTER,
            form=form,
            precheck=code.code if code else "",
        )
    except UsageError as error:
        raise ServiceError(501, error.code, error.message, error.advice) from error
    headers |= {"Content-Disposition": f'attachment; filename="{number}.{form}"'}
    return Response(data, media_type=MEDIA[form], headers=headers)
