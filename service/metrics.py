"""Figures for Prometheus: of requests as they come, of the work as it stands. No ids, names or addresses in labels."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from service.errors import ServiceError
from service.settings import Settings
from service.store import health
from service.store.database import Store

# 0.2 and 0.4 s are what is promised of reading and writing.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 1, 2.5, 10, 30)


class Metrics:
    """One registry for one application."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "screening_request_seconds",
            "Seconds from the first byte of a request to the last of its answer",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.problems = Counter(
            "screening_database_problems",
            "Requests that the database refused, by code",
            ["code"],
            registry=self.registry,
        )
        self.failures = Counter("screening_failures", "Requests in which the program failed", registry=self.registry)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_Work(settings, store))

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _Work(Collector):
    """What the database says, asked when somebody looks."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: registering must not ask the database."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; of a database that does not answer only that it does not."""
        try:
            with self.store.read() as tx:
                work = health.work(tx, self.settings.lease_seconds)
        except ServiceError:
            yield _one("database_up", "Whether the database answers", 0)
        else:
            yield _one("database_up", "Whether the database answers", 1)
            yield from _told(work)
        if self.settings.data.is_dir():
            disk = shutil.disk_usage(self.settings.data)
            yield _one("disk_free_bytes", "Free space where the data lies", disk.free)
            yield _one("disk_total_bytes", "Space where the data lies", disk.total)


def _told(work: health.Work) -> Iterator[Metric]:
    yield _many("submissions", "Submissions by state", "state", work.submissions)
    yield _many("batches", "Batches by state", "state", work.batches)
    yield _many("batch_members", "Submissions of batches that are not closed, by state", "state", work.members)
    yield _many("attempts", "Unfinished and failed submissions by attempts so far", "attempts", work.attempts)
    yield _many("deliveries", "Webhook deliveries by state", "state", work.deliveries)
    yield _many("dead_letters", "What was given up and waits for a person", "kind", work.dead)
    yield _one("queue_oldest_seconds", "Age of the oldest unfinished submission", work.oldest)
    yield _one("workers", "Workers that gave a sign of life within a lease", work.workers)
    yield _one("worker_silence_seconds", "Longest silence among these workers", work.silence)
    yield _one("worker_done", "Pieces of work done by the workers on record", work.done)
    yield _one("database_bytes", "Size of the database", work.size)


def _one(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"screening_{name}", help_, value=value)


def _many(name: str, help_: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"screening_{name}", help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
