"""The page of groups of similar texts: who is in one, how they hang together, which link is the weakest."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from screening.output.labels import percent, short
from screening.output.markup import Markup, h
from screening.reuse.clusters import LEAST, Cluster
from service import comparing
from service.comparing import Clusters
from service.context import Here
from service.pages.frame import render
from service.people.principal import Role
from service.routes.pages_people import Person

router = APIRouter(include_in_schema=False)
DRAWN = 24  # members of a group up to which it is drawn; the list has all
STEPS = (10, 20, 30, 50, 80)


@router.get("/clusters")
def clusters(request: Request, here: Here, who: Person, batch: str = "", rate: str = "") -> HTMLResponse:
    """Show the groups of a batch, or of everything that one may see, from a rate (per cent) on."""
    least = int(rate) / 100 if rate.isascii() and rate.isdigit() and 0 < int(rate) <= 100 else LEAST
    with here.store.read() as tx:
        found = comparing.clusters_of(tx, here.store, who, batch, least)
    groups = [_shown(n, c, found) for n, c in enumerate(found.groups, 1)]
    return render(
        "clusters.html",
        request,
        groups=groups,
        batch=batch,
        rate=round(100 * least),
        steps=STEPS,
        may_export=who.role is not Role.SUBMITTER,
        shown=found.shown,
        of=found.of,
    )


def _shown(number: int, cluster: Cluster, found: Clusters) -> dict[str, Any]:
    numbers = {m.id: n for n, m in enumerate(cluster.members, 1)}
    links = [
        {
            "a": numbers[x.a],
            "b": numbers[x.b],
            "rate": x.rate,
            "own": x.own,
            "href": _href(found, x.a, x.b),
        }
        for x in sorted(cluster.links, key=lambda x: -x.rate)
    ]
    return {
        "number": number,
        "members": [
            {"number": numbers[m.id], "key": m.id, "text": found.named[m.id], "earliest": cluster.earliest is not None and m.id == cluster.earliest.id}
            for m in cluster.members
        ],
        "links": links,
        "strongest": cluster.strongest.rate,
        "weakest": cluster.weakest.rate,
        "average": cluster.average,
        "drawing": _drawing(len(cluster.members), links) if len(cluster.members) <= DRAWN else None,
    }  # fmt: skip


def _href(found: Clusters, a: str, b: str) -> str:
    """Return the address of a pair: the page is that of the report that tells of it."""
    for one, other in ((a, b), (b, a)):
        if (one, other) in found.reports:
            return f"/pairs/{found.named[one].submission}/{found.named[other].id}"
    return ""


def _drawing(count: int, links: list[dict[str, Any]]) -> Markup:
    """Draw the members on a circle, numbered as in the list; a line is a pair with verified passages, the thicker the more alike."""
    places = {
        n: (110 + 84 * math.sin(2 * math.pi * (n - 1) / count), 110 - 84 * math.cos(2 * math.pi * (n - 1) / count))
        for n in range(1, count + 1)
    }
    lines = [
        h(
            "line",
            x1=round(places[x["a"]][0], 1),
            y1=round(places[x["a"]][1], 1),
            x2=round(places[x["b"]][0], 1),
            y2=round(places[x["b"]][1], 1),
            stroke="#6b4423" if x["own"] else "#a1260d",
            stroke_width=round(1 + 6 * x["rate"], 1),
            stroke_dasharray="6 4" if x["own"] else None,
        )
        for x in links
    ]
    dots = [
        h("g", h("circle", cx=round(x, 1), cy=round(y, 1), r=14, fill="#fff", stroke="#1f4e79", stroke_width=2),
          h("text", str(n), x=round(x, 1), y=round(y + 4, 1), text_anchor="middle"))
        for n, (x, y) in places.items()
    ]  # fmt: skip
    words = "；".join(f"第 {x['a']} 与第 {x['b']} 份 {percent(x['rate'], 0)}" for x in links[:40])
    return h("svg", lines, dots, viewBox="0 0 220 220", role="img", aria_label=short(f"连线：{words}", 400))
