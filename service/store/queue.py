"""The neighbours of a submission in a list: what a reviewer looks at next, whatever the order and the filters."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select, tuple_

from service.store.listing import Wanted, conditions
from service.store.schema import SORTS, submission
from service.store.sight import Sight


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids of the submissions before and after one, its number from 1 on, and how many the list has; all None or 0 if it is not in it."""

    before: str | None = None
    after: str | None = None
    number: int = 0
    of: int = 0


def neighbours(tx: Connection, wanted: Wanted, sight: Sight, submission_id: str) -> Neighbours:
    """Return what stands around a submission in a list."""
    key, column = SORTS[wanted.sort], submission.c.id
    inside = conditions(tx, wanted, sight)
    place = tx.execute(select(key).where(column == submission_id, *inside)).first()
    if place is None:
        return Neighbours()
    here, there = tuple_(key, column), tuple_(place[0], submission_id)
    later, earlier = (here > there, here < there) if wanted.ascending else (here < there, here > there)

    def nearest(side: object, *, up: bool) -> str | None:
        order = (key.asc(), column.asc()) if up else (key.desc(), column.desc())
        found: str | None = tx.execute(select(column).where(side, *inside).order_by(*order).limit(1)).scalar()  # type: ignore[arg-type]  # a tuple's comparison is typed as Any
        return found

    before_count, total = tx.execute(
        select(func.count().filter(earlier), func.count()).select_from(submission).where(and_(*inside))
    ).one()
    return Neighbours(
        before=nearest(earlier, up=not wanted.ascending),
        after=nearest(later, up=wanted.ascending),
        number=before_count + 1,
        of=total,
    )
