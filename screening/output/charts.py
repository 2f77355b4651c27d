"""Small charts as server-made SVG, each with its figures in words."""

from __future__ import annotations

from collections.abc import Sequence

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
