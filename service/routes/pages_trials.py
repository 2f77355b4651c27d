"""The page of a trial: what would change for a batch under another rulebook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from screening.output.labels import SEVERITY, VERDICT_SYMBOL, check_label
from screening.report import Verdict
from screening.rulebook import Rulebook
from service.context import Here
from service.pages.frame import go, render
from service.routes.pages_rulebooks import ref_shown
from service.routes.pages_settings import Manager
from service.routes.rulebooks_new import stop
from service.store import batches, current, tasks
from service.store.rulebooks import titles
from service.store.tasks import TRIAL, WORKING

router = APIRouter(prefix="/trials", include_in_schema=False)
SHOWN = 200  # cases that the page lists


@router.get("/{task_id}")
def one(request: Request, here: Here, who: Manager, task_id: str) -> HTMLResponse:
    """Show how far a trial is, and what it has found."""
    with here.store.read() as tx:
        row = dict(tasks.one(tx, task_id, TRIAL))
        batch = dict(batches.one(tx, row["batch"], who.sight()))
        changed = row["results"].get("changed", [])
        named = titles(tx, [c["id"] for c in changed[:SHOWN]])
    before = current.rulebook(row["given"]["before"])
    after = current.rulebook(row["target"])
    labels = _labels(before) | _labels(after)
    found = row["results"]
    return render(
        "trial.html",
        request,
        trial=row,
        working=row["state"] in WORKING,
        ref=ref_shown(row["target"]),
        batch=batch,
        before=ref_shown(row["given"]["before"]),
        title=after.title,
        of=row["given"]["of"],
        same=found.get("same", 0),
        unread=found.get("unread", 0) + found.get("broken", 0),
        verdicts=_verdicts(found.get("verdicts", {})),
        rules=_rules(changed, labels),
        changed=[_changed(c, named, labels) for c in changed[:SHOWN]],
        all_changed=len(changed),
    )


@router.post("/{task_id}/stop")
def stopped(here: Here, who: Manager, task_id: str) -> RedirectResponse:
    """Stop a trial."""
    stop(here, who, task_id)
    return go(f"/trials/{task_id}", "stopped")


def _labels(book: Rulebook) -> dict[str, str]:
    return {r.id: check_label(r.check.name) for r in book.rules()}


def _verdicts(ways: dict[str, int]) -> list[dict[str, Any]]:
    """Return the ways from verdict to verdict, those that change first."""
    rows = []
    for way, count in ways.items():
        before, after = (_verdict(v) for v in way.split(">"))
        rows.append({"before": before, "after": after, "count": count, "same": before == after})
    return sorted(rows, key=lambda r: (r["same"], -r["count"]))


def _verdict(value: str) -> tuple[str, str, str]:
    said = Verdict(value)
    return value, VERDICT_SYMBOL[said], said.label


def _rules(changed: list[dict[str, Any]], labels: dict[str, str]) -> list[dict[str, Any]]:
    """Return for each rule how many findings are gained and lost by it, the most first."""
    counts: dict[str, Counter[str]] = {
        way: Counter(f[0] for c in changed for f in c[way]) for way in ("gained", "lost")
    }
    rules = sorted({*counts["gained"], *counts["lost"]}, key=lambda r: -(counts["gained"][r] + counts["lost"][r]))
    return [
        {"rule": r, "label": labels.get(r, r), "gained": counts["gained"][r], "lost": counts["lost"][r]} for r in rules
    ]


def _changed(change: dict[str, Any], named: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    def findings(way: str) -> list[str]:
        counted = Counter((labels.get(rule, rule), severity) for rule, _, severity in change[way])
        return [f"{label}（{_SEVERITY[s]}）{f' {n} 处' if n > 1 else ''}" for (label, s), n in counted.items()]

    return {
        "id": change["id"],
        "title": named.get(change["id"]),
        "before": _verdict(change["before"]),
        "after": _verdict(change["after"]),
        "gained": findings("gained"),
        "lost": findings("lost"),
        "scores": change["scores"] if change["scores"][0] != change["scores"][1] else None,
    }


_SEVERITY = {k.value: v for k, v in SEVERITY.items()}
