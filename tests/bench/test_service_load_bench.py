"""A real service for a long time and under load: it stays as large as it was, and everybody is answered in time."""

import asyncio
import itertools
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx2
import psutil
import pytest
from sqlalchemy import func, select

from service.people import keys
from service.people.principal import Role
from service.settings import Settings
from service.store.database import Store
from service.store.schema import submission
from tests.bench.figures import say
from tests.service.jobs.handing import zipped
from tests.service.killing import API, Served, free_port, small
from tests.writing import case_lines, docx

pytestmark = pytest.mark.bench

IN_A_ROW = int(os.environ.get("BENCH_IN_A_ROW", "2000"))
REVIEWERS = int(os.environ.get("BENCH_REVIEWERS", "50"))
BATCHES = int(os.environ.get("BENCH_BATCHES", "4"))
MEMBERS = int(os.environ.get("BENCH_MEMBERS", "500"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "300"))
THINK = 3.0  # seconds that a reviewer takes for a case: far less than a person, who reads it
MB = 1 << 20


def served(tmp_path, workers=2):
    settings = Settings(
        data=tmp_path / "data", port=free_port(), requests_per_minute=0, uploads_per_minute=0, log_level="warning"
    )
    settings.data.mkdir()
    store = Store.open(settings.database_url)
    return store, Served(settings, workers)


def key_for(store, role, **more):
    return keys.issue(store, name="bench", role=role, days=1, by="bench", **more)[1]


def states(store):
    with store.read() as tx:
        return Counter(
            dict(map(tuple, tx.execute(select(submission.c.state, func.count()).group_by(submission.c.state))))
        )


# -- two thousand in a row ---------------------------------------------------------------------------------------------------


@dataclass
class Sizes:
    """Of the web process and of the largest worker: memory in MB, descriptors, threads."""

    web: list = field(default_factory=list)
    worker: list = field(default_factory=list)

    def look(self, pid):
        web = psutil.Process(pid)
        workers = [p for p in web.children() if "worker" in p.cmdline()]
        self.web.append(self._of(web))
        self.worker.append(tuple(max(column) for column in zip(*map(self._of, workers), strict=True)))

    @staticmethod
    def _of(process):
        return process.memory_info().rss / MB, process.num_fds(), process.num_threads()


def test_two_thousand_in_a_row_leave_it_as_large_as_it_was(tmp_path):
    store, service = served(tmp_path)
    service.start()
    sizes, began, http = Sizes(), time.perf_counter(), httpx2.Client(base_url=service.url, timeout=60)
    http.headers["Authorization"] = f"Bearer {key_for(store, Role.ADMINISTRATOR)}"
    try:
        for number in range(IN_A_ROW):
            files = {"file": (f"{number}.docx", small(number))}
            assert http.post(f"{API}/submissions", files=files, data={"unit": "云槐师范学院"}).status_code == 202
            if number % 50 == 49:
                while number - states(store)["done"] > 50:
                    time.sleep(0.2)
            if number % (IN_A_ROW // 20) == 0:
                sizes.look(service.process.pid)
        while (found := states(store))["done"] + found["failed"] < IN_A_ROW:
            time.sleep(0.5)
        sizes.look(service.process.pid)
        seconds = time.perf_counter() - began
    finally:
        http.close()
        service.stop()
        store.close()
    say(f"\n{IN_A_ROW} in a row: {seconds:.0f} s, {IN_A_ROW / seconds:.1f} a second, {found['failed']} failed")
    for name, seen in (("web", sizes.web), ("worker", sizes.worker)):
        say(f"  {name}: (MB, descriptors, threads) " + " ".join(f"({m:.0f},{f},{t})" for m, f, t in seen))
    assert found["failed"] == 0
    for seen in (sizes.web, sizes.worker):
        # What is loaded and pooled is there after a quarter; the archive's index grows by what it has to hold.
        early, late = seen[len(seen) // 4 : len(seen) // 2], seen[-5:]
        for column, more in ((0, 40.0), (1, 6), (2, 2)):
            assert max(s[column] for s in late) <= max(s[column] for s in early) + more


# -- reviewers and uploads ---------------------------------------------------------------------------------------------------


@dataclass
class Load:
    """What the load generator saw; times in seconds."""

    reads: list = field(default_factory=list)
    writes: list = field(default_factory=list)
    ready: list = field(default_factory=list)
    conflicts: int = 0
    errors: Counter = field(default_factory=Counter)
    decided: Counter = field(default_factory=Counter)  # acknowledged decisions by submission


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def _ask(http, load, times, method, path, **more):
    began = time.perf_counter()
    try:
        answer = await http.request(method, path, **more)
    except httpx2.TransportError as error:
        load.errors[type(error).__name__] += 1
        return None
    times.append(time.perf_counter() - began)
    if answer.status_code >= 400 and answer.status_code != 409:
        load.errors[f"{method} {path.split('/')[3].split('?')[0]} {answer.status_code}"] += 1
        return None
    return answer


async def _review(url, key, load, until, number):
    """Read the list, a submission, its report; decide; again."""
    own = random.Random(number)

    def think():
        # People do not move in step; a second more or less, the same in every run.
        return own.uniform(0.5, 1.5) * THINK / 3

    await asyncio.sleep(think())
    async with httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        for turn in itertools.count(number):
            if time.perf_counter() > until:
                return
            listed = await _ask(http, load, load.reads, "GET", f"{API}/submissions?state=done&limit=20")
            items = listed.json()["items"] if listed else []
            if items:
                one = items[turn % len(items)]["id"]
                await asyncio.sleep(think())
                seen = await _ask(http, load, load.reads, "GET", f"{API}/submissions/{one}")
                await _ask(http, load, load.reads, "GET", f"{API}/submissions/{one}/report")
                await asyncio.sleep(think())
                if seen:
                    said = await _ask(
                        http,
                        load,
                        load.writes,
                        "POST",
                        f"{API}/submissions/{one}/decisions",
                        json={"what": ("pass", "return")[turn % 2], "version": seen.json()["version"]},
                    )
                    if said is not None and said.status_code == 409:
                        load.conflicts += 1
                    elif said is not None:
                        load.decided[one] += 1
            await asyncio.sleep(think())


def _batch(number):
    return zipped({f"{n}.docx": docx(case_lines(number * MEMBERS + n, 12)) for n in range(MEMBERS)})


async def _upload(url, key, load, number, data):
    async with httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as http:
        answer = await http.post(
            f"{API}/batches", files={"file": (f"{number}.zip", data)}, data={"name": f"第{number}批"}
        )
        if answer.status_code >= 400:
            load.errors[f"POST batches {answer.status_code}"] += 1


async def _watch(url, load, until):
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        while time.perf_counter() < until:
            await _ask(http, load, load.ready, "GET", "/readyz")
            await asyncio.sleep(0.5)


async def _everybody(url, store, load, batches):
    until = time.perf_counter() + SECONDS
    reviewer = key_for(store, Role.REVIEWER, batches={"*": True})
    manager = key_for(store, Role.ADMINISTRATOR)
    await asyncio.gather(
        *(_upload(url, manager, load, number, data) for number, data in enumerate(batches)),
        *(_review(url, reviewer, load, until, number) for number in range(REVIEWERS)),
        _watch(url, load, until),
    )


def test_reviewers_are_answered_in_time_while_batches_come_in(tmp_path):
    batches = [_batch(number) for number in range(BATCHES)]
    store, service = served(tmp_path)
    service.start()
    load, mine = Load(), psutil.Process()
    before = sum(mine.cpu_times()[:2])
    try:
        asyncio.run(_everybody(service.url, store, load, batches))
        share = (sum(mine.cpu_times()[:2]) - before) / SECONDS / os.cpu_count()
        found = states(store)
        with store.read() as tx:
            kept = Counter(
                dict(
                    map(
                        tuple,
                        tx.exec_driver_sql("SELECT submission, count(*) FROM service_decision GROUP BY submission"),
                    )
                )
            )
    finally:
        service.stop()
        store.close()
    lost = sum((load.decided - kept).values())
    say(
        f"\n{REVIEWERS} reviewers, {BATCHES} batches of {MEMBERS}, {SECONDS:.0f} s: {len(load.reads)} reads "
        f"p50 {percentile(load.reads, 0.5) * 1000:.0f} p95 {percentile(load.reads, 0.95) * 1000:.0f} ms, "
        f"{len(load.writes)} writes p95 {percentile(load.writes, 0.95) * 1000:.0f} ms, "
        f"readyz longest {max(load.ready) * 1000:.0f} ms; {load.conflicts} conflicts, {lost} lost, errors {dict(load.errors)}; "
        f"states {dict(found)}; the generator took {share:.0%} of the processors"
    )
    assert not load.errors
    assert lost == 0
    assert percentile(load.reads, 0.95) < 0.2
    assert percentile(load.writes, 0.95) < 0.4
