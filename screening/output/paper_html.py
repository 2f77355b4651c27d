"""Paper as one self-contained page: no script, nothing from elsewhere, and A4 with the margins of official papers when printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from screening.output.markup import Markup, h, join
from screening.output.page import asset, foot_of, head_of
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

_TAGS: Final = {"Title": "h1", "Heading1": "h2", "Heading2": "h3"}
_UNDERLINES: Final = {"single": "solid", "double": "double", "dash": "dashed", "dotted": "dotted", "wave": "wavy"}
_GENERIC: Final = {HEADING: "sans-serif"}


def document(content: Iterable[Block], *, name: str, made_at: datetime | None = None, size: float = 12) -> bytes:
    """Return the page of paragraphs and tables, UTF-8; the same content gives the same bytes.

    ``name`` is its title, ``size`` that of the body in points. Raises ValueError for a time without a zone.
    """
    if made_at is not None and made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    looks = _Looks()
    body = join([looks.block(b) for b in content])
    page = f"@page{{size:{PAGE[0]}mm {PAGE[1]}mm;margin:{TOP}mm {RIGHT}mm {BOTTOM}mm {LEFT}mm}}"
    screen = f"@media screen{{main{{width:{PAGE[0]}mm;padding:{TOP}mm {RIGHT}mm {BOTTOM}mm {LEFT}mm}}}}"
    base = f"main{{font-size:{size:g}pt}}"
    css = "".join((_families(), asset("paper.css"), page, screen, base, looks.css()))
    written = h("meta", name="dcterms.created", content=made_at.isoformat()) if made_at else None
    return f"{head_of(name, script=False, css=css, more=written)}{h('main', body)}{foot_of(script=False)}".encode()


def _families() -> str:
    """Return the rules that name the fonts; figures and letters are in the Latin one, as on official papers."""
    latin = ",".join(f"local('{n}')" for n in (LATIN, *FONTS[LATIN]))
    # Quotation marks and dashes, which both fonts have, are those of the Chinese one.
    face = f"@font-face{{font-family:latin;src:{latin};unicode-range:U+20-7E,U+A0-24F}}"
    names = {"body": BODY, "title": TITLE, "heading": HEADING, "kai": KAI, "song": SONG}
    rows = (
        f"--{key}:latin,{','.join(repr(n) for n in (font, *FONTS[font]))},{_GENERIC.get(font, 'serif')}"
        for key, font in names.items()
    )
    return f"{face}:root{{{';'.join(rows)}}}"


class _Looks:
    """Writes blocks, and keeps a class for every look: the page's policy allows no style at an element."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def css(self) -> str:
        """Return the rules of the looks in use. Several times the class outdoes what the style of a paragraph says."""
        return "".join(
            rule.replace("&", f".{name}") if "&" in rule else f".{name}.{name}{{{rule}}}"
            for rule, name in self._classes.items()
        )

    def _class(self, rule: str) -> str | None:
        return self._classes.setdefault(rule, f"x{len(self._classes)}") if rule else None

    def block(self, block: Block) -> Markup:
        """Return a paragraph or a table."""
        return self._table(block) if isinstance(block, Table) else self._paragraph(block)

    def _paragraph(self, p: Paragraph) -> Markup:
        rules = [
            "text-indent:2em" if p.indent else "",
            "break-after:avoid" if p.keep else "",
            f"margin-top:{p.before:g}pt" if p.before else "",
            f"margin-right:{p.right}em" if p.right else "",
            f"text-align:{p.align}" if p.align else "",
        ]
        classes = [p.style.lower(), self._class(";".join(r for r in rules if r))]
        return h(_TAGS.get(p.style, "p"), map(self._run, p.runs), class_=" ".join(c for c in classes if c) or None)

    def _run(self, r: Run) -> Markup:
        rules = [
            f"color:#{r.color}" if r.color else "",
            f"text-decoration:underline {_UNDERLINES[r.underline]} 1px" if r.underline else "",
            "text-emphasis:filled dot;text-emphasis-position:under right" if r.dots else "",
            "font-weight:bold" if r.bold else "",
            f"font-size:{r.size:g}pt" if r.size else "",
            "font-family:var(--kai)" if r.font == KAI else "",
        ]
        rule = ";".join(x for x in rules if x)
        lines = join(x for n, line in enumerate(r.text.split("\n")) for x in ((h("br"), line) if n else (line,)))
        return h("span", lines, class_=self._class(rule)) if rule else lines

    def _table(self, t: Table) -> Markup:
        widths = "".join(
            f"& col:nth-child({n}){{width:{100 * s / sum(t.shares):.2f}%}}" for n, s in enumerate(t.shares, 1)
        )
        rows = list(self._rows(t))
        classes = [self._class(widths) or "", "whole" if t.whole else "", "labels" if t.labels else ""]
        return h(
            "table",
            h("colgroup", [h("col") for _ in t.shares]),
            h("thead", rows[0]) if t.head else None,
            h("tbody", rows[1:] if t.head else rows),
            class_=" ".join(c for c in classes if c),
        )

    def _rows(self, t: Table) -> Iterator[Markup]:
        for n in range(len(t.rows)):
            cells = []
            for i in range(len(t.shares)):
                inside = [self._paragraph(p) for p in t.inside(n, i)]
                scope = "col" if t.head and n == 0 else "row"
                cells.append(h("th", inside, scope=scope) if t.is_name(n, i) else h("td", inside))
            yield h("tr", cells)
