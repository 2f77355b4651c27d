"""The words for a group of similar texts and its links, the same on the page and in the workbook."""

from __future__ import annotations

from datetime import datetime

from screening.output.labels import percent
from screening.reuse.clusters import Cluster, Link, Member


def title_of(member: Member) -> str:
    """Return the member's name for reading: title and unit."""
    return f"《{member.title or member.file or member.id}》" + (f"（{member.unit}）" if member.unit else "")


def when(member: Member) -> str:
    """Return the time of receipt for reading."""
    return f"{datetime.fromisoformat(member.received):%Y-%m-%d %H:%M}" if member.received else "时间不详"


def shares(cluster: Cluster, link: Link) -> str:
    """Return a link in words, both ways, the members called by their numbers in the group."""
    number_of = {m.id: n for n, m in enumerate(cluster.members, 1)}
    sides = sorted(((number_of[link.a], link.share_of_a), (number_of[link.b], link.share_of_b)))
    (a, mine), (b, its) = sides
    own = "，本人或本单位" if link.own else ""
    return f"{a} 与 {b}（占 {a} 的 {percent(mine)}，占 {b} 的 {percent(its)}{own}）"


def nearest(cluster: Cluster) -> dict[str, tuple[int, float, float]]:
    """Return for each member's id its most similar one: that one's number, the share of the member, the share of that one."""
    number_of = {m.id: n for n, m in enumerate(cluster.members, 1)}
    found: dict[str, tuple[int, float, float]] = {}
    for link in cluster.links:  # the strongest first
        found.setdefault(link.a, (number_of[link.b], link.share_of_a, link.share_of_b))
        found.setdefault(link.b, (number_of[link.a], link.share_of_b, link.share_of_a))
    return found


def own_words(cluster: Cluster) -> str:
    """Return how many of the links are between texts of one author or unit, "" if none is."""
    own, every = sum(x.own for x in cluster.links), len(cluster.links)
    if not own:
        return ""
    return "全部是本人或本单位的材料之间" if own == every else f"{own} 对是本人或本单位的材料之间"


def link_words(cluster: Cluster) -> list[str]:
    """Return the sentences on the links: how many pairs and on average, the strongest, the weakest, whose own work it is."""
    strongest = shares(cluster, cluster.strongest)
    if cluster.pairs == 1:
        return [f"相似：{strongest}"]
    rest = f"，另 {cluster.implied} 对未逐一对照，因与同一篇近乎相同而算作相似" if cluster.implied else ""
    lines = [
        f"{cluster.pairs} 对中 {len(cluster.links)} 对有相似段落{rest}，平均相似率{'不低于' if rest else ''} {percent(cluster.average)}",
        f"最强：{strongest}",
        f"最弱：{shares(cluster, cluster.weakest)}",
    ]
    if own := own_words(cluster):
        lines.append(f"有相似段落的 {len(cluster.links)} 对中，{own}")
    return lines
