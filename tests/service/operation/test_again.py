"""What was given up is tried again when somebody says so: submissions, batches, deliveries; through the interface and from the pages."""

import re

import pytest

from service.moment import now
from service.people import accounts, sessions
from service.people.principal import Role
from service.store import batches, webhooks
from service.store.schema import delivery
from tests.service.jobs.handing import alter, hand_in, open_batch, row_of, text_of, zipped
from tests.service.working import drain


@pytest.fixture
def where(tmp_path):
    """The rows' own tests ask both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def failed(store):
    """A submission, a batch and a webhook's deliveries that were given up; their ids."""
    submission = hand_in(store, text_of(1))
    alter(store, submission, state="failed", error="screening_crashed")
    batch = open_batch(store, zipped({"甲.docx": text_of(2)}), name="解不开的")
    with store.write() as tx:
        batches.change(tx, batch, state="failed", error="zip.damaged", message="压缩包打不开", advice="请重新压缩")
        hook = webhooks.make(
            tx, store.sealer, url="https://portal.example/", events=[], secret="whsec_AAAA", unit_key="", by="test"
        )
        row = {"webhook": hook, "body": {"type": "x"}, "attempts": 13, "created": now(), "updated": now()}
        for n, state in enumerate(("failed", "failed", "done")):
            tx.execute(delivery.insert(), row | {"id": str(n), "event": n, "state": state})
    return submission, batch, hook


def states(store, failed):
    submission, batch, _ = failed
    with store.read() as tx:
        waiting = tx.execute(delivery.select().where(delivery.c.state == "waiting", delivery.c.attempts == 0)).all()
        batch_state = tx.execute(batches.select(batches.batch.c.state).where(batches.batch.c.id == batch)).scalar()
    return row_of(store, submission)["state"], batch_state, len(waiting)


def test_through_the_interface(client_of, store, settings, failed):
    client = client_of()
    paths = [
        f"/api/v1/{kind}/{thing}" for kind, thing in zip(("submissions", "batches", "webhooks"), failed, strict=True)
    ]
    for path, verb in zip(paths, ("retry", "retry", "again"), strict=True):
        assert client.post(f"{path}/{verb}").status_code == 202
    assert states(store, failed) == ("queued", "unpacking", 2)
    for path, code in zip(paths, ("submission.not_failed", "batch.not_failed"), strict=False):
        assert client.post(f"{path}/retry").json()["code"] == code
    drain(store, settings)
    assert states(store, failed)[:2] == ("done", "sealed")
    assert {line["label"] for line in client.get("/api/v1/audit?limit=3").json()["items"]} == {
        "重试失败的材料",
        "重试失败的批次",
        "重发回调",
    }


def test_from_the_pages_where_failures_are_shown(client_of, store, settings, failed):
    user, _ = accounts.create(store, settings, login="admin", role=Role.ADMINISTRATOR, by="test")
    secret = sessions.start(store, settings, user)
    client = client_of(None)
    client.headers |= {"Accept": "text/html", "Origin": settings.url}
    client.cookies.set(sessions.cookie_name(settings), secret)
    token = sessions.principal_of(store, settings, secret).csrf
    page = client.get("/settings").text
    assert "portal.example" in page
    assert f'action="/batches/{failed[1]}/retry"' in client.get(f"/batches/{failed[1]}").text
    forms = re.findall(r'action="(/(?:settings/retry|batches|settings/webhooks)/[^"]+)"', page)
    assert len(forms) == 3
    for action in forms:
        assert "已重新排队" in client.post(action, data={"csrf": token}, follow_redirects=True).text
    assert states(store, failed) == ("queued", "unpacking", 2)
    assert "✓ 没有" in client.get("/settings").text
    told = client.get("/settings/audit?action=batch.retry").text
    assert '<td data-label="动作">重试失败的批次' in told
