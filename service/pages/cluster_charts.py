"""Groups of similar texts as server-made SVG: a graph, a heat map, a timeline; all of it is said in words beside them too.

Nothing is told by colour alone. The heat map's steps double (a logarithmic scale) in one hue from light to dark, which every kind of
colour vision keeps apart; beside the colour stand figures, or squares that grow where there is no room for figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from screening.output.labels import percent, short
from screening.output.markup import Child, Markup, h
from service.comparing import Named

DRAWN = 24  # members of a group up to which it is drawn as a graph; the list has all
MAPPED = 100  # texts in the heat map
FIGURED = 30  # texts up to which each cell has its figure
LINED = 40  # members of a group in its timeline
# From this share (0–1) on; what is below the first is the lightest.
STEPS = (0.1, 0.2, 0.4, 0.8)
FILLS = ("#e3edf7", "#b7d0ea", "#7ba7d4", "#3f75b0", "#143a66")
_DARK, _LIGHT, _RED, _BROWN, _BLUE = "#1d2733", "#ffffff", "#a1260d", "#6b4423", "#1f4e79"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two members of a group, by their numbers from 1 on, with verified passages; shares are 0–1 of each one's own text."""

    a: int
    b: int
    share_of_a: float
    share_of_b: float
    own: bool
    href: str = ""
    dismissed: str = ""  # who found it to be no case, and when

    @property
    def rate(self) -> float:
        """The larger of the two shares."""
        return max(self.share_of_a, self.share_of_b)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of texts, the earliest first where that is known, and its ties, the strongest first; ``earliest`` is a number, ``key`` the id of one."""

    number: int
    key: str
    members: Sequence[Named]
    ties: Sequence[Tie]
    average: float
    earliest: int | None = None

    @property
    def weakest(self) -> Tie:
        """The tie with the lowest rate."""
        return self.ties[-1]

    def name(self, number: int) -> str:
        """Return what a member is called in charts: its group's number and its own."""
        return f"{self.number}.{number}"


def graph(group: Group) -> Markup | None:
    """Draw the members on a circle, numbered as in the list; the thicker a line, the more alike. None for a group that is too large."""
    count = len(group.members)
    if count > DRAWN:
        return None
    places = {
        n: (110 + 84 * math.sin(2 * math.pi * (n - 1) / count), 110 - 84 * math.cos(2 * math.pi * (n - 1) / count))
        for n in range(1, count + 1)
    }
    lines = [_line(places[t.a], places[t.b], t) for t in group.ties]
    dots = [
        h(
            "g",
            h("circle", cx=round(x, 1), cy=round(y, 1), r=14, fill="#fff", stroke=_BLUE, stroke_width=2),
            h("text", str(n), x=round(x, 1), y=round(y + 4, 1), text_anchor="middle"),
        )
        for n, (x, y) in places.items()
    ]
    words = "；".join(f"第 {t.a} 与第 {t.b} 份 {percent(t.rate, 0)}" for t in group.ties[:40])
    return h("svg", lines, dots, viewBox="0 0 220 220", role="img", aria_label=short(f"连线：{words}", 400))


def _line(one: tuple[float, float], other: tuple[float, float], tie: Tie) -> Markup:
    (x1, y1), (x2, y2) = one, other
    return h(
        "line",
        h("title", _said(tie)),
        x1=round(x1, 1),
        y1=round(y1, 1),
        x2=round(x2, 1),
        y2=round(y2, 1),
        stroke=_BROWN if tie.own else _RED,
        stroke_width=round(1 + 6 * tie.rate, 1),
        stroke_dasharray="6 4" if tie.own else None,
    )


def _said(tie: Tie) -> str:
    own = "，本人或本单位" if tie.own else ""
    return f"第 {tie.a} 与第 {tie.b} 份 {percent(tie.rate)}{own}"


# -- the heat map -----------------------------------------------------------------------------------------------------------


def step_of(share: float) -> int:
    """Return the step of a share (0–1) on the scale, from 0 on.

    >>> [step_of(s) for s in (0.05, 0.1, 0.39, 0.4, 1.0)]
    [0, 1, 2, 3, 4]
    """
    return sum(share >= s for s in STEPS)


def legend() -> list[tuple[Markup, str]]:
    """Return the scale: each step's square, and what it means."""
    edges = [percent(s, 0) for s in STEPS]
    words = [f"{edges[0]} 以下", *(f"{a}–{b}" for a, b in pairwise(edges)), f"{edges[-1]} 以上"]
    return [
        (h("svg", _square(0, 0, 16, n), viewBox="0 0 16 16", class_="swatch", aria_hidden="true"), said)
        for n, said in enumerate(words)
    ]


def _square(x: float, y: float, size: float, step: int) -> Markup:
    """Draw a step's square: the higher the step, the darker and the larger."""
    side = size * (0.4 + 0.15 * step)
    at = (size - side) / 2
    return h(
        "rect", x=round(x + at, 1), y=round(y + at, 1), width=round(side, 1), height=round(side, 1), fill=FILLS[step]
    )


def mapped(groups: Sequence[Group]) -> list[tuple[Group, int]]:
    """Return which groups the heat map has, and how many members of each: whole groups, as long as there is room."""
    out: list[tuple[Group, int]] = []
    room = MAPPED
    for g in groups:
        if out and len(g.members) > room:
            break
        out.append((g, min(len(g.members), room)))
        room -= out[-1][1]
    return out


def heat_map(rows: Sequence[tuple[Group, int]]) -> Markup:
    """Draw texts × texts: the shade of a cell is the share of the row's text that the column's text has too. Rows as :func:`mapped` gives them."""
    count = sum(n for _, n in rows)
    figured = count <= FIGURED
    cell, left, top = (30, 250, 24) if figured else (12, 200, 16)
    parts: list[Child] = []
    first = 0
    for group, shown in rows:
        start = left + first * cell, top + first * cell
        side = shown * cell
        parts.append(h("rect", x=start[0], y=start[1], width=side, height=side, fill="#fff", stroke=_BLUE))
        parts += [_row(group, n, left, start[1] + (n - 0.5) * cell, figured=figured) for n in range(1, shown + 1)]
        parts += [
            h("text", group.name(n), x=start[0] + (n - 0.5) * cell, y=top - 8, text_anchor="middle")
            for n in range(1, shown + 1)
            if figured or n == 1
        ]
        parts += [
            h("rect", x=start[0] + k * cell, y=start[1] + k * cell, width=cell, height=cell, fill="#eef1f4")
            for k in range(shown)
        ]
        for tie in group.ties:
            if max(tie.a, tie.b) <= shown:
                parts += _cells(group, tie, start, cell, figured=figured)
        first += shown
    width, height = left + count * cell + 2, top + count * cell + 2
    size = "few" if count <= 8 else "some" if figured else "many"
    words = f"热图：{len(rows)} 组，{count} 份材料两两的相似比例；每一格的数字在群组一栏里都有"
    return h(
        "svg",
        parts,
        viewBox=f"0 0 {width} {height}",
        class_=f"heat {size}",
        role="group" if figured else "img",
        aria_label=words,
    )


def _row(group: Group, number: int, left: int, y: float, *, figured: bool) -> Markup:
    title = group.members[number - 1].title
    words = f"{group.name(number)} {title if len(title) <= 16 else title[:15] + '…'}"
    return h("text", words, x=left - 8, y=round(y + 4, 1), text_anchor="end", class_=None if figured else "small")


def _cells(group: Group, tie: Tie, start: tuple[float, float], cell: int, *, figured: bool) -> Iterator[Markup]:
    for row, column, share in ((tie.a, tie.b, tie.share_of_a), (tie.b, tie.a, tie.share_of_b)):
        if not share:
            continue
        x, y, step = start[0] + (column - 1) * cell, start[1] + (row - 1) * cell, step_of(share)
        own = "（本人或本单位）" if tie.own else ""
        inside: list[Child] = [
            h("title", f"{group.name(row)} 有 {percent(share)} 与 {group.name(column)} 相同或相近{own}")
        ]
        if figured:
            fill = _LIGHT if step >= 3 else _DARK
            inside += [
                h("rect", x=x, y=y, width=cell, height=cell, fill=FILLS[step]),
                h("text", f"{100 * share:.0f}", x=x + cell / 2, y=y + cell / 2 + 4, text_anchor="middle", fill=fill),
            ]
        else:
            inside.append(_square(x, y, cell, step))
        if tie.own:
            inside.append(
                h(
                    "rect",
                    x=x + 1.5,
                    y=y + 1.5,
                    width=cell - 3,
                    height=cell - 3,
                    fill="none",
                    stroke=_BROWN,
                    stroke_dasharray="3 2",
                )
            )
        # The list of links beside it is for the keyboard: hundreds of cells in a row are no way to go.
        yield h("a", inside, href=tie.href, tabindex="-1") if tie.href and figured else h("g", inside)


# -- the timeline -----------------------------------------------------------------------------------------------------------


def timeline(group: Group) -> Markup:
    """Draw the first members of a group from the earliest down, each where its date lies, with lines between what shares passages."""
    shown = group.members[:LINED]
    dates = [_date(m) for m in shown]
    known = [d for d in dates if d]
    low, high = (min(known), max(known)) if known else (None, None)
    left, right, row = 400, 790, 30
    before, unknown, middle = 310, 890, (left + right) / 2

    def x(date: datetime | None, member: Named) -> float:
        if date is None or low is None or high is None:
            return unknown if member.submission else before  # a text of the archive was there before
        return middle if high == low else left + (right - left) * ((date - low) / (high - low))

    places = [(round(x(d, m), 1), 40 + row * n) for n, (d, m) in enumerate(zip(dates, shown, strict=True))]
    bottom = 40 + row * len(shown)
    undated = {bool(m.submission) for d, m in zip(dates, shown, strict=True) if d is None}
    heads: list[tuple[float, str]] = [(before, "往年")] if False in undated else []
    heads += [(unknown, "日期不详")] if True in undated else []
    if low and high:
        ends = [(middle, low)] if high == low else [(left, low), (right, high)]
        heads += [(at, d.strftime("%Y-%m-%d")) for at, d in ends]
    parts: list[Child] = [
        h("line", x1=at, y1=22, x2=at, y2=bottom - 12, stroke="#d5dbe1", stroke_dasharray="2 4") for at, _ in heads
    ]
    parts += [h("text", words, x=at, y=14, text_anchor="middle") for at, words in heads]
    for tie in group.ties:
        if max(tie.a, tie.b) <= len(shown):
            parts.append(_line(places[tie.a - 1], places[tie.b - 1], tie))
    for n, ((at, y), member, date) in enumerate(zip(places, shown, dates, strict=True), 1):
        earliest = n == group.earliest
        words = date.strftime("%m-%d") if date else str(member.year or "")
        # Lines go down: beside who has none from above there is room on the left.
        first = not any(n == max(t.a, t.b) for t in group.ties)
        parts += [
            h("text", f"{n}  {member.title if len(member.title) <= 15 else member.title[:14] + '…'}", x=0, y=y + 4),
            h("circle", cx=at, cy=y, r=7, fill=_BLUE if earliest else "#fff", stroke=_BLUE, stroke_width=2),
            h(
                "text",
                f"{'最早 ' if earliest else ''}{words}",
                x=at - 13 if first else at + 13,
                y=y + 4,
                text_anchor="end" if first else None,
                class_="halo",
            ),
        ]
    said = "；".join(f"第 {n} 份 {d.strftime('%Y-%m-%d') if d else '没有日期'}" for n, d in enumerate(dates, 1))
    return h(
        "svg",
        parts,
        viewBox=f"0 0 950 {bottom}",
        class_="timeline",
        role="img",
        aria_label=short(f"时间线：{said}", 400),
    )


def _date(member: Named) -> datetime | None:
    return datetime.fromisoformat(member.received) if member.received else None
