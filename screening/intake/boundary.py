"""The process boundary: untrusted files are read in warm child processes, so that no file takes more with it than its own child.

A child has limits of memory, processor, clock and answer, no network, and can't write files (:mod:`screening.intake.child` says what
holds where). It serves some hundred files, and is replaced after each fault. A file whose child dies is refused with a code, never lost.

Setting: ``SCREENING_BOUNDARY=off`` in the environment reads in the calling process, for measurements and for debugging.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Self

from screening.errors import UnreadableError
from screening.intake import Intake, Limits
from screening.intake import read as read_here
from screening.intake.frames import BrokenFrameError, receive, send
from screening.intake.refusals import REFUSALS, refusal

SWITCH = "SCREENING_BOUNDARY"
FILES = (
    2_000  # a child serves; what a library leaks or fragments goes with it. A start costs as much as a hundred files
)
_START = 30.0  # seconds for a child to start, on a machine under load
_PROGRAM = "from screening.intake.child import main; main()"
_KEPT = (
    "SYSTEMROOT",
    "LANG",
    "LC_ALL",
    "TZ",
)  # of the environment: addresses and passwords in it are not the child's business


class _Died(Exception):  # noqa: N818 - no error of the program: the event that the boundary is there for
    """The child ended, or said nonsense, before it answered; ``late`` if because its time was up."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class Deadline:
    """Kills a process when time is up, unless the work inside was done before."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.passed = False
        self._process, self._done, self._lock = process, False, threading.Lock()
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def _strike(self) -> None:
        with self._lock:
            if not self._done:
                self.passed = True
                self._process.kill()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._done = True
        self._timer.cancel()


class Child:
    """One child process. Not for two threads at once; :class:`Pool` sees to that."""

    def __init__(self, program: str = _PROGRAM) -> None:
        path = [os.path.abspath(p) for p in sys.path]  # noqa: PTH100 - "" is the working folder, a Path would be "."
        environment = {k: v for k in _KEPT if (v := os.environ.get(k)) is not None}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", f"import sys; sys.path[:] = {path!r}; {program}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.in_force: Mapping[str, bool] | None = None
        self.served = 0

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def greeted(self) -> Mapping[str, bool]:
        """Wait until the child has started; return what is in force in it. Raises :class:`UnreadableError` if it can't start."""
        assert self._process.stdout
        if self.in_force is None:
            try:
                with Deadline(self._process, _START):
                    self.in_force, _ = receive(self._process.stdout, 1_000)
            except (EOFError, BrokenFrameError, OSError) as error:
                raise refusal("no_reader") from error
        assert self.in_force is not None
        return self.in_force

    def ask(self, data: bytes, name: str, limits: Limits) -> Mapping[str, Any]:
        """Have one file read; return the answer as it came. Raises :class:`_Died`."""
        assert self._process.stdin
        assert self._process.stdout
        self.greeted()
        self.served += 1
        deadline = Deadline(self._process, limits.seconds)
        try:
            with deadline:
                send(self._process.stdin, {"name": name, "limits": asdict(limits)}, data)
                said, _ = receive(self._process.stdout, limits.answer)
        except (EOFError, BrokenFrameError, OSError) as error:
            raise _Died(late=deadline.passed or self._ended_by_clock()) from error
        if deadline.passed or not isinstance(said, dict):
            raise _Died(late=deadline.passed)
        return said

    def _ended_by_clock(self) -> bool:
        if sys.platform == "win32":
            return False
        import signal  # noqa: PLC0415 - POSIX only

        self._process.kill()
        return -self._process.wait() in (signal.SIGALRM, signal.SIGXCPU)

    def close(self) -> None:
        """End the process and wait for its end; nothing is left of it."""
        self._process.kill()
        self.forget()
        self._process.wait()

    def forget(self) -> None:
        """Close this side of the pipes."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            try:
                stream.close()
            except OSError:
                continue  # what was still in the buffer has no reader any more


class Pool:
    """Warm children, lent to one caller at a time; at most ``size`` at once, started when they are needed."""

    def __init__(self, size: int = 0, files: int = FILES, program: str = _PROGRAM) -> None:
        self._room = threading.BoundedSemaphore(size or max(2, os.cpu_count() or 1))
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._files, self._program = files, program

    def warm(self) -> None:
        """Start a child if none is there, without waiting for it."""
        with self._lock:
            if not self._idle:
                self._idle.append(Child(self._program))

    def status(self) -> Mapping[str, bool]:
        """Return what is in force in a child on this machine: "network", "files", "processes", "memory"."""
        child = self._take()
        in_force = child.greeted()
        self._give_back(child)
        return in_force

    def read(self, data: bytes, name: str = "", limits: Limits | None = None) -> Intake:
        """Read one file in a child. Raises :class:`UnreadableError`; codes of the boundary's own: timeout, memory, crashed, internal."""
        limits = limits or Limits()
        if len(data) > limits.size:
            return read_here(data, name, limits)  # refused without a look at it
        with self._room:
            try:
                return self._read(data, name, limits)
            except _Died as died:
                if died.late:
                    raise refusal("timeout", f"{limits.seconds:g} 秒") from died
            try:
                # A child may die of something else (an operator, a machine out of memory): the file is blamed the second time.
                return self._read(data, name, limits)
            except _Died as died:
                raise (refusal("timeout", f"{limits.seconds:g} 秒") if died.late else refusal("crashed")) from died

    def _read(self, data: bytes, name: str, limits: Limits) -> Intake:
        child = self._take()
        try:
            result = _understood(child.ask(data, name, limits))
        except BaseException:
            child.close()
            raise
        if isinstance(result, UnreadableError) and result.code in ("memory", "internal"):
            child.close()
        else:
            self._give_back(child)
        if isinstance(result, UnreadableError):
            raise result
        return result

    def _take(self) -> Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.close()
        return Child(self._program)

    def _give_back(self, child: Child) -> None:
        if child.served >= self._files:
            child.close()
            return
        with self._lock:
            self._idle.append(child)

    def close(self) -> None:
        """End all idle children."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.close()

    def forget(self) -> None:
        """Leave the children to the process that this one was forked from."""
        self._lock = threading.Lock()
        for child in self._idle:
            child.forget()
        self._idle = []


def _understood(said: Mapping[str, Any]) -> Intake | UnreadableError:
    """Return what a child said as what it means. Raises :class:`_Died` for nonsense: no honest child says such a thing."""
    try:
        if "refused" in said:
            code, message, advice = said["refused"]
            if code in REFUSALS and isinstance(message, str) and isinstance(advice, str):
                return UnreadableError(code, message, advice)
        elif "failed" in said:
            return refusal("internal", str(said["failed"])[:80])
        else:
            return Intake.from_json(said["intake"])
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise _Died(late=False)


_pool = Pool()
atexit.register(_pool.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def enabled() -> bool:
    """Say whether files are read in children (the default) or here."""
    return os.environ.get(SWITCH, "").lower() not in ("off", "0", "no")


def warm() -> None:
    """Let a child start while the caller does something else."""
    if enabled():
        _pool.warm()


def status() -> Mapping[str, bool]:
    """Return what a child has given up on this machine; all False if files are read here."""
    return _pool.status() if enabled() else dict.fromkeys(("network", "files", "processes", "memory"), False)


def read(data: bytes, name: str = "", limits: Limits | None = None) -> Intake:
    """Read one untrusted file; as :func:`screening.intake.read`, in a child process."""
    return read_here(data, name, limits, by=_pool.read if enabled() else None)
