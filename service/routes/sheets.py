"""Paper: the sheet of a case and the letters to units as Word, and the page by which anybody can verify a sheet's number."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from screening.case import usual_spelling
from screening.errors import UsageError
from screening.output.letter_docx import letter_docx
from screening.output.sheet import Form, View, sheet
from screening.report import Report
from service import overview
from service.context import Here, Reader, Service
from service.errors import ServiceError, not_found
from service.moment import CHINA, now, shown
from service.pages.frame import render
from service.people.principal import Principal, Role
from service.store import batches, current, runs, submissions
from service.store.database import Tx, note
from service.views import shown_report

router = APIRouter()
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML, PDF = "text/html", "application/pdf"
MEDIA: dict[Form, str] = {"docx": DOCX, "html": HTML, "pdf": PDF}
ZIP = "application/zip"
_NUMBER = re.compile("AL((?:-[0-9A-F]{4}){4})")


def number_of(sha256: str) -> str:
    """Return the number of a report's sheet: the first 64 bits of the report's sha256, so that it stands for these very bytes.

    >>> number_of("0123456789abcdef" * 4)
    'AL-0123-4567-89AB-CDEF'
    """
    digits = sha256[:16].upper()
    return "-".join(("AL", *(digits[n : n + 4] for n in range(0, 16, 4))))


ViewWanted = Annotated[
    Literal["brief", "full", "aligned"], Query(description="brief 简洁、full 全文标明引文、aligned 全文对照")
]
_SHEETS = "/api/v1/submissions/{submission_id}/sheet"


def _answers(kind: str, what: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": what, "content": {kind: {}}}, 409: {"description": "还没有报告"}}


@router.get(
    f"{_SHEETS}.docx",
    tags=["材料与报告"],
    summary="检测报告单",
    response_class=Response,
    responses=_answers(DOCX, "Word 文件"),
)
def sheet_docx(here: Here, who: Reader, submission_id: str, view: ViewWanted = "full") -> Response:
    """下载检测报告单；姓名和单位按角色遮盖，单上有编号和核验网址，下载会记入日志。"""
    return _sheet(here, who, submission_id, view, "docx")


@router.get(
    f"{_SHEETS}.html",
    tags=["材料与报告"],
    summary="检测报告单（网页文件）",
    response_class=Response,
    responses=_answers(HTML, "一个网页文件，不引用别处的内容，可以直接打印"),
)
def sheet_html(here: Here, who: Reader, submission_id: str, view: ViewWanted = "full") -> Response:
    """内容与 Word 的检测报告单相同，用浏览器就能看和打印。"""
    return _sheet(here, who, submission_id, view, "html")


@router.get(
    f"{_SHEETS}.pdf",
    tags=["材料与报告"],
    summary="检测报告单（PDF）",
    response_class=Response,
    responses=_answers(PDF, "PDF 文件") | {501: {"description": "这个服务没有装排 PDF 的程序或中文字体"}},
)
def sheet_pdf(here: Here, who: Reader, submission_id: str, view: ViewWanted = "full") -> Response:
    """内容与 Word 的检测报告单相同。"""
    return _sheet(here, who, submission_id, view, "pdf")


def _sheet(here: Service, who: Principal, submission_id: str, view: View, form: Form) -> Response:
    with here.store.read() as tx:
        row = dict(submissions.one(tx, submission_id, who.sight()))
        if not row["run"]:
            raise ServiceError(
                409, "report.none", "还没有报告", "请稍后再查；进度见 state。", headers={"Retry-After": "3"}
            )
        head = runs.listed(tx, submission_id)[0]
        report = Report.from_json(json.loads(shown_report(tx, here.store.sealer, row, who)))
    number = number_of(head["sha256"])
    try:
        data = sheet(
            report,
            current.rulebook(row["rulebook"] or here.settings.rulebook),
            number=number,
            made_at=head["created"].astimezone(CHINA),
            verify_url=f"{here.settings.url}/verify/{number}",
            view=view,
            mask_author=who.role is not Role.SUBMITTER,
            form=form,
        )
    except UsageError as error:  # no typst, no Chinese font: nothing that who asks could mend
        raise ServiceError(501, error.code, error.message, error.advice) from error
    with here.store.write() as tx:
        note(tx, who.id, "export.sheet", submission_id, number=number)
    return Response(
        data, media_type=MEDIA[form], headers={"Content-Disposition": f'attachment; filename="{number}.{form}"'}
    )


@router.get(
    "/api/v1/batches/{batch_id}/letters.zip",
    tags=["批次"],
    summary="退改函",
    response_class=Response,
    responses={200: {"description": "zip，每个单位一份 Word 文件", "content": {ZIP: {}}}},
)
def letters(
    here: Here,
    who: Reader,
    batch_id: str,
    until: Annotated[
        date | Literal[""] | None, Query(description="请各单位在哪一天前改好；空着则函上留空", examples=["2024-03-01"])
    ] = None,
) -> Response:
    """每个单位一份：逐份列出问题、通知的原话、怎样改、到哪天为止；没有问题的写已收到；修改后重报的（replaces）逐项对照上一稿的意见。盲审的评审不能下载。"""
    with here.store.read() as tx:
        row = dict(batches.one(tx, batch_id, who.sight()))
        if who.role is Role.SUBMITTER or who.blind(batch_id):
            raise ServiceError(403, "forbidden.letters", "退改函写有单位，盲审期间不能下载", "请联系管理员。")
        book = current.rulebook(row["rulebook"] or here.settings.rulebook)
        by_unit: dict[str, list[Report]] = {}
        earlier: dict[str, Report] = {}
        for case in overview.rows_of(tx, who, batch_id):
            # A letter says what the unit itself may see: of other units' texts only that there is one.
            unit = Principal(id="letter", name="", role=Role.SUBMITTER, unit_key=case["unit_key"])
            report = Report.from_json(json.loads(shown_report(tx, here.store.sealer, case, unit)))
            by_unit.setdefault(case["unit_key"], []).append(report)
            if before := _former(tx, who, case):
                earlier[report.case.id] = Report.from_json(
                    json.loads(shown_report(tx, here.store.sealer, before, unit))
                )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, (_, reports) in enumerate(sorted(by_unit.items()), 1):
            called = usual_spelling(r.case.unit for r in reports)
            name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", called)[:60] or "未写明单位"
            data = letter_docx(
                called, reports, book, until=until or None, made_at=now().astimezone(CHINA), earlier=earlier
            )
            archive.writestr(f"{n:03d}-{name}.docx", data)
    with here.store.write() as tx:
        note(tx, who.id, "export.letters", batch_id, units=len(by_unit))
    return Response(
        out.getvalue(), media_type=ZIP, headers={"Content-Disposition": 'attachment; filename="letters.zip"'}
    )


def _former(tx: Tx, who: Principal, case: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the row of the version that a submission replaces, None without one that was screened."""
    if not case["replaces"]:
        return None
    row = dict(submissions.one(tx, case["replaces"], who.sight()))
    return row if row["run"] else None


@router.get("/verify/{number}", include_in_schema=False)
def verify(request: Request, here: Here, number: str) -> HTMLResponse:
    """Show that a sheet's number stands for a report: title, time, total rate and the file's sha256, nothing personal."""
    found = _NUMBER.fullmatch(number.upper())
    if not found:
        raise not_found("这个编号")
    with here.store.read() as tx:
        row = runs.by_digest(tx, found[1].replace("-", "").lower())
        if row is None:
            raise not_found("这个编号")
        report = json.loads(runs.report_of(tx, here.store.sealer, row["id"]))
    rates = (report.get("reuse") or {}).get("rates")
    return render(
        "verify.html",
        request,
        number=number_of(row["sha256"]),
        title=row["title"] or "（没有标题）",
        made=(shown(row["created"]) or "")[:16].replace("T", " "),
        rate=rates["total"] if rates else None,
        sha256=report["case"]["sha256"],
        newest=row["newest"] == row["id"],
    )
