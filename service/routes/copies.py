"""Masked copies of a batch for reviewers who read on paper: one zip, named by number, whatever the files came as."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from screening.case import Case
from screening.output.copy_docx import Listed, copy_docx, list_csv
from screening.rulebook import Rulebook
from service.context import Here, Reader, Service
from service.errors import ServiceError
from service.masking import Mask, names_of
from service.people.principal import Principal, Role
from service.store import batches, current, overview, submissions
from service.store.database import note

router = APIRouter(prefix="/api/v1/batches", tags=["批次"])
ZIP = "application/zip"


@router.get(
    "/{batch_id}/copies.zip",
    summary="盲审副本",
    response_class=Response,
    responses={200: {"description": "zip：每份一个 Word 文件，以序号命名，另有目录", "content": {ZIP: {}}}},
)
def copies(here: Here, who: Reader, batch_id: str) -> Response:
    """整批的盲审副本：姓名、单位、电话、邮箱、证件号已遮盖，作者信息表不附，标题和表格照原样；不论谁下载，遮盖都一样。

    目录.csv 写明序号对应哪份材料（编号）。图片不附；遮盖由程序完成，送审前请抽查。
    """
    if who.role is Role.SUBMITTER:
        raise ServiceError(403, "forbidden.copies", "盲审副本由收稿单位制作", "如需修改材料，请下载原件。")
    with here.store.read() as tx:
        row = batches.one(tx, batch_id, who.sight())
        book = current.rulebook(row["rulebook"] or here.settings.rulebook)
        ids = overview.ids(tx, batch_id, who.sight())
    with here.store.write() as tx:
        note(tx, who.id, "export.copies", batch_id, copies=len(ids))
    headers = {"Content-Disposition": 'attachment; filename="copies.zip"'}
    return StreamingResponse(_zipped(here, who, ids, book), media_type=ZIP, headers=headers)


class _Sink:
    """What a zip is written into when it is sent while it is made: there is no way back in it, and nothing is kept."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing waits here."""

    def close(self) -> None:
        """Do nothing: what was written is still to be taken."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        data, self._pieces = b"".join(self._pieces), []
        return data


def _zipped(here: Service, who: Principal, ids: Sequence[str], book: Rulebook) -> Iterator[bytes]:
    """Make one copy after the other and send it at once: a large batch takes minutes, and nobody's patience is to end before."""
    sink, listed = _Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, submission_id in enumerate(ids, 1):
            number = f"{n:0{max(3, len(str(len(ids))))}d}"
            line, data = _copy(here, who, submission_id, number, book)
            listed.append(line)
            if data:
                archive.writestr(f"{number}.docx", data)
            yield sink.taken()
        archive.writestr("目录.csv", list_csv(listed, "材料编号"))
    yield sink.taken()


def _copy(
    here: Service, who: Principal, submission_id: str, number: str, book: Rulebook
) -> tuple[Listed, bytes | None]:
    """Return the line of the list and the copy, None without a text: each from a transaction of its own, as a batch takes long."""
    with here.store.read() as tx:
        row: dict[str, Any] = dict(submissions.one(tx, submission_id, who.sight()))
        person = submissions.person_of(tx, here.store.sealer, submission_id)
        read = submissions.case_of(tx, here.store.sealer, submission_id)
    mask = Mask(names_of(row, person, read))
    kind = book.kinds.get(row["kind"])
    label, heading = kind.label if kind else row["kind"], mask(row["title"] or "")
    if read is None:
        why = mask(row["message"] or "") or "还没有读取"
        return Listed(number, submission_id, heading, label, f"没有副本：{why}"), None
    case = Case.from_json(read)
    data = copy_docx(case, mask.spans(case.document.text), number=number, kind=label)
    return Listed(number, submission_id, heading, label), data
