"""Where text stands on the page, as far as it stands where nobody sees it: indents, frames, boxes, lines without height."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from screening.intake.styles import W, flag
from screening.intake.wordml import WP, A, V

EMU = 635  # in a twip
FULL = 0.55  # of the paper: a page without its margins
CHARACTER = 2.1  # twips in a hundredth of a character of 五号
LOW = 80  # twips: a line or box lower than 4 pt shows no letters
_NUMBER = re.compile("(-?[0-9]{1,9})(?:\\.[0-9]{1,6})?(pt|in|cm|mm|px|)")
_TWIPS = {"pt": 20.0, "in": 1440.0, "cm": 567.0, "mm": 56.7, "px": 15.0}
_SHAPES = frozenset(V + n for n in ("shape", "rect", "roundrect", "oval", "textbox"))


def _twips(value: str | None, unit: float = 1) -> float | None:
    match = _NUMBER.fullmatch(value or "")
    return float(match[1]) * _TWIPS.get(match[2], unit) if match else None


def _css(shape: etree._Element) -> dict[str, str]:
    pairs = (p.partition(":") for p in (shape.get("style") or "").lower().split(";"))
    return {k.strip(): v.strip() for k, _, v in pairs}


@dataclass(frozen=True, slots=True)
class Page:
    """The largest paper of a document and its narrowest margins, in twips; A4 with Word's margins if the file states none."""

    width: float = 11906
    height: float = 16838
    left: float = 1800
    right: float = 1800

    @classmethod
    def of(cls, body: etree._Element) -> Page:
        """Read it from all sections of a body: some lie across, and what one has no room for another may show."""
        sizes, margins = list(body.iter(W + "pgSz")), list(body.iter(W + "pgMar"))
        widths = [w for s in sizes if (w := _twips(s.get(W + "w"))) and w > 0]
        heights = [h for s in sizes if (h := _twips(s.get(W + "h"))) and h > 0]
        left = [m for e in margins if (m := _twips(e.get(W + "left"))) is not None]
        right = [m for e in margins if (m := _twips(e.get(W + "right"))) is not None]
        blank = cls()
        return cls(
            max(widths, default=blank.width),
            max(heights, default=blank.height),
            min(left, default=blank.left),
            min(right, default=blank.right),
        )

    @property
    def area(self) -> float:
        """Square twips."""
        return self.width * self.height

    def unseen(self, props: etree._Element | None, measures: Mapping[str, str]) -> str:
        """Return why nothing of a paragraph can be seen ("off_page", "tiny_text"), "" if it can; ``measures`` are its style's and its own."""
        sizes = {k: n for k, v in measures.items() if (n := _twips(v)) is not None}
        if self._indented_away(sizes):
            return "off_page"
        if measures.get("lineRule") == "exact" and 0 < sizes.get("line", LOW) < LOW:
            return "tiny_text"
        if props is None:
            return ""
        frame = props.find(W + "framePr")
        return self._framed_away(frame) if frame is not None else ""

    def _indented_away(self, ind: Mapping[str, float]) -> bool:
        # Word goes by the indents in characters where they are stated.
        by = {
            k: CHARACTER * n if (n := ind.get(f"{k}Chars")) else ind.get(k, 0)
            for k in ("left", "right", "firstLine", "hanging")
        }
        left, right = self.left + by["left"], self.right + by["right"]
        first = left + by["firstLine"] - by["hanging"]
        beyond = max(left, right) >= self.width
        return beyond or min(left, first, right) <= -self.width

    def _framed_away(self, frame: etree._Element) -> str:
        if frame.get(W + "dropCap") in ("drop", "margin"):
            return ""
        x, y = _twips(frame.get(W + "x")) or 0, _twips(frame.get(W + "y")) or 0
        width = _twips(frame.get(W + "w"))
        height = _twips(frame.get(W + "h")) if frame.get(W + "hRule") == "exact" else None
        from_paper, vertical = frame.get(W + "hAnchor") == "page", frame.get(W + "vAnchor")
        if self._away(x, y, width or 0, height or 0, from_paper=from_paper, vertical=vertical):
            return "off_page"
        return "tiny_text" if height is not None and 0 < height < LOW else ""

    def _away(self, x: float, y: float, w: float, h: float, *, from_paper: bool, vertical: str | None) -> bool:
        if x >= self.width or y >= self.height or x <= -self.width or y <= -self.height:
            return True
        start = x if from_paper else x + self.left
        return (w > 0 and start + w <= 0) or (h > 0 and vertical == "page" and y + h <= 0)

    def unseen_table(self, props: etree._Element | None) -> bool:
        """Say whether a table's indent or position puts it beside the paper."""
        if props is None:
            return False
        indent, place = props.find(W + "tblInd"), props.find(W + "tblpPr")
        x = _twips(indent.get(W + "w")) or 0 if indent is not None else 0
        y = 0.0
        if place is not None:
            x, y = _twips(place.get(W + "tblpX")) or 0, _twips(place.get(W + "tblpY")) or 0
        return self._away(x, y, 0, 0, from_paper=False, vertical=None)

    def filled_by(self, picture: etree._Element) -> bool:
        """Say whether a picture takes up most of a page; one behind the text is a ground, not a text."""
        for element in picture.iterancestors():
            if element.tag in (WP + "anchor", WP + "inline"):
                width, height = extent(element)
                return element.get("behindDoc") not in ("1", "true") and width * height >= FULL * self.area
            if element.tag in _SHAPES:
                style = _css(element)
                w, h = (_twips(style.get(k), 20) or 0 for k in ("width", "height"))
                return not style.get("z-index", "").startswith("-") and w * h >= FULL * self.area
            if element.tag == W + "p":
                break
        return False

    def unseen_box(self, content: etree._Element) -> str:
        """Return why nothing of a text box can be seen ("hidden_text", "off_page", "tiny_text"), "" if it can."""
        for element in content.iterancestors():
            if element.tag in (WP + "anchor", WP + "inline"):
                return self._drawing(element)
            if element.tag in _SHAPES and (why := self._shape(element)):
                return why
            if element.tag == W + "p":
                break
        return ""

    def _drawing(self, anchor: etree._Element) -> str:
        described = anchor.find(WP + "docPr")
        if described is not None and described.get("hidden") in ("1", "true"):
            return "hidden_text"
        width, height = extent(anchor)
        for name, across in (("positionH", True), ("positionV", False)):
            place = anchor.find(WP + name)
            offset = place.find(WP + "posOffset") if place is not None else None
            at = _twips((offset.text or "").strip()) if offset is not None else None
            if place is None or at is None:
                continue
            x, y = (at / EMU, 0.0) if across else (0.0, at / EMU)
            from_page = place.get("relativeFrom") == "page"
            w, h = (width, 0) if across else (0, height)
            if self._away(x, y, w, h, from_paper=from_page, vertical="page" if from_page else None):
                return "off_page"
        grows = next(anchor.iter("{*}bodyPr"), None)
        if grows is not None and grows.find(A + "spAutoFit") is not None:
            return "tiny_text" if 0 <= width < LOW else ""
        return "tiny_text" if 0 <= width < LOW or 0 <= height < LOW else ""

    def _shape(self, shape: etree._Element) -> str:
        style = _css(shape)
        if style.get("visibility") == "hidden":
            return "hidden_text"
        size = {k: n for k in ("width", "height") if (n := _twips(style.get(k), 20)) is not None}
        # Inside a v:group lengths are the group's own units.
        if any(e.tag == V + "group" for e in shape.iterancestors()):
            return ""
        if any(0 <= n < LOW for n in size.values()) and style.get("mso-fit-shape-to-text") != "t":
            return "tiny_text"
        x = _twips(style.get("margin-left") or style.get("left"), 20) or 0
        y = _twips(style.get("margin-top") or style.get("top"), 20) or 0
        from_paper = style.get("mso-position-horizontal-relative") == "page"
        vertical = style.get("mso-position-vertical-relative")
        w, h = size.get("width", 0), size.get("height", 0)
        return "off_page" if self._away(x, y, w, h, from_paper=from_paper, vertical=vertical) else ""


def extent(anchor: etree._Element) -> tuple[float, float]:
    """Return width and height of a drawing in twips, (-1, -1) if they are not stated."""
    element = anchor.find(WP + "extent")
    sides = [_twips(element.get(k)) for k in ("cx", "cy")] if element is not None else [None, None]
    return (-1, -1) if None in sides else ((sides[0] or 0) / EMU, (sides[1] or 0) / EMU)


def hidden_row(row: etree._Element) -> bool:
    """Say whether a table's row is hidden or lower than any letter."""
    props = row.find(W + "trPr")
    if props is None:
        return False
    height = props.find(W + "trHeight")
    exact = height is not None and height.get(W + "hRule") == "exact"
    low = _twips(height.get(W + "val")) if exact and height is not None else None
    return bool(flag(props, "hidden")) or (low is not None and 0 <= low < LOW)


def ground_of_box(content: etree._Element) -> str | None:
    """Return the solid colour (RRGGBB) that a text box is filled with; None if it is another filling, or can't be told."""
    for element in content.iterancestors():
        if element.tag == W + "p":
            break
        colour = element.find("{*}spPr/" + A + "solidFill/" + A + "srgbClr")
        if colour is not None:
            value = colour.get("val") or ""
            return value.upper() if not len(colour) and re.fullmatch("[0-9A-Fa-f]{6}", value) else None
    return None
