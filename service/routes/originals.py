"""Originals as they came, and masked copies of them: always as a download, never as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from service.context import Here, Reader, Service
from service.errors import ServiceError
from service.people.principal import Principal, Role
from service.store import books, current, files, submissions
from service.store.database import note
from service.views import names_of

router = APIRouter(prefix="/api/v1/submissions", tags=["材料与报告"])

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OTHER = "application/octet-stream"
# By the first bytes and, where several formats begin alike, the name. What a browser might run or show has no kind of its own.
_KINDS = (
    (b"PK", {".docx": DOCX, ".docm": "application/vnd.ms-word.document.macroEnabled.12", ".zip": "application/zip"}),
    (b"\xd0\xcf\x11\xe0", {".doc": "application/msword", ".wps": "application/vnd.ms-works"}),
    (b"%PDF-", {".pdf": "application/pdf"}),
    (b"{\\rtf", {".rtf": "application/rtf"}),
)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


_ANY: dict[str, dict[str, str]] = {kind: {} for _, kinds in _KINDS for kind in (*kinds.values(), _OTHER)}


def media_type(head: bytes, name: str) -> str:
    """Return the kind of media of a file by its first bytes and its name.

    >>> media_type(b"PK..", "a.docx"), media_type(b"<html>", "a.docx")
    ('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/octet-stream')
    """
    suffix = PurePosixPath(name).suffix.lower()
    return next((kinds.get(suffix, _OTHER) for magic, kinds in _KINDS if head.startswith(magic)), _OTHER)


def disposition(name: str) -> str:
    """Return the header that names a download, with the plain form for old programs (RFC 6266, RFC 8187).

    >>> print(disposition("一 案例.docx"))
    attachment; filename="download.docx"; filename*=UTF-8''%E4%B8%80%20%E6%A1%88%E4%BE%8B.docx
    """
    suffix = PurePosixPath(name).suffix.lower()
    old = f"download{suffix if suffix.isascii() and suffix[1:].isalnum() else ''}"
    return f"attachment; filename=\"{old}\"; filename*=UTF-8''{quote(name, safe='')}"


@router.get(
    "/{submission_id}/original",
    summary="下载原件",
    response_class=Response,
    responses={
        200: {"description": "原件，按原来的文件名", "content": _ANY},
        403: {"description": "盲审期间不能看原件，请用 blind.docx"},
    },
)
def original(
    here: Here,
    who: Reader,
    submission_id: str,
    part: Annotated[str, Query(pattern="^(file|form)$", description="file 正文，form 单独的作者信息表")] = "file",
    reason: Annotated[str, Query(max_length=200, description="为什么要看（写入日志）")] = "",
) -> Response:
    """原样返回上传的文件。评审和管理员每次下载都记入日志。"""
    with here.store.write() if who.role is not Role.SUBMITTER else here.store.read() as tx:
        row = submissions.one(tx, submission_id, who.sight())
        _open_to(who, row["batch"])
        sha256 = row["sha256"] if part == "file" else row["form"]
        if sha256 is None:
            raise ServiceError(404, "not_found", "这份材料没有单独的作者信息表", "它可能就在正文里。")
        person = submissions.person_of(tx, here.store.sealer, submission_id)
        name = person["file"] if part == "file" else person["form_file"]
        size, count = files.size_of(tx, sha256)
        head = files.piece_of(tx, here.store.sealer, sha256, 0)
        if who.role is not Role.SUBMITTER:
            note(tx, who.id, "original.read", submission_id, reason, part=part)
    headers = {**_SAFE, "Content-Disposition": disposition(_last(name)), "Content-Length": str(size)}
    return StreamingResponse(_pieces(here, sha256, head, count), media_type=media_type(head, name), headers=headers)


def _open_to(who: Principal, batch_id: str | None) -> None:
    if who.blind(batch_id):
        raise ServiceError(
            403, "forbidden.blind", "盲审期间不能查看原件", "可以下载遮盖了姓名和单位的副本：…/blind.docx。"
        )


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]  # of a batch: with the folder in the zip


def _pieces(here: Service, sha256: str, head: bytes, count: int) -> Iterator[bytes]:
    """Yield a file's bytes, each piece from a transaction of its own: a slow reader holds none."""
    yield head
    for number in range(1, count):
        with here.store.read() as tx:
            piece = files.piece_of(tx, here.store.sealer, sha256, number)
        yield piece


@router.get(
    "/{submission_id}/blind.docx",
    summary="下载遮盖了姓名和单位的副本",
    response_class=Response,
    responses={
        200: {
            "description": "副本；X-Blind-Pictures 是没有遮盖的图片数，X-Blind-Left 是遮盖不了的部件数",
            "content": {DOCX: {}},
        },
        422: {"description": "这种格式做不了副本"},
    },
)
def blind(request: Request, here: Here, who: Reader, submission_id: str) -> Response:
    """副本里遮盖了姓名、单位、电话、邮箱、证件号，去掉了作者属性和照片信息。图片里的文字程序看不出来，请留意。"""
    with here.store.read() as tx:
        row = submissions.one(tx, submission_id, who.sight())
        person: dict[str, Any] = submissions.person_of(tx, here.store.sealer, submission_id)
        names = names_of(dict(row), person, submissions.case_of(tx, here.store.sealer, submission_id))
        data = b"".join(files.pieces(tx, here.store.sealer, row["sha256"]))
        rulebook = current.rulebook_of(tx, dict(row), here.settings.rulebook)
    also = [*names.people, *names.units]
    errand = {"do": "blind", "name": _last(person["file"]), "also": also, "rulebook": books.portable(rulebook)}
    said, copy = request.app.state.apart.ask(errand, data)
    headers = {
        **_SAFE,
        "Content-Disposition": disposition(f"{submission_id}.docx"),
        "X-Blind-Pictures": str(said["pictures"]),
        "X-Blind-Left": str(said["left"]),
    }
    return Response(copy, media_type=DOCX, headers=headers)
