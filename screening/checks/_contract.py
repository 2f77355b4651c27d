"""What a check is. A check is pure: no clock, no network, no files, no globals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from screening.case import Batch, Case
from screening.finding import Finding
from screening.world import Skip, World

__all__ = ["BatchCheck", "BatchFinding", "CaseCheck", "Check", "Skip", "batch_check", "case_check"]


@dataclass(frozen=True, slots=True)
class BatchFinding:
    """A remark on a whole delivery, and the ids of the cases that it concerns (empty: only the delivery as such)."""

    cases: tuple[str, ...]
    finding: Finding


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """Judges one case, with the rest of the world to compare it to."""

    name: str
    label: str
    version: int
    params: type[Any]
    run: Callable[[Case, Any, World], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """Judges what only a whole delivery shows: quotas, deadlines, one author twice."""

    name: str
    label: str
    version: int
    params: type[Any]
    run: Callable[[Batch, Any, World], Iterable[BatchFinding]]


Check = CaseCheck | BatchCheck

P = TypeVar("P")


def case_check(
    params: type[P], *, label: str, version: int = 1
) -> Callable[[Callable[[Case, P, World], Iterable[Finding]]], CaseCheck]:
    """Make a check of the decorated function; its name is the function's name, ``label`` what the reader sees."""

    def wrap(run: Callable[[Case, P, World], Iterable[Finding]]) -> CaseCheck:
        return CaseCheck(run.__name__, label, version, params, run)

    return wrap


def batch_check(
    params: type[P], *, label: str, version: int = 1
) -> Callable[[Callable[[Batch, P, World], Iterable[BatchFinding]]], BatchCheck]:
    """Make a check of whole deliveries of the decorated function; see :func:`case_check`."""

    def wrap(run: Callable[[Batch, P, World], Iterable[BatchFinding]]) -> BatchCheck:
        return BatchCheck(run.__name__, label, version, params, run)

    return wrap
