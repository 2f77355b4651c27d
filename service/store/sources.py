"""The archive as an administrator looks after it: what is in it, where each text is from, finding one, taking one out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select

from screening.errors import LibraryError
from screening.library import remove_in
from screening.library.codec import unpack_text
from screening.library.database import given_back
from screening.library.schema import document
from service.errors import ServiceError, conflict, not_found
from service.moment import now
from service.store.database import Store, note
from service.store.schema import pair, removal, submission

BUDGET: Final = 0.4  # seconds that one request may spend on looking into texts
MOST: Final = 60  # characters of a query
_AROUND: Final = 30  # characters shown on each side of what was found
_HEAD: Final = ("number", "id", "title", "unit", "kind", "year", "received", "characters")
_PAGE: Final = 200  # texts fetched at once
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origins:
    """How many documents came with submissions and how many were added as earlier cases; the bytes of all texts as they are kept."""

    submissions: int
    earlier: int
    size: int


def origins(tx: Connection) -> Origins:
    """Count where the documents are from."""
    total, size = tx.execute(
        select(func.count(), func.coalesce(func.sum(func.length(document.c.text)), 0)).select_from(document)
    ).one()
    mine = tx.execute(select(func.count()).where(submission.c.owns_document)).scalar_one()
    return Origins(mine, max(0, total - mine), int(size))


@dataclass(frozen=True, slots=True)
class Found:
    """A page of documents, the newest first, with "submission" (id, None for an earlier case) and "excerpt" ("" unless its text has the words).

    ``after`` is the number to go on from, None at the end; ``seen`` how many texts were looked into.
    """

    rows: list[dict[str, Any]]
    after: int | None
    seen: int


def find(tx: Connection, words: str = "", *, year: int | None = None, after: int = 0, limit: int = 50) -> Found:
    """Return documents; with ``words`` those that have all of them in title, unit or text.

    Texts are sealed and packed, so they are looked into one by one, for no longer than :data:`BUDGET`: then the page is shorter, and one
    goes on from ``after``. Raises :class:`ServiceError` 422 for a query that is too long.
    """
    wanted = words.replace("\0", "").casefold().split()
    if sum(map(len, wanted)) > MOST:
        raise ServiceError(422, "query.long", f"要找的词太长：最多 {MOST} 个字符", "请缩短后再试。")
    begun, rows, seen, last = time.monotonic(), list[dict[str, Any]](), 0, after
    while True:
        page = _page(tx, year, last, texts=bool(wanted), limit=_PAGE if wanted else limit + 1)
        for n, row in enumerate(page):
            if len(rows) == limit or (n and wanted and time.monotonic() - begun > BUDGET):
                return Found(_with_origin(tx, rows), last, seen)
            last, seen = row["number"], seen + bool(wanted)
            excerpt = _met(dict(row), wanted)
            if excerpt is not None:
                rows.append({name: row[name] for name in _HEAD} | {"excerpt": excerpt})
        if len(page) < (_PAGE if wanted else limit + 1):
            return Found(_with_origin(tx, rows), None, seen)
        if time.monotonic() - begun > BUDGET:
            return Found(_with_origin(tx, rows), last, seen)


def _page(tx: Connection, year: int | None, after: int, *, texts: bool, limit: int) -> list[RowMapping]:
    columns = [document.c[name] for name in _HEAD] + ([document.c.text] if texts else [])
    where: list[ColumnElement[bool]] = []
    if year is not None:
        where.append(document.c.year.is_(None) if year == 0 else document.c.year == year)
    if after:
        where.append(document.c.number < after)
    query = select(*columns).where(*where).order_by(document.c.number.desc()).limit(limit)
    return list(tx.execute(query).mappings())


def _met(row: _Row, wanted: list[str]) -> str | None:
    """Return what stands around the first word in the text, "" if all words stand in title and unit; None if one is missing."""
    if not wanted:
        return ""
    head = f"{row['title']}\n{row['unit']}".casefold()
    if all(w in head for w in wanted):
        return ""
    try:
        text = unpack_text(row["text"])
    except LibraryError:
        return None  # damaged: the verification tells of it
    folded = text.casefold()
    if not all(w in head or w in folded for w in wanted):
        return None
    at = next(folded.find(w) for w in wanted if w in folded)
    return " ".join(text[max(0, at - _AROUND) : at + _AROUND].split()) if len(folded) == len(text) else ""


def _with_origin(tx: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    holders = _holders(tx, [r["id"] for r in rows])
    return [r | {"submission": holders.get(r["id"])} for r in rows]


def _holders(tx: Connection, ids: list[str]) -> dict[str, str]:
    """Return the submission of each document that one has."""
    query = select(submission.c.document, submission.c.id).where(submission.c.document.in_(ids))
    rows = tx.execute(query.order_by(submission.c.owns_document, submission.c.id)).all()
    return {r.document: r.id for r in rows}


def head(tx: Connection, source_id: str) -> dict[str, Any]:
    """Return a document without its text, as :func:`find` does. Raises :class:`ServiceError` 404."""
    query = select(*(document.c[name] for name in _HEAD)).where(document.c.id == source_id)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found("这篇文档")
    return _with_origin(tx, [dict(row)])[0]


def take_out(store: Store, source_id: str, by: str, reason: str) -> int:
    """Take an earlier case out of the archive with every trace; return how many reports are stale by that.

    What they quote of it stays in them until they are made anew. Raises :class:`ServiceError` 404, or 409 for the text of a submission:
    that leaves the archive with it.
    """
    with store.write() as tx:
        row = head(tx, source_id)
        if row["submission"]:
            raise conflict(
                "archive.submission",
                "这是一份报送材料的正文，不能单独删除",
                "请撤回或删除那份材料，它会一同离开比对库。",
            )
        remove_in(tx, source_id)
        said = {"source": source_id, "title": row["title"], "reason": reason, "created": now(), "created_by": by}
        tx.execute(insert(removal), said)
        stale = _named_in(tx, source_id)
        note(tx, by, "archive.remove", source_id, reason, stale=stale)
    given_back(store.engine)
    return stale


def _named_in(tx: Connection, source_id: str) -> int:
    return tx.execute(select(func.count()).where(pair.c.source == source_id)).scalar_one()


def removals(tx: Connection, limit: int = 10) -> list[RowMapping]:
    """Return what was taken out by hand, the newest first."""
    return list(tx.execute(select(removal).order_by(removal.c.number.desc()).limit(limit)).mappings())
