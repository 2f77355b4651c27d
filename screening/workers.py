"""Worker processes for the items of a run. One that dies or hangs costs the item in its hands, and no other.

A worker notes which item it has begun. When one ends before its time, what was in hand is done again, each item alone; the item whose
worker ends a second time is given up, and the rest goes on. Results come in files of a private folder: all workers share one pipe, and
who is killed in the middle of a long message leaves the parent waiting for its end.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self, TypeVar

from screening.errors import UsageError

CHUNK = 16  # items a task: enough to make the way to a worker cheap, few enough to keep the progress bar alive
SECONDS = (
    120.0  # of the clock for one item: the longest text takes three on a quiet machine, a conversion of its file twenty
)
_FRUITLESS = 3  # times that workers may end in a row without an item in hand

P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
_NUMBER = struct.Struct(">Q")


class _Hand:
    """The number of the item in hand, in a file of its own while a task lasts, for the parent to read if the worker is gone.

    If an item takes longer than ``seconds``, the process ends itself, from within C code too, and leaves its stack behind the number.
    """

    def __init__(self, folder: str, first: int, seconds: float) -> None:
        self._path, self._seconds = Path(folder) / f"{first}.hand", seconds

    def __enter__(self) -> Self:
        self._stream = self._path.open("wb", buffering=0)
        return self

    def take(self, number: int) -> None:
        """Begin an item."""
        self._stream.seek(0)
        self._stream.write(_NUMBER.pack(number))
        if self._seconds:
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=self._stream)

    def __exit__(self, *_: object) -> None:
        if self._seconds:
            faulthandler.cancel_dump_traceback_later()
        self._stream.close()
        self._path.unlink(missing_ok=True)


def _left(folder: str) -> dict[int, bool]:
    """Return what was in hand when workers ended: numbers of items, and whether their time was up."""
    notes = [path.read_bytes() for path in sorted(Path(folder).glob("*.hand"))]
    return {_NUMBER.unpack_from(n)[0]: len(n) > _NUMBER.size for n in notes if len(n) >= _NUMBER.size}


def _task(run: Callable[[P, A], B], plan: P, items: Sequence[tuple[int, A]], folder: str, seconds: float) -> str:
    """Run a task in a worker; return the file that its results are in."""
    from joblib.externals.loky.backend.reduction import dumps  # noqa: PLC0415 - as joblib itself sends results

    done: list[tuple[int, B]] = []
    path = Path(folder) / f"{items[0][0]}.done"
    with _Hand(folder, items[0][0], seconds) as hand:
        for number, item in items:
            hand.take(number)
            done.append((number, run(plan, item)))
        path.write_bytes(dumps(done))
    return str(path)


def _results(file: str) -> list[tuple[int, Any]]:
    path = Path(file)
    done: list[tuple[int, Any]] = pickle.loads(path.read_bytes())  # noqa: S301 - of our own worker, in a folder that only we can enter
    path.unlink()
    return done


def parallel(
    run: Callable[[P, A], B],
    plan: P,
    items: Sequence[A],
    jobs: int,
    *,
    lost: Callable[[A, bool], B] | None = None,
    size: int = CHUNK,
    seconds: float = SECONDS,
    always: bool = False,
) -> Iterator[B]:
    """Yield ``run(plan, item)`` for every item, in order, from ``jobs`` processes (0: one a core, at least two), ``size`` items a task.

    ``lost`` gives what stands for an item whose worker died or, True, took more than ``seconds`` (0: no limit); without it the run ends
    with a :class:`UsageError`. ``jobs`` 1, a single item and, unless ``always``, a single task run in this process, where nothing is caught.
    """
    wanted = jobs or max(2, os.cpu_count() or 1)
    if wanted == 1 or len(items) < 2 or (len(items) <= size and not always):
        for item in items:
            yield run(plan, item)
        return
    size = min(size, -(-len(items) // wanted))
    settled: dict[int, B] = {}  # what came of the items that were done alone
    at = fruitless = 0
    while at < len(items):
        todo = [(n, items[n]) for n in range(at, len(items)) if n not in settled]
        tasks = [todo[i : i + size] for i in range(0, len(todo), size)]
        with TemporaryDirectory(
            ignore_cleanup_errors=True
        ) as folder:  # workers may still write when a run is interrupted
            try:
                for done in _pool(wanted)(_delayed(run, plan, task, folder, seconds) for task in tasks):
                    for number, result in _results(done):
                        while at < number:
                            yield settled[at]
                            at += 1
                        yield result
                        at, fruitless = number + 1, 0
                while at < len(items):
                    yield settled[at]
                    at += 1
            except BrokenProcessPool as error:
                left = _left(folder)
                fruitless = 0 if left else fruitless + 1
                if fruitless == _FRUITLESS:
                    raise _gone() from error
        if at < len(items):
            settled |= {n: _alone(run, plan, (n, items[n]), lost, seconds) for n in left}


def _alone(
    run: Callable[[P, A], B], plan: P, task: tuple[int, A], lost: Callable[[A, bool], B] | None, seconds: float
) -> B:
    with TemporaryDirectory() as folder:
        try:
            # Two processes, of which one has nothing to do: with one, joblib would stay in this process.
            (done,) = _pool(2)([_delayed(run, plan, [task], folder, seconds)])
        except BrokenProcessPool as error:
            if lost is None:
                raise _gone() from error
            return lost(task[1], _left(folder).get(task[0], False))
        result: B = _results(done)[0][1]
        return result


def _pool(jobs: int) -> Any:
    from joblib import Parallel  # noqa: PLC0415 - starts its own machinery

    return Parallel(n_jobs=jobs, return_as="generator", max_nbytes=None)


def _delayed(*arguments: Any) -> Any:
    from joblib import delayed  # noqa: PLC0415 - starts its own machinery

    return delayed(_task)(*arguments)


def _gone() -> UsageError:
    return UsageError(
        "workers.gone",
        "工作进程反复意外中止，没有做完（多半是内存不够）",
        "请关闭其他程序，或加 --jobs 1；加 --resume 再运行，已完成的部分不会重做。",
    )
