"""Work on what strangers send that takes long or may go wrong: in niced processes of its own, so that the web process always answers.

Little of it is done at once; who comes while all are busy is asked to come again. A process that takes too long is ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from typing import Any, Final

from screening.errors import RulebookError, ScreeningError, UsageError
from screening.intake.boundary import Deadline
from screening.intake.frames import BrokenFrameError, receive, send
from service.errors import ServiceError

_PROGRAM: Final = "from service.errands import main; main()"
_WAIT: Final = 10.0  # seconds for which a request waits for a free process
_WAITING: Final = 8  # requests that wait at once, for each process


class _Died(Exception):  # noqa: N818 - an event, not an error of the program
    """The process ended before it answered; ``late`` if because its time was up."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class _Child:
    """One process, for one caller at a time."""

    def __init__(self, program: str) -> None:
        path = [os.path.abspath(p) for p in sys.path]  # noqa: PTH100 - "" is the working folder, a Path would be "."
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-X", "utf8", "-c", f"import sys; sys.path[:] = {path!r}; {program}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, errand: dict[str, Any], data: bytes, seconds: float) -> tuple[Any, bytes]:
        """Return what the process answers. Raises :class:`_Died`."""
        assert self._process.stdin
        assert self._process.stdout
        deadline = Deadline(self._process, seconds)
        try:
            with deadline:
                send(self._process.stdin, errand, data)
                return receive(self._process.stdout)
        except (EOFError, BrokenFrameError, OSError) as error:
            raise _Died(late=deadline.passed) from error

    def close(self) -> None:
        """End the process and wait for its end."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            try:
                stream.close()
            except OSError:
                continue  # what was still in the buffer has no reader any more


class Apart:
    """At most ``size`` processes, started when they are needed; each errand may take ``seconds``."""

    def __init__(self, size: int, seconds: float, program: str = _PROGRAM) -> None:
        self._seconds, self._program = seconds, program
        self._room = threading.BoundedSemaphore(size)
        self._queue = threading.BoundedSemaphore(size * (1 + _WAITING))
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, _close, self._idle)

    def ask(self, errand: dict[str, Any], data: bytes = b"") -> tuple[Any, bytes]:
        """Have an errand of :mod:`service.errands` done; return its answer.

        Raises :class:`ServiceError` 503 if all are busy or time is up, 422 if the file ends the process, and what the errand raises.
        """
        if not self._queue.acquire(blocking=False):
            raise _busy()
        try:
            if not self._room.acquire(timeout=_WAIT):
                raise _busy()
            try:
                return self._answered(errand, data)
            finally:
                self._room.release()
        finally:
            self._queue.release()

    def _answered(self, errand: dict[str, Any], data: bytes) -> tuple[Any, bytes]:
        for again in (True, False):
            child = self._taken()
            try:
                said, answer = child.ask(errand, data, self._seconds)
            except _Died as died:
                child.close()
                if died.late:
                    raise _too_long(self._seconds) from died
                if again:
                    continue  # it may have died of something else: the file is blamed the second time
                raise _crashed() from died
            except BaseException:
                child.close()
                raise
            with self._lock:
                self._idle.append(child)
            if "error" in said:
                raise _raised(*said["error"])
            return said, answer
        raise AssertionError

    def _taken(self) -> _Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.close()
        return _Child(self._program)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            _close(self._idle)


def _close(children: list[_Child]) -> None:
    while children:
        children.pop().close()


def _raised(kind: str, code: str, message: str, advice: str) -> ScreeningError:
    if kind == "internal":
        return ServiceError(500, code, message, advice)
    known = {"RulebookError": RulebookError, "UsageError": UsageError}
    return known.get(kind, ScreeningError)(code, message, advice)


def _busy() -> ServiceError:
    return ServiceError(
        503, "busy", "正在处理的检查太多，暂时排不上", "请过一会儿再试。", headers={"Retry-After": "10"}
    )


def _too_long(seconds: float) -> ServiceError:
    return ServiceError(
        503,
        "check.too_long",
        f"检查用了超过 {seconds:g} 秒，没有做完",
        "请过一会儿再试；若仍然如此，请正式提交，由后台筛查。",
        headers={"Retry-After": "60"},
    )


def _crashed() -> ServiceError:
    return ServiceError(
        422, "check.crashed", "检查这份文件时程序意外结束", "请用 Word 或 WPS 打开，另存为 .docx 后再试。"
    )
