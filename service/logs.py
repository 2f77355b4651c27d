"""Logs: one JSON object a line on stderr, or lines for people on a terminal. Of an exception: its kind, our code, where; never its words.

What goes in is chosen by name (see :mod:`service.observing` for requests), so that nothing personal comes along by accident: libraries
may put what a file or a person says into the text of an exception or the arguments of a log line.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

from service.settings import Settings

_ROOT: Final = Path(__file__).parent.parent
_FRAMES: Final = 30
_EXTRA: Final = (
    "work",
    "row",
    "fence",
    "attempt",
    "attempts",
    "batch",
    "worker",
    "code",
)  # what our own lines may bring along
_OWN: Final = ("service", "screening", "uvicorn")  # their messages are known; of others only the fixed part is kept


def setup(settings: Settings) -> None:
    """Send everything that is logged in this process, by us or by a library, to stderr. Calling it again changes nothing else."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _without_words,
    ]
    terminal = sys.stderr.isatty()
    shown: Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                _fixed_part,
                structlog.stdlib.ExtraAdder(_EXTRA),
                *shared,
                structlog.stdlib.add_logger_name,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    level = settings.log_level.upper()
    logging.getLogger("service").setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(level)
    # Requests are told by the middleware, without their query strings.
    logging.getLogger("uvicorn.access").disabled = True


def log(name: str = "service") -> structlog.stdlib.BoundLogger:
    """Return a logger; ``name`` begins with "service"."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def failure(error: BaseException) -> dict[str, Any]:
    """Return what may be logged of an exception: {"error", "code", "frames", "cause"}."""
    told: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(code := getattr(error, "code", None), str):
        told["code"] = code
    told["frames"] = _frames(error.__traceback__)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = type(cause).__name__
    return told


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{_short(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-_FRAMES:]


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])


def _without_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by what may be told of it."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event.update(failure(error))
    event.pop("stack_info", None)
    return event


def _fixed_part(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Of a library's line keep what its programmer wrote, not what was filled in."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] not in _OWN:
        event["event"] = str(record.msg).partition("\n")[0]
    return event
