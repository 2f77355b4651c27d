"""What a report would be made with today, to tell which stored ones are stale; and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union

from screening import __version__
from screening.errors import ScreeningError
from screening.library.schema import document
from screening.pipeline import Setting
from screening.rulebook import Rulebook
from service.store import books
from service.store.schema import batch, pair, removal, run, submission

REASONS: Mapping[str, str] = {
    "rulebook": "规则集有修改",
    "engine": "程序已升级",
    "model": "切题模型已更换",
    "batch": "同批材料有增减或变化",
    "source": "报告里的比对来源已从比对库删除",
}


@dataclass(frozen=True, slots=True)
class Made:
    """What a rulebook's reports are made with: its digest, and the models of each kind ("" for a file that can't be read)."""

    digest: str
    models: Mapping[str, Mapping[str, str]]

    def fits(self, kind: str, models: Mapping[str, str]) -> bool:
        """Whether a report with these models is of today."""
        return dict(models) in (dict(self.models.get(kind, {})), dict(self.models[""]))


@lru_cache(maxsize=32)
def rulebook(name: str) -> Rulebook:
    """Return a rulebook, read once in a process. Raises :class:`RulebookError`."""
    return books.load(name)


@lru_cache(maxsize=32)
def made(name: str, models: str) -> Made:
    """Return what reports by this rulebook are made with, worked out once in a process. Raises :class:`ScreeningError` children."""
    book = rulebook(name)
    setting = Setting.of(book, folder=models)
    return Made(book.digest, {k: setting.made_with(k or None).models for k in ("", *book.kinds)})


def reasons(
    row: Mapping[str, Any], head: Mapping[str, Any], revision: int | None, judged_by: str, models: str
) -> tuple[str, ...]:
    """Return the reasons (keys of :data:`REASONS`) for which the report ``head`` of the submission ``row`` is stale.

    ``revision`` is that of its batch, None without one; ``judged_by`` its rulebook, see :func:`rulebook_of`.
    """
    found = []
    try:
        now = made(judged_by, models)
    except ScreeningError:
        return ("rulebook",)
    if head["rulebook_digest"] != now.digest:
        found.append("rulebook")
    if head["engine"] != __version__:
        found.append("engine")
    if not now.fits(row["kind"], head["models"]):
        found.append("model")
    if revision is not None and head["batch_revision"] != revision:
        found.append("batch")
    return tuple(found)


def rulebook_of(tx: Connection, row: Mapping[str, Any], default: str) -> str:
    """Return the name of the rulebook by which a submission (its row) is judged: its own, else its batch's, else the installation's."""
    of_batch = select(batch.c.rulebook).where(batch.c.id == row["batch"])
    return row["rulebook"] or (row["batch"] and tx.execute(of_batch).scalar()) or default


def _rulebook(default: str) -> ColumnElement[str]:
    """Return the same as :func:`rulebook_of`, as an expression on ``service_submission``."""
    of_batch = select(batch.c.rulebook).where(batch.c.id == submission.c.batch).correlate(submission).scalar_subquery()
    return func.coalesce(func.nullif(submission.c.rulebook, ""), func.nullif(of_batch, ""), default)


def source_reason(tx: Connection, submission_id: str) -> tuple[str, ...]:
    """Return "source" among the reasons if the newest report of a submission names a text that was taken out of the archive since."""
    query = select(submission.c.id).where(submission.c.id == submission_id, _removed())
    return ("source",) if tx.execute(query).first() else ()


def _removed() -> ColumnElement[bool]:
    found = (
        select(removal.c.number)
        .join(pair, pair.c.source == removal.c.source)
        .join(run, run.c.id == pair.c.run)
        .where(pair.c.submission == submission.c.id, run.c.created < removal.c.created)
    )
    return found.correlate(submission).exists()


def stale(tx: Connection, default: str, models: str) -> ColumnElement[bool]:
    """Return the condition on ``service_submission``: its newest report is stale. Submissions without a report are not."""
    fresh, judged_by = [], _rulebook(default)
    names = union(select(submission.c.rulebook), select(batch.c.rulebook))
    for name in {name or default for name in tx.execute(names).scalars()}:
        try:
            now = made(name, models)
        except ScreeningError:
            continue
        whole = run.c.models == dict(now.models[""])
        kinds = [and_(submission.c.kind == k, run.c.models == dict(m)) for k, m in now.models.items() if k]
        unknown = submission.c.kind.not_in([k for k in now.models if k])
        fresh.append(
            and_(
                judged_by == name,
                run.c.rulebook_digest == now.digest,
                or_(whole, *kinds, and_(unknown, run.c.models == {})),
            )
        )
    same = or_(submission.c.batch.is_(None), run.c.batch_revision == _revision())
    now_made = select(run.c.id).where(run.c.id == submission.c.run, run.c.engine == __version__, same, or_(*fresh))
    if not fresh:
        return submission.c.run.is_not(None)
    return and_(submission.c.run.is_not(None), or_(~now_made.correlate(submission).exists(), _removed()))


def _revision() -> Any:
    return select(batch.c.revision).where(batch.c.id == submission.c.batch).correlate(submission).scalar_subquery()


def library_size(tx: Connection) -> int:
    """Return how many documents the archive has."""
    return tx.execute(select(func.count()).select_from(document)).scalar_one()
