"""What was dismissed once and is known elsewhere: where it came from, where it applies, and how it is taken back.

Rows are added and never changed (:mod:`service.store.decisions` writes them); what was taken back stays in the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select, tuple_

from service.errors import conflict, not_found
from service.store.database import note
from service.store.decisions import recall_later
from service.store.findings import pair_key
from service.store.schema import finding, memory, pair, submission
from service.store.sight import Sight

PLACES = 5  # where something applies, that are named; the rest is counted


@dataclass(frozen=True, slots=True)
class Remembered:
    """A finding or a pair (``kind``) that was dismissed; ``rows`` are all that was said of it, newest first."""

    kind: str
    key: str
    rows: Sequence[RowMapping]

    @property
    def standing(self) -> bool:
        """Whether it is dismissed at present."""
        return bool(self.rows[0]["what"] == "dismiss")

    @property
    def id(self) -> str:
        """The newest row's id, by which it is taken back."""
        return str(self.rows[0]["id"])

    @property
    def origin(self) -> str | None:
        """The submission of which it was said last."""
        found: str | None = self.rows[0]["submission"]
        return found


def listed(tx: Connection, sight: Sight, *, limit: int, before: str = "") -> tuple[list[Remembered], str]:
    """Return what was ever dismissed, said of what one may see, the newest first; and the id to go on before, "" at the end."""
    last = select(func.max(memory.c.id)).group_by(memory.c.kind, memory.c.key)
    ever = select(memory.c.kind, memory.c.key).where(memory.c.what == "dismiss")
    query = (
        select(memory)
        .join(submission, submission.c.id == memory.c.submission, isouter=True)
        .where(memory.c.id.in_(last), tuple_(memory.c.kind, memory.c.key).in_(ever), sight.of(submission))
        .order_by(memory.c.id.desc())
        .limit(limit + 1)
    )
    if before:
        query = query.where(memory.c.id < before)
    newest = list(tx.execute(query).mappings())
    said: defaultdict[tuple[str, str], list[RowMapping]] = defaultdict(list)
    names = [(r["kind"], r["key"]) for r in newest[:limit]]
    rows = select(memory).where(tuple_(memory.c.kind, memory.c.key).in_(names)).order_by(memory.c.id.desc())
    for row in tx.execute(rows).mappings():
        said[row["kind"], row["key"]].append(row)
    found = [Remembered(kind, key, said[kind, key]) for kind, key in names]
    return found, newest[limit - 1]["id"] if len(newest) > limit else ""


def applied(tx: Connection, sight: Sight, found: Collection[Remembered]) -> dict[tuple[str, str], list[str]]:
    """Return the submissions one may see whose newest report says it again, by (kind, key), newest first; not where it was said."""
    out: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    origin = {(m.kind, m.key): {r["submission"] for r in m.rows} for m in found}
    inside = (sight.of(submission), submission.c.state != "cancelled")
    keys = [m.key for m in found if m.kind == "finding"]
    again = select(finding.c.key, submission.c.id).join(submission, submission.c.id == finding.c.submission)
    rows = [("finding", r.key, r.id) for r in tx.execute(again.where(finding.c.key.in_(keys), *inside))]
    documents = {d for m in found if m.kind == "pair" for d in m.key.split("|")}
    pairs = select(submission.c.document, pair.c.source, submission.c.id).join(
        submission, submission.c.id == pair.c.submission
    )
    told = tx.execute(pairs.where(submission.c.document.in_(documents), pair.c.source.in_(documents), *inside))
    rows += [("pair", pair_key(r.document, r.source), r.id) for r in told]
    for kind, key, where in sorted(rows, reverse=True):
        if (kind, key) in origin and where not in origin[kind, key]:
            out[kind, key].append(where)
    return out


def take_back(tx: Connection, sight: Sight, memory_id: str, *, reason: str, by: str) -> None:
    """Add a row: it is open again. Raises :class:`ServiceError` 404, 409 if something else was said of it meanwhile."""
    query = (
        select(memory)
        .join(submission, submission.c.id == memory.c.submission, isouter=True)
        .where(memory.c.id == memory_id, sight.of(submission))
    )
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found()
    newest = select(func.max(memory.c.id)).where(memory.c.kind == row["kind"], memory.c.key == row["key"])
    if row["what"] != "dismiss" or tx.execute(newest).scalar_one() != memory_id:
        raise conflict("memory.changed", "这一条刚被别人改过", "请刷新页面，看过现在的情况再定。")
    open_again(tx, row["kind"], row["key"], reason, by)


def open_again(tx: Connection, kind: str, key: str, reason: str, by: str) -> None:
    """Add a row: what was dismissed is open again; it stays with the submission of which it was said."""
    newest = select(memory.c.submission).where(memory.c.kind == kind, memory.c.key == key).order_by(memory.c.id.desc())
    recall_later(tx, kind, key, "open", reason, by, tx.execute(newest.limit(1)).scalar())
    if kind == "finding":  # of pairs the audit is told in any case
        note(tx, by, "finding.open", key)
