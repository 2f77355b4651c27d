"""The terminal: where text goes, and the progress bar with rate and remaining time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def console(*, stderr: bool = False) -> Console:
    """Return the terminal's console; a pipe gets lines that are not broken."""
    return Console(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())


def progress_bar() -> Progress:
    """Return a progress bar on stderr, so that stdout stays clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("剩余"),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=False,
    )


def advancing(progress: Progress) -> Callable[[str, int, int], None]:
    """Return a function (stage, done, total) that moves the bar of a stage on, with its rate."""
    tasks: dict[str, Any] = {}

    def advance(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = progress.add_task(stage, total=total, rate="")
        task = progress.tasks[tasks[stage]]
        rate = f"{task.speed:.0f} 篇/秒" if task.speed else ""
        progress.update(tasks[stage], completed=done, total=total, rate=rate)

    return advance
