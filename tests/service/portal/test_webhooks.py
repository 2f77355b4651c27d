"""Webhooks: signed, at least once, tried again, never to a private place unless that is wanted."""

import json
import time

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from service.jobs.rounds import deliver
from service.moment import new_webhook_secret, now
from service.sending import addresses, send
from service.settings import Settings
from service.store import webhooks
from service.store.schema import delivery
from tests.service.jobs.handing import hand_in, text_of
from tests.service.portal.receiver import dripping, receiver, settle_events
from tests.service.working import drain


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"webhooks_private": True})


@pytest.fixture
def hook(client_of):
    client = client_of()
    with receiver() as there:
        made = client.post("/api/v1/webhooks", json={"url": there.url, "events": ["submission.done"]}).json()
        yield client, there, made


def test_what_is_done_is_told_once_and_signed(hook, store, settings):
    _, there, made = hook
    submission = hand_in(store, text_of(3), "王丽.docx", unit="临溪市教育局", author="王丽")
    drain(store, settings)
    settle_events(store)
    assert (deliver(store, settings), deliver(store, settings)) == (1, 0)
    ((headers, body),) = there.got
    told = Webhook(made["secret"]).verify(body.decode(), {k.lower(): v for k, v in headers.items()})
    assert (told["type"], told["data"]["submission"]) == ("submission.done", submission)
    assert told["data"]["url"].endswith(f"/api/v1/submissions/{submission}")
    assert "王丽" not in body.decode()
    assert "临溪" not in body.decode()


def test_a_receiver_that_fails_is_asked_again_with_the_same_id(hook, store, settings):
    client, there, made = hook
    hand_in(store, text_of(3))
    drain(store, settings)
    settle_events(store)
    there.status = 500
    assert deliver(store, settings) == 1
    assert deliver(store, settings) == 0  # not before the pause is over
    with store.write() as tx:
        tx.execute(update(delivery).values(run_after=now()))
    there.status = 200
    assert deliver(store, settings) == 1
    ids = {headers["webhook-id"] for headers, _ in there.got}
    assert (len(there.got), len(ids)) == (2, 1)
    (row,) = client.get(f"/api/v1/webhooks/{made['id']}/deliveries").json()["items"]
    assert (row["state"], row["attempts"], row["status"]) == ("done", 2, 200)
    again = client.post(f"/api/v1/webhooks/{made['id']}/deliveries/{row['id']}/again")
    assert again.status_code == 202
    assert deliver(store, settings) == 1
    assert {headers["webhook-id"] for headers, _ in there.got} == ids


def test_no_redirect_is_followed(hook):
    client, there, made = hook
    there.status, there.headers = 302, {"Location": there.url}
    assert client.post(f"/api/v1/webhooks/{made['id']}/test").json() == {
        "ok": False,
        "status": 302,
        "message": "对方答复 302",
    }
    assert len(there.got) == 1


def test_one_that_fails_on_and_on_is_switched_off(hook, store, settings):
    client, there, made = hook
    there.status = 500
    with store.write() as tx:
        webhooks.change(tx, made["id"], "test", failing=now() - webhooks.GIVE_UP)
    hand_in(store, text_of(3))
    drain(store, settings)
    settle_events(store)
    deliver(store, settings)
    assert client.get(f"/api/v1/webhooks/{made['id']}").json()["active"] is False
    there.status = 200
    assert client.patch(f"/api/v1/webhooks/{made['id']}", json={"active": True}).json()["active"] is True
    assert "webhook.off" in [line["action"] for line in client.get("/api/v1/audit").json()["items"]]


def test_a_private_place_is_refused_unless_it_is_wanted(client_of, settings):
    strict = Settings(data=settings.data)
    assert addresses("127.0.0.1", 80, strict) == []
    assert addresses("localhost", 80, strict) == []
    for inside in ("10.1.2.3", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "::ffff:100.64.0.1", "224.0.0.1"):
        assert addresses(inside, 80, strict) == [], inside
    assert addresses("8.8.8.8", 80, strict) == ["8.8.8.8"]
    assert addresses("127.0.0.1", 80, settings) == ["127.0.0.1"]
    client = client_of()
    for url in (
        "ftp://example.cn/x",
        "https://u:p@example.cn/x",
        "https://",
        "https://example.cn:0/",
        "https://example.cn/\x01",
        "nonsense",
    ):
        assert client.post("/api/v1/webhooks", json={"url": url}).status_code == 422


def test_one_that_is_gone_says_so(client_of):
    client = client_of()
    with receiver() as there:
        made = client.post("/api/v1/webhooks", json={"url": there.url}).json()
    time.sleep(0.05)
    said = client.post(f"/api/v1/webhooks/{made['id']}/test").json()
    assert (said["ok"], said["status"]) == (False, None)
    assert said["message"]
    assert client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 204
    assert client.get(f"/api/v1/webhooks/{made['id']}").status_code == 404


def test_the_secret_is_shown_once(hook):
    client, _, made = hook
    assert "secret" not in client.get(f"/api/v1/webhooks/{made['id']}").json()
    assert made["secret"] not in json.dumps(client.get("/api/v1/webhooks").json())


def test_who_drips_his_answer_holds_nobody_longer_than_the_setting(tmp_path):
    short = Settings(data=tmp_path, webhooks_private=True, webhook_seconds=1)
    with dripping() as url:
        begun = time.monotonic()
        status, message = send(url, new_webhook_secret(), "msg_1", {"type": "ping"}, short)
        assert time.monotonic() - begun < 8  # without the deadline it would never end
    assert (status, message) == (None, "对方没有在 1 秒内答复完")
