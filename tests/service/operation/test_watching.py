"""Alive, ready, measured, logged: told in time, and nothing personal in it."""

import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest
from fastapi import Request, Response
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from screening.topic.model import models_folder
from service import logs
from service.app import create_app
from service.errors import ServiceError
from service.observing import _CutOff
from service.readiness import Readiness
from service.store.database import Store
from service.unchanged import not_modified, tag_of
from tests.service.jobs.handing import hand_in, text_of
from tests.service.working import drain

SECRET = "周明远的案例.docx"


@pytest.fixture
def logged(settings, monkeypatch):
    """Return a function: the lines that were logged so far, as JSON."""
    kept = {
        name: (logger.handlers[:], logger.level)
        for name in ("", "service")
        for logger in [logs.logging.getLogger(name)]
    }
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    logs.setup(settings)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    for name, (handlers, level) in kept.items():
        logger = logs.logging.getLogger(name)
        logger.handlers[:] = handlers
        logger.setLevel(level)


def looked(client):
    """Return the answer of a look that has ended: on a busy machine the first ones say only that nothing answered in time."""
    for _ in range(200):
        answer = client.get("/readyz")
        if answer.json()["checks"] != {"database": "store.slow"}:
            return answer
        time.sleep(0.05)
    pytest.fail("never looked to the end")


def test_readiness_names_what_is_missing_and_notes_what_is_not_needed(client_of):
    body = looked(client_of(None)).json()
    assert set(body["checks"]) == {"database", "migrations", "models", "rulebook", "disk"}
    assert set(body["checks"].values()) == {"ok"}
    assert body["notes"] == {"workers": "workers.none"}


def test_an_altered_model_makes_it_unready_until_it_is_whole_again(settings, store, tmp_path):
    own = tmp_path / "models"
    shutil.copytree(models_folder(), own)
    model = own / "topic-work_case" / "model.joblib"
    good = model.read_bytes()
    app = create_app(settings.model_copy(update={"models": str(own)}), store)
    client = TestClient(app, raise_server_exceptions=False)
    assert looked(client).status_code == 200
    model.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    app.state.readiness._last = None
    answer = looked(client)
    assert (answer.status_code, answer.json()["checks"]["models"]) == (503, "model.altered")
    assert answer.headers["retry-after"]
    model.write_bytes(good)
    app.state.readiness._last = None
    assert looked(client).status_code == 200


def test_readiness_answers_in_time_when_the_database_does_not(settings, store, monkeypatch):
    go_on = threading.Event()
    app = create_app(settings, store)
    look = Readiness.look

    def slow(self):
        go_on.wait(20)
        return look(self)

    monkeypatch.setattr(Readiness, "look", slow)
    client = TestClient(app, raise_server_exceptions=False)
    waited = time.thread_time()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "store.slow"})
    assert time.thread_time() - waited < 1
    go_on.set()
    assert looked(client).status_code == 200


def test_the_figures_count_requests_by_route_and_the_work_by_state(settings, store, client_of):
    hand_in(store, text_of(1), SECRET, title="标题", unit="临溪市第一小学", author="周明远")
    drain(store, settings)
    hand_in(store, text_of(2), SECRET)
    client = client_of()
    client.get("/api/v1/周明远")
    client.get("/healthz?q=周明远")
    text = client.get("/metrics").text
    assert 'screening_submissions{state="done"} 1.0' in text
    assert 'screening_submissions{state="queued"} 1.0' in text
    assert 'screening_attempts{attempts="0"} 1.0' in text
    assert 'screening_dead_letters{kind="submission"} 0.0' in text
    assert "screening_database_up 1.0" in text
    assert float(re.search(r"^screening_queue_oldest_seconds (\S+)", text, re.MULTILINE)[1]) > 0
    assert 'screening_request_seconds_count{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'screening_request_seconds_count{method="GET",route="(other)",status="404"} 1.0' in text
    for personal in ("周明远", "临溪", "标题", "%E5"):
        assert personal not in text


@pytest.mark.parametrize(
    ("setting", "host", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200),
        ("local", "127.0.0.1", {"X-Forwarded-For": "10.0.0.9"}, 401),  # through a proxy on this machine
        ("local", "10.0.0.9", {}, 401),
        ("key", "127.0.0.1", {}, 401),
        ("open", "10.0.0.9", {}, 200),
    ],
)
def test_the_figures_are_for_this_machine_unless_the_setting_says_otherwise(
    settings, store, setting, host, headers, status
):
    app = create_app(settings.model_copy(update={"metrics": setting}), store)
    client = TestClient(app, client=(host, 5000), raise_server_exceptions=False)
    assert client.get("/metrics", headers=headers).status_code == status


def test_the_figures_need_the_scope_to_manage(client_of):
    assert client_of("administrator").get("/metrics").status_code == 200
    assert client_of("reviewer").get("/metrics").status_code == 403


def _routes(app):
    @app.get("/fail/{name}")
    def fail(name: str):
        raise RuntimeError(SECRET) from ValueError(name)

    @app.get("/problem")
    def problem():
        raise ServiceError(500, "store.damaged", SECRET)

    @app.get("/broken")
    def broken():
        def parts():
            yield b"x" * 10
            raise RuntimeError(SECRET)

        return StreamingResponse(parts())

    @app.get("/kind")
    def kind(kind: str, size: int):
        return Response(b"a" * size, media_type=kind)


def test_a_request_is_one_line_without_what_it_asked(client_of, logged):
    client = client_of("administrator")
    client.get("/api/v1/openapi.json?name=周明远", headers={"X-Request-Id": "abc"})
    client.get(f"/api/v1/{SECRET}")
    (first, second) = [line for line in logged() if line["event"] == "request"]
    assert first["request"] == "abc"
    assert first["status"] == 200
    assert first["level"] == "info"
    assert first["sent"] > 100
    assert first["ms"] > 0
    assert first["time"].endswith("Z")
    assert (second["route"], second["status"], second["code"]) == ("(other)", 404, "not_found")
    assert "周" not in json.dumps(logged(), ensure_ascii=False)


def test_who_asked_is_told_as_an_id(client_of, logged):
    client_of("reviewer").get("/metrics")
    line = [line for line in logged() if line["event"] == "request"][-1]
    assert line["principal"].startswith("key:")
    assert (line["route"], line["status"]) == ("/metrics", 403)


def test_an_unexpected_failure_is_answered_and_its_place_logged_without_its_words(app, client_of, logged):
    _routes(app)
    answer = client_of(None).get(f"/fail/{SECRET}", headers={"X-Request-Id": "id7"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == "urn:request:id7"
    assert SECRET not in answer.text
    (line,) = [line for line in logged() if line["level"] == "error"]
    assert (line["request"], line["route"], line["error"], line["cause"]) == (
        "id7",
        "/fail/{name}",
        "RuntimeError",
        "ValueError",
    )
    assert any("test_watching.py" in frame and frame.endswith(" fail") for frame in line["frames"])
    assert "周" not in json.dumps(logged(), ensure_ascii=False)


def test_an_answer_that_breaks_off_is_never_taken_for_whole(app, logged):
    _routes(app)
    client = TestClient(app, raise_server_exceptions=True)
    with pytest.raises(_CutOff):
        client.get("/broken")
    (line,) = [line for line in logged() if line["level"] == "error"]
    assert line["error"] == "RuntimeError"
    assert "周" not in json.dumps(logged(), ensure_ascii=False)


def test_trouble_with_the_data_is_logged_and_counted_by_its_code(app, client_of, logged):
    _routes(app)
    client = client_of(None)
    client.get("/problem")
    assert [line["code"] for line in logged() if line["event"] == "problem"] == ["store.damaged"]
    assert 'screening_database_problems_total{code="store.damaged"} 1.0' in app.state.metrics.text().decode()


def test_of_a_librarys_line_only_the_fixed_part_is_kept(logged):
    logger = logs.logging.getLogger("asyncio")
    logger.error("Task exception was never retrieved: %s\nfuture: %s", 1, SECRET, exc_info=KeyError(SECRET))
    (line,) = logged()
    assert line["event"] == "Task exception was never retrieved: %s"
    assert line["error"] == "KeyError"
    assert "周" not in json.dumps(line, ensure_ascii=False)


def test_who_has_an_answer_already_is_told_so(app, client_of):
    @app.get("/report/{version}")
    def report(request: Request, response: Response, version: int):
        return not_modified(request, response, tag_of("run", version)) or {"text": "篇" * 1000}

    client = client_of(None)
    first = client.get("/report/1")
    tag = first.headers["etag"]
    assert first.json()["text"]
    for said in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get("/report/1", headers={"If-None-Match": said})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["x-request-id"]
    for said in ('"other"', "", tag[:-2]):
        assert client.get("/report/1", headers={"If-None-Match": said}).status_code == 200
    assert client.get("/report/2", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "size", "packed"),
    [
        ("application/json", 5000, True),
        ("text/html", 5000, True),
        ("application/json", 500, False),
        ("text/event-stream", 5000, False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 5000, False),
        ("application/zip", 5000, False),
    ],
)
def test_what_is_worth_packing_is_packed(app, client_of, kind, size, packed):
    _routes(app)
    with client_of(None).stream("GET", f"/kind?kind={kind}&size={size}", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert (gzip.decompress(raw) if packed else raw) == b"a" * size


def test_the_log_of_a_process_is_json_on_stderr():
    code = (
        "from service.logs import setup, log; from service.settings import Settings; setup(Settings());"
        "log().info('x', a=1); import logging; logging.getLogger('uvicorn.access').error('GET /周'); print('out')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "out\n"
    (line,) = map(json.loads, done.stderr.splitlines())
    assert (line["event"], line["a"], line["level"]) == ("x", 1, "info")


def test_more_requests_than_connections_wait_or_are_told_to_come_again(where):
    small = Store.open(where, pool=1)
    small.engine.pool._max_overflow = 0
    small.engine.pool._timeout = 0.1
    try:
        with small.read(), pytest.raises(ServiceError) as told, small.read():
            pass
    finally:
        small.close()
    assert (told.value.status, told.value.code, told.value.headers["Retry-After"]) == (503, "store.busy", "5")
