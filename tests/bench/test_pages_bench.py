"""What the pages cost that a reviewer opens all day: a heavy case, and the list of a large delivery; by processor, on both databases."""

import json
import random
import re
import time
from html import unescape
from itertools import count

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.people import accounts, sessions
from service.people.principal import Role
from service.settings import Settings
from service.store import runs, schema, users
from service.store.database import Store
from tests.bench.figures import say
from tests.library.cluster import cluster
from tests.service.jobs.handing import hand_in, row_of
from tests.service.reading import rows
from tests.service.working import drain
from tests.writing import case_lines, docx

pytestmark = pytest.mark.bench

MOST = 0.150  # seconds of processor a page, the test's own client included
WEIGHT = 300_000  # bytes of a page as it goes over the line, without charts
REQUESTS = 20
SOURCES, PASSAGES, FINDINGS, SUBMISSIONS = 12, 60, 200, 5000
_numbers = count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def opened(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    if request.param == "sqlite":
        yield from _opened(Settings(data=folder, requests_per_minute=0))
        return
    with cluster() as server:
        yield from _opened(Settings(data=folder, database=server.create("pages"), requests_per_minute=0))


def _opened(settings):
    store = Store.open(settings.database_url)
    app = create_app(settings, store)
    with TestClient(app):  # begins it as a server does
        yield settings, store, app
    store.close()


def somebody(opened, role):
    settings, store, app = opened
    user, _ = accounts.create(
        store, settings, login=f"{role}{next(_numbers)}", role=Role(role), name="评审甲", by="test"
    )
    if role == "reviewer":
        with store.write() as tx:
            users.assign(tx, user, "*", blind=True)
    client = TestClient(app, headers={"Accept": "text/html"})
    client.cookies.set(sessions.cookie_name(settings), sessions.start(store, settings, user))
    return client


def heavy_case(settings, store):
    """A case of 3,000 字 that was really screened, whose report has so many passages and findings as ten of its like."""
    for seed in range(SOURCES):
        hand_in(store, docx(case_lines(seed, 6)), name=f"{seed}.docx", unit=f"临溪市第{seed}小学", author="王丽")
    there = hand_in(store, docx(case_lines(99, 36)[:18]), name="长.docx", unit="白麓大学", author="周明远")
    drain(store, settings)
    with store.read() as tx:
        report = json.loads(runs.report_of(tx, store.sealer, row_of(store, there)["run"]))
        documents = [r.document for r in tx.execute(schema.submission.select()) if r.id != there]
    assert 2900 < report["counts"]["words"] < 3100
    text, rng = report["text"], random.Random(1)
    step = len(text) // PASSAGES
    kinds = ("verbatim", "edited", "reordered", "localised", "rewritten")
    passages = []
    for n in range(PASSAGES):
        a = n * step
        span = {"start": a, "end": a + step - 5, "source_start": 10 * n, "source_end": 10 * n + step - 5}
        quote = text[a : a + step - 5]
        words = {"quote": quote, "source_quote": quote, "quoted": n % 9 == 0, "stock": False}
        head = {"source": documents[n % len(documents)], "kind": kinds[n % len(kinds)], "similarity": 0.9}
        passages.append(head | span | words | {"swaps": [["2022", "2023"]], "facts": []})
    source = {"title": "作业设计研修纪事", "unit": "临溪市第一小学", "own": False, "earlier": True, "rate": 0.08}
    source |= {
        "share_of_source": 0.1,
        "characters": 200,
        "place": "archive",
        "received": "",
        "file": "甲.docx",
        "rewritten": 0.0,
    }
    report["reuse"] |= {
        "passages": passages, "shown": PASSAGES, "of": PASSAGES, "sources": [source | {"id": d} for d in documents]
    }  # fmt: skip
    outcome = next(o for o in report["outcomes"] if not o["shadow"])
    findings = []
    for n in range(FINDINGS):
        places = sorted(rng.sample(range(len(text) - 40), 3))
        evidence = [{"start": a, "end": a + 30, "quote": text[a : a + 30], "other": None, "score": 0.5} for a in places]
        words = {"message": f"第 {n} 处：{text[n : n + 40]}", "severity": "review", "clause": outcome["clause"]}
        findings.append({"code": "facts.conflict", "facts": {}, "evidence": evidence} | words)
    outcome |= {"status": "found", "findings": [*outcome["findings"], *findings]}
    with store.write() as tx:
        rows.run(tx, store.sealer, there, report)
    return there


def cost(client, path):
    """Return the seconds of processor of a request, its page, and how many bytes it takes over the line, its styles and scripts included."""
    client.get(path)  # templates are read once in a process
    began = time.process_time()
    for _ in range(REQUESTS):
        answer = client.get(path)
    spent = (time.process_time() - began) / REQUESTS
    assert answer.status_code == 200
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text))
    weights = (int(a.headers["content-length"]) for a in (answer, *map(client.get, files)))
    return spent, answer.text, sum(weights)


def delivery(store):
    """Five thousand submissions as lists see them; every second one has passages in common with others."""
    rng = random.Random(2)
    with store.write() as tx:
        batch = rows.batch(tx)
        for n in range(SUBMISSIONS):
            rate = round(rng.random() ** 4, 4)
            row = {"rate": rate, "largest": rate / 2, "words": 2000 + n % 1500, "score": n % 100, "topic_band": "in"}
            there = rows.submission(
                tx,
                store.sealer,
                batch=batch,
                file=str(n),
                title=f"{n}：{case_lines(n)[0]}",
                unit=f"临溪市第{n % 300}小学",
                **row,
            )
            for k in range(n % 2 * 3):
                rows.pair(tx, there, f"{k:016x}", rate)
    return batch


def told(opened, name, spent, page, weight):
    """Say the figures; see that they are within bounds."""
    where = opened[1].engine.dialect.name
    sizes = f"{weight / 1000:.0f} kB over the line, {len(page.encode()) / 1000:.0f} kB of HTML"
    say(f"\n{where}, {name}: {1000 * spent:.0f} ms of processor, {sizes}")
    assert spent < MOST
    assert weight < WEIGHT


@pytest.mark.timeout(600)
def test_a_heavy_case(opened):
    settings, store, _ = opened
    case = heavy_case(settings, store)
    for role in ("administrator", "reviewer"):
        spent, page, weight = cost(somebody(opened, role), f"/cases/{case}")
        assert page.count('class="finding ') >= FINDINGS
        assert page.count("data-n=") > 0.9 * PASSAGES  # where two begin at one place, one number tells of both
        told(opened, f"{role}, a case", spent, page, weight)


@pytest.mark.timeout(600)
def test_a_long_list(opened):
    batch = delivery(opened[1])
    for role in ("administrator", "reviewer"):
        client = somebody(opened, role)
        second = re.search(r'href="([^"]*after=[^"]*)"', client.get(f"/cases?batch={batch}").text)[1]
        for name, path in (
            ("the list", f"/cases?batch={batch}"),
            ("its second page", unescape(second)),
            ("by title", f"/cases?batch={batch}&sort=title&up=1"),
            ("with conditions", f"/cases?batch={batch}&q=率>30 字数>2500"),
        ):
            spent, page, weight = cost(client, path)
            assert page.count('class="name"') == 50
            told(opened, f"{role}, {name}", spent, page, weight)
