"""Change of the key: all that is sealed is sealed anew with the present key; what was interrupted is gone on with by asking again."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select, tuple_, type_coerce, update

from screening.library import schema as library
from screening.library.vault import MARK, TEXT_MARK, Sealed, SealedText
from service.store import keyring
from service.store.database import Store, note
from service.store.schema import author, case, chunk, metadata, run, secret, webhook
from service.store.sealing import Sealer
from service.store.types import SealedJson

PAGE: Final = 100  # rows a transaction: writers of the service wait no longer than for these
# What the store seals itself, with the place that is bound to it.
BODIES: Final = (
    (author.c.body, "author/{submission}"),
    (case.c.body, "case/{submission}"),
    (case.c.info, "info/{submission}"),
    (run.c.body, "run/{id}"),
    (chunk.c.data, "{sha256}/{number}"),
    (webhook.c.secret, "webhook/{id}"),
)


def reseal(store: Store, by: str) -> int:
    """Seal everything with the present key; return how many pieces that were. Raises :class:`ServiceError` for what no key opens.

    All processes must know the present key by then. Other keys are forgotten only when a whole round has found nothing of theirs.
    """
    count = 0
    while changed := sum(_column(store, column, place) for column, place in _everything()):
        count += changed
    with store.write() as tx:
        place = keyring.place(keyring.VEIL)
        kept = tx.execute(select(secret.c.body).where(secret.c.name == keyring.VEIL)).scalar_one()
        if fresh := store.sealer.resealed(kept, place):
            tx.execute(update(secret).where(secret.c.name == keyring.VEIL).values(body=fresh))
        keyring.forget_others(tx, store.sealer)
        note(tx, by, "key.reseal", store.sealer.key_id, pieces=count)
    return count


def _everything() -> Iterator[tuple[Column[Any], str]]:
    yield from BODIES
    tables = {t.name: t for t in (*library.metadata.sorted_tables, *metadata.sorted_tables)}
    for table in tables.values():
        yield from ((c, "") for c in table.c if isinstance(c.type, Sealed | SealedText | SealedJson))


def _column(store: Store, column: Column[Any], place: str) -> int:
    table: Table = column.table
    keys = list(table.primary_key.columns)
    raw = type_coerce(column, Text if isinstance(column.type, SealedText | SealedJson) else LargeBinary)
    query = select(*keys, raw.label("raw_")).where(column.is_not(None)).order_by(*keys).limit(PAGE)
    count, last = 0, None
    while True:
        with store.write() as tx:
            page = query if last is None else query.where(tuple_(*keys) > tuple_(*last))
            rows = tx.execute(page.with_for_update()).all()
            for row in rows:
                at = dict(zip([k.name for k in keys], row, strict=False))
                count += _piece(tx, store.sealer, column, row.raw_, place.format(**at), at)
        if len(rows) < PAGE:
            return count
        last = tuple(rows[-1])[:-1]


def _piece(tx: Connection, sealer: Sealer, column: Column[Any], kept: Any, place: str, at: dict[str, Any]) -> bool:
    here = update(column.table).where(*(column.table.c[k] == v for k, v in at.items()))
    if place:
        fresh = sealer.resealed(bytes(kept), place)
        if fresh is not None:
            tx.execute(here.values({column: fresh}))
        return fresh is not None
    mark: Any = TEXT_MARK if isinstance(kept, str) else MARK
    kept = kept if isinstance(kept, str) else bytes(kept)
    if not kept or not (sealer.keyed or kept.startswith(mark)):
        return False
    if kept.startswith(mark) and not _stale(sealer, column, kept):
        return False
    # The column's own type opens what is there and seals what is written.
    value = tx.execute(select(column).where(*(column.table.c[k] == v for k, v in at.items()))).scalar_one()
    tx.execute(here.values({column: value}))
    return True


def _stale(sealer: Sealer, column: Column[Any], kept: Any) -> bool:
    place: str = column.type.place  # type: ignore[attr-defined]  # only sealed types come here
    if isinstance(kept, str):
        return sealer.resealed(base64.b64decode(kept[len(TEXT_MARK) :]), place) is not None
    return sealer.resealed(kept[len(MARK) :], place) is not None
