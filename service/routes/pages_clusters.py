"""The pages of groups of similar texts: who is in one, how they hang together, who came first, which link is the weakest."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from screening.reuse.clusters import LEAST, Cluster
from service import comparing
from service.comparing import Clusters
from service.context import Here
from service.judging import moment
from service.pages import cluster_charts as charts
from service.pages.cluster_charts import Group, Tie
from service.pages.frame import render
from service.people.principal import Role
from service.routes.pages_people import Person
from service.store import decisions
from service.store.findings import pair_key

router = APIRouter(include_in_schema=False)
VIEWS: Final = {"": "群组", "heat": "热图", "time": "时间线"}
SHOWN: Final = 60  # groups on a page
MEMBERS: Final = 100  # of a group, that are listed
LINKS: Final = 30


@router.get("/clusters")
def clusters(
    request: Request, here: Here, who: Person, batch: str = "", rate: str = "", view: str = ""
) -> HTMLResponse:
    """Show the groups of a batch, or of everything that one may see, from a rate (per cent) on: as lists, a heat map, timelines."""
    least = int(rate) / 100 if rate.isascii() and rate.isdigit() and 0 < int(rate) <= 100 else LEAST
    view = view if view in VIEWS else ""
    with here.store.read() as tx:
        found = comparing.clusters_of(tx, here.store, who, batch, least)
        kept = found.groups[:SHOWN]
        pairs = {_key(found, x.a, x.b) for c in kept for x in c.links}
        known = decisions.remembered(tx, "pair", pairs) if who.role is not Role.SUBMITTER else {}
        names = decisions.names_of(tx, {s.by for s in known.values()})
    dismissed = {k: f"{names[s.by]} {moment(s.created)[:10]}" for k, s in known.items()}
    groups = [_group(n, c, found, dismissed) for n, c in enumerate(kept, 1)]
    percent = round(100 * least)
    rows = charts.mapped(groups)
    texts = sum(len(c.members) for c in found.groups)
    return render(
        "clusters.html",
        request,
        groups=groups,
        total=len(found.groups),
        texts=texts,
        batch=batch,
        rate=percent,
        view=view,
        views=[
            (name, words, "/clusters?" + urlencode({k: v for k, v in held if v}))
            for name, words in VIEWS.items()
            for held in [(("batch", batch), ("rate", str(percent)), ("view", name))]
        ],
        may_export=who.role is not Role.SUBMITTER,
        shown=found.shown,
        of=found.of,
        graph=charts.graph,
        timeline=charts.timeline,
        members_shown=MEMBERS,
        links_shown=LINKS,
        lined=charts.LINED,
        heat=charts.heat_map(rows) if view == "heat" else "",
        legend=charts.legend(),
        mapped=sum(n for _, n in rows),
    )


def _group(number: int, cluster: Cluster, found: Clusters, dismissed: dict[str, str]) -> Group:
    numbers = {m.id: n for n, m in enumerate(cluster.members, 1)}
    ties = [
        Tie(
            a=numbers[x.a],
            b=numbers[x.b],
            share_of_a=x.share_of_a,
            share_of_b=x.share_of_b,
            own=x.own,
            href=_href(found, x.a, x.b),
            dismissed=dismissed.get(_key(found, x.a, x.b), ""),
        )
        for x in cluster.links
    ]
    return Group(
        number=number,
        key=cluster.members[0].id,
        members=[found.named[m.id] for m in cluster.members],
        ties=sorted(ties, key=lambda t: -t.rate),
        average=cluster.average,
        earliest=numbers[cluster.earliest.id] if cluster.earliest else None,
    )


def _key(found: Clusters, a: str, b: str) -> str:
    """Return the name under which a pair is remembered: that of its two documents."""
    return pair_key(found.named[a].id, found.named[b].id)


def _href(found: Clusters, a: str, b: str) -> str:
    """Return the address of a pair: the page is that of the report that tells of it."""
    for one, other in ((a, b), (b, a)):
        if (one, other) in found.reports:
            return f"/pairs/{found.named[one].submission}/{found.named[other].id}"
    return ""
