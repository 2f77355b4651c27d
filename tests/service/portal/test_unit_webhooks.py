"""A unit's own webhooks: they tell of the unit's submissions and of nothing else, to nobody else."""

import json
from contextlib import ExitStack

import pytest
from sqlalchemy import select, update

from service.jobs.rounds import deliver
from service.people import accounts
from service.people.principal import Role
from service.routes.webhooks import TESTING
from service.store import webhooks
from service.store.database import tell
from service.store.schema import delivery, key
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.portal.receiver import receiver, settle_events

UNIT, OTHER = "白麓大学", "临溪市教育局"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"webhooks_private": True})


@pytest.fixture
def of_unit(client_of):
    """A unit's own webhook, for everything that it may hear of."""
    client = client_of("submitter", UNIT)
    with receiver() as there:
        yield client, there, client.post("/api/v1/webhooks", json={"url": there.url}).json()


def told(there):
    return [json.loads(body) for _, body in there.got]


def test_a_unit_hears_of_its_own_submissions_and_of_nothing_else(of_unit, client_of, store, settings):
    _, there, _ = of_unit
    admin = client_of()
    batches = [
        open_batch(store),
        open_batch(store, unit=UNIT, unit_key=UNIT),
        open_batch(store, unit=OTHER, unit_key=OTHER),
    ]
    own, others = [], []
    for n, batch in enumerate([*batches[:2], None]):
        own.append(hand_in(store, text_of(n), "甲.docx", unit=UNIT, batch=batch))
    # Of another unit, of no unit, and of another unit in a batch of this one.
    for n, (unit, batch) in enumerate([(OTHER, batches[0]), (OTHER, batches[1]), ("", batches[1]), (OTHER, None)], 5):
        others.append(hand_in(store, text_of(n), "乙.docx", unit=unit, batch=batch))
    with store.write() as tx:
        for kind in webhooks.KINDS:
            for submission, batch in zip((*own, *others), (*batches, *batches, None), strict=True):
                tell(tx, kind, batch=batch, submission=submission if kind.startswith("submission.") else None)
    for thing in (f"submissions/{others[1]}", f"submissions/{own[0]}"):
        assert admin.delete(f"/api/v1/{thing}?reason=作者撤稿了").status_code == 200
    assert admin.post(f"/api/v1/batches/{batches[1]}/seal").status_code == 200
    settle_events(store)
    while deliver(store, settings):
        pass
    heard = told(there)
    assert {m["type"] for m in heard} == set(webhooks.UNIT_KINDS)
    assert {m["data"]["submission"] for m in heard} == set(own[1:])  # the first was deleted before anybody was told


def test_a_unit_sees_no_webhook_but_its_own(of_unit, client_of):
    client, there, made = of_unit
    admin, other = client_of(), client_of("submitter", OTHER)
    everything = admin.post("/api/v1/webhooks", json={"url": there.url}).json()
    foreign = other.post("/api/v1/webhooks", json={"url": there.url}).json()
    assert [h["id"] for h in client.get("/api/v1/webhooks").json()] == [made["id"]]
    assert {h["id"] for h in admin.get("/api/v1/webhooks").json()} == {h["id"] for h in (made, everything, foreign)}
    for hidden in (everything, foreign):
        place = f"/api/v1/webhooks/{hidden['id']}"
        asked = [
            client.get(place),
            client.patch(place, json={"active": False}),
            client.post(f"{place}/test"),
            client.get(f"{place}/deliveries"),
            client.delete(place),
        ]
        assert [a.status_code for a in asked] == [404] * 5
    assert client.get(f"/api/v1/webhooks/{made['id']}").json()["unit"] == UNIT


def test_a_unit_chooses_among_its_own_events_and_has_so_many_webhooks(of_unit):
    client, there, made = of_unit
    for kind in set(webhooks.KINDS) - set(webhooks.UNIT_KINDS):
        refused = client.post("/api/v1/webhooks", json={"url": there.url, "events": [kind]})
        assert (refused.status_code, refused.json()["code"]) == (422, "webhook.events")
        refused = client.patch(f"/api/v1/webhooks/{made['id']}", json={"events": [kind]})
        assert (refused.status_code, refused.json()["code"]) == (422, "webhook.events")
    for _ in range(webhooks.MOST - 1):
        assert client.post("/api/v1/webhooks", json={"url": there.url}).status_code == 201
    assert client.post("/api/v1/webhooks", json={"url": there.url}).json()["code"] == "webhook.many"


def test_a_submitter_of_no_unit_has_to_do_with_no_webhook(client_of, store):
    """However one comes to be so: no unit is how a webhook is marked that hears of everything."""
    client = client_of("submitter", UNIT)
    client_of().post("/api/v1/webhooks", json={"url": "https://example.cn/"})
    with store.write() as tx:
        tx.execute(update(key).where(key.c.role == "submitter").values(unit="", unit_key=""))
    assert client.get("/api/v1/webhooks").json()["code"] == "forbidden.unit"
    assert client.post("/api/v1/webhooks", json={"url": "https://example.cn/"}).json()["code"] == "forbidden.unit"


def test_a_key_that_is_revoked_takes_the_voice_of_its_webhooks_along(of_unit, client_of):
    _, there, made = of_unit
    admin = client_of()
    kept = admin.post("/api/v1/webhooks", json={"url": there.url}).json()
    for row in admin.get("/api/v1/keys").json():
        if row["role"] == "submitter":
            assert admin.delete(f"/api/v1/keys/{row['id']}").status_code == 204
    active = {h["id"]: h["active"] for h in admin.get("/api/v1/webhooks").json()}
    assert active == {made["id"]: False, kept["id"]: True}


def test_an_account_that_moves_to_another_unit_leaves_no_ear_behind(store, settings):
    user_id, _ = accounts.create(store, settings, login="li.ming", role=Role.SUBMITTER, unit=UNIT, by="test")
    with store.write() as tx:
        made = {
            unit: webhooks.make(
                tx, store.sealer, url="https://x/", events=[], secret="whsec_AAAA", unit_key=unit, by=f"user:{user_id}"
            )
            for unit in (UNIT, "")
        }
    accounts.change(store, user_id, 1, by="test", unit=OTHER)
    with store.read() as tx:
        assert {unit: webhooks.one(tx, id_, None)["active"] for unit, id_ in made.items()} == {UNIT: False, "": True}


def test_tests_of_webhooks_leave_threads_for_others(of_unit):
    client, _, made = of_unit
    place = f"/api/v1/webhooks/{made['id']}/test"
    assert client.post(place).json()["ok"] is True
    with ExitStack() as busy:
        for _ in range(2):
            busy.enter_context(TESTING)
        refused = client.post(place)
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
            503,
            "webhook.busy",
            "5",
        )
    assert client.post(place).json()["ok"] is True


def test_who_does_not_answer_keeps_nobody_waiting(client_of, store, settings):
    """Deliveries of a webhook that fails come after those of one that does not."""
    client = client_of()
    with receiver() as deaf, receiver() as there:
        deaf.status = 500
        first, second = (client.post("/api/v1/webhooks", json={"url": r.url}).json()["id"] for r in (deaf, there))
        for n in range(2):
            with store.write() as tx:
                tell(tx, "batch.closed", batch=None, n=n)
            settle_events(store)
            with store.write() as tx:
                webhooks.spread(tx, settings.url)
                order = [row["webhook"] for row in webhooks.claim(tx, 9)]
                for row in tx.execute(select(delivery)).mappings().all():
                    webhooks.settle(
                        tx, {**row, "attempts": 0}, status=500 if row["webhook"] == first else 200, message=""
                    )
            assert set(order) == {first, second}
    assert order == [second, first]
