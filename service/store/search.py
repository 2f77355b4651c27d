"""Search in texts: pairs of neighbouring characters as words, kept by the database's own full-text index.

Neither FTS5's trigrams nor pg_trgm find words of two characters. A word of Latin letters or digits is one word. The index keeps no
places: "作业设计" asks for 作业, 业设 and 设计, which hardly ever stand in a text without standing in a row.

The index holds title and text as a blind reviewer sees them: what is hidden from him can't be found, by nobody, and a count tells nothing.
Whoever sees titles as they are finds by them too.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, bindparam, delete, false, or_, select, true
from sqlalchemy import text as sql

from screening.text.view import simplified
from service.errors import ServiceError
from service.masking import Mask, Names
from service.store.schema import submission, words

MOST: Final = 100  # characters of a query
_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(f"[{_WIDE}]+|[^\\W_{_WIDE}]+")
NOBODY: Final = Names()


def _folded(value: str) -> str:
    return simplified(unicodedata.normalize("NFKC", value)).casefold()


def grams(value: str) -> Iterator[str]:
    """Yield the words of a text as the index has them.

    >>> list(grams("作业设计 32人，Ａi"))
    ['作业', '业设', '设计', '32', '人', 'ai']
    """
    for match in _RUN.finditer(_folded(value)):
        run = match[0]
        if re.match(f"[{_WIDE}]", run) and len(run) > 1:
            yield from (run[n : n + 2] for n in range(len(run) - 1))
        else:
            yield run


def _index_line(body: str) -> str:
    # Neither database must cut or fold on its own: each word goes in as the hex digits of its letters.
    return " ".join(sorted({_code(g) for g in grams(body)}))


def _code(gram: str) -> str:
    return "x" + gram.encode("utf-16-be", "surrogatepass").hex()[:200]


@dataclass(frozen=True, slots=True)
class Findable:
    """A text made ready for the index, which takes longer than writing it: to be done before a lock is taken."""

    body: bytes
    line: str


def findable(text: str, hide: Names) -> Findable:
    """Make a text ready: title and compared text, never the author form.

    Left out are the names to ``hide``, phones, mailboxes and numbers of papers: what a blind reviewer is not shown.
    """
    kept, end = [], 0
    for span in Mask(hide).spans(text):
        kept.append(text[end : span.start])
        end = span.end
    said = "\n".join([*kept, text[end:]])
    return Findable(zlib.compress(said.encode(errors="replace")), _index_line(said))


def add(tx: Connection, submission_id: str, text: str, hide: Names = NOBODY) -> None:
    """Make a submission's text searchable, in place of what was there of it; see :func:`findable`."""
    put(tx, submission_id, findable(text, hide))


def put(tx: Connection, submission_id: str, made: Findable) -> None:
    """Write what :func:`findable` made, in place of what was there of the submission; nothing is done if that is the same."""
    if tx.execute(select(words.c.body).where(words.c.submission == submission_id)).scalar() == made.body:
        return
    remove(tx, submission_id)
    row = {"submission": submission_id, "body": made.body}
    if tx.dialect.name == "postgresql":
        tx.execute(
            sql(
                "INSERT INTO service_words (submission, body, vector) "
                "VALUES (:submission, :body, array_to_tsvector(string_to_array(:line, ' ')))"
            ).bindparams(bindparam("body", type_=LargeBinary)),
            row | {"line": made.line},
        )
        return
    number = tx.execute(words.insert(), row).inserted_primary_key[0]  # type: ignore[index]  # a row of one key
    tx.execute(
        sql("INSERT INTO service_words_index (rowid, body) VALUES (:number, :line)"),
        {"number": number, "line": made.line},
    )


def remove(tx: Connection, submission_id: str) -> None:
    """Take a submission's words out of the index; nothing happens if there are none.

    Call it before the row of the submission is deleted. What the index still holds in pieces not yet merged: see :func:`settle`.
    """
    row = tx.execute(select(words.c.number, words.c.body).where(words.c.submission == submission_id)).first()
    if row is None:
        return
    if tx.dialect.name == "sqlite":
        tx.execute(
            sql("INSERT INTO service_words_index (service_words_index, rowid, body) VALUES ('delete', :number, :line)"),
            {"number": row.number, "line": _index_line(zlib.decompress(row.body).decode())},
        )
    tx.execute(delete(words).where(words.c.number == row.number))


def settle(tx: Connection) -> None:
    """Merge the index, so that it holds no trace of what was removed. Seconds for many thousands of texts; PostgreSQL's VACUUM does it there."""
    if tx.dialect.name == "sqlite":
        tx.execute(sql("INSERT INTO service_words_index (service_words_index) VALUES ('optimize')"))


def matching(tx: Connection, query: str, *, blind: bool = False) -> ColumnElement[bool]:
    """Return the condition on ``service_submission``: all the query's words stand in title and text, or the title has it.

    ``blind`` is for who sees titles masked: he finds by the index alone. Raises :class:`ServiceError` 422 for a query that is too long.
    """
    wanted = query.replace("\0", "").strip()
    if len(wanted) > MOST:
        raise ServiceError(422, "query.long", f"要找的词太长：最多 {MOST} 个字符", "请缩短后再试。")
    in_title = (false() if wanted else true()) if blind else submission.c.title.contains(wanted, autoescape=True)
    found = list(dict.fromkeys(_code(g) for g in grams(wanted) if len(g) > 1 or g.isascii()))
    if not found:
        return in_title  # a single character is no word of the index
    if tx.dialect.name == "postgresql":
        hits = sql("SELECT submission FROM service_words WHERE vector @@ CAST(:words AS tsquery)").bindparams(
            words=" & ".join(found)
        )
    else:
        hits = sql(
            "SELECT submission FROM service_words WHERE number IN "
            "(SELECT rowid FROM service_words_index WHERE service_words_index MATCH :words)"
        ).bindparams(words=" ".join(f'"{w}"' for w in found))
    ids = hits.columns(words.c.submission)
    return or_(submission.c.id.in_(ids.subquery().select()), in_title)
