"""Every route × everybody who may come, against the table in matrix.toml.

On SQLite only: rights are decided above the database, by conditions that the other tests run on both. The world is made once, with a
submission that was really screened; whatever a request changes is undone by copying the file back.
"""

import io
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from screening.case import unit_key
from service.app import create_app
from service.masking import unit_ref
from service.people import accounts, keys, sessions
from service.people.principal import Role, Scope
from service.settings import Settings
from service.store import decisions, files, schema, tasks, users, webhooks
from service.store.database import Store
from service.store.submissions import Handed, hand_in
from tests.service.reading import rows
from tests.service.working import drain
from tests.writing import case_lines, docx

COLUMNS = ("nobody", "other", "submitter", "stranger", "blind", "open", "administrator", "read")
UNIT, OTHER = "白麓大学", "临溪市第一小学"
TABLE = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8"))
REFUSALS = {401, 403, 404}


@dataclass
class World:
    """Things by the part of a path that names them, and the keys of the eight columns."""

    client: TestClient
    store: Store
    file: Path
    saved: Path
    things: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)  # headers of a browser in which they signed in

    def restore(self):
        self.store.engine.dispose()
        for end in ("-wal", "-shm"):
            self.file.with_name(self.file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self.saved, self.file)

    def ask(self, column, route, row):
        method, path = route.split(" ")
        parts = path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                name = part.strip("{}").partition(":")[0]
                thing = row.get("things", {}).get(name) or parts[place - 1]
                parts[place] = self.things.get(thing, self.things["nothing"])
        headers = {"Authorization": f"Bearer {self.secrets[column]}"} if column in self.secrets else {}
        if row.get("session") and column in self.sessions:
            headers = self.sessions[column]
        url = "/".join(parts) + (f"?{row['query']}" if "query" in row else "")
        return self.client.request(method, url, headers=headers, json=row.get("body"), data=row.get("form"))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix")
    settings = Settings(data=folder, password_memory=19, password_rounds=2, signins_per_minute=0, requests_per_minute=0)
    store = Store.open(settings.database_url)
    with TestClient(create_app(settings, store), follow_redirects=False, raise_server_exceptions=False) as client:
        made = World(client, store, Path(settings.database_url), folder / "saved.db")
        _fill(made, settings)
        store.engine.dispose()
        shutil.copyfile(made.file, made.saved)
        yield made
    store.close()


def _fill(world, settings):
    store, data = world.store, docx(case_lines(1))
    with store.write() as tx:
        batch, elsewhere = rows.batch(tx, state="open", unit=UNIT), rows.batch(tx, state="open", unit=OTHER)
        stream = io.BytesIO(data)
        sha256, size = files.digest_of(stream)
        files.keep(tx, store.sealer, stream, sha256, size)
        handed = Handed(sha256=sha256, file="案例.docx", case="case", by="test", batch=batch, unit=UNIT, author="王丽")
        submission = hand_in(tx, store.sealer, handed)
    drain(store, settings)
    with store.read() as tx:
        state = tx.execute(schema.submission.select()).mappings().one()
    assert state["state"] == "done"
    reviewer, _ = accounts.create(store, settings, login="some.reviewer", role=Role.REVIEWER, by="test")
    with store.write() as tx:
        users.assign(tx, reviewer, batch, blind=True)
    columns = {
        "other": {"role": Role.SUBMITTER, "unit": OTHER},
        "submitter": {"role": Role.SUBMITTER, "unit": UNIT},
        "stranger": {"role": Role.REVIEWER, "batches": {elsewhere: False}},
        "blind": {"role": Role.REVIEWER, "batches": {batch: True}},
        "open": {"role": Role.REVIEWER, "batches": {batch: False}},
        "administrator": {"role": Role.ADMINISTRATOR},
        "read": {"role": Role.SUBMITTER, "unit": UNIT, "scopes": [Scope.READ]},
    }
    for name, more in columns.items():
        _, world.secrets[name], _ = keys.issue(store, name=name, days=1, by="test", **more)
        if name != "read":
            world.sessions[name] = _session(store, settings, name, **more)
    with store.write() as tx:
        hook = webhooks.make(
            tx,
            store.sealer,
            url="https://127.0.0.1:1/",
            events=[],
            secret="whsec_AAAA",
            unit_key=unit_key(UNIT),
            by="test",
        )
        decisions.recall_later(tx, "finding", "privacy.body:0", "dismiss", "同一模板", "user:test", submission)
        remembered = tx.execute(schema.memory.select()).mappings().one()["id"]
        trial = tasks.make(
            tx,
            tasks.TRIAL,
            "test",
            total=0,
            given={"cases": [], "of": 0, "before": settings.rulebook},
            target=settings.rulebook,
            batch=batch,
        )
    some_key, _, _ = keys.issue(store, name="some", role=Role.ADMINISTRATOR, days=1, by="test")
    world.things = {
        "nothing": "0" * 28,
        "submissions": submission,
        "units": unit_ref(store.sealer.veil, batch, unit_key(UNIT)),
        "batches": batch,
        "assignments": batch,
        "users": reviewer,
        "keys": some_key,
        "webhooks": hook,
        "memory": remembered,
        "runs": state["run"],
        "rulebooks": settings.rulebook,
        "trials": trial,
        "tasks": trial,
        "documents": state["document"],
        "archive": state["document"],
    }


def _session(store, settings, name, role, unit="", batches=None):
    user_id, _ = accounts.create(store, settings, login=name, role=role, unit=unit, by="test")
    with store.write() as tx:
        for batch, blind in (batches or {}).items():
            users.assign(tx, user_id, batch, blind=blind)
    secret = sessions.start(store, settings, user_id)
    who = sessions.principal_of(store, settings, secret)
    return {"Cookie": f"{sessions.cookie_name(settings)}={secret}", "X-CSRF-Token": who.csrf}


def routes():
    app = create_app(Settings(), _NoStore())
    for route in iter_route_contexts(app.routes):
        for method in sorted(set(route.methods or {"MOUNT"}) - {"HEAD"}):
            yield f"{method} {route.path_format}"


class _NoStore:
    """Enough for an application whose routes are read and never asked."""


def said(status):
    return str(status) if status in REFUSALS else "ok" if status < 500 else f"{status}!"


ROUTES = sorted(routes())


def test_the_table_names_routes_that_there_are():
    assert set(TABLE) <= set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_gets_what_the_table_says(world, route):
    row = TABLE.get(route, {})
    seen = []
    for column in COLUMNS:
        seen.append(said(world.ask(column, route, row).status_code))
        if not route.startswith("GET"):
            world.restore()
    found = " ".join(seen)
    assert row, f'no row yet; it would be, if it is right so:\n["{route}"]\nmay = "{found}"'
    assert dict(zip(COLUMNS, seen, strict=True)) == dict(zip(COLUMNS, row["may"].split(), strict=True))


@pytest.mark.parametrize("route", [r for r in ROUTES if "{" in r and r.startswith("GET /api")])
def test_what_is_not_for_somebody_looks_like_what_is_not_there(world, route):
    row = TABLE.get(route, {})
    hidden = [c for c, cell in zip(COLUMNS, row.get("may", "").split(), strict=False) if cell == "404"]
    things = dict(world.things)
    for column in hidden:
        told = world.ask(column, route, row).json()
        world.things = dict.fromkeys(things, "0" * 28)
        missing = world.ask(column, route, row).json()
        world.things = things
        assert {**told, "instance": ""} == {**missing, "instance": ""}
