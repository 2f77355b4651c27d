"""Everything on one machine: the web process and its workers, started, watched and stopped together."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from types import FrameType
from typing import IO, Final

import uvicorn

from screening.errors import UsageError
from service.app import create_app
from service.jobs.kit import sweep
from service.jobs.worker import LATE
from service.people import accounts
from service.settings import PREFIX, Settings
from service.store import work
from service.store.database import Store

_PATIENCE: Final = 30.0  # seconds that workers have to finish what they have in hand
_STREAMS: Final = 3  # seconds that open answers have to end: streams of events never end by themselves
_YOUNG: Final = 5.0  # seconds: a worker that dies sooner has a trouble that a new start does not cure, …
_LONGEST: Final = 30.0  # … so the next start waits longer and longer, up to this
_TICK: Final = 0.2


def serve(settings: Settings) -> None:
    """Run the service until a signal: the web here, the workers beside it. Raises :class:`ScreeningError` if it can't start."""
    prepare(settings)
    group, _lock = _alone(settings)
    store = Store.open(settings.database_url, settings.key_bytes, old=settings.old_key_bytes)
    try:
        listening = _listen(settings)
        with store.write() as tx:
            work.release_all(tx, group)
        crew = Crew(store, settings, group)
        crew.start()
        if link := accounts.first_link(store, settings):
            print(f"第一次使用：请打开这个一次性链接，设置管理员密码\n{link}", flush=True)  # noqa: T201 - for whoever starts it
        config = uvicorn.Config(
            create_app(settings, store),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STREAMS,
        )
        web = _Web(config, crew)
        try:
            web.run(sockets=[listening])
        finally:
            crew.stop()
            crew.wait()
    finally:
        store.close()


def prepare(settings: Settings) -> None:
    """Make the data folder, for its owner's eyes only. Raises :class:`UsageError`."""
    os.umask(0o077)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(settings)
    except OSError as error:
        raise UsageError(
            "data.denied", f"不能使用数据文件夹 {settings.data}", "请核对权限，或用 --data 换一个文件夹。"
        ) from error


def _alone(settings: Settings) -> tuple[str, IO[str]]:
    """See that this is the only service with this data folder; return the name of its workers' group, and what holds the lock.

    Whoever holds the lock knows that all workers of the group before it are gone: what they had in hand need not wait for its lease
    to run out. Raises :class:`UsageError`.
    """
    stream = (settings.data / "serve.lock").open("a+", encoding="ascii")
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - POSIX only

        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                "serve.twice",
                f"数据文件夹 {settings.data} 已有一个服务在用",
                "请先停掉它，或用 --data 换一个文件夹；要加处理能力，请用 --workers，或另起 screening-service worker。",
            ) from error
    stream.seek(0)
    name = stream.read()
    if not name:
        name = f"{socket.gethostname()[:40]}:{secrets.token_hex(4)}:"
        stream.write(name)
        stream.flush()
    return name, stream


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything is started. Raises :class:`UsageError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            "serve.port",
            f"不能监听 {settings.host}:{settings.port}",
            "可能已有程序占用了这个端口；请停掉它，或用 --port 换一个。",
        ) from error


class _Web(uvicorn.Server):
    """The web server; signals go to the workers too."""

    def __init__(self, config: uvicorn.Config, crew: Crew) -> None:
        super().__init__(config)
        self._crew = crew

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take the signals that end the service."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """End gracefully at the first signal, at once at the second."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._crew.stop()


class Crew:
    """The workers of this machine. Each is watched by a thread, which starts another one when it dies."""

    def __init__(self, store: Store, settings: Settings, group: str) -> None:
        self._store, self._settings, self._group = store, settings, group
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._watchers: list[threading.Thread] = []
        self._told_at = 0.0

    def start(self) -> None:
        """Start the workers; they are at work some seconds later."""
        for _ in range(self._settings.processes):
            watcher = threading.Thread(target=self._watch, daemon=True)
            self._watchers.append(watcher)
            watcher.start()

    def stop(self) -> None:
        """Tell the workers to end; called again, not to finish what they have in hand. May be called from a signal's handler."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._told_at = time.monotonic()
        for process in list(self.running.values()):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()

    def wait(self) -> None:
        """Wait until all have ended; who does not in time is killed, and its work put back."""
        for watcher in self._watchers:
            watcher.join()

    def _watch(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            started = time.monotonic()
            name = f"{self._group}{secrets.token_hex(4)}"
            process = self._spawn(name)
            if process is None:
                return
            while process.poll() is None:
                time.sleep(_TICK)
                if self._stopping.is_set() and time.monotonic() - self._told_at > _PATIENCE:
                    process.kill()
            with self._lock:
                del self.running[name]
            assert process.stdin
            process.stdin.close()
            if process.returncode:
                self._put_back(name, "screening_timeout" if process.returncode == LATE else "")
            lived = time.monotonic() - started
            pause = min(_LONGEST, max(0.5, 2 * pause)) if lived < _YOUNG else 0.0

    def _spawn(self, name: str) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            # Other settings come from where this process has them; an address may hold a password, so it is on no command line.
            where = {"DATA": str(self._settings.data.absolute()), "DATABASE": self._settings.database}
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-m", "service", "worker", "--watched", "--name", name],
                stdin=subprocess.PIPE,
                env=os.environ | {PREFIX + k: v for k, v in where.items()},
            )
            self.running[name] = process
        if self._stopping.is_set():  # meanwhile
            process.terminate()
        return process

    def _put_back(self, name: str, why: str) -> None:
        try:
            with self._store.write() as tx:
                work.release(tx, name, why)
        except Exception:  # noqa: BLE001 - then its leases run out by themselves
            return
