"""What a submitter sees of other units' texts: that there is a source, and how much of it; not whose, nor a word of it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from screening.case import unit_key
from screening.checks import all_checks
from screening.checks._contract import BatchCheck

OTHER_UNIT: Final = "其他单位的材料"
ROSTER: Final = re.compile("的单位是(?P<units>.+?)，与作者单位“")  # what the check of the roster says


def is_own(source: Mapping[str, Any], unit: str) -> bool:
    """Say whether a source is of the unit (its key), or of all: the notice."""
    return source.get("place") == "notice" or (bool(source.get("unit")) and unit_key(source["unit"]) == unit)


def alias_of(source: str, row: Mapping[str, Any], veil: bytes) -> str:
    """Return another id for a source: two units must not find out that they have one in common."""
    return "other-" + hmac.new(veil, f"source|{row['id']}|{source}".encode(), hashlib.sha256).hexdigest()[:10]


def foreign_source(source: Mapping[str, Any], alias: str, called: str = OTHER_UNIT) -> dict[str, Any]:
    """Return a source of another unit: its figures, and that it is one."""
    hidden = {"id": alias, "title": called, "unit": "", "file": "", "author": "", "received": "", "text": ""}
    return {k: hidden.get(k, v) for k, v in source.items()}


DELETED: Final = "已删除的材料"


def for_submitter(data: dict[str, Any], row: Mapping[str, Any], veil: bytes, unit: str) -> dict[str, Any]:
    """Return the report without what it says of other units' texts; the author's own spans, figures and rates stay."""
    reuse = data.get("reuse") or {}
    foreign = {s["id"] for s in reuse.get("sources", []) if not is_own(s, unit)}
    known = {s["id"] for s in reuse.get("sources", [])}
    # Passages of a mere form have no source in the list; whose form it is is not known, so it is somebody else's.
    foreign |= {p["source"] for p in reuse.get("passages", []) if p["source"] not in known and p["source"] != "notice"}
    near = (data.get("vicinity") or {}).get("nearest")
    if near and not is_own(near, unit):
        foreign.add(near["id"])
    out = _without(data, {s: alias_of(s, row, veil) for s in foreign}, OTHER_UNIT)
    return _each_finding(out, lambda f: _of_batch(f, unit))


def mentioned(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of the documents that a report quotes or names, also in its findings."""
    found = sources_of(data)
    for finding in _findings(data):
        found |= {e["other"]["case"] for e in finding["evidence"] if e.get("other")}
        found |= {source} if (source := finding["facts"].get("source")) else set()
    return found


def sources_of(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of the documents that a report was compared with and found something in."""
    reuse, near = data.get("reuse") or {}, (data.get("vicinity") or {}).get("nearest")
    found = {p["source"] for p in reuse.get("passages", ())} | {s["id"] for s in reuse.get("sources", ())}
    return found | ({near["id"]} if near else set())


def names_mates(data: Mapping[str, Any]) -> bool:
    """Whether a report may name other members of its batch: where a check of whole batches has found something."""
    return any(o["findings"] for o in data.get("outcomes", ()) if _of_whole(o))


def without_deleted(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return the report without a word of a source that was deleted; its id stays, as nothing can be found by it any more."""
    return _without(data, {source: source}, DELETED)


def described_anew(data: dict[str, Any], source: str, *, title: str, unit: str, file: str) -> dict[str, Any]:
    """Return the report with another name for a source: of the texts of these bytes the one that had given it its name was deleted."""
    reuse, new = data.get("reuse") or {}, {"title": title, "unit": unit, "file": file}
    was: Mapping[str, Any] = next((s for s in reuse.get("sources", ()) if s["id"] == source), {})
    called = f"《{title or file}》" + (f"（{unit}）" if unit else "")

    def anew(thing: Mapping[str, Any]) -> dict[str, Any]:
        return {k: new.get(k, v) for k, v in thing.items()}

    def finding(found: dict[str, Any]) -> dict[str, Any]:
        mine = found["facts"].get("source") == source
        return {**found, "message": _message(found["message"], was, called)} if mine else found

    out = _each_finding(data, finding)
    if reuse:
        out["reuse"] = {**reuse, "sources": [anew(s) if s["id"] == source else s for s in reuse["sources"]]}
    near = (data.get("vicinity") or {}).get("nearest")
    if near and near["id"] == source:
        out["vicinity"] = {**data["vicinity"], "nearest": anew(near)}
    return out


def without_mate(data: dict[str, Any], called: Iterable[str], unit: str) -> dict[str, Any]:
    """Return the report without what checks of whole batches said of a member: the titles and files it was ``called``, and its unit.

    Counts stay, as they were counted; so does the unit if it is the report's own.
    """
    titles = [f"《{name}》" for name in called if name]
    foreign = bool(unit) and unit_key(unit) != unit_key(data["case"]["unit"])

    def finding(found: dict[str, Any]) -> dict[str, Any]:
        message, facts = found["message"], found["facts"]
        for title in titles:
            message = message.replace(title, f"《{DELETED}》")
        if foreign and unit in facts.get("units", ()):
            message = message.replace(unit, f"{DELETED}的单位")
            facts = {**facts, "units": [u for u in facts["units"] if u != unit]}
        return {**found, "message": message, "facts": facts}

    return _each_finding(data, finding, _of_whole)


def _of_whole(outcome: Mapping[str, Any]) -> bool:
    return isinstance(all_checks().get(outcome["check"]), BatchCheck)


def _findings(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (f for o in data.get("outcomes", ()) for f in o["findings"])


def _each_finding(
    data: Mapping[str, Any],
    change: Callable[[dict[str, Any]], dict[str, Any]],
    where: Callable[[Mapping[str, Any]], bool] = bool,
) -> dict[str, Any]:
    out = dict(data)
    if "outcomes" in data:
        out["outcomes"] = [
            {**o, "findings": [change(f) for f in o["findings"]]} if where(o) else o for o in data["outcomes"]
        ]
    return out


def _without(data: dict[str, Any], alias: Mapping[str, str], called: str) -> dict[str, Any]:
    reuse = data.get("reuse") or {}
    sources = {s["id"]: s for s in reuse.get("sources", [])}
    out = _each_finding(data, lambda f: _finding(f, sources, alias, called))
    if reuse and alias:
        out["reuse"] = {
            **reuse,
            "sources": [foreign_source(s, alias[s["id"]], called) if s["id"] in alias else s for s in reuse["sources"]],
            "passages": [_passage(p, alias[p["source"]]) if p["source"] in alias else p for p in reuse["passages"]],
        }
    near = (data.get("vicinity") or {}).get("nearest")
    if near and near["id"] in alias:
        hidden = {**near, "id": alias[near["id"]], "title": called, "unit": ""}
        out["vicinity"] = {**data["vicinity"], "nearest": hidden}
    return out


def _passage(passage: Mapping[str, Any], alias: str) -> dict[str, Any]:
    other = {"source_start": 0, "source_end": 0, "source_quote": ""}
    return {
        **passage,
        **other,
        "source": alias,
        "swaps": [["", own] for _, own in passage["swaps"]],
        "facts": [{**f, **other} for f in passage.get("facts", [])],
    }


def _finding(
    finding: dict[str, Any], sources: Mapping[str, Any], alias: Mapping[str, str], called: str
) -> dict[str, Any]:
    facts, evidence, message = finding["facts"], finding["evidence"], finding["message"]
    if (source := facts.get("source")) in alias:
        facts = {**facts, "source": alias[source]}
        message = _message(message, sources.get(source, {}), called)
    if any(e["other"] and e["other"]["case"] in alias for e in evidence):
        evidence = [_evidence(e, alias) for e in evidence]
    return {**finding, "message": message, "facts": facts, "evidence": evidence}


def _of_batch(finding: dict[str, Any], unit: str) -> dict[str, Any]:
    """Return a finding without the other units that it names."""
    facts, message = finding["facts"], finding["message"]
    others = [u for u in facts.get("units", []) if unit_key(u) != unit]
    if others:
        facts = {**facts, "units": [u for u in facts["units"] if u not in others] + ["其他单位"]}
        for other in sorted(others, key=len, reverse=True):
            message = message.replace(other, "其他单位")
    if finding["code"].startswith("trainee."):
        # The roster is of all units.
        facts = {**facts, "near": []} if "near" in facts else facts
        message = re.sub("；名册中有相近的姓名：[^，]*", "；名册中有相近的姓名", message)
        message = ROSTER.sub("的单位是另一单位，与作者单位“", message)
    return {**finding, "message": message, "facts": facts}


def _message(message: str, source: Mapping[str, Any], called: str) -> str:
    title, unit = source.get("title") or source.get("file") or "", source.get("unit") or ""
    message = re.sub(f"(?:往年|本批)?《{re.escape(title)}》(?:（{re.escape(unit)}）)?", called, message)
    for word in (source.get("file") or "", unit, title):
        message = message.replace(word, "…") if len(word) >= 4 else message
    return message


def _evidence(evidence: Mapping[str, Any], alias: Mapping[str, str]) -> dict[str, Any]:
    other = evidence["other"]
    if not other or other["case"] not in alias:
        return dict(evidence)
    return {**evidence, "other": {"case": alias[other["case"]], "start": 0, "end": 0, "quote": ""}}
