"""The same request again gets the same answer and does nothing; the key belongs to who sent it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from service.moment import now
from service.store import schema
from service.store.idempotency import KEPT
from tests.service.intake.sending import UNIT, open_batch, send, text_of, zipped

KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


def count(store, table=schema.submission):
    with store.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_same_request_again_gets_the_same_answer(client_of, store):
    client = client_of("submitter", UNIT)
    first, again = send(client, headers=KEY, title="一"), send(client, headers=KEY, title="一")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    # The draft's quotes are not part of the key.
    assert (
        send(client, headers={"Idempotency-Key": KEY["Idempotency-Key"].strip('"')}, title="一").json() == first.json()
    )
    assert count(store) == 1


@pytest.mark.parametrize("other", [{"title": "二"}, {"name": "二.docx"}, {"data": b"other"}, {"priority": "-1"}])
def test_another_request_under_the_same_key_is_refused(client_of, store, other):
    client = client_of("submitter", UNIT)
    send(client, headers=KEY)
    refused = send(client, headers=KEY, **other)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.other")
    assert count(store) == 1


def test_keys_of_two_never_meet(client_of):
    ids = {send(client_of("submitter", UNIT), headers=KEY).json()["id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_request_that_was_refused_may_be_mended_under_its_key(client_of):
    client = client_of("submitter", UNIT)
    assert send(client, headers=KEY, kind="诗歌").status_code == 422
    assert send(client, headers=KEY, batch="nowhere").status_code == 404
    assert send(client, headers=KEY).status_code == 202


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb", "\xe9"])
def test_what_is_no_key_is_refused(client_of, store, key):
    refused = send(client_of("submitter", UNIT), headers={"Idempotency-Key": key.encode("latin-1")})
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency.key")
    assert count(store) == 0


def test_of_twins_that_come_at_once_one_does_it_and_all_get_its_answer(client_of, store):
    client = client_of("submitter", UNIT)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(client, headers=KEY), range(16)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum("idempotency-replayed" not in a.headers for a in answers) == 1
    assert count(store) == 1


def test_old_keys_go_and_fresh_ones_stay(client_of, store):
    client = client_of("submitter", UNIT)
    for n in range(3):
        send(client, headers={"Idempotency-Key": f"k{n}"})
    with store.write() as tx:
        tx.execute(update(schema.idempotency).values(created=now() - KEPT))
    send(client, headers={"Idempotency-Key": "k3"})
    assert count(store, schema.idempotency) == 1


def test_batches_have_keys_too(client_of, store):
    client = client_of("administrator")
    data = zipped({"a.docx": text_of()})
    for _ in range(2):
        answer = client.post("/api/v1/batches", files={"file": ("批.zip", data)}, data={"name": "一"}, headers=KEY)
        assert answer.status_code == 202
    assert answer.headers["idempotency-replayed"] == "true"
    assert count(store, schema.batch) == 1
    # A key is one for each kind of request.
    assert send(client, headers=KEY).status_code == 202
    open_batch(client)
