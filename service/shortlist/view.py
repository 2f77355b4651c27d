"""The shortlist of a batch as somebody may see it: names, points and notes masked like everywhere, for pages, interface and paper alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final, Literal, get_args

from screening.output.labels import check_label
from screening.rulebook import Rulebook
from service.masking import unit_pseudonym
from service.moment import shown
from service.people.principal import Principal
from service.points import Seen, seen
from service.shortlist.proposal import Candidate, Group, Place, Placed, propose
from service.shortlist.words import label, opinions, reasons
from service.store import decisions, shortlist, submissions
from service.store.database import Row, Store, Tx
from service.views import Veil, submission_view, text_view, veil_of

Show = Literal["all", "in", "reserve", "check", "near", "hand", "over"]
SHOWS: Final[tuple[str, ...]] = get_args(Show)
Entry = tuple[Group, Placed]
_AT_ONCE: Final = 500  # parameters of one query
_RESOLVED: Final = "quota."  # that a unit hands in too many is what the shortlist is for


class Shortlist:
    """One batch's shortlist for one person. Names and titles are looked up for what is shown, not for all."""

    def __init__(self, tx: Tx, store: Store, who: Principal, batch: Row | Mapping[str, Any], book: Rulebook) -> None:
        self._tx, self._store, self._who, self.batch, self.book = tx, store, who, dict(batch), book
        rows = shortlist.members(tx, batch["id"], who.sight())
        self._rows = {row["id"]: row for row in rows}
        self._choices = shortlist.choices(tx, batch["id"])
        gone = shortlist.dismissed(tx, batch["id"])
        usual = _usual(book)
        made = propose((_candidate(row, gone, self._choices.get(row["id"]), usual) for row in rows), book)
        self._blind = veil_of(who, batch["id"]) is Veil.BLIND
        order = {kind: n for n, kind in enumerate(book.kinds)}
        self.groups = sorted(made, key=lambda g: (self.unit(g), order.get(g.kind, len(order)), g.kind, g.project))
        self._people: dict[str, Mapping[str, Any]] = {}

    # -- what there is --------------------------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> list[Entry]:
        """Every case with its group, in the order in which they are shown."""
        return [(g, p) for g in self.groups for p in g.placed]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many cases there are to show of each kind; "over" counts groups."""
        found = {show: len(self.shown(show)) for show in SHOWS if show != "over"}
        return found | {"over": len(self.over)}

    @cached_property
    def over(self) -> list[Group]:
        """The groups that people brought over the notice's quota."""
        return [g for g in self.groups if g.over]

    def shown(self, show: str = "all", only: Collection[str] | None = None) -> list[Entry]:
        """Return the entries of one kind, those of ``only`` these submissions if given."""
        wanted = [e for e in self.entries if _is(show, *e)]
        return wanted if only is None else [(g, p) for g, p in wanted if p.candidate.id in only]

    def entry(self, submission_id: str) -> Entry:
        """Return a submission's entry. Raises :class:`KeyError` for one that is not in the batch."""
        return next(e for e in self.entries if e[1].candidate.id == submission_id)

    # -- as this person may see it --------------------------------------------------------------------------------------

    def unit(self, group: Group) -> str:
        """Return a group's unit, by its pseudonym to blind eyes, "" if nobody has said it."""
        if self._blind:
            return unit_pseudonym(self._store.sealer.veil, self.batch["id"], group.unit)
        return group.unit

    def group_json(self, group: Group) -> dict[str, Any]:
        """Return a group without its cases."""
        kind, clause = self.book.kinds.get(group.kind), group.rule.clause if group.rule else None
        return {
            "unit": self.unit(group),
            "kind": group.kind,
            "kind_label": kind.label if kind else group.kind,
            "project": group.project,
            "limit": group.limit,
            "clause": clause and {"where": clause.where, "quote": clause.quote},
            "used": group.used,
            "of": len(group.placed),
            "over": group.over,
        }

    def cases_json(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Return cases as the interface and the pages tell them."""
        wanted = {p.candidate.id for _, p in entries}
        self._know({i for _, p in entries for i in (p.candidate.id, p.near, *p.yields_to)} - {""})
        by = {c["by"] for i in wanted if (c := self._choices.get(i))}
        names = decisions.names_of(self._tx, by)
        members = {x.candidate.id for g, _ in entries for x in g.placed}
        given = shortlist.points(self._tx, members)
        points = {i: seen(given.get(i, {}), self._who) for i in members}
        return [self._case(g, p, names, points) for g, p in entries]

    def _case(self, group: Group, p: Placed, names: Mapping[str, str], points: Mapping[str, Seen]) -> dict[str, Any]:
        c, row, view = p.candidate, self._rows[p.candidate.id], self._view(p.candidate.id)
        return {
            "id": c.id,
            "version": row["version"],
            "title": view["title"] or view["file"] or "（没有标题）",
            "kind": c.kind,
            "state": p.state.value,
            "label": label(p),
            "proposed": p.proposed.value,
            "choice": self._choice(c.id, names),
            "reasons": [*reasons(p, group, self._title), *opinions(p, group, points, self._title)],
            "near": bool(p.near),
            "unsure": bool(p.yields_to),
            "rank": p.rank,
            "of": p.of,
            "class_rank": p.class_rank,
            "class_of": p.class_of or None,
            "score": c.score,
            "parts": {k: {"points": got, "weight": weight} for k, (got, weight) in c.parts.items()},
            "rate": row["rate"],
            "largest": row["largest"],
            "words": row["words"],
            "topic_band": row["topic_band"],
            "verdict": row["verdict"],
            "decision": row["decision"],
            "points": points[c.id].to_json(),
        }

    def _choice(self, submission_id: str, names: Mapping[str, str]) -> dict[str, Any] | None:
        found = self._choices.get(submission_id)
        return self.choice_json(found, names) if found else None

    def choice_json(self, found: Row, names: Mapping[str, str]) -> dict[str, Any]:
        """Return a change, with who, when and why; names in the reason are masked as in every note."""
        self._know({found["submission"]})
        row, person = dict(self._rows[found["submission"]]), self._people[found["submission"]]
        return {
            "submission": found["submission"],
            "what": found["what"],
            "reason": text_view(found["reason"], row, person, self._who),
            "by": names[found["by"]],
            "created": shown(found["created"]),
        }

    def has(self, submission_id: str) -> bool:
        """Whether a submission is in the batch, and to be seen."""
        return submission_id in self._rows

    def _know(self, ids: Collection[str]) -> None:
        unknown = [i for i in ids if i not in self._people]
        for n in range(0, len(unknown), _AT_ONCE):
            self._people |= submissions.persons_of(self._tx, self._store.sealer, unknown[n : n + _AT_ONCE])

    def _view(self, submission_id: str) -> dict[str, Any]:
        return submission_view(dict(self._rows[submission_id]), self._people[submission_id], self._who)

    def _title(self, submission_id: str) -> str:
        self._know([submission_id])
        view = self._view(submission_id)
        return str(view["title"] or view["file"] or "没有标题的一篇")


def _is(show: str, group: Group, p: Placed) -> bool:
    if show == "all":
        return True
    if show == "near":
        return bool(p.near or p.yields_to)
    if show == "hand":
        return bool(p.candidate.hand)
    if show == "over":
        return group.over > 0
    return p.state == Place(show)


@cache
def _label(code: str) -> str:
    return check_label(code.partition(".")[0])


def _usual(book: Rulebook) -> dict[str, str]:
    """Return kinds and project classes by their other names: of a file that can't be read, only what the list says is known."""
    kinds = {name: key for key, k in book.kinds.items() for name in (k.label, *k.aliases)}
    return kinds | {alias: p.name for p in book.projects for alias in p.aliases}


def _candidate(
    row: Row, dismissed: Collection[tuple[str, str]], held: Row | None, usual: Mapping[str, str]
) -> Candidate:
    concerns = tuple(
        (_label(code), severity)
        for key, code, severity in row["concerns"] or ()
        if not code.startswith(_RESOLVED) and (row["id"], key) not in dismissed
    )
    return Candidate(
        id=row["id"],
        unit_key=row["unit_key"],
        unit=row["unit"],
        unit_type=row["unit_type"],
        kind=usual.get(row["kind"], row["kind"]),
        project=usual.get(row["project"], row["project"]),
        state=row["state"],
        case=row["case"],
        verdict=row["verdict"] or "",
        error=row["error"],
        decision=row["decision"] or "",
        received=row["received"],
        score=row["score"],
        parts={k: (points, weight) for k, (points, weight) in (row["parts"] or {}).items()},
        concerns=concerns,
        hand=held["what"] if held else "",
    )
