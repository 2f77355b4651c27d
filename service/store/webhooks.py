"""Rows of webhooks and of their deliveries: from events to what is to be sent, at least once each, with pauses after failures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from service.errors import conflict, not_found
from service.moment import new_id, now, shown
from service.store.database import note
from service.store.schema import delivery, event, submission, webhook
from service.store.sealing import Sealer
from service.store.sight import Sight

Kind = Literal[
    "submission.received",
    "submission.done",
    "submission.failed",
    "submission.decided",
    "submission.cancelled",
    "submission.deleted",
    "batch.received",
    "batch.sealed",
    "batch.done",
    "batch.closed",
    "batch.failed",
    "batch.cancelled",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
# Of a unit's own submissions; of one that was deleted nothing says any more whose it was.
UNIT_KINDS: Final = tuple(k for k in KINDS if k.startswith("submission.") and k != "submission.deleted")
MOST: Final = 10  # webhooks of one unit
PAUSES: Final = (
    5,
    30,
    120,
    600,
    1800,
    3600,
    7200,
    14400,
    28800,
    43200,
    64800,
    86400,
)  # seconds after each failure; three days in all
LEASE: Final = 30  # seconds that a delivery may take
SETTLED: Final = 2  # seconds after which an event with a lower number can't come any more (PostgreSQL)
GIVE_UP: Final = timedelta(days=3)  # without one success after which a webhook that fails is switched off
_AT_ONCE: Final = 200


def make(
    tx: Connection, sealer: Sealer, *, url: str, events: Sequence[str], secret: str, unit_key: str, by: str
) -> str:
    """Add a webhook that hears of what happens from now on; return its id.

    ``unit_key`` is "" for one that hears of everything; else it hears of that unit's submissions alone. Raises :class:`ServiceError`
    409 if a unit has too many.
    """
    if unit_key and len(listed(tx, unit_key)) >= MOST:
        raise conflict("webhook.many", f"一个单位最多 {MOST} 个回调", "请先删除不用的回调。")
    webhook_id = new_id()
    newest = tx.execute(select(func.coalesce(func.max(event.c.number), 0))).scalar_one()
    row = {
        "id": webhook_id,
        "url": url,
        "events": list(events),
        "unit_key": unit_key,
        "created": now(),
        "created_by": by,
    }
    sealed = sealer.seal(secret.encode(), f"webhook/{webhook_id}")
    tx.execute(insert(webhook), row | {"secret": sealed, "reached": newest})
    note(tx, by, "webhook.make", webhook_id)
    return webhook_id


def one(tx: Connection, webhook_id: str, unit_key: str | None) -> RowMapping:
    """Return a webhook's row; ``unit_key`` None finds all, else a unit's own. Raises :class:`ServiceError` 404."""
    query = select(webhook).where(webhook.c.id == webhook_id)
    if unit_key is not None:
        query = query.where(webhook.c.unit_key == unit_key)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise not_found("这个回调")
    return row


def listed(tx: Connection, unit_key: str | None) -> list[RowMapping]:
    """Return webhooks, newest first; ``unit_key`` as in :func:`one`."""
    query = select(webhook)
    if unit_key is not None:
        query = query.where(webhook.c.unit_key == unit_key)
    return list(tx.execute(query.order_by(webhook.c.id.desc())).mappings())


def resume(tx: Connection, webhook_id: str, by: str) -> None:
    """Switch a webhook on again: it hears of what happens from now on."""
    newest = tx.execute(select(func.coalesce(func.max(event.c.number), 0))).scalar_one()
    change(tx, webhook_id, by, active=True, failures=0, failing=None, reached=newest)


def change(tx: Connection, webhook_id: str, by: str, **values: Any) -> None:
    """Change columns of a webhook."""
    tx.execute(update(webhook).where(webhook.c.id == webhook_id).values(version=webhook.c.version + 1, **values))
    note(tx, by, "webhook.change", webhook_id, fields=sorted(values))


def remove(tx: Connection, webhook_id: str, by: str) -> None:
    """Remove a webhook and what waits for it."""
    tx.execute(delivery.delete().where(delivery.c.webhook == webhook_id))
    tx.execute(webhook.delete().where(webhook.c.id == webhook_id))
    note(tx, by, "webhook.remove", webhook_id)


def silence(tx: Connection, maker: str) -> None:
    """Switch off the webhooks of units that somebody made who has lost the right; ``maker`` is "key:ID" or "user:ID"."""
    query = select(webhook.c.id).where(webhook.c.created_by == maker, webhook.c.unit_key != "", webhook.c.active)
    for webhook_id in list(tx.execute(query).scalars()):
        change(tx, webhook_id, "service", active=False)


def deliveries(tx: Connection, webhook_id: str, *, before: str = "", limit: int = 50) -> list[RowMapping]:
    """Return the deliveries of a webhook, newest first, older than an id."""
    query = select(delivery).where(delivery.c.webhook == webhook_id)
    if before:
        query = query.where(delivery.c.id < before)
    return list(tx.execute(query.order_by(delivery.c.id.desc()).limit(limit)).mappings())


def again(tx: Connection, webhook_id: str, delivery_id: str, by: str) -> None:
    """Send a delivery once more, at once. Raises :class:`ServiceError` 404."""
    if not _again(tx, webhook_id, delivery.c.id == delivery_id):
        raise not_found("这次投递")
    note(tx, by, "webhook.again", webhook_id, deliveries=1)


def all_again(tx: Connection, webhook_id: str, by: str) -> int:
    """Send all deliveries once more that were given up; return how many."""
    count = _again(tx, webhook_id, delivery.c.state == "failed")
    note(tx, by, "webhook.again", webhook_id, deliveries=count)
    return count


def _again(tx: Connection, webhook_id: str, which: ColumnElement[bool]) -> int:
    mine = update(delivery).where(delivery.c.webhook == webhook_id, which)
    return tx.execute(mine.values(state="waiting", attempts=0, run_after=now(), updated=now())).rowcount


def failing(tx: Connection, limit: int = 50) -> list[RowMapping]:
    """Return the webhooks with deliveries that were given up: id, url, active, and how many ("count")."""
    query = (
        select(webhook.c.id, webhook.c.url, webhook.c.active, func.count().label("count"))
        .join(delivery, delivery.c.webhook == webhook.c.id)
        .where(delivery.c.state == "failed")
        .group_by(webhook.c.id, webhook.c.url, webhook.c.active)
    )
    return list(tx.execute(query.order_by(webhook.c.id.desc()).limit(limit)).mappings())


def due(tx: Connection) -> bool:
    """Whether there may be something to spread or to send; cheap, and takes no lock."""
    newest = select(func.coalesce(func.max(event.c.number), 0)).scalar_subquery()
    behind = select(webhook.c.id).where(webhook.c.active, webhook.c.reached < newest).limit(1)
    ready = (
        select(delivery.c.id)
        .join(webhook, webhook.c.id == delivery.c.webhook)
        .where(delivery.c.state == "waiting", delivery.c.run_after <= now(), webhook.c.active)
        .limit(1)
    )
    return bool(tx.execute(behind).first() or tx.execute(ready).first())


def spread(tx: Connection, url: str) -> int:
    """Turn new events into deliveries of the webhooks that want them; return how many. ``url`` is the service's own address."""
    made = 0
    hooks = select(webhook).where(webhook.c.active).with_for_update(skip_locked=True)
    for hook in tx.execute(hooks).mappings().all():
        rows = _news(tx, hook)
        if not rows:
            continue
        wanted = [r for r in rows if _wanted(r, hook)]
        at = now()
        fresh = [
            {
                "id": new_id(),
                "webhook": hook["id"],
                "event": r["number"],
                "body": _body(r, url),
                "state": "waiting",
                "run_after": at,
                "created": at,
                "updated": at,
            }
            for r in wanted
        ]
        if fresh:
            tx.execute(insert(delivery), fresh)
        tx.execute(update(webhook).where(webhook.c.id == hook["id"]).values(reached=rows[-1]["number"]))
        made += len(fresh)
    return made


def _news(tx: Connection, hook: RowMapping) -> list[RowMapping]:
    """Return what is new to a webhook, with ``seen``: whether it is for its owner. What no submission is behind is for no unit."""
    sight = Sight(everything=not hook["unit_key"], unit_key=hook["unit_key"])
    query = (
        select(event, sight.of(submission).label("seen"))
        .outerjoin(submission, submission.c.id == event.c.submission)
        .where(event.c.number > hook["reached"])
    )
    if tx.dialect.name == "postgresql":
        query = query.where(event.c.created <= now() - timedelta(seconds=SETTLED))
    return list(tx.execute(query.order_by(event.c.number).limit(_AT_ONCE)).mappings())


def _wanted(row: RowMapping, hook: RowMapping) -> bool:
    named = not hook["events"] or row["kind"] in hook["events"]
    if hook["unit_key"] and row["body"].get("told") is False:  # of a decision of which units are not told yet
        return False
    return named and row["kind"] in (UNIT_KINDS if hook["unit_key"] else KINDS) and bool(row["seen"])


def _body(row: RowMapping, url: str) -> dict[str, Any]:
    data = {"batch": row["batch"], "submission": row["submission"], **row["body"]}
    if row["submission"]:
        data["url"] = f"{url}/api/v1/submissions/{row['submission']}"
    elif row["batch"]:
        data["url"] = f"{url}/api/v1/batches/{row['batch']}"
    return {"type": row["kind"], "timestamp": shown(row["created"]), "data": data}


def claim(tx: Connection, most: int) -> list[RowMapping]:
    """Take deliveries that are due: nobody else takes them while the lease lasts. With url and sealed secret of their webhooks."""
    query = (
        select(delivery, webhook.c.url, webhook.c.secret)
        .join(webhook, webhook.c.id == delivery.c.webhook)
        .where(delivery.c.state == "waiting", delivery.c.run_after <= now(), webhook.c.active)
        .order_by(webhook.c.failures, delivery.c.run_after)  # who does not answer keeps nobody else waiting
        .limit(most)
        .with_for_update(skip_locked=True, of=delivery)
    )
    rows = list(tx.execute(query).mappings())
    tx.execute(
        update(delivery)
        .where(delivery.c.id.in_([r["id"] for r in rows]))
        .values(run_after=now() + timedelta(seconds=LEASE), attempts=delivery.c.attempts + 1)
    )
    return rows


def settle(tx: Connection, row: Mapping[str, Any], *, status: int | None, message: str) -> None:
    """Note how sending went: 2xx is done; else it is tried again later, and given up after three days."""
    ok = status is not None and 200 <= status < 300
    attempts = row["attempts"] + 1
    values: dict[str, Any] = {"status": status, "message": message, "updated": now()}
    if ok:
        values |= {"state": "done", "run_after": None}
    elif attempts > len(PAUSES):
        values |= {"state": "failed", "run_after": None}
    else:
        pause = PAUSES[attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - so that receivers are not met by all at once
        values["run_after"] = now() + timedelta(seconds=pause)
    mine = update(delivery).where(delivery.c.id == row["id"], delivery.c.attempts == attempts)
    if not tx.execute(mine.values(**values)).rowcount:
        return  # somebody else tried it meanwhile: his word holds
    change_ = {"failures": 0, "failing": None} if ok else {"failures": webhook.c.failures + 1}
    tx.execute(update(webhook).where(webhook.c.id == row["webhook"]).values(**change_))
    if ok:
        return
    at = now()
    tx.execute(update(webhook).where(webhook.c.id == row["webhook"], webhook.c.failing.is_(None)).values(failing=at))
    off = tx.execute(
        update(webhook)
        .where(webhook.c.id == row["webhook"], webhook.c.active, webhook.c.failing <= at - GIVE_UP)
        .values(active=False)
    )
    if off.rowcount > 0:
        note(tx, "service", "webhook.off", row["webhook"], days=GIVE_UP.days)
