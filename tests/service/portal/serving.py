"""The service as its users start it: the real command, with its workers, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager


@contextmanager
def serving(data, **settings):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    environment = os.environ | {f"SCREENING_{k.upper()}": str(v) for k, v in settings.items()}
    command = [sys.executable, "-m", "service", "serve", "--data", str(data), "--port", str(port), "--workers", "1"]
    with (data.parent / "log").open("wb") as log:
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url, running)
            yield url
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()


def _wait(url, running):
    for _ in range(600):
        assert running.poll() is None
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("not ready")


def key_of(data, *words):
    command = [sys.executable, "-m", "service", "key", "--data", str(data), "add", "门户", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return next(w for w in said.split() if w.startswith("csk_"))
