"""Near-copies of one text, found along a spanning tree of links: hundreds of them need not be compared each with each.

What two texts have of a third they have in common as far as it overlaps: who has the shares a and b of it shares at least a + b - 1 with the
other (inclusion and exclusion, for texts of about one length: a link's smaller share is asked, so a short text is no copy of a long one).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping

ENOUGH = 0.55  # of one text: two that have so much of it share a tenth of it at least, which is what a link needs


def copies_of(shares: Mapping[tuple[str, str], float]) -> list[dict[str, float]]:
    """Return groups (of two and more) of near-copies, each with the share (0–1) that it has at least of the group's first text.

    ``shares`` has for each linked pair the smaller of its two shares. The first of a group is the text with most near-copies, among equals
    the smallest name; from there the tree grows along the strongest links, and every text is in one group at most.
    """
    near: dict[str, dict[str, float]] = {}
    for (a, b), share in shares.items():
        if share >= ENOUGH:
            near.setdefault(a, {})[b] = near.setdefault(b, {})[a] = share
    out: list[dict[str, float]] = []
    taken: set[str] = set()
    for root in sorted(near, key=lambda name: (-len(near[name]), name)):
        if root in taken:
            continue
        group: dict[str, float] = {}
        queue = [(-1.0, root)]
        while queue:
            share, name = heapq.heappop(queue)
            if name in taken:
                continue
            taken.add(name)
            group[name] = -share
            for other, link in near[name].items():
                reached = round(link - share - 1, 4)
                if other not in taken and reached >= ENOUGH:
                    heapq.heappush(queue, (-reached, other))
        if len(group) > 1:
            out.append(group)
    return out
