"""The optional envelope: {"code", "message", "data"} for who asks for it, and for nobody else."""

import gzip
import json

import pytest

from service.envelope import GOOD
from service.errors import PROBLEM
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.working import drain

ASKED = {"Prefer": "respond-async, Envelope; v=1"}


@pytest.fixture
def where(tmp_path):
    """One database is enough: what is wrapped does not depend on it."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def reported(client_of, store, settings):
    batch = open_batch(store)
    submission = hand_in(store, text_of(1), batch=batch)
    drain(store, settings)
    return client_of(), submission, batch


def test_a_report_is_the_same_bytes_inside_and_without_as_ever(reported):
    client, submission, _ = reported
    place = f"/api/v1/submissions/{submission}/report"
    plain, wrapped = client.get(place), client.get(place, headers=ASKED)
    assert plain.json()["schema"] == 1
    assert wrapped.content == f'{{"code":0,"message":"{GOOD}","data":'.encode() + plain.content + b"}"
    assert (wrapped.status_code, wrapped.headers["content-type"]) == (200, "application/json")
    assert wrapped.headers["preference-applied"] == "envelope"
    assert "preference-applied" not in plain.headers
    assert client.get(place, headers={"Prefer": "return=minimal, envelopes"}).content == plain.content


def test_tags_know_the_wrapped_from_the_plain(reported):
    client, submission, _ = reported
    place = f"/api/v1/submissions/{submission}/report"
    plain, wrapped = (client.get(place, headers=h).headers["etag"] for h in ({}, ASKED))
    assert plain != wrapped
    for headers, tag, status in (
        ({}, plain, 304),
        (ASKED, wrapped, 304),
        (ASKED, f'"x", W/{wrapped}', 304),
        (ASKED, "*", 304),
        ({}, wrapped, 200),
        (ASKED, plain, 200),
    ):
        answer = client.get(place, headers={**headers, "If-None-Match": tag})
        assert (answer.status_code, bool(answer.content)) == (status, status == 200), (headers, tag)
        assert answer.headers["etag"] == (wrapped if headers else plain)


def test_it_is_packed_as_everything_is(reported):
    client, submission, _ = reported
    headers = {**ASKED, "Accept-Encoding": "gzip"}
    with client.stream("GET", f"/api/v1/submissions/{submission}/report", headers=headers) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert {"Accept-Encoding", "Prefer"} <= set(answer.headers["vary"].replace(" ", "").split(","))
    body = json.loads(gzip.decompress(packed))
    assert (body["code"], body["data"]["schema"]) == (0, 1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/submissions/nothing", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/submissions?limit=x", 422),
        ("PUT", "/api/v1/submissions", 405),
    ],
)
def test_what_goes_wrong_is_wrapped_too_and_keeps_its_status(client_of, method, path, status):
    client = client_of()
    plain, wrapped = client.request(method, path), client.request(method, path, headers=ASKED)
    body = wrapped.json()
    assert (wrapped.status_code, body["code"], body["message"]) == (status, status, plain.json()["title"])
    assert {**body["data"], "instance": ""} == {**plain.json(), "instance": ""}
    assert (plain.headers["content-type"], wrapped.headers["content-type"]) == (PROBLEM, "application/json")


def test_a_failure_of_the_program_is_wrapped_too(client_of, app):
    @app.get("/api/v1/broken")
    def broken():
        raise RuntimeError

    body = client_of().get("/api/v1/broken", headers=ASKED).json()
    assert (body["code"], body["data"]["code"]) == (500, "internal")


def test_files_streams_and_the_description_are_never_wrapped(reported):
    client, submission, batch = reported
    for path in (
        f"/api/v1/batches/{batch}/events?once=true",
        f"/api/v1/batches/{batch}/report.jsonl",
        f"/api/v1/submissions/{submission}/sheet.docx",
        f"/api/v1/submissions/{submission}/original",
        "/api/v1/openapi.json",
        "/healthz",
    ):
        answer = client.get(path, headers=ASKED)
        assert answer.status_code == 200, path
        assert not answer.content.startswith(b'{"code"'), path
        assert "preference-applied" not in answer.headers
    assert client.delete("/api/v1/sessions/current", headers=ASKED).content == b""
