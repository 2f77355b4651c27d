"""Work for workers, some of which ends or hangs its process; apart from the tests, so that a worker has little to load."""

import ctypes
import os
import signal
import time

BAD = 13


def squared(_plan, item):
    return item * item


def killed(plan, item):
    if item == BAD:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(plan, item)


def crashed(plan, item):
    if item == BAD:
        ctypes.string_at(0)
    return squared(plan, item)


def hung(plan, item):
    while item == BAD:
        time.sleep(0.01)
    return squared(plan, item)


def hung_in_c(plan, item):
    if item == BAD:
        ctypes.PyDLL(None).sleep(60)  # which keeps the interpreter's lock, as code in C does
    return squared(plan, item)


def killed_once(plan, item):
    if item == BAD and not plan.exists():
        plan.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(plan, item)


def several_killed(plan, item):
    return killed(plan, BAD if item in (3, 20) else item)


def failing(_plan, item):
    raise OSError(item)
