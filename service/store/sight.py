"""What somebody may see, as a condition of a query: never a filter afterwards, so that pages and counts are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, false, true

from service.store.schema import batch, submission


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything; or one unit's; or the given batches'. An empty sight sees nothing.

    ``blind`` is for who is shown some of it without names: he finds nothing by what he is not shown, and in no order of it.
    """

    everything: bool = False
    unit_key: str = ""
    batches: tuple[str, ...] = ()
    blind: bool = False

    @property
    def decision(self) -> Column[Any]:
        """Return the column of the decision as it may be seen: a unit is told when it is time, see :mod:`service.store.decisions`."""
        return submission.c.told if self.unit_key else submission.c.decision

    def of(self, table: Table) -> ColumnElement[bool]:
        """Return the condition on ``service_submission`` or ``service_batch``."""
        if self.everything:
            return true()
        if self.unit_key:
            return and_(table.c.unit_key == self.unit_key)
        if self.batches:
            column: ColumnElement[Any] = submission.c.batch if table is submission else batch.c.id
            return column.in_(self.batches)
        return false()
