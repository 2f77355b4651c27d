"""The interface's description says what a portal's programmer needs: in Chinese, with an example of everything and every way to fail."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

import screening
import service
from service.app import create_app
from service.settings import Settings
from service.store.database import Store

PROBLEM = "application/problem+json"
OPEN = {"/healthz", "/readyz"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEXTS = {"application/json", "application/x-ndjson", "text/event-stream", "text/plain"}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """The description as it is sent; made once, as it depends on nothing."""
    settings = Settings(data=tmp_path_factory.mktemp("openapi"))
    store = Store.open(settings.database_url)
    app = create_app(settings, store)
    yield TestClient(app).get("/api/v1/openapi.json").content
    app.state.apart.close()
    store.close()


@pytest.fixture
def described(said):
    return json.loads(said)


def operations(described):
    return [(m, p, o) for p, methods in described["paths"].items() for m, o in methods.items()]


def gaps(described):
    """Return what the operations leave unsaid, one line each."""
    tags = {t["name"] for t in described["tags"] if CHINESE.search(t["description"])}
    for method, path, operation in operations(described):
        here = f"{method} {path}"
        for name in ("summary", "description"):
            if not CHINESE.search(operation.get(name, "")):
                yield f"{here}: no {name}"
        if not operation.get("tags") or not set(operation["tags"]) <= tags:
            yield f"{here}: no tag that is described"
        for parameter in operation.get("parameters", []):
            if not CHINESE.search(parameter.get("description", "")):
                yield f"{here}: {parameter['name']} is not described"
            if parameter["in"] == "path" and not parameter.get("example"):
                yield f"{here}: {parameter['name']} has no example"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            yield from (f"{here}: {kind} {said}" for said in _wrong(content, described, files=kind.startswith("multi")))
        answers = {s: _resolved(a, described) for s, a in operation["responses"].items()}
        if path not in OPEN and not any(s >= "400" for s in answers):
            yield f"{here}: no way to fail"
        for status, answer in answers.items():
            if not CHINESE.search(answer.get("description", "")):
                yield f"{here}: {status} is not described"
            if status >= "400" and set(answer.get("content", {})) != {PROBLEM}:
                yield f"{here}: {status} is no problem"
            for kind, content in answer.get("content", {}).items():
                if kind in TEXTS | {PROBLEM}:
                    yield from (f"{here}: {status} {said}" for said in _wrong(content, described))


def _resolved(answer, described):
    reference = answer.get("$ref", "").removeprefix("#/components/responses/")
    return described["components"]["responses"][reference] if reference else answer


def _wrong(content, described, *, files=False):
    if content.get("example") in (None, "", {}, []):
        yield "has no example"
    elif content.get("schema"):
        schema = {**content["schema"], "components": described["components"]}
        found = sorted(e.json_path for e in Draft202012Validator(schema).iter_errors(content["example"]))
        yield from (f"has an example that is not as described: {where}" for where in found if not files)


def test_nothing_is_left_unsaid(described):
    assert len(operations(described)) > 50
    assert list(gaps(described)) == []


def break_summary(operation):
    del operation["summary"]


def break_description(operation):
    operation["description"] = "In English."


def break_example(operation):
    del operation["responses"]["201"]["content"]["application/json"]["example"]


def break_body(operation):
    operation["requestBody"]["content"]["application/json"]["example"] = {"url": 1}


def break_problem(operation):
    operation["responses"]["422"] = {"description": "不对", "content": {"application/json": {}}}


@pytest.mark.parametrize("break_", [break_summary, break_description, break_example, break_body, break_problem])
def test_what_is_left_unsaid_is_noticed(described, break_):
    operation = described["paths"]["/api/v1/webhooks"]["post"]
    break_(operation)
    found = list(gaps(described))
    assert found
    assert all(line.startswith("post /api/v1/webhooks:") for line in found)


def test_every_way_to_fail_is_described(described):
    for method, path, operation in operations(described):
        if path in OPEN:
            continue
        wanted = {"401", "403", "429"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"404", "409"} if method != "get" else set()
        wanted |= {"422"} if operation.get("parameters") or "requestBody" in operation else set()
        assert wanted <= set(operation["responses"]), (method, path)


def test_the_codes_of_the_examples_are_ones_that_the_service_gives(described):
    homes = Path(service.__file__).parent, Path(screening.__file__).parent
    files = (p for home in homes for p in home.rglob("*.py") if p.name not in ("openapi.py", "examples.py"))
    code = "".join(p.read_text("utf-8") for p in files)
    for status, answer in described["components"]["responses"].items():
        example = answer["content"][PROBLEM]["example"]
        assert str(example["status"]) == status
        assert f'"{example["code"]}"' in code, status


def test_key_and_session_are_described_and_every_reference_leads_somewhere(described):
    schemes = described["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "session")
    for method, path, operation in operations(described):
        free = path in OPEN or (method, path) == ("post", "/api/v1/sessions")
        assert operation.get("security") == (None if free else [{"key": []}, {"session": []}]), (method, path)
    for where, name in re.findall(r"#/components/(\w+)/([^'\"]+)", json.dumps(described)):
        assert name in described["components"][where]
    assert not [name for name in described["components"]["schemas"] if "__" in name]  # named as a program names them
    assert described["servers"] == [{"url": "/", "description": "本系统"}]


def test_who_may_is_said(described):
    making = described["paths"]["/api/v1/keys"]["post"]
    assert (making["x-roles"], making["x-scope"]) == (["administrator"], "manage")
    handing_in = described["paths"]["/api/v1/submissions"]["post"]
    assert (handing_in["x-roles"], handing_in["x-scope"]) == (["submitter", "administrator"], "write")
    assert "谁可以用：报送单位、管理员；密钥要有 write 权限。" in handing_in["description"]


def test_the_example_of_a_report_is_one(described):
    content = described["paths"]["/api/v1/checks"]["post"]["responses"]["200"]["content"]["application/json"]
    own = json.loads((resources.files("screening") / "report.schema.json").read_text("utf-8"))
    Draft202012Validator(own).validate(content["example"])
    text, (passage,) = content["example"]["text"], content["example"]["reuse"]["passages"]
    assert text[passage["start"] : passage["end"]] == passage["quote"]
