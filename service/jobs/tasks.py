"""One step of the work that administrators ask for, whatever becomes of it: done, put back for another attempt, or given up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from screening.errors import ScreeningError
from screening.intake.refusals import refusal
from service.errors import ServiceError
from service.jobs import adding, trials
from service.jobs.kit import Kit
from service.logs import failure, log
from service.store import tasks
from service.store.tasks import ADD, CHECK, TRIAL, Held

_log = log(__name__)
_STEPS: Final[dict[str, Callable[[Kit, Held], None]]] = {TRIAL: trials.step, ADD: adding.step, CHECK: adding.verified}
_PASSING: Final = (503, 507)  # the database does not answer, or the disk is full


def _unlimited(_seconds: float) -> AbstractContextManager[None]:
    return nullcontext()


def turn(kit: Kit, limited: Callable[[float], AbstractContextManager[None]] = _unlimited) -> bool:
    """Do the next step of a task; return whether there was one.

    ``limited`` ends the process if a step takes more than so many seconds, 0 for a step that may take long. Raises :class:`ScreeningError` if the database can't be used.
    """
    with kit.store.read() as tx:
        if not tasks.waits(tx):
            return False
    with kit.store.write() as tx:
        # Longer than a step may take: a worker that is over its time is ended, see jobs.worker.
        held = tasks.claim(tx, kit.settings.item_seconds + kit.settings.lease_seconds)
    if held is None:
        return False
    try:
        if held.attempts > kit.settings.attempts:
            _failed(kit, held, refusal("screening_crashed"))  # its workers are gone, and could not say why
            return True
        with limited(0 if held.kind == CHECK else kit.settings.item_seconds):
            _STEPS[held.kind](kit, held)
    except ServiceError as error:
        if error.status in _PASSING:
            raise
        _failed(kit, held, error, final=error.status < 500)
    except Exception as error:  # noqa: BLE001 - whatever it was, the next piece of work must go on
        _failed(kit, held, error)
    return True


def _failed(kit: Kit, held: Held, error: Exception, *, final: bool = False) -> None:
    """Put the task back for another attempt, or give it up: after too many, or if what was asked for is at fault (``final``)."""
    _log.warning("task.failed", work=held.kind, row=held.id, attempt=held.attempts, **failure(error))
    said = error if isinstance(error, ScreeningError) else refusal("internal", type(error).__name__)
    with kit.store.write() as tx:
        if final or held.attempts >= kit.settings.attempts:
            tasks.fail(tx, held, said)
        else:
            tasks.later(tx, held)
