"""A workbook of tables for reading and printing: frozen headers, filters, widths, words beside every colour, nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from unicodedata import east_asian_width

MAX_CELL = 32_767  # Excel's own limit
_LINE, _MOST_LINES = 14.0, 16  # points; a taller row would push its neighbours off the screen
# The words beside the colour: a share stays a number, and says of itself that it is high.
PERCENT = '[>=0.3]"高 "0.0%;[>=0.1]"中 "0.0%;0.0%'
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile("^[=+\\-@\t\r\n＝＋－＠]")


def cell_text(value: str) -> str:
    r"""Return a text that a spreadsheet shows and never runs: guarded by an apostrophe, without control characters.

    The cell itself is a string, which Excel does not evaluate; the guard holds when somebody saves the sheet as csv.

    >>> cell_text('=HYPERLINK("http://x")'), cell_text("2023年")
    ('\'=HYPERLINK("http://x")', '2023年')
    """
    clean = _CONTROL.sub("", value)[: MAX_CELL - 1]
    return f"'{clean}" if _FORMULA.match(clean) else clean


@dataclass(frozen=True, slots=True)
class Column:
    """A column: header, width in characters, format, and what it takes from a row and its number.

    A link is a pair (id on the page, words); a text in a column of links is a text.
    """

    head: str
    width: int
    look: str
    value: Any
    coloured: bool = False


def _lines(column: Column, value: Any) -> int:
    """Estimate how many lines a value takes; LibreOffice and WPS don't fit the row to wrapped text by themselves."""
    if column.look not in ("wrap", "link") or not value:
        return 1
    text = value[1] if isinstance(value, tuple) else value
    wide = [sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in line) for line in text.split("\n")]
    return min(_MOST_LINES, sum(max(1, ceil(w / (column.width - 1))) for w in wide))


class Sheets:
    """Writes tables with a frozen header, filters and widths."""

    def __init__(self, workbook: Any) -> None:
        self.book = workbook
        base = {"font_name": "等线", "font_size": 10, "valign": "top", "border": 1, "border_color": "#D5DAD7"}
        self.looks = {
            "text": workbook.add_format(base),
            "wrap": workbook.add_format({**base, "text_wrap": True}),
            "percent": workbook.add_format({**base, "num_format": PERCENT}),
            "score": workbook.add_format({**base, "num_format": "0.00"}),
            "points": workbook.add_format({**base, "num_format": "0.0"}),
            "number": workbook.add_format({**base, "num_format": "0"}),
            "date": workbook.add_format({**base, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "link": workbook.add_format({**base, "font_color": "#1F5F5B", "underline": 1, "text_wrap": True}),
        }
        self.head = workbook.add_format(
            {**base, "bold": True, "bg_color": "#E4ECE9", "text_wrap": True, "valign": "vcenter", "align": "center"}
        )
        self.red = workbook.add_format({"bg_color": "#F7DEDB", "font_color": "#8E1F1F", "bold": True})
        self.amber = workbook.add_format({"bg_color": "#FBEBCB", "font_color": "#6E4700"})
        green = workbook.add_format({"bg_color": "#DDEFE4", "font_color": "#1E5A3B"})
        grey = workbook.add_format({"bg_color": "#E3E6EA", "font_color": "#3A4450"})
        # Each coloured cell begins with these words or symbols: nobody needs to see the colour.
        self.words = {
            "✕": self.red,
            "◐": self.amber,
            "✓": green,
            "？": grey,
            "未发现": self.amber,
            "未附": self.amber,
            "需补正": self.amber,
            "疑似偏题": self.amber,
            "待核": self.amber,
        }

    def table(
        self, name: str, columns: Sequence[Column], rows: Sequence[Any], *, fixed: int = 1, printed: int = 0
    ) -> None:
        """Add a sheet; ``fixed`` columns stay when scrolling, the first ``printed`` go on paper (0: all)."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, fixed)
        sheet.set_row(0, 32)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
            sheet.write_string(0, c, column.head, self.head)
        for r, row in enumerate(rows, 1):
            values = [column.value(row, r) for column in columns]
            sheet.set_row(r, 3 + _LINE * max(map(_lines, columns, values)))
            for c, (column, value) in enumerate(zip(columns, values, strict=True)):
                self._cell(sheet, r, c, column, value)
        if not rows:
            sheet.write_string(1, 0, "（无）", self.looks["text"])
        last = max(1, len(rows))
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{name}&R第 &P 页，共 &N 页")
        if printed:
            sheet.print_area(0, 0, last, printed - 1)
        if rows:
            self._colours(sheet, columns, len(rows))

    def _cell(self, sheet: Any, r: int, c: int, column: Column, value: Any) -> None:
        no_link = column.look == "link" and isinstance(value, str)
        look = self.looks["wrap" if no_link else column.look]
        if value is None or value == "":
            sheet.write_blank(r, c, None, look)
        elif isinstance(value, tuple):
            target, shown = value
            sheet.write_url(r, c, f"external:index.html#{target}", look, cell_text(shown)[:250])
        elif column.look == "date":
            sheet.write_datetime(r, c, value.replace(tzinfo=None), look)
        elif isinstance(value, str):
            sheet.write_string(r, c, cell_text(value), look)
        else:
            sheet.write_number(r, c, value, look)

    def _colours(self, sheet: Any, columns: Sequence[Column], n: int) -> None:
        for c, column in enumerate(columns):
            area = (1, c, n, c)
            if column.look == "percent":
                high = {"type": "cell", "criteria": ">=", "value": 0.3, "format": self.red}
                middle = {"type": "cell", "criteria": ">=", "value": 0.1, "format": self.amber}
                sheet.conditional_format(*area, {**high, "stop_if_true": True})
                sheet.conditional_format(*area, middle)
            elif column.coloured:
                for words, look in self.words.items():
                    rule = {"type": "text", "criteria": "begins with", "value": words, "format": look}
                    sheet.conditional_format(*area, rule)

    def notes(self, name: str, lines: Sequence[tuple[str, str]]) -> None:
        """Add a sheet of (name, explanation) lines."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 100)
        for r, (key, value) in enumerate(lines):
            sheet.write_string(r, 0, cell_text(key), self.looks["text"])
            sheet.write_string(r, 1, cell_text(value), self.looks["wrap"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
