"""Trials: what would change is told, and nothing is changed."""

import time

import pytest
from sqlalchemy import select

from service.jobs import tasks as steps
from service.jobs import trials
from service.jobs.kit import Kit
from service.store import schema, tasks
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.office.books import LENGTH, SHIPPED, save
from tests.service.working import drain


@pytest.fixture
def batch(store, settings):
    made = open_batch(store, rulebook=SHIPPED, name="去年")
    for n, paragraphs in ((21, 6), (22, 14), (23, 6)):
        hand_in(store, text_of(n, paragraphs), name=f"{n}.docx", batch=made, kind="work_case")
    hand_in(store, b"%PDF-1.4 nothing", name="坏.pdf", batch=made)
    drain(store, settings)
    return made


def finish(store, settings, most=20):
    kit = Kit(store, settings)
    return sum(steps.turn(kit) for _ in range(most))


def everything(store):
    """Return all rows but those of the trial and of the audit."""
    kept = [t for t in schema.metadata.sorted_tables if t.name not in ("service_task", "service_audit", "service_key")]
    with store.read() as tx:
        return {t.name: tx.execute(select(t)).all() for t in kept}


def trial(admin, ref, batch, most=60):
    return admin.post(f"/api/v1/rulebooks/{ref}/trials", json={"batch": batch, "most": most})


def test_a_trial_tells_what_would_change_and_changes_nothing(client_of, store, settings, batch):
    admin = client_of()
    ref = save(admin, values={LENGTH: 2000}).json()["ref"]
    words = {r["words"] for r in admin.get("/api/v1/submissions").json()["items"] if r["words"]}
    assert min(words) < 1900 < 2100 < max(words)  # so that some are too long now, some not
    before = everything(store)
    started = trial(admin, ref, batch)
    assert started.status_code == 202
    assert finish(store, settings) >= 1
    found = admin.get(started.headers["location"]).json()
    assert everything(store) == before
    assert (found["state"], found["done"], found["total"]) == ("done", 4, 4)
    results = found["results"]
    assert (results["same"], results["unread"], len(results["changed"])) == (2, 1, 1)
    (changed,) = results["changed"]
    assert changed["after"] == "return"
    assert changed["before"] != "return"
    assert [f[0] for f in changed["gained"]] == ["work_case.length"]
    assert changed["lost"] == []
    assert results["verdicts"][f"{changed['before']}>return"] == 1


def test_the_same_rules_change_nothing(client_of, store, settings, batch):
    admin = client_of()
    started = trial(admin, SHIPPED, batch, most=2)
    finish(store, settings)
    found = admin.get(started.headers["location"]).json()
    assert found["total"] == 2
    assert found["results"]["changed"] == []


def test_a_trial_goes_on_where_a_dead_worker_left_it(client_of, store, settings, batch, monkeypatch):
    admin = client_of()
    ref = save(admin, values={LENGTH: 2000}).json()["ref"]
    where = trial(admin, ref, batch).headers["location"]
    monkeypatch.setattr(trials, "_STEP", 0.0)  # a case a step
    kit = Kit(store, settings)
    assert steps.turn(kit)
    assert admin.get(where).json()["done"] == 1
    with store.write() as tx:
        lost = tasks.claim(tx, 0.2)
        assert tasks.claim(tx, 60) is None
    time.sleep(0.3)
    assert finish(store, settings) == 3
    with store.write() as tx:
        assert not tasks.settle(tx, lost, done=9, total=9, results={})
    found = admin.get(where).json()
    assert (found["state"], found["done"], len(found["results"]["changed"])) == ("done", 4, 1)


def test_a_trial_that_fails_is_given_up_with_the_reason(client_of, store, settings, batch, monkeypatch):
    admin = client_of()
    where = trial(admin, SHIPPED, batch).headers["location"]

    def broken(_kit, _held):
        raise RuntimeError("王丽")

    monkeypatch.setitem(steps._STEPS, tasks.TRIAL, broken)
    for _ in range(settings.attempts):
        assert finish(store, settings, 1) == 1
        with store.write() as tx:
            tx.execute(schema.task.update().values(lease_until=None))
    found = admin.get(where).json()
    assert found["state"] == "failed"
    assert "RuntimeError" in found["message"]
    assert "王丽" not in found["message"]


def test_a_trial_is_stopped(client_of, store, settings, batch):
    admin, reviewer = client_of(), client_of("reviewer")
    where = trial(admin, SHIPPED, batch).headers["location"]
    assert reviewer.get(where).status_code == 403
    assert admin.delete(where).json()["state"] == "cancelled"
    assert finish(store, settings) == 0
    assert trial(admin, SHIPPED, open_batch(store)).status_code == 409
    assert trial(admin, SHIPPED, "0" * 28).status_code == 404
