"""Paper as PDF, set by typst, which the extra ``pdf`` brings: no Word, no printer and no network is needed for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from screening.errors import UsageError
from screening.output.markup import printable
from screening.output.page import asset
from screening.output.paper import (
    BODY,
    BOTTOM,
    FONTS,
    HEADING,
    KAI,
    LATIN,
    LEFT,
    PAGE,
    RIGHT,
    SONG,
    TITLE,
    TOP,
    Block,
    Paragraph,
    Run,
    Table,
)

_KEYS: Final = {BODY: "body", TITLE: "title", HEADING: "heading", KAI: "kai", SONG: "song"}
_SYMBOLS: Final = ("Segoe UI Symbol", "DejaVu Sans", "DejaVu Sans Mono")  # ☐ and ☑; the last one comes with typst
# Without one of these a page would have boxes in the place of its characters.
_CHINESE: Final = frozenset(n for font in _KEYS for n in (font, *FONTS[font]))


def document(content: Iterable[Block], *, name: str, made_at: datetime | None = None, size: float = 12) -> bytes:
    """Return the PDF of paragraphs and tables, tagged for who has it read aloud; the same content gives the same bytes on one computer.

    ``name`` is its title, ``size`` that of the body in points. Raises ValueError for a time without a zone, :class:`UsageError` where
    typst or every Chinese font is missing.
    """
    if made_at is not None and made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    fonts, known = _fonts()
    paper = {
        "name": printable(name),
        "dated": made_at is not None,
        "size": size,
        "page": PAGE,
        "margins": (TOP, RIGHT, BOTTOM, LEFT),
        "fonts": {key: _family(font, known) for font, key in _KEYS.items()},
        "blocks": [_table(b) if isinstance(b, Table) else _paragraph(b) for b in content],
    }
    import typst  # noqa: PLC0415 - an extra: _fonts has found it

    said = json.dumps(paper, ensure_ascii=False)
    compiler = typst.Compiler(asset("paper.typ").encode(), font_paths=fonts, sys_inputs={"paper": said})
    made = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()) if made_at else 0)
    assert isinstance(made, bytes)
    return made


def ready() -> None:
    """Raise :class:`UsageError` where no PDF can be made."""
    _fonts()


@lru_cache(maxsize=1)
def _fonts() -> tuple[Any, frozenset[str]]:
    """Look the fonts of this computer up, once: it takes longer than a sheet."""
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            "pdf.typst",
            "这里没有装排 PDF 用的 typst",
            '请先运行 pip install "case-screening[pdf]"；也可以改用 .docx 或 .html，内容相同，在 Word 或浏览器里另存为 PDF。',
        ) from error
    fonts = typst.Fonts()
    known = frozenset(fonts.families())
    if not known & _CHINESE:
        raise UsageError(
            "pdf.fonts",
            "这台计算机上没有可用的中文字体，排出的 PDF 会缺字",
            "请装上中文字体（如 Debian、Ubuntu 的 fonts-noto-cjk）后再试；也可以改用 .docx 或 .html。",
        )
    return fonts, known


def _family(font: str, known: frozenset[str]) -> list[dict[str, str]]:
    """Return the fonts that this computer has of those wanted; a missing one would be warned of on every sheet.

    Letters and figures come from the Latin one, quotation marks and dashes, which both have, from the Chinese one.
    """
    latin = [{"name": n, "covers": "latin-in-cjk"} for n in (LATIN, *FONTS[LATIN]) if n in known]
    wanted = dict.fromkeys((font, *FONTS[font], *FONTS[BODY], *FONTS[HEADING], *_SYMBOLS))
    return [*latin, *({"name": n} for n in wanted if n in known)]


def _paragraph(p: Paragraph) -> dict[str, Any]:
    return asdict(p) | {"runs": [_run(r) for r in p.runs]}


def _run(r: Run) -> dict[str, Any]:
    return asdict(r) | {"text": printable(r.text), "font": _KEYS.get(r.font, "")}


_LINE: Final = 40  # characters of a line over the whole width, in the size of cells
_WHOLE: Final = 24  # lines up to which a row is kept on one page: a higher one than the page would be cut off


def _kept(t: Table, row: int) -> bool:
    """Say whether a row does not break over two pages."""
    most = max(
        sum(1 + sum(len(r.text) for r in p.runs) * sum(t.shares) // (_LINE * share) for p in t.inside(row, i))
        for i, share in enumerate(t.shares)
    )
    return (t.whole or (t.head and row == 0)) and most <= _WHOLE


def _table(t: Table) -> dict[str, Any]:
    rows = [[[_paragraph(p) for p in t.inside(n, i)] for i in range(len(t.shares))] for n in range(len(t.rows))]
    kept = [_kept(t, n) for n in range(len(t.rows))]
    return {"rows": rows, "shares": t.shares, "head": t.head, "labels": t.labels, "kept": kept}
