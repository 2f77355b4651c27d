"""A receiver of webhooks: a real server on loopback that answers as it is told."""

import socket
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import update

from service.moment import now
from service.store import webhooks
from service.store.schema import event


class Receiver:
    def __init__(self):
        self.got, self.status, self.headers = [], 200, {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append((dict(self.headers.items()), body))
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@contextmanager
def receiver():
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


@contextmanager
def dripping(every=0.1):
    """Serve an answer that never ends: a header, one byte at a time. Yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip():
            while not ended.is_set():
                try:
                    there, _ = server.accept()
                except OSError:
                    return
                with there, suppress(OSError):
                    there.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not ended.wait(every):
                        there.sendall(b".")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"
        finally:
            ended.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
    thread.join()


def settle_events(store):
    """Let the events be old enough to be told: on PostgreSQL a young one may have an elder brother still to come."""
    with store.write() as tx:
        tx.execute(update(event).values(created=now() - timedelta(seconds=webhooks.SETTLED + 1)))
