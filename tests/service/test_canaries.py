"""Two hundred people are planted; a blind reviewer, the logs, the events and the webhooks must tell of none of them.

On SQLite only: what is shown is decided above the database.
"""

import contextlib
import html
import io
import json
import logging
import os
import random
import re
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from screening.intake.gather import case_id
from service import logs
from service.app import create_app
from service.jobs.rounds import deliver
from service.people import accounts, keys, sessions
from service.people.principal import Role
from service.settings import Settings
from service.store import schema, users
from service.store.database import Store
from tests.service.jobs.handing import zipped
from tests.service.portal.receiver import receiver
from tests.service.working import drain
from tests.writing import case_lines, docx

TEXTS, EACH = 5, 40  # 200 people
IN_NAME = 4  # names in a file's name
SURNAMES = "邵龚桑邬瞿麴酆郜窦尉佘褚缪郗靳滕"
GIVEN = "翊璟堃珩煜琰瑄瑀祎翀晞淏湉澍烜炘焯熠珏珺琬琮琤瑢璘禛"
WEIGHTS, SIGNS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
BROKEN = docx(case_lines(198))[:9000]  # a document of which the end is missing


@dataclass(frozen=True)
class Person:
    name: str
    mail: str
    phone: str
    number: str

    @property
    def said(self):
        return (self.name, self.mail, self.phone, self.number)


def planted(count, seed=5):
    rng, out = random.Random(seed), {}
    while len(out) < count:
        name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2))
        local = "".join(rng.choices("bcdfghjkmnpqrstvwxz", k=9))
        born = f"{rng.randint(1960, 1999)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        first = f"41{rng.randint(1, 17):02}{rng.randint(1, 29):02}{born}{rng.randint(1, 999):03}"
        sign = SIGNS[sum(int(c) * w for c, w in zip(first, WEIGHTS, strict=True)) % 11]
        phone = f"1{rng.choice('35789')}{rng.randint(10**8, 10**9 - 1)}"
        out[name] = Person(name, f"{local}@example.com", phone, first + sign)
    return list(out.values())


PEOPLE = planted(TEXTS * EACH + 3)
GROUPS = [PEOPLE[n * EACH : (n + 1) * EACH] for n in range(TEXTS)]
*_, ODD, BAD, WRONG = PEOPLE  # of a file that is no document, of one that can't be read, of requests that are refused
FILES = ["、".join(p.name for p in group[:IN_NAME]) + "-案例.docx" for group in GROUPS]
NEEDLES = [word for person in PEOPLE for word in person.said]
NEEDLES += [case_id(f) for f in FILES]  # whoever guesses the name can work it out
NEEDLES += [p.mail.partition("@")[0] for p in PEOPLE] + [f.removesuffix(".docx") for f in FILES]


def text_of(n):
    """A text with its authors' mailboxes, phones and numbers in it, that shares a third with one other; their form at its end."""
    lines, common, group = case_lines(200 + n), case_lines(199 - n // 2), GROUPS[n]
    lines[3:3] = common[2:5]
    for at in range(0, EACH, 8):
        some = group[at : at + 8]
        lines.insert(4 + at // 8, "联系：" + "；".join(f"{p.mail}，{p.phone}，{p.number}" for p in some) + "。")
        lines.insert(5, f"课例由{some[0].name}老师主讲，{some[1].name}、{some[2].name}观课，{some[3].name}整理成文。")
    form = {
        "作者真实姓名": "、".join(p.name for p in group),
        "单位": f"青榆县第{'三四五六七'[n]}小学",
        "职务/职称": "高级教师",
        "邮箱": "、".join(p.mail for p in group),
        "电话": "、".join(p.phone for p in group),
        "身份证号": "、".join(p.number for p in group),
    }
    return docx(lines, form)


@dataclass
class World:
    client: TestClient
    store: Store
    app: Any
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    batch: str = ""
    submissions: list[str] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)  # bodies that webhooks received
    logged: Any = None

    def ask(self, who, method, path, **more):
        return self.client.request(method, path, headers=self.headers[who], **more)


@contextlib.contextmanager
def heard(into):
    """Let what this process and its children write on stdout and stderr go into a file, the lines of all loggers too."""
    sys.stdout.flush()
    sys.stderr.flush()
    root = logging.getLogger()
    before, handlers = [os.dup(n) for n in (1, 2)], root.handlers[:]
    try:
        for n in (1, 2):
            os.dup2(into.fileno(), n)
        with (
            open(into.fileno(), "a", closefd=False, buffering=1, encoding="utf-8") as text,
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(text),
        ):
            logs.setup(Settings(log_level="debug"))
            yield
    finally:
        root.handlers[:] = handlers
        for n, old in enumerate(before, 1):
            os.dup2(old, n)
            os.close(old)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    settings = Settings(
        data=tmp_path_factory.mktemp("canaries"),
        password_memory=19,
        password_rounds=2,
        requests_per_minute=0,
        uploads_per_minute=0,
        checks_per_minute=0,
        webhooks_private=True,
        log_level="debug",
    )
    store = Store.open(settings.database_url)
    app = create_app(settings, store)
    with (
        tempfile.TemporaryFile() as log,
        TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client,
    ):
        made = World(client, store, app, logged=log)
        with heard(log), receiver() as there:
            _fill(made, settings, there)
        yield made
    store.close()


def _fill(world, settings, there):
    store = world.store
    _, secret, _ = keys.issue(store, name="office", role=Role.ADMINISTRATOR, days=1, by="test")
    world.headers["office"] = {"Authorization": f"Bearer {secret}"}
    assert world.ask("office", "POST", "/api/v1/webhooks", json={"url": there.url, "events": []}).status_code == 201
    members = {name: text_of(n) for n, name in enumerate(FILES)} | {f"{BAD.name}的案例.docx": BROKEN}
    rows = [f"{name},{GROUPS[n][0].name},青榆县第{'三四五六七'[n]}小学,典型工作案例" for n, name in enumerate(FILES)]
    sheet = "\n".join(["文件名,作者,单位,案例类型", *rows]).encode()
    files = {"file": ("批.zip", zipped(members)), "manifest": (f"{ODD.name}整理的清单.csv", sheet)}
    made = world.ask("office", "POST", "/api/v1/batches", files=files, data={"name": "第一批"})
    assert made.status_code == 202, made.text
    world.batch = made.json()["id"]
    drain(store, settings)
    while deliver(store, settings):
        pass
    world.told = [body for _, body in there.got]
    _, secret, _ = keys.issue(store, name="blind", role=Role.REVIEWER, batches={"*": True}, days=1, by="test")
    world.headers["key"] = {"Authorization": f"Bearer {secret}"}
    person, _ = accounts.create(store, settings, login="some.reviewer", role=Role.REVIEWER, by="test")
    with store.write() as tx:
        users.assign(tx, person, world.batch, blind=True)
    cookie = sessions.start(store, settings, person)
    csrf = sessions.principal_of(store, settings, cookie).csrf
    world.headers["session"] = {"Cookie": f"{sessions.cookie_name(settings)}={cookie}", "X-CSRF-Token": csrf}
    with store.read() as tx:
        table = schema.submission.c
        found = tx.execute(schema.submission.select().where(table.batch == world.batch)).mappings().all()
    assert [row["state"] for row in found] == ["done"] * (TEXTS + 1)
    world.submissions = [row["id"] for row in found]


def forms_of(data):
    """Every way in which the bytes of an answer may be read: without tags and escapes, unpacked, without gaps."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from forms_of(archive.read(name))
        return
    text = data.decode("utf-8", "replace")
    yield text
    yield re.sub(r"\s", "", html.unescape(re.sub("<[^>]*>", "", text)))
    yield unquote(text)
    yield re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)


def found_in(*data):
    text = "\n".join(f for some in data for f in forms_of(some))
    return [word for word in NEEDLES if word in text]


def leaks(answer):
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
    return found_in(answer.content, head.encode("utf-8", "replace"))


def routes(app):
    for route in iter_route_contexts(app.routes):
        for method in sorted(set(route.methods or ()) - {"HEAD"}):
            yield method, route.path_format


MORE = (
    "/api/v1/submissions?q=研修&limit=2",
    "/api/v1/submissions?sort=rate&state=failed",
    "/api/v1/pairs?batch={batch_id}",
    "/api/v1/clusters?rate_min=0.01",
    "/cases?q=课例",
    "/cases?q=主讲&sort=rate",
    "/api/v1/submissions/{submission_id}/report?unmask=true&reason=要看一看姓名",
)


def places(world, who):
    """Every address that there is to get, with what is known for its parameters: all of it by the key, which gets no pages."""
    pairs = world.ask("key", "GET", "/api/v1/pairs?limit=200").json()["items"]
    assert pairs
    sources, some = [pairs[0]["b"]["document"]], [pairs[0]["a"]["submission"]]
    styles = re.findall('/static/([0-9a-z]+)/([^"?]+)"', world.ask("session", "GET", "/cases").text)
    things = {
        "submission_id": world.submissions if who == "key" else some,
        "batch_id": [world.batch],
        "source": sources,
        "source_id": sources,
        "rulebook_id": ["henan-2023-950"],
    }
    ask_ = [path for method, path in routes(world.app) if method == "GET"]
    for path in (*ask_, *MORE):
        found = [path]
        for name in re.findall(r"{(\w+)(?::\w+)?}", path):
            values = things.get(name, ["0" * 28])
            found = [re.sub(f"{{{name}(:\\w+)?}}", value, f) for f in found for value in values]
        yield path, [f + "?once=true" if f.endswith("/events") else f for f in found]
    yield "static", [f"/static/{digest}/{name}" for digest, name in styles]


@pytest.mark.parametrize("who", ["key", "session"])
def test_nothing_that_a_blind_reviewer_can_get_tells_of_anybody(world, who):
    told, answered = {}, set()
    for path, addresses in places(world, who):
        for address in addresses:
            answer = world.ask(who, "GET", address)
            assert answer.status_code < 500, address
            if answer.status_code == 200:
                answered.add(path)
            if words := leaks(answer):
                told[address] = words[:5], len(words)
    assert told == {}, "\n".join(f"{k}: {v}" for k, v in told.items())
    wanted = {"/api/v1/submissions/{submission_id}/report", "/api/v1/pairs/{submission_id}/{source}"}
    wanted |= {"/api/v1/batches/{batch_id}/summary.xlsx", "/api/v1/submissions/{submission_id}/blind.docx"}
    if who == "session":
        wanted |= {"/cases/{submission_id}", "/pairs/{submission_id}/{source_id}", "/batches/{batch_id}", "static"}
    assert wanted <= answered


def test_the_walk_would_find_them(world):
    """Who may see everything does: what is planted has gone in, and the eyes of the test are open."""
    told = [world.ask("office", "GET", f"/api/v1/submissions/{s}/original").content for s in world.submissions]
    found = set(found_in(*told))
    assert {word for group in GROUPS for person in group for word in person.said} <= found
    assert found_in(f"<b>{ODD.name[:2]}</b>{ODD.name[2:]}".encode(), quote(BAD.name).encode()) == [ODD.name, BAD.name]
    assert found_in(json.dumps(WRONG.name).encode()) == [WRONG.name]


FIELDS = (
    "name login role unit url events what note finding version points target reason kind title author received batch rulebook "
    "priority replaces state blind enforce_quota external_ai external_similarity password old again scopes days active source undo precheck sheet"
).split()


def test_a_refusal_repeats_nothing_of_what_was_sent(world):
    values, told, refused = dict.fromkeys(FIELDS, f"{WRONG.name} {WRONG.mail} {WRONG.phone} {WRONG.number}"), {}, 0
    files = dict.fromkeys(("file", "form", "manifest", "roster"), (f"{WRONG.name}.docx", BROKEN))
    bodies = [{"json": values}, {"data": values}, {"data": values, "files": files}, {"files": files}]
    bodies += [{"files": {"file": files["file"]}, "data": {name: values[name]}} for name in FIELDS]
    with heard(world.logged):
        for method, path in routes(world.app):
            if method == "GET" or path.endswith(
                ("/cancel", "/close", "/signin")
            ):  # the form shows the login again to who typed it
                continue
            known = {} if method == "DELETE" else {"submission_id": world.submissions[0], "batch_id": world.batch}
            place = re.sub(r"{(\w+)(:\w+)?}", lambda m, k=known: k.get(m[1], WRONG.name), path)
            for who in ("office", "session"):
                for body in bodies if method == "POST" and path in UPLOADS else bodies[:2]:
                    answer = world.ask(who, method, place, **body)
                    assert answer.status_code < 500, place
                    if answer.status_code >= 400:
                        refused += 1
                        if words := leaks(answer):
                            told[f"{method} {path} {answer.status_code} {answer.text[:90]}"] = words
        for name in ("sort", "cursor", "batch", "rate_min", "q", "limit", "after", "stale", "run", "unmask", "state"):
            for path in ("/api/v1/submissions", "/api/v1/pairs", "/api/v1/clusters", "/api/v1/batches"):
                answer = world.ask("session", "GET", f"{path}?{name}={quote('率>' + WRONG.name)}")
                if answer.status_code >= 400 and (words := leaks(answer)):
                    told[f"GET {path}?{name} {answer.text[:90]}"] = words
    assert told == {}, "\n".join(f"{k}: {v}" for k, v in told.items())
    assert refused > 100


UPLOADS = {"/api/v1/submissions", "/api/v1/batches", "/api/v1/checks"}


def test_logs_figures_events_and_webhooks_tell_of_nobody(world):
    with heard(world.logged):
        for _, addresses in places(world, "session"):
            for address in addresses[:3]:
                world.ask("session", "GET", address)
        world.ask("session", "GET", f"/cases/{quote(WRONG.name)}?q={quote(WRONG.name)}")
    world.logged.seek(0)
    logged = world.logged.read()
    assert b'"event"' in logged
    assert found_in(logged) == []
    figures = world.ask("office", "GET", "/metrics")
    assert figures.status_code == 200
    assert leaks(figures) == []
    with world.store.read() as tx:
        rows = [
            json.dumps([str(v) for v in row], ensure_ascii=False).encode()
            for table in (schema.event, schema.delivery, schema.audit)
            for row in tx.execute(table.select())
        ]
    assert len(rows) > 2 * TEXTS
    assert found_in(*rows) == []
    assert len(world.told) >= TEXTS
    assert found_in(*world.told) == []
