"""Is the service ready: asked apart from all other work, answered in time even when that work takes every thread and connection."""

from __future__ import annotations

import asyncio
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from screening.errors import ScreeningError
from screening.rulebook import load_rulebook
from screening.topic.model import SHIPPED, load_model, model_place
from service.errors import ServiceError
from service.settings import Settings
from service.store import health
from service.store.database import Store

PATIENCE: Final = 0.1  # seconds that a caller waits for a fresh answer
FRESH: Final = 1.0  # seconds that an answer holds
STALE: Final = 10.0  # seconds after which the last answer says nothing
BOOK: Final = 60.0  # seconds between two looks at the rulebook, which takes some 30 ms of computing
MB: Final = 1 << 20
FULL: Final = 64 * MB  # with less, nothing can be accepted
LOW: Final = 1024 * MB


@dataclass(frozen=True, slots=True)
class Answer:
    """``checks`` by name: "ok", or a code of what is wrong. ``notes`` are wrong too, but requests can be served."""

    checks: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether requests can be served."""
        return all(v == "ok" for v in self.checks.values())


class Readiness:
    """Looks at most once at a time, in a thread and over a connection of its own."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._looking: Future[Answer] | None = None
        self._last: tuple[float, Answer] | None = None
        self._book: tuple[float, str] | None = None

    async def answer(self) -> Answer:
        """Return the state within :data:`PATIENCE`: a fresh one, else the last, else that the database does not answer."""
        if (last := self._within(FRESH)) is not None:
            return last
        if self._looking is None or self._looking.done():
            self._looking = self._thread.submit(self._look)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._looking)), PATIENCE)
        except TimeoutError:
            return self._within(STALE) or Answer({"database": "store.slow"})

    async def begin(self) -> None:
        """Look for the first time, however long it takes: nobody asks before the service has started."""
        await asyncio.wrap_future(self._thread.submit(self._look))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _within(self, seconds: float) -> Answer | None:
        return self._last[1] if self._last and time.monotonic() - self._last[0] < seconds else None

    def _look(self) -> Answer:
        found = self.look()
        self._last = (time.monotonic(), found)
        return found

    def look(self) -> Answer:
        """Look now."""
        checks, notes = {"database": "ok", "migrations": "ok"}, {}
        try:
            with self.store.read() as tx:
                if not health.migrated(tx):
                    checks["migrations"] = "store.pending"
                elif not health.workers(tx, self.settings.lease_seconds):
                    notes["workers"] = "workers.none"
        except ServiceError as error:
            checks["database"] = error.code
            del checks["migrations"]
        checks["models"] = self._see_models()
        checks["rulebook"] = self._see_rulebook()
        free = shutil.disk_usage(self.settings.data).free if self.settings.data.is_dir() else LOW
        checks["disk"] = "ok" if free >= FULL else "disk.full"
        if FULL <= free < LOW:
            notes["disk"] = "disk.low"
        return Answer(checks, notes)

    def _see_models(self) -> str:
        # They are small; reading them compares their sha256 with their manifests.
        try:
            for kind in SHIPPED:
                load_model(model_place(kind, self.settings.models))
        except ScreeningError as error:
            return error.code
        return "ok"

    def _see_rulebook(self) -> str:
        if self._book is None or time.monotonic() - self._book[0] > BOOK:
            try:
                load_rulebook(self.settings.rulebook)
                said = "ok"
            except ScreeningError as error:
                said = error.code
            self._book = (time.monotonic(), said)
        return self._book[1]
