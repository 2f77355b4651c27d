"""What a process and its children take, from outside."""

import ctypes
import gc

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
