"""Small charts as server-made SVG, each with its figures in words."""

from __future__ import annotations

from collections.abc import Sequence

from screening.document import Span
from screening.output.labels import percent
from screening.output.markup import Markup, h, join

_WIDTH, _ROW = 360, 26


def bars(caption: str, rows: Sequence[tuple[str, int]], unit: str = "篇") -> Markup:
    """Return a figure of horizontal bars; the words beside the bars carry all of it."""
    most = max((n for _, n in rows), default=0) or 1
    parts: list[Markup] = []
    for i, (label, n) in enumerate(rows):
        y = i * _ROW
        parts.append(h("text", label, x=0, y=y + 17))
        parts.append(
            h("rect", x=104, y=y + 5, width=max(1 if n else 0, round(200 * n / most)), height=16, rx=2, fill="#4f8a84")
        )
        parts.append(h("text", f"{n} {unit}", x=110 + round(200 * n / most), y=y + 17))
    words = "；".join(f"{label} {n} {unit}" for label, n in rows)
    svg = h(
        "svg", join(parts), viewBox=f"0 0 {_WIDTH} {_ROW * len(rows)}", role="img", aria_label=f"{caption}：{words}"
    )
    return h("figure", h("figcaption", caption), svg)


def meter(share: float) -> Markup:
    """Return a small bar for a share (0–1); the figure stands beside it in words."""
    width = max(1, round(64 * min(1.0, share))) if share else 0
    return h(
        "svg",
        h("rect", x=0, y=0, width=64, height=8, rx=2, fill="#e3e8e6"),
        h(
            "rect",
            x=0,
            y=0,
            width=width,
            height=8,
            rx=2,
            fill="#962525" if share >= 0.3 else "#b57b10" if share >= 0.1 else "#4f8a84",
        ),
        viewBox="0 0 64 8",
        class_="bar",
        aria_hidden="true",
    )


def points_bar(share: float) -> Markup:
    """Return a small bar for points reached (0–1); the figure stands beside it. Fuller is better, unlike :func:`meter`."""
    fill = "#1e5a3b" if share >= 0.8 else "#b57b10" if share >= 0.5 else "#7a858f"
    ground = h("rect", x=0, y=0, width=64, height=8, rx=2, fill="#e3e8e6")
    bar = h("rect", x=0, y=0, width=round(64 * min(1.0, share)), height=8, rx=2, fill=fill)
    return h("svg", ground, bar, viewBox="0 0 64 8", class_="bar", aria_hidden="true")


def strip(spans: Sequence[Span], length: int) -> Markup:
    """Return a band that stands for a text of ``length`` code points (≥ 1), the spans drawn where they lie in it."""
    whole = max(1, length)

    def x(offset: int) -> float:
        return round(1000 * offset / whole, 1)

    rects = [
        h("rect", x=x(s.start), y=0, width=max(3.0, x(s.end) - x(s.start)), height=14, fill="#962525") for s in spans
    ]
    places = "、".join(f"{percent(s.start / whole, 0)} 至 {percent(s.end / whole, 0)}" for s in spans[:12])
    more = f"等 {len(spans)} 处" if len(spans) > 12 else ""
    return h(
        "svg",
        h("rect", x=0, y=0, width=1000, height=14, fill="#e3e8e6"),
        join(rects),
        viewBox="0 0 1000 14",
        preserveAspectRatio="none",
        class_="strip",
        role="img",
        aria_label=f"相似段落在全文中的位置：{places}{more}",
    )
