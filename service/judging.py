"""What people said of a case, ready for its page, as somebody may see it: decisions, what is remembered, what is left out of the rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from screening.reuse.result import Passage, Rates
from service.moment import shown
from service.pages.case_page import Judged, Said
from service.people.principal import Principal, Role
from service.store import decisions, exclusions, findings, groups, submissions
from service.store.database import Store, Tx
from service.store.sight import Sight
from service.views import Names, names_of, submission_view, text_view


def moment(value: datetime) -> str:
    """Return a time as pages show it.

    >>> from datetime import UTC
    >>> moment(datetime(2024, 1, 20, 1, 5, tzinfo=UTC))
    '2024-01-20 09:05'
    """
    return (shown(value) or "")[:16].replace("T", " ")


def names_behind(tx: Tx, store: Store, submission_ids: Collection[str]) -> list[Names]:
    """Return the names behind submissions, whoever may see them: to hide them in what was said of those."""
    rows = groups.rows_of(tx, submission_ids, Sight(everything=True))
    return [names_of(dict(r), submissions.person_of(tx, store.sealer, k)) for k, r in rows.items()]


def judged_of(
    tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], person: Mapping[str, Any], report: Mapping[str, Any]
) -> Judged:
    """Return what people did with the newest report of a submission (its row); ``report`` is it as the engine wrote it.

    A unit sees nothing of it: what reviewers say among themselves is not its business, and of the decision on the whole it is told elsewhere.
    """
    insider = who.role is not Role.SUBMITTER
    newest = decisions.newest(tx, row["id"]) if insider else {}
    past = decisions.history(tx, row["id"]) if insider else []
    reuse = report.get("reuse") or {"sources": [], "passages": []}
    pairs = {s["id"]: findings.pair_key(row["document"] or "", s["id"]) for s in reuse["sources"]}
    known = decisions.remembered(tx, "finding", findings.known_keys(report)) if insider else {}
    known = {k: s for k, s in known.items() if s.submission != row["id"] and k not in newest}
    known_pairs = decisions.remembered(tx, "pair", pairs.values()) if insider else {}
    out = exclusions.listed(tx, row["id"]) if insider else []
    adjusted = exclusions.reckon(tx, store.sealer, row) if out else None
    told = (*newest.values(), *known.values(), *known_pairs.values())
    names = decisions.names_of(tx, {s.by for s in told} | {d["by"] for d in (*past, *out)})
    origins = {s.submission for s in (*known.values(), *known_pairs.values()) if s.submission}
    rows = groups.rows_of(tx, origins, who.sight())
    others = names_behind(tx, store, origins)  # what is said of a case names its author, whoever may see the case

    def said(s: decisions.Said) -> Said:
        origin = dict(rows[s.submission]) if s.elsewhere and s.submission in rows else {}
        view = submission_view(origin, submissions.person_of(tx, store.sealer, origin["id"]), who) if origin else {}
        return Said(
            at=moment(s.created),
            by=names[s.by],
            what=s.what,
            note=text_view(s.note, row, person, who, others=others),
            where=(view["title"] or view["file"] or "（没有标题）") if origin else "",
            href=f"/cases/{origin['id']}" if origin and origin["id"] != row["id"] else "",
        )

    gone: dict[str, Said] = {}
    for x in reversed(out):
        gone.pop(x["target"], None)
        if x["excluded"]:
            note = text_view(x["reason"], row, person, who)
            gone[x["target"]] = Said(at=moment(x["created"]), by=names[x["by"]], what="exclude", note=note)
    keys = [findings.passage_key(Passage.from_json(p)) for p in reuse["passages"]]
    return Judged(
        findings={k: said(s) for k, s in newest.items()},
        memory={k: said(s) for k, s in known.items()},
        pairs={source: said(known_pairs[key]) for source, key in pairs.items() if key in known_pairs},
        sources={s["id"]: gone[f"source:{s['id']}"] for s in reuse["sources"] if f"source:{s['id']}" in gone},
        passages={n: gone[f"passage:{k}"] for n, k in enumerate(keys, 1) if f"passage:{k}" in gone},
        passage_keys=keys,
        rates=Rates(**adjusted.adjusted) if adjusted else None,
        history=[
            Said(
                at=moment(d["created"]),
                by=names[d["by"]],
                what=d["what"],
                note=text_view(d["note"], row, person, who),
                where="" if not d["finding"] else "某条问题",
            )
            for d in past
        ],
    )
