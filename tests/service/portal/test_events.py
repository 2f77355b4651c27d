"""Progress by SSE from a real server to a real client, which loses its line and goes on where it was; polling tells the same."""

import itertools
import json
import socket
import threading
import time
from contextlib import ExitStack

import httpx2
import pytest
import uvicorn

from service.routes import batches as routes
from service.store import submissions
from service.store.database import tell
from tests.service.jobs.handing import hand_in, open_batch

LIMIT = 20  # seconds for whatever is waited for; on a quiet machine a tenth of one


@pytest.fixture
def where(tmp_path):
    """What is streamed comes of the same few queries as lists, which are tested on both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def looks(monkeypatch):
    """The looks at the database so far: one entry for each, made by the real thing, which waits less than usual between them."""
    seen, real = [], routes._look

    def look(*given):
        seen.append(given[-1])
        return real(*given)

    monkeypatch.setattr(routes, "_look", look)
    monkeypatch.setattr(routes, "WAIT", 0.02)
    return seen


@pytest.fixture
def server(app):
    """The application behind uvicorn on a free port; its address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=running.run)
    thread.start()
    until(lambda: running.started)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(LIMIT)


@pytest.fixture
def client(client_of):
    """A real client, with an administrator's key and as many connections as it likes."""
    with httpx2.Client(headers=dict(client_of().headers), timeout=LIMIT, limits=httpx2.Limits()) as made:
        yield made


def until(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def events(answer):
    """Yield (event, id, data) of a stream as they come."""
    found = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        elif "data" in found:
            yield found["event"], int(found["id"]), json.loads(found["data"])
            found = {}


def done(store, submission_id, batch):
    with store.write() as tx:
        submissions.change(tx, submission_id, state="done", verdict="clear")
        tell(tx, "submission.done", batch=batch, submission=submission_id)


def test_a_client_that_loses_its_line_goes_on_where_it_was_until_the_end(client, store, server, looks):
    batch = open_batch(store, state="sealed")
    first, second = (hand_in(store, b"x", f"{n}.docx", batch=batch) for n in range(2))
    url = f"{server}/api/v1/batches/{batch}/events"
    with client.stream("GET", url) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = events(answer)
        kind, seen, said = next(stream)
        assert (kind, said) == ("progress", {"total": 2, "done": 0, "failed": 0, "waiting": 2, "state": "sealed"})
        done(store, first, batch)
        kind, newer, said = next(stream)
        assert (kind, said["done"], newer > seen) == ("progress", 1, True)

    # Nobody looks for who has gone.
    def quiet():
        count = len(looks)
        time.sleep(0.2)
        return len(looks) == count

    until(quiet)

    # Back again: nothing that was told is told again; what has happened meanwhile comes at once, and then it ends by itself.
    with client.stream("GET", url, headers={"Last-Event-ID": str(newer)}) as answer:
        count = len(looks)
        until(lambda: len(looks) > count + 2)
        assert set(looks[count:]) == {newer}
        done(store, second, batch)
        (told,) = events(answer)
    assert (told[0], told[1] > newer, told[2]["done"], told[2]["waiting"]) == ("done", True, 2, 0)
    assert client.get(f"{server}/api/v1/batches/{batch}").json()["progress"] == {
        k: told[2][k] for k in routes.Progress.model_fields
    }
    with client.stream("GET", url, headers={"Last-Event-ID": str(told[1])}) as answer:
        assert [e[0] for e in itertools.islice(events(answer), 2)] == ["done"]


def test_many_listeners_hold_no_connection_of_the_database(client, store, server, looks):
    batch = open_batch(store, state="open")
    most = store.engine.pool.size() + store.engine.pool._max_overflow
    with ExitStack() as lines:
        for _ in range(most + 5):
            lines.enter_context(client.stream("GET", f"{server}/api/v1/batches/{batch}/events"))
        until(lambda: len(looks) > most + 5)  # all of them listen, and somebody looks again
        assert client.get(f"{server}/api/v1/batches/{batch}").json()["progress"]["total"] == 0
