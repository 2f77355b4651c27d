"""The interface's description says what a portal's programmer needs: in Chinese, with every way to fail."""

import re

import pytest

PROBLEM = "application/problem+json"
OPEN = {"/healthz", "/readyz"}


@pytest.fixture
def where(tmp_path):
    """One database is enough: the description does not depend on it."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def described(client_of):
    return client_of(None).get("/api/v1/openapi.json").json()


def operations(described):
    return [(m, p, o) for p, methods in described["paths"].items() for m, o in methods.items()]


def test_every_operation_is_described_in_chinese(described):
    found = operations(described)
    assert len(found) > 50
    for method, path, operation in found:
        for said in (operation.get("summary", ""), operation.get("description", ""), *operation.get("tags", [""])):
            assert re.search(r"[\u4e00-\u9fff]", said), (method, path, said)


def test_every_way_to_fail_is_a_problem(described):
    for method, path, operation in operations(described):
        if path in OPEN:
            continue
        answers = operation["responses"]
        wanted = {"401", "403", "429"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"404", "409"} if method != "get" else set()
        wanted |= {"422"} if operation.get("parameters") or "requestBody" in operation else set()
        assert wanted <= set(answers), (method, path)
        for status, answer in answers.items():
            if status >= "400":
                assert answer["content"] == {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                assert re.search(r"[\u4e00-\u9fff]", answer["description"]), (method, path, status)


def test_keys_are_described_and_every_reference_leads_somewhere(described):
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for method, path, operation in operations(described):
        free = path in OPEN or (method, path) == ("post", "/api/v1/sessions")
        assert operation.get("security") == (None if free else [{"key": []}]), (method, path)
    for name in re.findall(r"#/components/schemas/([^'\"]+)", str(described)):
        assert name in described["components"]["schemas"]
