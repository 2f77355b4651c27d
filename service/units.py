"""What a batch comes to unit by unit, all about one unit, and the letter to it; as somebody may see it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from screening.case import usual_spelling
from screening.finding import Severity
from screening.output.advice import advice_of
from screening.output.labels import check_label
from screening.output.letter import counts
from screening.report import Report
from screening.reuse.clusters import Cluster
from screening.rulebook import Rulebook
from service import comparing, overview
from service.errors import ServiceError, not_found
from service.masking import unit_pseudonym, unit_ref
from service.people.principal import Principal, Role
from service.store import batches, decisions, findings, groups, runs, submissions
from service.store import units as store_units
from service.store.database import Store, Tx
from service.views import Veil, shown_report, submission_view, veil_of

LATE: Final = "deadline.late"
READ: Final = 200  # reports of one unit that are read for its page; the page says when there are more


@dataclass(slots=True, kw_only=True)
class Unit:
    """What a batch has of one unit. ``ref`` stands for it in addresses; ``called`` is its name or, in blind review, its pseudonym.

    ``quotas`` are as :func:`service.overview.held_to` gives them. ``within`` are the groups of texts alike that join several of the
    unit's own, ``others`` those that join it with texts of other units.
    """

    key: str
    ref: str
    called: str
    members: list[Mapping[str, Any]] = field(default_factory=list)
    quotas: list[dict[str, Any]] = field(default_factory=list)
    within: int = 0
    others: int = 0

    @property
    def verdicts(self) -> Counter[str]:
        """How many submissions by verdict; "" has none yet."""
        return Counter(m["verdict"] or "" for m in self.members)

    @property
    def decisions(self) -> Counter[str]:
        """How many by what people decided; "" is undecided."""
        return Counter(m["decision"] or "" for m in self.members)

    @property
    def over(self) -> int:
        """How many there are beyond the quotas."""
        return sum(q["over"] for q in self.quotas)

    @property
    def late(self) -> int:
        """How many arrived after their last day."""
        return sum(LATE in (m["codes"] or ()) for m in self.members)

    @property
    def unread(self) -> int:
        """How many can't be read."""
        return sum(bool(m["error"]) for m in self.members)

    @property
    def urgency(self) -> tuple[int, ...]:
        """What units are sorted by: first those that most is to be done about."""
        seen = self.verdicts
        return -seen["return"], -self.over, -self.late, -seen["incomplete"], -seen["look"], -len(self.members)


def batch_of(tx: Tx, who: Principal, batch_id: str) -> dict[str, Any]:
    """Return a batch's row, for its units' pages. Raises :class:`ServiceError` 404.

    A unit sees its own part of a batch that all units hand in to, if it has one.
    """
    row = dict(batches.one(tx, batch_id, who.sight(), shared=who.role is Role.SUBMITTER))
    shared = who.role is Role.SUBMITTER and not row["unit_key"]
    if shared and not store_units.members(tx, batch_id, who.sight()):
        raise not_found("这个批次")
    return row


def listed(tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], book: Rulebook) -> list[Unit]:
    """Return the units of a batch that one may see, first those that most is to be done about."""
    found = _units(tx, store, who, row, book)
    _join(found, comparing.alike(tx, who, row["id"]).groups)
    return sorted(found.values(), key=lambda u: (*u.urgency, u.called))


def _units(tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], book: Rulebook) -> dict[str, Unit]:
    batch_id, veil = row["id"], store.sealer.veil
    by_key: dict[str, list[Mapping[str, Any]]] = {}
    for m in store_units.members(tx, batch_id, who.sight()):
        by_key.setdefault(m["unit_key"], []).append(dict(m))
    blind = veil_of(who, batch_id) is Veil.BLIND
    found = {}
    for key, members in by_key.items():
        name = usual_spelling(m["unit"] for m in members)
        called = unit_pseudonym(veil, batch_id, name) if blind else name
        found[key] = Unit(key=key, ref=unit_ref(veil, batch_id, key), called=called, members=members)
        found[key].quotas += _quotas(members, book)
    return found


def _quotas(members: Sequence[Mapping[str, Any]], book: Rulebook) -> list[dict[str, Any]]:
    """Return what a unit's submissions come to under the quotas; what can't be read counts for nothing, as in the batch check."""
    names = ("unit_type", "kind", "project")
    classes = Counter(tuple(m[n] for n in names) for m in members if not m["error"])
    lines = (dict(zip(names, of, strict=True), unit=members[0]["unit"], count=n) for of, n in classes.items())
    return sorted((overview.held_to(book, r) for r in lines), key=lambda q: (-q["over"], q["kind"], q["project"]))


def _join(found: Mapping[str, Unit], clusters: Sequence[Cluster]) -> None:
    unit_of = {m["id"]: u for u in found.values() for m in u.members}
    for cluster in clusters:
        for unit in {u.key: u for m in cluster.members if (u := unit_of.get(m.id))}.values():
            own, foreign = _sides(unit, cluster)
            unit.within += len(own) > 1
            unit.others += bool(foreign)


def _sides(unit: Unit, cluster: Cluster) -> tuple[set[str], set[str]]:
    """Return which members of a group are the unit's own, earlier ones of the archive too, and which are of others."""
    mine = {m["id"] for m in unit.members}
    everyone = {m.id for m in cluster.members}
    own = everyone & mine
    own |= {end for x in cluster.links if x.own and {x.a, x.b} & mine for end in (x.a, x.b)}
    return own, everyone - own


def one(tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], book: Rulebook, ref: str) -> Unit:
    """Return one unit of a batch. Raises :class:`ServiceError` 404."""
    for unit in _units(tx, store, who, row, book).values():
        if unit.ref == ref:
            return unit
    raise not_found("这个单位")


# -- all about one unit -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What several of a unit's cases have in common: one check, the notice's sentence, and what it says of each."""

    label: str
    severity: Severity
    where: str
    quote: str
    advice: str
    said: list[tuple[str, str]] = field(default_factory=list)  # (submission, message)


def cases_of(tx: Tx, store: Store, who: Principal, unit: Unit) -> list[dict[str, Any]]:
    """Return a unit's submissions as one sees them (see :func:`service.views.submission_view`)."""
    ids = [m["id"] for m in unit.members]
    found, people = groups.rows_of(tx, ids, who.sight()), submissions.persons_of(tx, store.sealer, ids)
    return [submission_view(dict(found[i]), people[i], who) for i in ids]


def matters_of(tx: Tx, store: Store, who: Principal, unit: Unit) -> tuple[list[Matter], int]:
    """Return what the newest reports of a unit's first :data:`READ` submissions ask for, the gravest and most frequent first.

    What reviewers dismissed is left out and counted; to the unit itself all stays, as in its reports: it is told of decisions later.
    """
    found: dict[tuple[str, ...], Matter] = {}
    dismissed = 0
    for row in reported(tx, who, unit)[:READ]:
        seen = json.loads(shown_report(tx, store.sealer, row, who))
        if who.role is not Role.SUBMITTER:
            dismissed += _drop_dismissed(tx, store, row["id"], row["run"], seen)
        for f in Report.from_json(seen).findings:
            if not counts(f):
                continue
            where, quote = (f.clause.where, f.clause.quote) if f.clause else ("", "")
            matter = found.setdefault(
                (f.code, where, quote),
                Matter(
                    label=check_label(f.code.partition(".")[0]),
                    severity=f.severity or Severity.REVIEW,
                    where=where,
                    quote=quote,
                    advice=advice_of(f.code),
                ),
            )
            matter.said.append((row["id"], f.message))
    return sorted(found.values(), key=lambda m: (-m.severity.rank, -len(m.said), m.label)), dismissed


def _drop_dismissed(tx: Tx, store: Store, submission_id: str, run: str, seen: dict[str, Any]) -> int:
    """Take the findings that people dismissed out of a report as somebody sees it; return how many those were.

    Keys are made of the author's own words, so they come from the report as the engine wrote it: its findings stand in the same order.
    """
    keys = [k for k, _, _ in findings.keys_of(json.loads(runs.report_of(tx, store.sealer, run)))]
    gone = {k for k, said in decisions.standing(tx, submission_id, keys).items() if said.what == "dismiss"}
    if not gone:
        return 0
    names = iter(keys)
    for outcome in seen["outcomes"]:
        if not outcome.get("shadow"):
            outcome["findings"] = [f for f in outcome["findings"] if next(names) not in gone]
    return len(gone)


def groups_of(
    tx: Tx, store: Store, who: Principal, row: Mapping[str, Any], unit: Unit
) -> Iterator[tuple[Cluster, list[tuple[comparing.Named, bool]]]]:
    """Yield the groups of texts alike that a unit has a part in: with each member, and whether it is the unit's own."""
    found = comparing.alike(tx, who, row["id"])
    mine = {m["id"] for m in unit.members}
    groups_ = [c for c in found.groups if mine & {m.id for m in c.members}]
    named = found.named(tx, store, who, groups_)
    for cluster in groups_:
        own, _ = _sides(unit, cluster)
        yield cluster, [(named[m.id], m.id in own) for m in cluster.members]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A batch that a unit had a part in."""

    batch: str
    ref: str
    name: str
    created: datetime
    verdicts: Counter[str]


def history_of(tx: Tx, store: Store, who: Principal, key: str, *, without: str = "") -> list[Past]:
    """Return the batches, newest first, that a unit (its key) has submissions in and one may see by name; not the one ``without``.

    Batches under blind review are left out: a unit has another pseudonym in each, and nobody is to find out which belong together.
    """
    found: dict[str, Past] = {}
    if not key:
        return []
    for r in store_units.history(tx, key, who.sight()):
        if r["id"] == without or who.blind(r["id"]):
            continue
        ref = unit_ref(store.sealer.veil, r["id"], key)
        past = Past(batch=r["id"], ref=ref, name=r["name"], created=r["created"], verdicts=Counter())
        found.setdefault(r["id"], past).verdicts[r["verdict"]] += r["count"]
    return list(found.values())


# -- the letter -------------------------------------------------------------------------------------------------------------


def may_write(who: Principal, batch_id: str) -> bool:
    """Whether this person may see letters: they name the unit and its authors, and it is the office that sends them."""
    return who.role is not Role.SUBMITTER and not who.blind(batch_id)


def need_letters(who: Principal, batch_id: str) -> None:
    """Raise :class:`ServiceError` 403 unless :func:`may_write`."""
    if not may_write(who, batch_id):
        raise ServiceError(403, "forbidden.letters", "退改函写有单位，盲审期间不能下载", "请联系管理员。")


def reported(tx: Tx, who: Principal, unit: Unit) -> list[dict[str, Any]]:
    """Return the rows of a unit's submissions that have a report."""
    found = groups.rows_of(tx, [m["id"] for m in unit.members if m["run"]], who.sight())
    return [dict(found[m["id"]]) for m in unit.members if m["run"]]


def told_to(
    tx: Tx, store: Store, key: str, cases: Sequence[Mapping[str, Any]]
) -> tuple[list[Report], dict[str, Report]]:
    """Return the reports that a letter to a unit (its key) tells of, and, by the case's id, those of versions that were replaced.

    A letter says what the unit itself may see: of other units' texts only that there is one. It asks for nothing that reviewers
    dismissed, and for nothing in a case that they let pass. ``cases`` are rows with a report.
    """
    unit = Principal(id="letter", name="", role=Role.SUBMITTER, unit_key=key)
    former = store_units.runs_of(tx, [c["replaces"] for c in cases if c["replaces"]], key)
    reports, earlier = [], {}
    for case in cases:
        reports.append(_seen(tx, store, case, unit, case["id"], case["run"]))
        if run := former.get(case["replaces"] or ""):
            # By the row of the new version, so that a source has the same alias in both reports.
            earlier[case["id"]] = _seen(tx, store, case, unit, case["replaces"], run)
    return reports, earlier


def _seen(tx: Tx, store: Store, case: Mapping[str, Any], unit: Principal, submission_id: str, run: str) -> Report:
    data = json.loads(shown_report(tx, store.sealer, case, unit, run_id=run))
    data["case"]["id"] = case["id"]  # ids of the engine are made of file names: an open batch may have one twice
    _drop_dismissed(tx, store, submission_id, run, data)
    if case["decision"] == "pass":
        data["outcomes"] = [o | {"findings": []} for o in data["outcomes"]]
    return Report.from_json(data)
