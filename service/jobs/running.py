"""One piece of work, whatever becomes of it: done, put back for another attempt, or given up with a report that says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from screening.errors import ScreeningError, UnreadableError
from screening.intake.assemble import outline
from screening.intake.refusals import REFUSALS, refusal
from screening.pipeline import refused, vocabulary
from service.errors import ServiceError
from service.jobs.kit import Kit
from service.jobs.reading import handed_in, read, setting_of
from service.jobs.screening import screen_one
from service.jobs.unpacking import unpack
from service.logs import failure, log
from service.store import results, submissions, unpacked, work
from service.store.sight import Sight
from service.store.work import READ, SCREEN, UNPACK, Lease

_log = log(__name__)
_WORK: Final[dict[str, Callable[[Kit, Lease], bool]]] = {READ: read, SCREEN: screen_one, UNPACK: unpack}


_PASSING: Final = (503, 507)  # the database does not answer, or the disk is full: no fault of the row


def run(kit: Kit, lease: Lease) -> None:
    """Do a piece of work. What went wrong is logged without names; the row goes back, or is given up after too many attempts.

    Raises :class:`ScreeningError` if the database can't be used: then the row is as it was, and the attempt does not count.
    """
    allowed = kit.settings.attempts
    if lease.attempts > allowed:
        give_up(kit, lease, refusal(_why(kit, lease)))
        return
    try:
        if not _WORK[lease.kind](kit, lease):
            _log.info("work.lost", work=lease.kind, row=lease.id, fence=lease.fence)
    except ServiceError as error:
        if error.status not in _PASSING:
            _failed(kit, lease, error)
            return
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the next piece of work must go on
        _failed(kit, lease, error)


def _failed(kit: Kit, lease: Lease, error: Exception) -> None:
    _log.warning("work.failed", work=lease.kind, row=lease.id, attempt=lease.attempts, **failure(error))
    if lease.attempts >= kit.settings.attempts:
        give_up(kit, lease, _said(error))
        return
    with kit.store.write() as tx:
        work.later(tx, lease)


def _why(kit: Kit, lease: Lease) -> str:
    """Return the code of what is said of work whose workers are gone: they could not say it themselves."""
    with kit.store.read() as tx:
        noted = work.noted(tx, lease)
    return noted if noted in REFUSALS else "screening_crashed"


def _said(error: Exception) -> ScreeningError:
    if isinstance(error, ScreeningError):
        return error
    return refusal("internal", type(error).__name__)


def give_up(kit: Kit, lease: Lease, error: ScreeningError) -> None:
    """End a piece of work that does not succeed: a person decides what becomes of it (try again, or withdraw)."""
    store = kit.store
    if lease.kind == UNPACK:
        with store.write() as tx:
            unpacked.fail(tx, lease, error)
        return
    with store.read() as tx:
        row = submissions.one(tx, lease.id, Sight(everything=True))
        try:
            setting = setting_of(tx, kit, row)
        except ScreeningError:  # the rulebook may be what is wrong
            setting = kit.setting("")
        given = handed_in(tx, store.sealer, row, whole=False)
    info = outline(given, vocabulary(setting.rulebook))
    report = refused(info, UnreadableError(error.code, error.message, error.advice), setting)
    made = results.Made.of(store.sealer, lease.id, report)
    with store.write() as tx:
        results.keep_report(tx, store.sealer, lease, made, state="failed")
