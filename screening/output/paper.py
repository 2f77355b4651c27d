"""What stands on a paper – a sheet, a letter –, whatever it is written as: see ``paper_docx``, ``paper_html``, ``paper_typst``.

Official papers (GB/T 9704) have their own fonts, which most computers lack: each is named with what stands for it elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

# The fonts of official papers, each with what stands for it on a computer that does not have it, the best first.
BODY, TITLE, HEADING, KAI, SONG, LATIN = "仿宋", "方正小标宋简体", "黑体", "楷体", "宋体", "Times New Roman"
FONTS: Final[dict[str, tuple[str, ...]]] = {
    BODY: ("仿宋_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC"),
    TITLE: ("方正小标宋_GBK", "华文中宋", "宋体", "Noto Serif CJK SC"),
    HEADING: ("SimHei", "Noto Sans CJK SC"),
    KAI: ("楷体_GB2312", "KaiTi", "Noto Serif CJK SC"),
    SONG: ("SimSun", "Noto Serif CJK SC"),
    LATIN: ("Liberation Serif",),
}
Underline = Literal["", "single", "double", "dash", "dotted", "wave"]
Style = Literal["", "Title", "Heading1", "Heading2", "Cell", "Note"]
# In millimetres: A4, and the margins of official papers.
PAGE: Final = (210, 297)
TOP, RIGHT, BOTTOM, LEFT = 37, 26, 35, 28


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike. ``color`` is RRGGBB, ``dots`` are emphasis dots below, ``size`` in points, ``font`` one of :data:`FONTS`."""

    text: str
    color: str = ""
    underline: Underline = ""
    bold: bool = False
    dots: bool = False
    size: float = 0
    font: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs in a style.

    ``indent`` sets the first line in by two characters, ``keep`` keeps it with the next, ``before`` is the space above in points,
    ``right`` the distance from the right margin in characters.
    """

    runs: tuple[Run, ...]
    style: Style = ""
    align: Literal["", "right"] = ""
    indent: bool = False
    keep: bool = False
    before: float = 0
    right: int = 0


Cell = str | tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells over the whole width; a string is one plain paragraph. ``shares`` are the columns' parts of the width.

    With ``head`` the first row is repeated on every page; with ``labels`` every other column holds the names of values; with ``whole``
    no row breaks over two pages.
    """

    rows: tuple[tuple[Cell, ...], ...]
    shares: tuple[int, ...]
    head: bool = True
    labels: bool = False
    whole: bool = True

    def is_name(self, row: int, column: int) -> bool:
        """Say whether a cell holds the name of something: it is bold on grey."""
        return (self.head and row == 0) or (self.labels and column % 2 == 0)

    def inside(self, row: int, column: int) -> tuple[Paragraph, ...]:
        """Return the paragraphs of a cell."""
        content = self.rows[row][column]
        if isinstance(content, str):
            return (Paragraph((Run(content, bold=self.is_name(row, column)),), "Cell"),)
        return content


Block = Paragraph | Table


def run(
    text: str,
    *,
    color: str = "",
    underline: Underline = "",
    bold: bool = False,
    dots: bool = False,
    size: float = 0,
    font: str = "",
) -> Run:
    """Return a run: see :class:`Run`."""
    return Run(text, color, underline, bold, dots, size, font)


def paragraph(
    *runs: Run,
    style: Style = "",
    align: Literal["", "right"] = "",
    indent: bool = False,
    keep: bool = False,
    before: float = 0,
    right: int = 0,
) -> Paragraph:
    """Return a paragraph: see :class:`Paragraph`."""
    return Paragraph(runs, style, align, indent, keep, before, right)


def title(value: str) -> Paragraph:
    """Return the title of the paper."""
    return paragraph(run(value), style="Title")


def heading(value: str, level: Literal[1, 2] = 1) -> Paragraph:
    """Return a heading of level 1 or 2."""
    return paragraph(run(value), style="Heading1" if level == 1 else "Heading2")


def cell(*paragraphs: Run | Sequence[Run]) -> tuple[Paragraph, ...]:
    """Return the content of a cell of several paragraphs; each argument is a run or several."""
    return tuple(paragraph(*((p,) if isinstance(p, Run) else p), style="Cell") for p in paragraphs)


def table(
    rows: Sequence[Sequence[Cell]],
    shares: Sequence[int],
    *,
    head: bool = True,
    labels: bool = False,
    whole: bool = True,
) -> Table:
    """Return a table: see :class:`Table`. Raises ValueError for a row with more or fewer cells than there are columns."""
    if any(len(row) != len(shares) for row in rows):
        raise ValueError("a row has another number of cells than the table has columns")
    return Table(tuple(map(tuple, rows)), tuple(shares), head, labels, whole)


_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069\ud800-\udfff]')


def safe_name(number: int, of: int, name: str, suffix: str = ".docx") -> str:
    """Return a file's name that every system takes and that no other ``number`` has.

    >>> safe_name(7, 120, 'CON: 读书/研修?.')
    '007-CON_ 读书_研修_.docx'
    """
    plain = " ".join(_UNSAFE.sub("_", _UNSEEN.sub("", name)).split())[:48].rstrip(" .")
    return f"{number:0{len(str(of))}d}-{plain or '未命名'}{suffix}"
