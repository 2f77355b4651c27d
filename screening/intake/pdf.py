"""The text layer of a PDF through pypdfium2 (extra ``pdf``): lines put together into the paragraphs that they were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from screening.document import Document
from screening.intake.limits import Limits
from screening.intake.refusals import refusal
from screening.intake.warnings import SCAN_ALL

_PAGE_NUMBER = re.compile("[-—－–\\s]*(?:第\\s*)?[0-9]{1,4}(?:\\s*页)?[-—－–\\s]*(?:[/／共]\\s*[0-9]{1,4}\\s*页?)?")
_WIDE = re.compile(
    "[\u1100-\u11ff\u2014-\u2026\u3000-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
_PASSWORD = 4  # FPDF_ERR_PASSWORD


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: text, left and right edge and height in points."""

    text: str
    left: float
    right: float
    height: float


def read_pdf(data: bytes, limits: Limits) -> tuple[Document, int]:
    """Return the document and the number of pictures (counted only where there is little text).

    Raises :class:`UnreadableError`: "pdf" if pypdfium2 is not installed, "encrypted", "damaged", "too_many_pages", "scanned".
    """
    try:
        import pypdfium2  # noqa: PLC0415 - an extra
    except ImportError:
        raise refusal("pdf") from None
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            if len(pdf) > limits.pages:
                raise refusal("too_many_pages", f"{len(pdf)} 页，上限 {limits.pages} 页")
            pages = [list(_lines(pdf[n], limits)) for n in range(len(pdf))]
            paragraphs = _paragraphs(pages)
            if not any(p.strip() for p in paragraphs):
                raise refusal("scanned")
            few = sum(map(len, paragraphs)) < SCAN_ALL
            pictures = sum(1 for n in range(len(pdf)) for _ in pdf[n].get_objects(filter=[3])) if few else 0
    except pypdfium2.PdfiumError as error:
        raise refusal("encrypted" if getattr(error, "err_code", 0) == _PASSWORD else "damaged") from error
    return Document.from_lines(paragraphs), pictures


def _lines(page: Any, limits: Limits) -> Iterator[_Line]:
    text_page = page.get_textpage()
    count = min(text_page.count_chars(), limits.elements)
    text = text_page.get_text_range(0, count) if count > 0 else ""
    at = 0  # pdfium counts one a character, the line ends that it makes up included
    for raw in re.split("(\r\n|\r|\n)", text):
        line = raw.strip("\r\n\ufffe\x02\x00")
        if line.strip():
            boxes = [_box(text_page, i) for i in (at + len(raw) - len(raw.lstrip()), at + len(raw.rstrip()) - 1)]
            yield _Line(line, boxes[0][0], boxes[1][2], max(b[3] - b[1] for b in boxes))
        at += len(raw)


def _box(text_page: Any, index: int) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of a character."""
    left, bottom, right, top = text_page.get_charbox(max(0, min(index, text_page.count_chars() - 1)), loose=True)
    return left, bottom, right, top


def _paragraphs(pages: list[list[_Line]]) -> list[str]:
    """Join lines: a paragraph ends at a short line, and a new one begins at an indented line."""
    kept = [
        [x for n, x in enumerate(p) if not (n in (0, len(p) - 1) and _PAGE_NUMBER.fullmatch(x.text))] for p in pages
    ]
    lines = [x for page in kept for x in page]
    if not lines:
        return []
    margin = Counter(round(x.left) for x in lines).most_common(1)[0][0]
    edges = sorted(x.right for x in lines)
    edge = edges[int(0.9 * (len(edges) - 1))]
    out: list[str] = []
    previous: _Line | None = None
    for line in lines:
        size = line.height or 10
        # The line before was short if the first word of this one, and half a character more, would still have fitted.
        word = size if _WIDE.match(line.text) else 0.6 * size * len(line.text.split(maxsplit=1)[0])
        fresh = previous is None or line.left > margin + 0.9 * size or previous.right + word + 0.5 * size < edge
        if fresh:
            out.append(line.text.strip())
        else:
            a, b = out[-1], line.text.strip()
            out[-1] = f"{a}{'' if _WIDE.match(b) or _WIDE.match(a[-1:]) else ' '}{b}"
        previous = line
    return out
