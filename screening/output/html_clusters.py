"""The groups of similar texts on the page: who is in each, how strong the links are, who came first, and a small graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, sin

from screening.output.cluster_words import link_words, nearest, title_of, when
from screening.output.html_overview import table
from screening.output.labels import PLACE, percent
from screening.output.markup import Child, Markup, h, join
from screening.report import BatchReport
from screening.reuse.clusters import LEAST, Cluster, Member

CLUSTERS_SHOWN = 100  # on the page; the page says how many there are, the workbook has all
AT_ONCE = 10  # the others are folded away: the list of cases should not be pushed out of sight
MEMBERS_SHOWN = 30  # of one group
GRAPH = range(3, 9)  # members; two need no graph, and more than eight make a tangle
_SIZE, _RADIUS, _NODE = 240, 92, 15


def clusters_part(batch: BatchReport, in_batch: Mapping[str, str]) -> Markup:
    """Return the section, or nothing where no two texts are alike. ``in_batch`` has the ids of the cases on this page."""
    clusters = batch.clusters
    if not clusters:
        return Markup("")
    cut = ""
    if len(clusters) > CLUSTERS_SHOWN:
        cut = f"列出前 {CLUSTERS_SHOWN} 组，共 {len(clusters)} 组，其余见 summary.xlsx 的“聚类”表。"
    about = (
        f"只按查实的相似段落归组：两份材料中较高一方的相似率达到 {percent(LEAST, 0)} 算相连，平均达到 {percent(LEAST, 0)} 才并入一组，"
        f"没有相似段落的一对按 0 计。同组是疑似重复的线索，不是结论。{cut}"
    )
    groups = [_cluster(c, n, in_batch) for n, c in enumerate(clusters[:CLUSTERS_SHOWN], 1)]
    return h(
        "section",
        h("h2", f"相似群组（{len(clusters)}）", id="clusters"),
        h("p", about, class_="note"),
        h("div", groups[:AT_ONCE], _folded(groups[AT_ONCE:]), class_="clusters"),
    )


def _folded(groups: Sequence[Markup]) -> Markup | None:
    return h("details", h("summary", f"其余 {len(groups)} 组"), groups, class_="more") if groups else None


def cluster_line(batch: BatchReport, number: int | None) -> Child:
    """Return what a case says of its group: its number and size, as a link where the group is on the page."""
    if number is None:
        return "未归入群组"
    words = f"群组 {number}（{len(batch.clusters[number - 1].members)} 份）"
    return h("a", words, href=f"#cluster-{number}") if number <= CLUSTERS_SHOWN else f"{words}，见 summary.xlsx"


def _cluster(cluster: Cluster, number: int, in_batch: Mapping[str, str]) -> Markup:
    earliest = cluster.earliest
    first = f"最早：{title_of(earliest)}" if earliest else "谁最早：时间不详"
    head = h(
        "summary",
        h("h3", f"群组 {number}"),
        h("span", f"{len(cluster.members)} 份 · 最强 {percent(cluster.strongest.rate)} · {first}", class_="meta"),
    )
    graph = _graph(cluster) if len(cluster.members) in GRAPH else None
    body = h(
        "div",
        h(
            "div",
            h("ul", [h("li", x) for x in link_words(cluster)], class_="about"),
            _members(cluster, number, in_batch),
        ),
        graph,
        class_="inside drawn" if graph else "inside",
    )
    return h("details", head, body, id=f"cluster-{number}", class_="cluster")


def _members(cluster: Cluster, number: int, in_batch: Mapping[str, str]) -> Markup:
    closest = nearest(cluster)
    shown = cluster.members[:MEMBERS_SHOWN]
    rest = len(cluster.members) - len(shown)
    rows = []
    for n, m in enumerate(shown, 1):
        other, mine, its = closest[m.id]
        name = m.title or m.file or m.id
        earliest = [" ", h("span", "最早", class_="chip kind")] if m == cluster.earliest else None
        link = h("a", name, href=f"#case-{m.id}") if m.id in in_batch else name
        values = (
            ("单位", m.unit or "—", None),
            ("来自 · 时间", f"{PLACE.get(m.place, m.place)} · {when(m)}", "when"),
            ("组内最相似", f"与 {other}", None),
            ("占本篇", percent(mine), "num"),
            ("占对方", percent(its), "num"),
        )
        rows.append(
            h(
                "tr",
                h("td", str(n), class_="num", data_label="序号"),
                h("th", link, earliest, scope="row"),
                [h("td", value, class_=look, data_label=label) for label, value, look in values],
            )
        )
    cut = f"；列出 {len(shown)} 份，共 {len(cluster.members)} 份，其余见 summary.xlsx" if rest else ""
    heads = ("序号", "材料", "单位", "来自 · 时间", "组内最相似", "占本篇", "占对方")
    return table(f"群组 {number} 的材料，先报送的在前{cut}", heads, rows, "members")


def _graph(cluster: Cluster) -> Markup:
    """Draw the members on a circle, numbered as in the table; a thicker line is a higher rate, a dashed one is own work."""
    centre = _SIZE / 2
    turn = 2 * pi / len(cluster.members)
    at = {
        m.id: (round(centre + _RADIUS * sin(n * turn), 1), round(centre - _RADIUS * cos(n * turn), 1))
        for n, m in enumerate(cluster.members)
    }
    number_of = {m.id: n for n, m in enumerate(cluster.members, 1)}
    lines = [
        h(
            "line",
            x1=at[x.a][0],
            y1=at[x.a][1],
            x2=at[x.b][0],
            y2=at[x.b][1],
            stroke="#6b4423" if x.own else "#962525",
            stroke_width=round(1.5 + 5 * x.rate, 1),
            stroke_dasharray="6 4" if x.own else None,
        )
        for x in reversed(cluster.links)
    ]
    said = "；".join(
        "{} 与 {} ".format(*sorted((number_of[x.a], number_of[x.b])))
        + f"{percent(x.rate)}{'（本人或本单位）' if x.own else ''}"
        for x in cluster.links
    )
    nodes = [_node(m, number_of[m.id], *at[m.id]) for m in cluster.members]
    svg = h(
        "svg",
        join([*lines, *nodes]),
        viewBox=f"0 0 {_SIZE} {_SIZE}",
        role="img",
        aria_label=f"组内的相似关系：{said}",
    )
    legend = ["线越粗越相似"]
    if any(x.own for x in cluster.links):
        legend.append("虚线为本人或本单位")
    if any(m.place == "archive" for m in cluster.members):
        legend.append("方块为往年材料")
    return h("figure", svg, h("figcaption", [h("span", words) for words in legend], class_="meta"), class_="graph")


def _node(member: Member, number: int, x: float, y: float) -> Markup:
    look = {"fill": "#ffffff", "stroke": "#1f5f5b", "stroke_width": 2}
    shape = (
        h("rect", x=x - _NODE, y=y - _NODE, width=2 * _NODE, height=2 * _NODE, rx=3, **look)
        if member.place == "archive"
        else h("circle", cx=x, cy=y, r=_NODE, **look)
    )
    return join([shape, h("text", str(number), x=x, y=y + 5, text_anchor="middle")])
