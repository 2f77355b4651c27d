"""Rulebooks that were made here: their versions, which are never changed, and which of them new batches get."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from screening.rulebook import Rulebook, available
from service.errors import ServiceError, conflict, not_found
from service.moment import now
from service.store.books import ref_of
from service.store.database import note
from service.store.schema import activation, batch, rulebook, submission

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_HEAD: Final = tuple(c for c in rulebook.c if c.name not in ("toml", "notice"))


def keep(tx: Connection, book: Rulebook, toml: str, notice: str, *, parent: str, reason: str, by: str) -> str:
    """Keep a version; return its ref. Raises :class:`ServiceError` 422 for an id that can't be used, 409 if it is there already."""
    name, ref = book.id, ref_of(book)
    if not NAME.fullmatch(name):
        raise ServiceError(
            422,
            "rulebook.id",
            f"id = “{name[:60]}” 不能用作编号",
            "请用 2 到 40 个小写字母、数字和 -，例如 henan-2024-1。",
        )
    if name in available():
        raise conflict(
            "rulebook.shipped", f"“{name}”是自带的规则集，不能改动", "请在 id 里换一个编号，存成自己的规则集。"
        )
    same = tx.execute(select(rulebook.c.number).where(rulebook.c.ref == ref)).scalar()
    if same is not None:
        raise conflict(
            "rulebook.same", f"内容和“{name}”第 {same} 版完全相同，没有保存", "要用那一版，请到它的页面启用。"
        )
    # Of two who save at once the second fails by the table's own constraint, and asks again.
    number = 1 + (tx.execute(select(func.max(rulebook.c.number)).where(rulebook.c.name == name)).scalar() or 0)
    row = {"ref": ref, "name": name, "number": number, "digest": book.digest, "title": book.title}
    said = {"toml": toml, "notice": notice, "parent": parent, "reason": reason, "created": now(), "created_by": by}
    tx.execute(insert(rulebook), row | said)
    note(tx, by, "rulebook.save", ref, reason, parent=parent, number=number)
    return ref


def listed(tx: Connection, name: str = "") -> list[RowMapping]:
    """Return the versions (of one rulebook) without their texts, by id, the newest first."""
    query = select(*_HEAD).order_by(rulebook.c.name, rulebook.c.number.desc())
    return list(tx.execute(query.where(rulebook.c.name == name) if name else query).mappings())


def one(tx: Connection, ref: str) -> RowMapping:
    """Return a version without its texts. Raises :class:`ServiceError` 404."""
    row = tx.execute(select(*_HEAD).where(rulebook.c.ref == ref)).mappings().first()
    if row is None:
        raise not_found("这个规则集")
    return row


def active(tx: Connection, default: str) -> str:
    """Return the rulebook of new batches: what was activated last, else the setting ``default``."""
    found = tx.execute(select(activation.c.rulebook).order_by(activation.c.number.desc()).limit(1)).scalar()
    return found or default


def activated(tx: Connection) -> list[str]:
    """Return what was ever activated, the newest first: the rulebooks that a request may ask for."""
    found = tx.execute(select(activation.c.rulebook).order_by(activation.c.number.desc())).scalars()
    return list(dict.fromkeys(found))


def activations(tx: Connection) -> list[RowMapping]:
    """Return when who activated what and why, the newest first."""
    return list(tx.execute(select(activation).order_by(activation.c.number.desc())).mappings())


def activate(tx: Connection, name: str, *, reason: str, by: str, default: str) -> None:
    """Let new batches get this rulebook. Raises :class:`ServiceError` 409 if they do already."""
    if active(tx, default) == name:
        raise conflict("rulebook.active", "新批次已经在用这一版", "不用再启用。")
    row = {"rulebook": name, "reason": reason, "created": now(), "created_by": by}
    tx.execute(insert(activation), row)
    note(tx, by, "rulebook.activate", name, reason)


def batches_with(tx: Connection, names: Sequence[str]) -> list[RowMapping]:
    """Return id, name, state and rulebook of the batches that are judged by one of these rulebooks, the newest first."""
    columns = (batch.c.id, batch.c.name, batch.c.state, batch.c.rulebook)
    return list(tx.execute(select(*columns).where(batch.c.rulebook.in_(names)).order_by(batch.c.id.desc())).mappings())


def give(tx: Connection, row: RowMapping, name: str, *, reason: str, by: str) -> int:
    """Judge a batch (its row, locked) by another rulebook from now on; return how many of its reports are stale by that.

    Raises :class:`ServiceError` 409 for a batch that is closed, or judged by it already.
    """
    if row["state"] in ("closed", "cancelled"):
        raise conflict("batch.state", "这个批次已经结束，规则不再改动", "请看别的批次。")
    if row["rulebook"] == name:
        raise conflict("rulebook.same", "这个批次已经按这一版筛查", "不用再改。")
    mine = submission.c.batch == row["id"]
    tx.execute(update(batch).where(batch.c.id == row["id"]).values(rulebook=name, version=batch.c.version + 1))
    tx.execute(update(submission).where(mine).values(rulebook=name))
    note(tx, by, "batch.rulebook", row["id"], reason, before=row["rulebook"], after=name)
    stale = select(func.count()).select_from(submission).where(mine, submission.c.run.is_not(None))
    return tx.execute(stale).scalar_one()


def screened(tx: Connection, batch_id: str) -> list[str]:
    """Return the ids of a batch's submissions that are done, in the order in which they came."""
    query = select(submission.c.id).where(submission.c.batch == batch_id, submission.c.state == "done")
    return list(tx.execute(query.order_by(submission.c.id)).scalars())


def titles(tx: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the titles of submissions, for administrators; what was deleted has none."""
    return {
        r.id: r.title for r in tx.execute(select(submission.c.id, submission.c.title).where(submission.c.id.in_(ids)))
    }
