"""What a process and its children take, from outside."""

import ctypes
import gc
import time
from pathlib import Path

import psutil


def resident():
    """Bytes that this process holds; what was freed (recipes, above all) is given back to the system first."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss


def readers(pid=None):
    """Ids of the children that read files, of this process or of another."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        try:
            if "screening.intake.child" in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found


class Watched:
    """A child from now on: the processor time that it and this process take, and the most memory that it has ever held."""

    def __init__(self, pid):
        self._child = psutil.Process(pid)
        self._start = self._now()

    def _now(self):
        times = self._child.cpu_times()
        return time.process_time() + times.user + times.system

    def spent(self):
        """Seconds."""
        return self._now() - self._start

    def peak(self):
        """Bytes."""
        rows = Path(f"/proc/{self._child.pid}/status").read_text().splitlines()
        return next(1024 * int(row.split()[1]) for row in rows if row.startswith("VmHWM"))
