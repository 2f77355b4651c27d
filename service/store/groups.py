"""Rows of pairs: lists of who shares text with whom, and the links that clusters are made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, tuple_

from screening.library.schema import document
from service.store.cursors import pack, unpack
from service.store.schema import pair, submission
from service.store.sight import Sight


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs: of one batch ("" all), from a rate (0–1) on, ``own`` None for both kinds."""

    batch: str = ""
    least: float = 0.0
    own: bool | None = None


def listed(
    tx: Connection, wanted: Wanted, sight: Sight, *, limit: int, cursor: str = ""
) -> tuple[list[RowMapping], str | None]:
    """Return a page of pairs, the highest rate first, and the cursor of the next page. Raises :class:`ServiceError` 422 for a wrong cursor."""
    key = (pair.c.rate, pair.c.submission, pair.c.source)
    query = select(pair).join(submission, submission.c.id == pair.c.submission).where(*_conditions(wanted, sight))
    if cursor:
        query = query.where(tuple_(*key) < tuple_(*unpack(wanted, cursor, ((int, float), str, str))))
    rows = list(tx.execute(query.order_by(*(k.desc() for k in key)).limit(limit + 1)).mappings())
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], pack(wanted, last["rate"], last["submission"], last["source"])


def every(tx: Connection, wanted: Wanted, sight: Sight, most: int) -> tuple[list[RowMapping], int]:
    """Return up to ``most`` pairs, the highest rate first, and how many there are."""
    inside = and_(*_conditions(wanted, sight))
    joined = pair.join(submission, submission.c.id == pair.c.submission)
    of = tx.execute(select(func.count()).select_from(joined).where(inside)).scalar_one()
    query = (
        select(pair).select_from(joined).where(inside).order_by(pair.c.rate.desc(), pair.c.submission, pair.c.source)
    )
    return list(tx.execute(query.limit(most)).mappings()), of


def _conditions(wanted: Wanted, sight: Sight) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = [
        sight.of(submission),
        pair.c.rate >= wanted.least,
        submission.c.state != "cancelled",
    ]
    if wanted.batch:
        out.append(submission.c.batch == wanted.batch)
    if wanted.own is not None:
        out.append(pair.c.own == wanted.own)
    return out


def rows_of(tx: Connection, ids: Collection[str], sight: Sight) -> dict[str, RowMapping]:
    """Return the rows of submissions that one may see, by id."""
    found: dict[str, RowMapping] = {}
    wanted = sorted(set(ids))
    for n in range(0, len(wanted), 500):
        query = select(submission).where(submission.c.id.in_(wanted[n : n + 500]), sight.of(submission))
        found |= {r["id"]: r for r in tx.execute(query).mappings()}
    return found


def documents_of(tx: Connection, ids: Collection[str]) -> dict[str, RowMapping]:
    """Return title, unit, file, author and time of documents of the archive, by id."""
    found: dict[str, RowMapping] = {}
    wanted = sorted(set(ids))
    columns = [document.c[n] for n in ("id", "title", "unit", "file", "author", "received", "year")]
    for n in range(0, len(wanted), 500):
        rows = tx.execute(select(*columns).where(document.c.id.in_(wanted[n : n + 500]))).mappings()
        found |= {r["id"]: r for r in rows}
    return found
