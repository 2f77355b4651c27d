"""A worker process: takes what waits, does it, and ends cleanly when told to.

The supervisor holds the other end of its standard input: when that closes, the supervisor is gone, and the worker ends too.
"""

from __future__ import annotations

import faulthandler
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from screening.errors import ScreeningError
from service.jobs import tasks
from service.jobs.kit import Kit
from service.jobs.rounds import make_rounds
from service.jobs.running import run
from service.logs import failure, log
from service.settings import Settings
from service.store import work
from service.store.database import Store
from service.store.work import UNPACK, Lease

_log = log(__name__)
AT_ONCE: Final = 4  # submissions taken together: taking one costs a transaction
LATE: Final = 1  # exit status of a worker that took too long over something: faulthandler's own
_BROKEN: Final = 3  # … of one that fell over something else
_SHORTEST, _LONGEST = 0.05, 0.5  # seconds between looks when there is nothing to do
_TROUBLE: Final = 5.0  # seconds to wait when the database does not answer
_NICE: Final = 10  # pages go before


def new_name() -> str:
    """Return a name for a worker: machine, process, and something that no other has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """Works until :meth:`stop`; one a process."""

    def __init__(self, store: Store, settings: Settings, name: str) -> None:
        self.store, self.settings, self.name = store, settings, name
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._hands: list[Lease] = []
        self._done = 0

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Let the worker end after the piece of work that it has in hand."""
        self._stopping.set()

    def work(self) -> None:
        """Work until told to stop."""
        kit = Kit(self.store, self.settings)
        with suppress(ScreeningError):  # of a rulebook that can't be used: the submissions' reports will say it
            kit.setting("")
        pulse = threading.Thread(target=self._pulse, daemon=True)
        pulse.start()
        rounds = threading.Thread(target=make_rounds, args=(self.store, self.settings, self._ended), daemon=True)
        rounds.start()
        pause, busy = _SHORTEST, False
        try:
            while not self._stopping.is_set():
                try:
                    busy = self._turn(kit, look=not busy)
                except ScreeningError as error:  # of the database: it passes, or an administrator mends it
                    _log.warning("worker.trouble", code=error.code)
                    self._stopping.wait(_TROUBLE)
                    continue
                pause = _SHORTEST if busy else min(_LONGEST, pause * 1.5)
                if not busy:
                    self._stopping.wait(pause)
        finally:
            self._ended.set()
            self._leave()

    def _turn(self, kit: Kit, *, look: bool) -> bool:
        """Do what can be done now; return whether there was something. ``look`` first, without a lock, if there may be nothing."""
        self._put_back()  # what a trouble of the database left in hand
        if look:
            with self.store.read() as tx:
                waits = work.waits(tx)
            if not waits:
                return self._task(kit)
        with self.store.write() as tx:
            self._hands = work.claim(tx, self.name, self.settings.lease_seconds, AT_ONCE)
        busy = bool(self._hands)
        while self._hands and not self._stopping.is_set():
            with _limited(0 if self._hands[0].kind == UNPACK else self.settings.item_seconds):
                run(kit, self._hands[0])
            self._hands.pop(0)
            self._done += 1
        return busy or self._task(kit)

    def _task(self, kit: Kit) -> bool:
        """Do a step of what administrators asked for, as no submission waits; return whether there was one."""
        return not self.stopping and tasks.turn(kit, _limited)

    def _put_back(self) -> None:
        if self._hands:
            with self.store.write() as tx:
                work.give_back(tx, self._hands)
            self._hands = []

    def _leave(self) -> None:
        """Put back what was not done, and sign off; if the database does not answer, the leases run out by themselves."""
        with suppress(ScreeningError):
            self._put_back()
            with self.store.write() as tx:
                work.release(tx, self.name)

    def _pulse(self) -> None:
        told = 0
        while True:
            done = self._done
            try:
                with self.store.write() as tx:
                    work.beat(tx, self.name, self.settings.lease_seconds, done - told)
                told = done
            except ScreeningError as error:
                _log.warning("worker.trouble", code=error.code)
            if self._ended.wait(self.settings.lease_seconds / 4):
                return


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """End the process, from within C code too, if this takes longer; the supervisor starts another one."""
    if seconds:
        faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def main(settings: Settings, name: str = "", *, watched: bool = False) -> None:
    """Run a worker in this process until a signal; a second one does not wait for the piece of work in hand."""
    os.nice(_NICE)
    store = Store.open(settings.database_url, settings.key_bytes, old=settings.old_key_bytes, pool=2)
    worker = Worker(store, settings, name or new_name())

    def told(_number: int, _frame: FrameType | None) -> None:
        if worker.stopping:
            raise KeyboardInterrupt
        worker.stop()

    signal.signal(signal.SIGTERM, told)
    # Ctrl-C goes to all processes of a terminal: the supervisor tells its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN if watched else told)
    if watched:
        threading.Thread(target=_orphaned, args=(worker,), daemon=True).start()
    try:
        worker.work()
    except KeyboardInterrupt:
        _log.info("worker.hurried")
    except Exception as error:
        _log.error("worker.broken", **failure(error))
        raise SystemExit(_BROKEN) from error
    finally:
        store.close()


def _orphaned(worker: Worker) -> None:
    # Not by sys.stdin: the interpreter could not end while this thread holds its lock.
    while os.read(0, 1024):
        pass
    worker.stop()
