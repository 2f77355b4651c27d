"""Styles of a .docx: names, outline levels, and what makes text invisible, resolved through basedOn and the theme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from screening.intake.warnings import PAGE_NUMBER

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_HEADING = re.compile("^(?:heading|标题|标 题)\\s*([1-9])$")
_THEME_NAMES = {
    "background1": "lt1",
    "light1": "lt1",
    "text1": "dk1",
    "dark1": "dk1",
    "background2": "lt2",
    "light2": "lt2",
    "text2": "dk2",
    "dark2": "dk2",
}
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_SCHEME = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "green": "00FF00",
    "magenta": "FF00FF",
    "red": "FF0000",
    "yellow": "FFFF00",
    "white": "FFFFFF",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "darkGray": "808080",
    "lightGray": "C0C0C0",
}
_MEASURE = re.compile("(-?[0-9]{1,6}(?:\\.[0-9]{1,6})?)(pt|%|)")
# Of a run: field of Look, element, its units in a point.
_MEASURES = (("size", "sz", 2), ("scale", "w", 1), ("spacing", "spacing", 20), ("position", "position", 2))
CLEAR = 95_000  # thousandths of a percent
TINY = 8  # half-points: below 4 pt nobody reads it
USUAL = 21  # half-points: the size of a run whose file states none (五号)
THIN = 15  # percent: narrower letters (w:w) are strokes; Word's own dialogue offers 33 and more
FAR = 400  # half-points: text raised or lowered by 200 pt is on another line, mostly on no page
NEAR = 24  # per channel (0–255): closer to its ground than this, text can't be seen


@dataclass(frozen=True, slots=True)
class Look:
    """What decides whether a run can be seen.

    Hidden, hidden in web view, colour and ground (RRGGBB, None: automatic), size in half-points, width of the letters in percent,
    space added between them in twips, height above the line in half-points, ``clear`` for letters without any filling.
    """

    vanish: bool = False
    web_hidden: bool = False
    colour: str | None = None
    ground: str | None = None
    size: float | None = None
    scale: float = 100
    spacing: float = 0
    position: float = 0
    clear: bool = False

    def unseen(self, paper: str, text: str) -> str:
        """Return why ``text`` of this look can't be read on that ``paper`` (a code of ``SENTENCES``), "" if it can.

        What is hidden in web view alone is printed; only the page numbers of a table of contents have a reason to be so.
        """
        if self.vanish or (self.web_hidden and not PAGE_NUMBER.fullmatch(text.strip())):
            return "hidden_text"
        if abs(self.position) >= FAR:
            return "off_page"
        size = USUAL if self.size is None else self.size
        # Letters that lie upon each other are as unreadable as small ones: a quarter of their width is left.
        if 0 < size < TINY or self.scale < THIN or self.spacing < -7.5 * size:
            return "tiny_text"
        if self.clear:
            return "white_text"
        if self.colour and _distance(self.colour, self.ground or paper) < NEAR:
            return "white_text"
        return ""


@dataclass(frozen=True, slots=True)
class Style:
    """One style, resolved: name in lower case, outline level 1–9, the look of its runs, numbering (numId, ilvl)."""

    name: str = ""
    level: int | None = None
    look: Look = field(default_factory=Look)
    number: tuple[str, int] | None = None
    painted: frozenset[str] = frozenset()  # the parts of a table ("", "firstRow" …) that the style gives a dark ground
    measures: Mapping[str, str] = field(default_factory=dict)  # attributes of w:ind and w:spacing by local name


def _distance(a: str, b: str) -> int:
    return max(abs(int(a[i : i + 2], 16) - int(b[i : i + 2], 16)) for i in (0, 2, 4))


def flag(props: etree._Element, name: str) -> bool | None:
    """Read a toggle property; None if it is not there."""
    element = props.find(W + name)
    if element is None:
        return None
    return element.get(W + "val", "1").lower() not in ("0", "false", "off")


def _hex(value: str | None) -> str | None:
    return value.upper() if value and re.fullmatch("[0-9A-Fa-f]{6}", value) else None


@dataclass(frozen=True, slots=True)
class Theme:
    """The theme's colours by their scheme name ("lt1": "FFFFFF")."""

    colours: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, root: etree._Element | None) -> Theme:
        """Read a theme part; None gives a theme without colours."""
        colours = {}
        scheme = root.find(f".//{A}clrScheme") if root is not None else None
        for slot in scheme if scheme is not None else ():
            for colour in slot:
                value = _hex(colour.get("val")) or _hex(colour.get("lastClr"))
                if value and isinstance(slot.tag, str):
                    colours[etree.QName(slot).localname] = value
        return cls(colours)

    def colour(self, element: etree._Element, prefix: str = "") -> str | None:
        """Return the colour of a ``w:color`` or (with ``prefix`` "Fill") ``w:shd``; None for automatic."""
        name = element.get(f"{W}theme{prefix or 'Color'}")
        if name:
            base = self.colours.get(_THEME_NAMES.get(name, name))
            if base:
                tint = element.get(f"{W}theme{prefix}Tint") if prefix else element.get(W + "themeTint")
                shade = element.get(f"{W}theme{prefix}Shade") if prefix else element.get(W + "themeShade")
                return _shifted(base, tint, shade)
        return _hex(element.get(W + ("fill" if prefix else "val")))

    def ground(self, shading: etree._Element | None) -> str | None:
        """Return the ground that a ``w:shd`` paints, its pattern mixed in; None if it paints none."""
        if shading is None:
            return None
        fill, pattern = self.colour(shading, "Fill"), shading.get(W + "val") or ""
        percent = 100 if pattern == "solid" else plain_int(pattern.removeprefix("pct")) if pattern[:3] == "pct" else 0
        if not percent:
            return fill
        front, back = _hex(shading.get(W + "color")) or "000000", fill or "FFFFFF"
        pairs = ((int(front[i : i + 2], 16), int(back[i : i + 2], 16)) for i in (0, 2, 4))
        return "".join(f"{round((f * percent + b * (100 - percent)) / 100):02X}" for f, b in pairs)


def _shifted(colour: str, tint: str | None, shade: str | None) -> str:
    """Apply w:themeTint (towards white) and w:themeShade (towards black), both 00–FF; linear in RGB is near enough here."""
    channels = [int(colour[i : i + 2], 16) for i in (0, 2, 4)]
    try:
        if tint:
            part = int(tint, 16) / 255
            channels = [round(c * part + 255 * (1 - part)) for c in channels]
        if shade:
            part = int(shade, 16) / 255
            channels = [round(c * part) for c in channels]
    except ValueError:
        return colour
    return "".join(f"{min(255, max(0, c)):02X}" for c in channels)


def _measure(value: str | None, points: int, default: float | None) -> float | None:
    match = _MEASURE.fullmatch(value or "")
    return float(match[1]) * (points if match[2] == "pt" else 1) if match else default


def _filling(fill: etree._Element, props: etree._Element, theme: Theme) -> dict[str, object]:
    """Return the changes of a text effect of Word 2010 and later, which overrules the colour: none at all, solid, or others."""
    outline = props.find(W14 + "textOutline")
    outlined = outline is not None and outline.find(W14 + "noFill") is None and len(outline) > 0
    if outlined:
        return {}
    if fill.find(W14 + "noFill") is not None:
        return {"clear": True}
    for tag in ("srgbClr", "schemeClr"):
        colour = fill.find(f"{W14}solidFill/{W14}{tag}")
        if colour is None:
            continue
        alpha = colour.find(W14 + "alpha")  # the share that shines through, in thousandths of a percent
        if alpha is not None and plain_int(alpha.get(W14 + "val")) >= CLEAR:
            return {"clear": True}
        named = colour.get(W14 + "val") or ""
        plain = all(e.tag == W14 + "alpha" for e in colour)  # lumMod and the like shift a theme's colour
        found = _hex(named) if tag == "srgbClr" else theme.colours.get(_SCHEME.get(named, named))
        return {"colour": found} if found and plain else {}
    return {}


def with_run_properties(look: Look, props: etree._Element | None, theme: Theme) -> Look:
    """Return ``look`` changed by a ``w:rPr``."""
    if props is None or not len(props):
        return look
    changes: dict[str, object] = {}
    for name, key in (("vanish", "vanish"), ("specVanish", "vanish"), ("webHidden", "web_hidden")):
        value = flag(props, name)
        if value is not None and (value or name != "specVanish"):
            changes[key] = value
    colour = props.find(W + "color")
    if colour is not None:
        changes["colour"] = theme.colour(colour)
    shading = props.find(W + "shd")
    if shading is not None:
        changes["ground"] = theme.ground(shading) or look.ground
    highlight = props.find(W + "highlight")
    if highlight is not None and (painted := _HIGHLIGHTS.get(highlight.get(W + "val") or "")):
        changes["ground"] = painted
    for key, name, points in _MEASURES:
        element = props.find(W + name)
        if element is not None:
            changes[key] = _measure(element.get(W + "val"), points, getattr(look, key))
    fill = props.find(W14 + "textFill")
    if fill is not None:
        changes |= _filling(fill, props, theme)
    return replace(look, **changes) if changes else look  # type: ignore[arg-type]


DEEPEST = 50  # styles that one is based on, at most; Word allows for eleven


class Styles:
    """All styles of a document, resolved on demand."""

    def __init__(self, root: etree._Element | None, theme: Theme) -> None:
        self.theme = theme
        self._raw: dict[str, etree._Element] = {}
        self._done: dict[str, Style] = {}
        self.base = Look()
        self.default_paragraph = ""
        if root is None:
            return
        self.base = with_run_properties(self.base, root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"), theme)
        for style in root.iterfind(W + "style"):
            key = style.get(W + "styleId") or ""
            self._raw.setdefault(key, style)
            if style.get(W + "default") in ("1", "true") and style.get(W + "type") == "paragraph":
                self.default_paragraph = key

    def get(self, style_id: str) -> Style:
        """Return a style by id; an unknown id gives the document's defaults."""
        if style_id not in self._done:
            self._done[style_id] = self._resolve(style_id, frozenset())
        return self._done[style_id]

    def _resolve(self, style_id: str, seen: frozenset[str]) -> Style:
        raw = self._raw.get(style_id)
        if raw is None or style_id in seen or len(seen) == DEEPEST:  # unknown, or a cycle of basedOn
            return Style(look=self.base)
        based = raw.find(W + "basedOn")
        parent = (
            self._resolve(based.get(W + "val") or "", seen | {style_id}) if based is not None else Style(look=self.base)
        )
        name_element = raw.find(W + "name")
        name = (name_element.get(W + "val") or "").lower() if name_element is not None else ""
        props = raw.find(W + "pPr")
        ground = self.theme.ground(props.find(W + "shd")) if props is not None else None
        look = replace(parent.look, ground=ground) if ground else parent.look
        return Style(
            name=name,
            level=_level(name, props, parent.level),
            look=with_run_properties(look, raw.find(W + "rPr"), self.theme),
            number=number_of(props) or parent.number,
            painted=parent.painted | self._painted(raw),
            measures={**parent.measures, **measures_of(props)},
        )

    def _painted(self, raw: etree._Element) -> frozenset[str]:
        """Return the parts of a table whose ground the style paints so that white letters can be read on it."""
        out = set()
        for part in (raw, *raw.iterfind(W + "tblStylePr")):
            grounds = (self.theme.ground(part.find(f"{W}{props}/{W}shd")) for props in ("tcPr", "tblPr", "pPr"))
            if any(g and _distance(g, "FFFFFF") >= NEAR for g in grounds):
                out.add(part.get(W + "type") or "" if part is not raw else "")
        return frozenset(out)

    def with_character_style(self, look: Look, style_id: str) -> Look:
        """Return ``look`` changed by a character style and those that it is based on."""
        chain: list[etree._Element] = []
        while (raw := self._raw.get(style_id)) is not None and raw not in chain and len(chain) < DEEPEST:
            chain.append(raw)
            based = raw.find(W + "basedOn")
            style_id = based.get(W + "val") or "" if based is not None else ""
        for raw in reversed(chain):
            look = with_run_properties(look, raw.find(W + "rPr"), self.theme)
        return look


def _level(name: str, props: etree._Element | None, parent: int | None) -> int | None:
    match = _HEADING.match(name)
    if match:
        return int(match[1])
    stated = outline_of(props)
    return stated if stated is not None else parent


def plain_int(value: str | None, default: int = 0) -> int:
    """Return a small number of an attribute, ``default`` for everything else that may stand there.

    >>> plain_int("3"), plain_int("²"), plain_int(None, 9), plain_int("-1")
    (3, 0, 9, 0)
    """
    return int(value) if value and re.fullmatch("[0-9]{1,9}", value) else default


def outline_of(props: etree._Element | None) -> int | None:
    """Return the outline level 1–9 that a ``w:pPr`` states, None if it states none or body text."""
    element = props.find(W + "outlineLvl") if props is not None else None
    value = element.get(W + "val") if element is not None else None
    level = plain_int(value, 9)
    return level + 1 if level < 9 else None


def measures_of(props: etree._Element | None) -> dict[str, str]:
    """Return the attributes of a ``w:pPr``'s ``w:ind`` and ``w:spacing`` by local name; start and end are called left and right."""
    names = {"start": "left", "end": "right", "startChars": "leftChars", "endChars": "rightChars"}
    out = {}
    for element in (props.find(W + "ind"), props.find(W + "spacing")) if props is not None else ():
        for key, value in element.items() if element is not None else ():
            local = etree.QName(key).localname
            out[names.get(local, local)] = str(value)
    return out


def number_of(props: etree._Element | None) -> tuple[str, int] | None:
    """Return (numId, ilvl) of a ``w:pPr``; numId "0" takes numbering away."""
    element = props.find(W + "numPr") if props is not None else None
    if element is None:
        return None
    num, level = element.find(W + "numId"), element.find(W + "ilvl")
    at = plain_int(level.get(W + "val")) if level is not None else 0
    return (num.get(W + "val") or "0" if num is not None else "", at)
