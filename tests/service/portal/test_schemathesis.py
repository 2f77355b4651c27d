"""Requests made from the interface's own description: no failure of the service, and every answer is one that the description has."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis.strategies import booleans
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as said

from service.app import create_app
from service.people import accounts, keys
from service.people.principal import Role
from service.settings import Settings
from service.store import tasks, users, webhooks
from service.store.database import Store
from tests.library.texts import entry
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.working import drain

CHECKS = [
    schemathesis.checks.not_a_server_error,
    said.status_code_conformance,
    said.content_type_conformance,
    said.response_schema_conformance,
]
EACH, FEW = 16, 6  # requests for each operation; few for one that takes nothing but an address


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    data = tmp_path_factory.mktemp("schema")
    settings = Settings(
        data=data,
        database=str(data / "screening.db"),
        password_memory=19,
        password_rounds=2,
        requests_per_minute=1_000_000,
    )
    store = Store.open(settings.database_url, settings.key_bytes)
    batch = open_batch(store)
    known = {
        "batch_id": batch,
        "submission_id": hand_in(store, text_of(1), "甲.docx", unit="白麓大学", kind="work_case", batch=batch),
        "source": hand_in(store, text_of(1, 12), "乙.docx", unit="白麓大学", kind="work_case", batch=batch),
        "rulebook_id": settings.rulebook,
        "user_id": accounts.create(store, settings, login="some.reviewer", role=Role.REVIEWER, by="test")[0],
        "patched": {"user_id": accounts.create(store, settings, login="other.one", role=Role.REVIEWER, by="test")[0]},
        "key_id": keys.issue(store, name="other", role=Role.ADMINISTRATOR, days=1, by="test")[0],
        "reason": "作者撤稿了",
        "confirm": "",  # the batch's name
    }
    with store.write() as tx:
        where = {"url": "https://127.0.0.1:1/", "secret": "whsec_AAAA", "unit_key": "", "events": []}
        users.assign(tx, known["user_id"], batch, blind=True)
        known["webhook_id"] = webhooks.make(tx, store.sealer, by="test", **where)
        given = {"cases": [], "of": 0, "before": settings.rulebook}
        more = {"total": 0, "given": given, "target": settings.rulebook, "batch": batch}
        known["task_id"] = tasks.make(tx, tasks.CHECK, "test", total=0, given={})
        known["trials"] = {"task_id": tasks.make(tx, tasks.TRIAL, "test", **more)}
    known["document_id"] = store.library().add(entry(9)).id
    drain(store, settings)
    _, secret, _ = keys.issue(store, name="test", role=Role.ADMINISTRATOR, unit="", days=1, by="test")
    yield settings, store, secret, known
    store.close()


@pytest.fixture
def schema(world):
    """The description, of an application for one test: its life ends with the test that asks it."""
    settings, store, *_ = world
    app = create_app(settings, store)
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    app.state.apart.close()


def modes(operation):
    """Return requests as described, and for what takes something, ones that are not."""
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not operation.query and not operation.body:
        return good
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def real_things(case, known):
    """Ask for what is there: else hardly anything would be found, or deleted."""
    found = known | (known["patched"] if case.method.upper() == "PATCH" else {})
    found |= known["trials"] if "/trials/" in case.operation.path else {}
    case.path_parameters = {n: found.get(n, v) for n, v in (case.path_parameters or {}).items()}
    if case.method.upper() == "DELETE":
        case.query = {n: known.get(n, v) for n, v in (case.query or {}).items()}


def asked(operation, secret, known, statuses):
    """Make requests of an operation, count the statuses of the answers, and return what is wrong with them."""

    @bounds(
        max_examples=EACH if operation.query or operation.body else FEW,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=modes(operation), real=booleans())
    def ask(case, real):
        if real and not operation.path.endswith("/test"):  # which would send something, wherever the address leads
            real_things(case, known)
        if operation.path.endswith("/events"):
            case.query = {**(case.query or {}), "once": "true"}
        answer = case.call(headers={"Authorization": f"Bearer {secret}"})
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except (FailureGroup, ExceptionGroup) as failed:
        return [f"{type(e).__name__}: {str(e)[:300]}" for e in failed.exceptions]
    return []


def operations(schema):
    """Return all operations: what deletes comes last, what is inside of something else before that."""
    found = [result.ok() for result in schema.get_all_operations()]
    deleting = sorted((o for o in found if o.method.upper() == "DELETE"), key=lambda o: (o.path.count("/"), o.path))
    return [o for o in found if o not in deleting] + deleting[::-1]


def test_an_answer_that_is_not_as_described_is_noticed(world, schema, monkeypatch):
    *_, secret, known = world
    operation = schema["/api/v1/submissions/{submission_id}/report"]["GET"]
    assert asked(operation, secret, known, Counter()) == []
    for planted in (b'{"schema": 1}', b'{"verdict": "perfect"}', b"[]"):
        monkeypatch.setattr("service.routes.submissions.shown_report", lambda *_, answer=planted, **__: answer)
        found = asked(operation, secret, known, Counter())
        assert [line.partition(":")[0] for line in found] == ["JsonSchemaError"], (planted, found)


def test_answers_are_as_described(world, schema):
    *_, secret, known = world
    wrong, statuses, deleted = {}, Counter(), {}
    for operation in operations(schema):
        seen = Counter()
        if found := asked(operation, secret, known, seen):
            wrong[operation.label] = found
        statuses += seen
        if operation.method.upper() == "DELETE":
            deleted[operation.label] = seen[200] + seen[204]
    assert statuses[200] > 100, statuses  # what is asked is really there
    assert len(deleted) > 6
    assert all(deleted.values()), deleted
    assert not wrong, "\n".join(f"{label}: {what}" for label, what in wrong.items())
