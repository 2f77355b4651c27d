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
from service.people import keys
from service.people.principal import Role
from service.settings import Settings
from service.store.database import Store
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.working import drain

CHECKS = [
    schemathesis.checks.not_a_server_error,
    said.status_code_conformance,
    said.content_type_conformance,
    said.response_schema_conformance,
]
EACH = 20


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
    }
    drain(store, settings)
    _, secret, _ = keys.issue(store, name="test", role=Role.ADMINISTRATOR, unit="", days=1, by="test")
    app = create_app(settings, store)
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app), secret, known
    app.state.apart.close()
    store.close()


def modes(operation):
    """Return requests as described, and for what takes something, ones that are not."""
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not operation.query and not operation.body:
        return good
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def test_answers_are_as_described(world):
    schema, secret, known = world
    wrong, statuses = {}, Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() == "DELETE":
            continue

        @bounds(
            max_examples=EACH,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=modes(operation), real=booleans())
        def ask(case, real):
            if real:  # else hardly anything would be found
                case.path_parameters = {n: known.get(n, v) for n, v in (case.path_parameters or {}).items()}
            if case.operation.path.endswith("/events"):
                case.query = {**(case.query or {}), "once": "true"}
            answer = case.call(headers={"Authorization": f"Bearer {secret}"})
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except (FailureGroup, ExceptionGroup) as failed:
            wrong[operation.label] = [f"{type(e).__name__}: {str(e)[:300]}" for e in failed.exceptions]
    assert statuses[200] > 100, statuses  # what is asked is really there
    assert not wrong, "\n".join(f"{label}: {what}" for label, what in wrong.items())
