"""Lists of submissions: filters, six orders, keyset paging, counts. What somebody may see is a condition of every query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, and_, func, not_, or_, select, tuple_, type_coerce

from screening.case import unit_key
from service.errors import ServiceError
from service.store import current, search
from service.store.cursors import pack, unpack
from service.store.query import Filter
from service.store.schema import SORTS, pair, submission
from service.store.sight import Sight

Sort = Literal["created", "rate", "largest", "words", "score", "title"]
MOST: Final = 200
COLUMNS: Final = [
    submission.c[name]
    for name in (
        *(
            "id",
            "batch",
            "created",
            "updated",
            "version",
            "kind",
            "title",
            "unit",
            "unit_key",
            "unit_type",
            "project",
            "received",
        ),
        *("rulebook", "state", "error", "message", "advice", "run", "screened", "verdict", "findings", "words", "rate"),
        *("largest", "topic_band", "topic_score", "score", "codes", "decision", "told", "document", "cancel"),
    )
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list: what, in which order. ``default`` and ``models`` are settings, to tell what is stale."""

    filter: Filter = field(default_factory=Filter)
    sort: Sort = "created"
    ascending: bool = False
    default: str = ""
    models: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page, None at the end."""

    rows: Sequence[RowMapping]
    next: str | None


def conditions(tx: Connection, wanted: Wanted, sight: Sight) -> list[ColumnElement[bool]]:
    """Return what must hold of a row of the list.

    Raises :class:`ServiceError` 422 for a text that is too long, and for an order by titles that one sees masked.
    """
    asked, c, decision = wanted.filter, submission.c, sight.decision
    if wanted.sort == "title" and sight.blind:
        raise ServiceError(422, "query.title", "盲审时不能按标题排序", "标题里可能有姓名；请换一种排序。")
    out: list[ColumnElement[bool]] = [sight.of(submission)]
    if asked.batch:
        named = [b for b in asked.batch if b != "none"]
        out.append(or_(c.batch.in_(named), c.batch.is_(None)) if "none" in asked.batch else c.batch.in_(named))
    for values, column in (
        (asked.state, c.state),
        (asked.verdict, c.verdict),
        (asked.kind, c.kind),
        (asked.project, c.project),
        (asked.topic, c.topic_band),
        (asked.theme, c.theme),
    ):
        if values:
            out.append(column.in_(values))
    if asked.decision:
        named = [d for d in asked.decision if d != "none"]
        out.append(or_(decision.in_(named), decision.is_(None)) if "none" in asked.decision else decision.in_(named))
    if asked.codes:
        out.append(or_(*(_has_code(code) for code in asked.codes)))
    if asked.unit:
        out.append(c.unit_key.contains(unit_key(asked.unit), autoescape=True))
    for low, high, column in (
        (asked.rate_min, asked.rate_max, c.rate),
        (asked.largest_min, asked.largest_max, c.largest),
        (asked.words_min, asked.words_max, c.words),
        (asked.score_min, asked.score_max, c.score),
    ):
        out += [column >= low] if low is not None else []
        out += [column <= high] if high is not None else []
    for since, until, moment in (
        (asked.received_from, asked.received_until, c.received),
        (asked.created_from, asked.created_until, c.created),
    ):
        out += [moment >= since] if since is not None else []
        out += [moment < until] if until is not None else []
    if asked.partner is not None:
        there = select(pair.c.source).where(pair.c.submission == c.id).correlate(submission).exists()
        out.append(there if asked.partner else ~there)
    if asked.stale is not None:
        old = current.stale(tx, wanted.default, wanted.models)
        out.append(old if asked.stale else not_(old))
    if asked.text:
        out.append(search.matching(tx, asked.text, blind=sight.blind))
    return out


def _has_code(code: str) -> ColumnElement[bool]:
    # A JSON list as text: ["length.over", …]; a beginning up to a dot is enough.
    said = type_coerce(submission.c.codes, Text)
    return or_(said.contains(f'"{code}"', autoescape=True), said.contains(f'"{code}.', autoescape=True))


def page(tx: Connection, wanted: Wanted, sight: Sight, *, limit: int, cursor: str = "") -> Page:
    """Return a page of at most ``limit`` (1–200) rows after ``cursor``.

    Rows that come or go between two pages shift nothing. Raises :class:`ServiceError` 422 for a cursor of another list.
    """
    key, column = SORTS[wanted.sort], submission.c.id
    query = select(*COLUMNS, key.label("sort_key")).where(*conditions(tx, wanted, sight))
    bound = (wanted.filter, wanted.sort, wanted.ascending)
    by_age = wanted.sort == "created"
    if cursor:
        place = unpack(bound, cursor, ((str, int, float), str))
        if by_age:
            query = query.where(column > place[1] if wanted.ascending else column < place[1])
        else:
            here, there = tuple_(key, column), tuple_(*place)
            query = query.where(here > there if wanted.ascending else here < there)
    order = [column] if by_age else [key, column]
    query = query.order_by(*(o.asc() if wanted.ascending else o.desc() for o in order)).limit(limit + 1)
    rows = tx.execute(query).mappings().all()
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], pack(bound, last["sort_key"], last["id"]))


def counts(tx: Connection, wanted: Wanted, sight: Sight) -> Mapping[str, Any]:
    """Return how many submissions the whole list has, in all, by verdict and by state; "" are those without a verdict yet."""
    verdict = func.coalesce(submission.c.verdict, "")
    rows = tx.execute(
        select(verdict, submission.c.state, func.count())
        .where(and_(*conditions(tx, wanted, sight)))
        .group_by(verdict, submission.c.state)
    ).all()
    out: dict[str, Any] = {"total": 0, "verdicts": {}, "states": {}}
    for said, state, n in rows:
        out["total"] += n
        out["verdicts"][said] = out["verdicts"].get(said, 0) + n
        out["states"][state] = out["states"].get(state, 0) + n
    return out
