"""A batch that asks for it takes no more of a unit than the notice allows, however many come at once."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from service.store import schema
from tests.service.intake.sending import OTHER, UNIT, open_batch, send

CLASS = {"kind": "work_case", "project": "国培计划"}
MOST = 2  # of a unit's work cases in one project class


def count(store, **which):
    with store.read() as tx:
        query = select(func.count()).select_from(schema.submission).where(schema.submission.c.state != "cancelled")
        return tx.execute(query.filter_by(**which)).scalar_one()


def test_of_a_hundred_racing_requests_exactly_the_quota_is_taken(client_of, store):
    batch = open_batch(client_of("administrator"), enforce_quota="true")
    clients = [client_of("submitter", UNIT) for _ in range(4)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: send(clients[n % 4], f"text {n}".encode(), batch=batch, **CLASS), range(100)))
    codes = [a.status_code for a in answers]
    assert (codes.count(202), codes.count(409)) == (MOST, 100 - MOST)
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"quota.full"}
    assert count(store, batch=batch) == MOST


def test_the_quota_is_of_a_unit_and_a_class(client_of):
    batch = open_batch(client_of("administrator"), enforce_quota="true")
    unit = client_of("submitter", UNIT)
    for _ in range(MOST):
        assert send(unit, batch=batch, **CLASS).status_code == 202
    refused = send(unit, batch=batch, **CLASS)
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (409, "quota.full", MOST)
    assert send(unit, batch=batch, kind="work_case", project="省培").status_code == 202
    assert send(unit, batch=batch, kind="growth_story", project="国培").status_code == 202
    assert send(client_of("submitter", OTHER), batch=batch, **CLASS).status_code == 202


def test_who_withdraws_or_replaces_one_may_hand_in_another(client_of, store):
    batch = open_batch(client_of("administrator"), enforce_quota="true")
    unit = client_of("submitter", UNIT)
    first, second = (send(unit, batch=batch, **CLASS).json()["id"] for _ in range(MOST))
    assert send(unit, batch=batch, replaces=first, **CLASS).status_code == 202
    unit.post(f"/api/v1/submissions/{second}/cancel")
    assert send(unit, batch=batch, **CLASS).status_code == 202
    assert send(unit, batch=batch, **CLASS).status_code == 409
    assert count(store, batch=batch) == MOST


def test_what_can_not_be_counted_is_asked_for(client_of):
    batch = open_batch(client_of("administrator"), enforce_quota="true")
    refused = send(client_of("submitter", UNIT), batch=batch)
    assert (refused.status_code, refused.json()["missing"]) == (422, ["kind", "project"])


def test_without_the_setting_the_quota_is_for_people_to_judge(client_of):
    batch = open_batch(client_of("administrator"))
    for _ in range(MOST + 1):
        assert send(client_of("submitter", UNIT), batch=batch, **CLASS).status_code == 202
