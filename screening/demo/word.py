"""Real Word files out of the demonstration's texts, through python-docx; the same text gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from screening.demo.source import Source

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

# The field labels as units really write them: the reader must know them all.
LABELS = {
    "notice": ("文章标题", "作者真实姓名", "单位", "职务/职称", "邮箱", "电话"),
    "spaced": ("题　　目", "姓　　名", "工作单位", "职务（职称）", "电子邮箱", "联系电话"),
    "short": ("标题", "作者", "所在单位", "职称", "E-mail", "手机"),
    "long": ("案例名称", "作者姓名", "作者单位", "职务职称", "电子邮件", "手机号码"),
}
_EPOCH = (2024, 1, 1, 0, 0, 0)


def form_rows(source: Source, labels: str, changes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the six rows (label, value) of the author form, with the recipe's changes."""
    meta = {**source.meta, "title": source.title, **changes}
    values = (str(meta.get(k, "")) for k in ("title", "author", "unit", "post", "email", "phone"))
    return tuple(zip(LABELS[labels], values, strict=True))


def body(source: Source, form: str, labels: str = "notice", changes: Mapping[str, str] | None = None) -> bytes:
    """Return the .docx of a text. ``form``: "table", "head_table", "lines" or "none" (in a file of its own, or left out)."""
    from docx import Document  # noqa: PLC0415 - heavy, and only the demonstration writes Word files

    document = Document()
    values = form_rows(source, labels, changes or {})
    if form == "head_table":
        _form_table(document, values)
    document.add_heading(source.title, level=0)
    for block in source.blocks:
        if block.rows:
            _table(document, block.rows)
        elif block.level:
            document.add_heading(block.text, level=block.level)
        else:
            document.add_paragraph(block.text)
    if form == "table":
        document.add_paragraph("附：作者信息表")
        _form_table(document, values)
    elif form == "lines":
        for label, value in values:
            document.add_paragraph(f"{label}：{value}")
    return _saved(document)


def form_file(source: Source, labels: str = "notice", changes: Mapping[str, str] | None = None) -> bytes:
    """Return the author form as a .docx of its own."""
    from docx import Document  # noqa: PLC0415 - no batch needs it

    document = Document()
    document.add_heading("作者信息表", level=1)
    _form_table(document, form_rows(source, labels, changes or {}))
    return _saved(document)


def _form_table(document: WordDocument, values: tuple[tuple[str, str], ...]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in values:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value


def _table(document: WordDocument, rows: tuple[tuple[str, ...], ...]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _saved(document: Any) -> bytes:
    """Save with fixed times, so that the demonstration's files have the same sha256 on every machine and day."""
    document.core_properties.author = ""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
