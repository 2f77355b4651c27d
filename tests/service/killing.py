"""A real service, killed again and again while a client works with it; then everything that was acknowledged must be there, once.

Of the service's process group nothing survives a kill: web, workers, and the children that read files. The client writes down what
was acknowledged, as a portal would, and repeats a request that got no answer with the same idempotency key.
"""

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from sqlalchemy import func, select, text

from screening.library.membership import content_of, state_of
from screening.library.schema import document
from service.errors import ServiceError
from service.people import keys
from service.people.principal import Role
from service.settings import Settings
from service.store import decisions, runs, work
from service.store.database import Store
from service.store.schema import batch, decision, event, run, submission
from service.store.sight import Sight
from service.store.submissions import case_of
from tests.service.jobs import handing
from tests.writing import docx, noise

API = "/api/v1"
BACKLOG = 40  # submissions that wait, above which clients hold back: a service that keeps dying works little
STUCK = 60.0  # seconds in which at least one more must be read or finished after the last kill, until all are


@dataclass
class Figures:
    """What came of a run; everything but ``kills``, the counts of what was acknowledged, and the times must be zero."""

    kills: int = 0
    uploads: int = 0
    zips: int = 0
    decisions: int = 0
    repeated: int = 0  # requests that got no answer and were sent again
    lost: int = 0
    doubled: int = 0
    unfinished: int = 0
    failed: int = 0
    broken: int = 0  # reports, cases or an archive that do not hold together
    ready: list[float] = field(default_factory=list)  # seconds from start to the first answer "ready"
    finished: float = 0.0  # seconds from the last start until all was done
    seconds: float = 0.0

    @property
    def line(self):
        ready = sorted(self.ready)
        return (
            f"{self.kills} kills, {self.uploads} uploads + {self.zips} zips + {self.decisions} decisions acknowledged, "
            f"{self.repeated} repeated; lost {self.lost}, doubled {self.doubled}, unfinished {self.unfinished}, "
            f"failed {self.failed}, broken {self.broken}; ready after {ready[len(ready) // 2]:.2f} s (median), "
            f"{ready[-1]:.2f} s (longest); all done {self.finished:.1f} s after the last start; {self.seconds:.0f} s in all"
        )


class Served:
    """``screening-service serve`` as a process group of its own."""

    def __init__(self, settings, workers):
        self.settings, self.workers, self.process = settings, workers, None
        self.url = f"http://127.0.0.1:{settings.port}"

    def start(self):
        """Start, and return the seconds until it was ready."""
        began = time.monotonic()
        words = ["serve", "--data", str(self.settings.data), "--database", self.settings.database_url]
        words += ["--port", str(self.settings.port), "--workers", str(self.workers)]
        limits = {f"SCREENING_{n.upper()}": str(getattr(self.settings, n)) for n in self.settings.model_fields_set}
        with (self.settings.data / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", *words],
                env=os.environ | limits,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < 60:
            assert self.process.poll() is None, (self.settings.data / "log").read_text("utf-8")[-3000:]
            try:
                if httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return time.monotonic() - began
            except httpx2.TransportError:
                time.sleep(0.02)
        raise AssertionError("not ready in a minute")

    def kill(self):
        """End the whole group without a warning."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End as an administrator does; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def small(seed):
    """A text of its own, long enough to be compared."""
    rng = random.Random(seed)
    return docx([f"第{seed}号案例", *(noise(rng, 150) for _ in range(3))])


class Client(threading.Thread):
    """Hands in and decides until told to stop; what was acknowledged goes into a file, line by line, before the next request."""

    def __init__(self, served, store, key, seed, figures):
        super().__init__(daemon=True)
        self.served, self.store, self.figures = served, store, figures
        self.rng, self.seed = random.Random(seed), seed
        self.enough = threading.Event()
        self.record = (served.settings.data / f"acknowledged-{seed}").open("a+", encoding="utf-8")
        self.http = httpx2.Client(base_url=served.url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self.trouble = None
        self.paths = None

    def run(self):
        try:
            for number in range(10_000_000):
                while _open(self.store) > BACKLOG and not self.enough.is_set():
                    time.sleep(0.1)
                if self.enough.is_set():
                    return
                name = f"{self.seed}-{number}"
                if number % 12 == 11:
                    self.zip(name)
                else:
                    self.upload(name)
                if number % 3 == 2:
                    self.decide()
                time.sleep(self.rng.uniform(0, 0.3))
        except BaseException as error:
            self.trouble = error
            raise

    def close(self):
        self.http.close()
        self.record.close()

    def acknowledged(self, what, **facts):
        self.record.write(json.dumps({"what": what, **facts}) + "\n")
        self.record.flush()
        os.fsync(self.record.fileno())

    def told(self):
        """Everything that was acknowledged."""
        self.record.flush()
        path = Path(self.record.name)
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def knows(self, path):
        """Whether the service has this address (it may not be built yet: then rows are written instead)."""
        if self.paths is None:
            self.paths = set(self.request("GET", f"{API}/openapi.json").json()["paths"])
        return path in self.paths

    def request(self, method, path, **more):
        """Send a request until it is answered; who got no answer sends it again."""
        while True:
            try:
                answer = self.http.request(method, path, **more)
            except httpx2.TransportError:
                self.figures.repeated += 1
                time.sleep(0.1)
                continue
            if answer.status_code in (429, 503):
                time.sleep(0.5)
                continue
            return answer

    def upload(self, name):
        data = small(name)
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.knows(f"{API}/submissions"):
            self.acknowledged("upload", id=handing.hand_in(self.store, data, f"{name}.docx"), sha256=sha256)
            return
        answer = self.request(
            "POST",
            f"{API}/submissions",
            files={"file": (f"{name}.docx", data)},
            headers={"Idempotency-Key": f"upload-{name}"},
        )
        assert answer.status_code == 202, answer.text
        self.acknowledged("upload", id=answer.json()["id"], sha256=sha256)

    def zip(self, name):
        data = handing.zipped({f"{name}/{n}.docx": small(f"{name}/{n}") for n in range(5)})
        if not self.knows(f"{API}/batches"):
            self.acknowledged("zip", id=handing.open_batch(self.store, data), members=5)
            return
        answer = self.request(
            "POST",
            f"{API}/batches",
            files={"file": (f"{name}.zip", data)},
            headers={"Idempotency-Key": f"zip-{name}"},
        )
        assert answer.status_code == 202, answer.text
        self.acknowledged("zip", id=answer.json()["id"], members=5)

    def decide(self):
        with self.store.read() as tx:
            query = select(submission.c.id, submission.c.version).where(
                submission.c.state == "done", submission.c.decision.is_(None)
            )
            row = tx.execute(query.order_by(func.random()).limit(1)).first()
        if row is None:
            return
        if not self.knows(f"{API}/submissions/{{submission_id}}/decisions"):
            self.decide_here(row)
            return
        answer = self.request(
            "POST",
            f"{API}/submissions/{row.id}/decisions",
            json={"what": "pass", "version": row.version},
            headers={"Idempotency-Key": f"decision-{row.id}"},
        )
        if answer.status_code in (200, 201):
            self.acknowledged("decision", id=row.id)
        else:
            # Another client was before us, or an answer of ours was lost on its way.
            assert answer.status_code == 409, answer.text

    def decide_here(self, row):
        try:
            with self.store.write() as tx:
                seen = {"by": "key:kill", "version": row.version}
                decisions.decide(tx, row.id, Sight(everything=True), what="pass", **seen)
        except ServiceError as error:
            if error.status != 409:  # another client was before us
                raise
        else:
            self.acknowledged("decision", id=row.id)


def kill_again_and_again(folder, database, kills, *, seed=1, workers=2, clients=2, longest=2.5):
    """Kill a service ``kills`` times, each within ``longest`` seconds of its being ready; return the :class:`Figures`."""
    began, rng, figures = time.monotonic(), random.Random(seed), Figures()
    folder.mkdir(exist_ok=True)
    settings = Settings(
        data=folder,
        database=database,
        port=free_port(),
        lease_seconds=5,
        attempts=20,  # each kill is one for what is in hand
        requests_per_minute=0,
        uploads_per_minute=0,
    )
    served = Served(settings, workers)
    store = Store.open(settings.database_url)
    _, key, _ = keys.issue(store, name="kill", role=Role.ADMINISTRATOR, days=1, by="command")
    crowd = [Client(served, store, key, f"{seed}{n}", figures) for n in range(clients)]
    try:
        figures.ready.append(served.start())
        for client in crowd:
            client.start()
        for _ in range(kills):
            time.sleep(rng.uniform(0.05, longest))
            served.kill()
            figures.kills += 1
            assert not any(c.trouble for c in crowd), [c.trouble for c in crowd]
            figures.ready.append(served.start())
        started = time.monotonic()
        for client in crowd:
            client.enough.set()
        for client in crowd:
            client.join(60)
            assert not client.is_alive()
            assert client.trouble is None, client.trouble
        stages, moved = _stages(store), time.monotonic()
        while _open(store) and time.monotonic() - moved < STUCK:
            time.sleep(0.1)
            if (now := _stages(store)) != stages:
                stages, moved = now, time.monotonic()
        figures.finished = time.monotonic() - started
        assert served.stop() == 0
        _judge(store, [line for c in crowd for line in c.told()], figures)
    finally:
        if served.process and served.process.poll() is None:
            served.kill()
        for client in crowd:
            client.close()
        store.close()
    figures.seconds = time.monotonic() - began
    return figures


def _open(store):
    with store.read() as tx:
        members = select(func.count()).where(submission.c.state.in_(work.UNFINISHED))
        zips = select(func.count()).where(batch.c.state == "unpacking")
        return tx.execute(members).scalar() + tx.execute(zips).scalar()


def _stages(store):
    """How many submissions are in each state: reading one is progress too."""
    with store.read() as tx:
        return dict(map(tuple, tx.execute(select(submission.c.state, func.count()).group_by(submission.c.state))))


def _judge(store, told, figures):
    figures.unfinished = _open(store)
    by = {what: [t for t in told if t["what"] == what] for what in ("upload", "zip", "decision")}
    figures.uploads, figures.zips, figures.decisions = map(len, by.values())
    with store.read() as tx:
        rows = {r.id: r for r in tx.execute(select(submission))}
        shas = Counter(r.sha256 for r in rows.values())
        figures.failed = sum(r.state == "failed" for r in rows.values())
        figures.doubled += sum(n - 1 for n in shas.values())
        figures.lost += sum(t["id"] not in rows or rows[t["id"]].sha256 != t["sha256"] for t in by["upload"])
        members = Counter(r.batch for r in rows.values() if r.batch)
        for told_zip in by["zip"]:
            figures.lost += max(0, told_zip["members"] - members[told_zip["id"]])
            figures.doubled += max(0, members[told_zip["id"]] - told_zip["members"])
        decided = Counter(tx.execute(select(decision.c.submission)).scalars())
        figures.lost += sum(decided[t["id"]] == 0 for t in by["decision"])
        figures.doubled += sum(n - 1 for n in decided.values())
        # Each was screened once and told so once: no late answer was written beside another's.
        for table, condition in ((run, []), (event, [event.c.kind == "submission.done"])):
            times = Counter(tx.execute(select(table.c.submission).where(*condition)).scalars())
            figures.doubled += sum(n - 1 for n in times.values())
            figures.lost += sum(times[r.id] == 0 for r in rows.values() if r.state == "done")
        for row in rows.values():
            if row.state == "done":
                report = runs.report_of(tx, store.sealer, row.run)
                whole = json.loads(report)["case"]["sha256"] == row.sha256 and case_of(tx, store.sealer, row.id)
                figures.broken += not whole
        hashes = list(tx.execute(select(document.c.sha256)).scalars())
        figures.broken += len(set(hashes) ^ {r.sha256 for r in rows.values() if r.document})
        figures.broken += content_of(hashes) != int(state_of(tx)["content"], 16)
        if store.engine.dialect.name == "sqlite":
            figures.broken += tx.execute(text("PRAGMA integrity_check")).scalar() != "ok"
            figures.broken += bool(tx.execute(text("PRAGMA foreign_key_check")).first())
