"""The score on the page: a bar for each part with everything that it is made of, and the case's place among its like."""

from __future__ import annotations

from screening.output.charts import points_bar
from screening.output.html_overview import table
from screening.output.labels import SCORE_NOTE
from screening.output.markup import Child, Markup, h, join
from screening.ranking import Rank
from screening.report import Report
from screening.scoring.result import PARTS, Figure, Part

HEADS = ("部分", "得分", "满分", "由什么得来")


def score_part(report: Report, place: Child, *, full: bool) -> Markup | None:
    """Return the score with its parts, or why there is none; ``place`` is the case's place in its group. ``full``: with every figure."""
    score = report.score
    if score is None:
        return None
    title = h("h4", "参考分")
    if score.total is None:
        return join([title, h("p", f"没有参考分：{score.reason}。", class_="empty")])
    if not full:
        parts = "，".join(f"{PARTS[k]} {p.points:g}/{p.weight:g}" for k, p in score.parts.items())
        return join([title, _total(score.total, place), h("p", f"{parts}。由什么得来见 report.jsonl。", class_="note")])
    rows = [_row(name, part) for name, part in score.parts.items()]
    caption = "每项先按“满分线”折成 0–100%，超过不再加分，再按所占比重相加"
    return join(
        [title, _total(score.total, place), h("p", SCORE_NOTE, class_="note"), table(caption, HEADS, rows, "parts")]
    )


def _total(total: float, place: Child) -> Markup:
    return h("p", h("strong", f"{total:g}", class_="total"), " 分（满分 100）", place, class_="score")


def place_line(rank: Rank | None) -> str:
    """Return a case's place among its like in words; nothing for a case that has none."""
    if rank is None:
        return ""
    return f"　同类型、同项目类别的 {rank.of} 篇中第 {rank.place} 名{f'（{rank.remark}）' if rank.remark else ''}"


def _row(name: str, part: Part) -> Markup:
    how: list[Child] = [h("li", figure_words(f)) for f in part.figures]
    if part.factor < 1:
        how.append(h("li", f"切题分不足 0.5，这一部分按 {part.factor:.0%} 计", class_="factor"))
    points = join([points_bar(part.points / part.weight if part.weight else 0.0), h("span", f"{part.points:g}")])
    return h(
        "tr",
        h("th", PARTS[name], scope="row"),
        h("td", points, data_label=HEADS[1], class_="num rate"),
        h("td", f"{part.weight:g}", data_label=HEADS[2], class_="num"),
        h("td", h("ul", how), data_label=HEADS[3], class_="how"),
    )


def figure_words(figure: Figure) -> str:
    """Return a figure in words: what was counted, from where on it counts whole, what it earns.

    >>> figure_words(Figure(name="案例概要", value=75, full=150, unit="字", share=0.5, weight=0.25))
    '案例概要 75 字（满分线 150），得 50%，占 25%'
    >>> figure_words(Figure(name="标题", value=0, full=0, unit="项问题", share=1, weight=0.2))
    '标题未见问题，得 100%，占 20%'
    """
    if figure.full:
        said = f"{figure.name} {f'{round(figure.value, 2):g} {figure.unit}'.strip()}（满分线 {figure.full:g}）"
    else:
        said = f"{figure.name}{f'有 {figure.value:g} {figure.unit}' if figure.value else '未见问题'}"
    return f"{said}，得 {figure.share:.0%}，占 {figure.weight:.0%}"
