"""The sheet 聚类: a row a member, so that it can be filtered; what holds for the whole group stands in each of its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from screening.output.cluster_words import nearest, own_words, shares, title_of
from screening.output.labels import PLACE
from screening.output.workbook import Column
from screening.reuse.clusters import Cluster, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    cluster: Cluster
    group: int
    member: Member
    number: int
    closest: tuple[int, float, float]  # its number in the group, the share of this member, the share of that one


def members_of(clusters: Sequence[Cluster]) -> list[_Row]:
    """Return the rows of the sheet, group by group."""
    return [
        _Row(cluster=c, group=n, member=m, number=i, closest=closest[m.id])
        for n, c in enumerate(clusters, 1)
        for closest in [nearest(c)]
        for i, m in enumerate(c.members, 1)
    ]


def cluster_columns(in_batch: Collection[str]) -> list[Column]:
    """Return the columns; members whose ids are ``in_batch`` lead to their case on the page."""

    def name(row: _Row, _n: int) -> Any:
        words = row.member.title or row.member.file or row.member.id
        return (f"case-{row.member.id}", words) if row.member.id in in_batch else words

    def first(cluster: Cluster) -> str:
        return title_of(cluster.earliest) if cluster.earliest else "时间不详或相同"

    return [
        Column("群组", 6, "number", lambda r, _n: r.group),
        Column("序号", 6, "number", lambda r, _n: r.number),
        Column("成员", 34, "link", name),
        Column("单位", 22, "wrap", lambda r, _n: r.member.unit),
        Column("来自", 8, "text", lambda r, _n: PLACE.get(r.member.place, r.member.place)),
        Column("报送时间", 16, "date", lambda r, _n: r.member.received and datetime.fromisoformat(r.member.received)),
        Column("组内最早", 34, "wrap", lambda r, _n: first(r.cluster)),
        Column("最相似的一份", 8, "number", lambda r, _n: r.closest[0]),
        Column("占本篇", 9, "percent", lambda r, _n: r.closest[1]),
        Column("占对方", 9, "percent", lambda r, _n: r.closest[2]),
        Column("本人本单位", 24, "wrap", lambda r, _n: own_words(r.cluster) or "无"),
        Column("份数", 6, "number", lambda r, _n: len(r.cluster.members)),
        Column("最强", 9, "percent", lambda r, _n: r.cluster.strongest.rate),
        Column("最强的一对", 34, "wrap", lambda r, _n: shares(r.cluster, r.cluster.strongest)),
        Column("最弱", 9, "percent", lambda r, _n: r.cluster.weakest.rate),
        Column("最弱的一对", 34, "wrap", lambda r, _n: shares(r.cluster, r.cluster.weakest)),
        Column("平均", 9, "percent", lambda r, _n: r.cluster.average),
        Column("有相似段落的对数", 10, "text", lambda r, _n: f"{len(r.cluster.links)}/{r.cluster.pairs}"),
    ]
