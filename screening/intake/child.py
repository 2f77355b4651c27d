"""The child process that reads untrusted files: it gives up what it does not need, then answers file after file.

Linux: no network (a network namespace of its own, where the kernel allows it), no file can be written, no process started, memory and
time limited for each file. macOS has no memory limit and no namespace, Windows none of these: there the parent's clock is what is left.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from screening.errors import UnreadableError
from screening.intake import Limits, parse
from screening.intake.frames import receive, send
from screening.intake.refusals import REFUSALS

if TYPE_CHECKING:
    from ctypes import CDLL

_NEWUSER, _NEWNET = 0x10000000, 0x40000000  # <linux/sched.h>
_NO_NEW_PRIVILEGES = 38  # <linux/prctl.h>
_GRACE = 1.0  # seconds after which the child ends itself, should the parent be gone and not have done so
_OUT_OF_MEMORY = {"refused": ["memory", *REFUSALS["memory"]]}


def shut_off() -> dict[str, bool]:
    """Give up for good what reading needs not; return what is in force: "network", "files", "processes", "memory"."""
    done = {"network": False, "files": False, "processes": False, "memory": False}
    if sys.platform == "win32":
        return done
    import resource  # noqa: PLC0415 - there is none on Windows
    import signal  # noqa: PLC0415 - POSIX only

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the parent; the child ends when its pipe does
    root = os.geteuid() == 0  # outside a namespace, which changes the answer
    if sys.platform == "linux":
        done["network"] = _leave_network()
        done["memory"] = True
    # Writing fails with an error instead of a signal; a crash leaves no core behind.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    done["files"] = True
    if hasattr(resource, "RLIMIT_NPROC"):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        done[
            "processes"
        ] = not root  # whom this limit does not bind; what root's child starts has its limits all the same
    return done


def _leave_network() -> bool:
    import ctypes  # noqa: PLC0415 - Linux only

    libc: CDLL = ctypes.CDLL(None)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # With a user namespace anybody may; without one (some kernels forbid it) only root.
    return any(libc.unshare(flags) == 0 for flags in (_NEWUSER | _NEWNET, _NEWNET))


class _Meter:
    """Limits for one file, counted from where the process stands."""

    def __init__(self, *, memory: bool) -> None:
        self._memory = memory
        self._base = 0
        if memory:
            with open("/proc/self/statm", "rb") as stream:  # noqa: PTH123 - pathlib is not loaded yet
                self._base = int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")

    def start(self, limits: Limits) -> None:
        """Begin to count: bytes above the start of the process, seconds of processor and of the clock from now on."""
        if sys.platform == "win32":
            return
        import resource  # noqa: PLC0415 - POSIX only
        import signal  # noqa: PLC0415 - POSIX only

        if self._memory:
            resource.setrlimit(resource.RLIMIT_AS, (self._base + limits.memory, resource.RLIM_INFINITY))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        spent = usage.ru_utime + usage.ru_stime
        seconds = int(spent + limits.seconds + _GRACE) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        # Both end the process by the default action of their signals, in the middle of C code too.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _GRACE)

    def stop(self) -> None:
        """Stop the clock while the child is idle."""
        if sys.platform != "win32":
            import signal  # noqa: PLC0415 - POSIX only

            signal.setitimer(signal.ITIMER_REAL, 0)


def answer(data: bytes, name: str, limits: Limits) -> dict[str, Any]:
    """Return what the parent is told of one file: "intake", or "refused" (code, message, advice), or "failed" (kind of error)."""
    try:
        return {"intake": parse(data, name, limits).to_json()}
    except UnreadableError as error:
        return {"refused": [error.code, error.message, error.advice]}
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever a file provokes is an answer
        return {"failed": type(error).__name__}


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe, or memory has run out once."""
    in_force = shut_off()
    meter = _Meter(memory=in_force["memory"])
    send(sink, in_force)
    while True:
        try:
            request, data = receive(source)
        except EOFError:
            return
        limits = Limits(**request["limits"])
        meter.start(limits)
        said = answer(data, request["name"], limits)
        try:
            send(sink, said)
        except MemoryError:
            said = _OUT_OF_MEMORY
            send(sink, said)
        meter.stop()
        if said is _OUT_OF_MEMORY:
            return


def main() -> None:
    """Serve on the standard streams; whatever else writes to them goes nowhere."""
    sink = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    serve(sys.stdin.buffer, sink)
