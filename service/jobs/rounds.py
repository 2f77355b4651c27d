"""What a worker does beside submissions, in a thread of its own: it sends webhooks, and once a day deletes what is due."""

from __future__ import annotations

import threading
import time
from typing import Final

from screening.errors import ScreeningError
from service.logs import failure, log
from service.sending import send
from service.settings import Settings
from service.store import retention, webhooks
from service.store.database import Store

_log = log(__name__)
EVERY: Final = 1.0  # seconds between two looks
DAY: Final = 86_400.0
MOST: Final = 8  # deliveries before the next look at what is new


def deliver(store: Store, settings: Settings) -> int:
    """Send what is due; return how many deliveries were tried."""
    with store.read() as tx:
        if not webhooks.due(tx):
            return 0
    with store.write() as tx:
        webhooks.spread(tx, settings.url)
    tried = 0
    for _ in range(MOST):
        with store.write() as tx:
            rows = [dict(r) for r in webhooks.claim(tx, 1)]  # one at a time: the lease covers just the one in hand
        if not rows:
            break
        (row,), tried = rows, tried + 1
        secret = store.sealer.open(row["secret"], f"webhook/{row['webhook']}").decode()
        status, message = send(row["url"], secret, f"msg_{row['id']}", row["body"], settings)
        with store.write() as tx:
            webhooks.settle(tx, row, status=status, message=message)
        _log.info("webhook.sent", webhook=row["webhook"], status=status or 0, attempts=row["attempts"] + 1)
    return tried


def make_rounds(store: Store, settings: Settings, ended: threading.Event) -> None:
    """Go round until the worker ends."""
    purged = 0.0
    while not ended.wait(EVERY):
        try:
            while deliver(store, settings) and not ended.is_set():
                pass
            if time.monotonic() - purged > DAY or not purged:
                purged = time.monotonic()
                deleted = retention.due(store, settings.retention_days)
                if deleted:
                    _log.info("retention.deleted", batches=deleted)
        except ScreeningError as error:
            _log.warning("rounds.trouble", code=error.code)
        except Exception as error:  # noqa: BLE001 - the rounds go on, whatever one message was like
            _log.error("rounds.failed", **failure(error))
