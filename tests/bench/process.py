"""A command as a user runs it: its time on the wall and on the processors, and the peak of memory of all its processes together."""

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
EVERY = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Run:
    """Seconds from start to end, and seconds of processor of all its processes: the first suffer from what else the machine does.

    ``peak`` are resident bytes; pages that processes share are counted once for each, so it is an upper bound.
    """

    seconds: float
    cpu: float
    peak: int
    output: str


def python(*arguments: str | Path) -> Run:
    """Run ``python ARGUMENTS`` from the project's folder and wait for it."""
    start, before = time.perf_counter(), spent()
    peak = 0
    # Its words go to a file: a pipe that nobody reads is full after 64 kB, and the command would wait for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        with subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=ROOT, stdout=output, stderr=subprocess.DEVNULL
        ) as process:
            tree = psutil.Process(process.pid)
            while process.poll() is None:
                peak = max(peak, _resident(tree))
                time.sleep(EVERY)
        seconds, cpu = time.perf_counter() - start, spent() - before
        output.seek(0)
        return Run(seconds, cpu, peak, output.read())


def spent() -> float:
    """Seconds of processor of all children that have ended, theirs included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _resident(tree: psutil.Process) -> int:
    total = 0
    try:
        for p in (tree, *tree.children(recursive=True)):
            total += p.memory_info().rss
    except psutil.NoSuchProcess:  # it ended between two looks
        pass
    return total
