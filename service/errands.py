"""What is done apart from the web process (see :mod:`service.apart`): quick checks, lists and rosters, blind copies.

Everything comes and goes by pipe; nothing is written to disk.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

from screening.blinding import hidden_of
from screening.errors import ManifestError, ScreeningError, UnreadableError
from screening.intake.archive import ArchiveLimits
from screening.intake.assemble import Overrides, assemble, outline
from screening.intake.blind import blind_copy, traces
from screening.intake.frames import receive, send
from screening.intake.gather import Part, Submission, case_id, gather
from screening.intake.manifest import load_manifest
from screening.intake.roster import load_roster
from screening.library import Library, open_library
from screening.library.view import View
from screening.pipeline import Setting, known_kind, refused, screen, vocabulary
from screening.report import Report
from screening.rulebook import Rulebook
from service.store import books

_TABLE_MEMORY: Final = 512 << 20  # bytes that a spreadsheet may take: a small file can claim a thousand million cells
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Held(Part):
    """A file in memory."""

    data: bytes = b""

    def _bytes(self, limit: int) -> bytes:
        return self.data[: limit + 1]


def held(name: str, data: bytes) -> Submission:
    """Return a file in memory as a submission."""
    return Submission(id=case_id(name), file=name, body=Held(name, "", data=data))


@cache
def _archive(where: str) -> Library:
    return open_library(where)


_settings: dict[tuple[str, str], Setting] = {}


def _setting(book: Rulebook, models: str) -> Setting:
    key = book.digest, models  # a rulebook that was changed is another one
    if key not in _settings:
        _settings[key] = Setting.of(book, folder=models)
    return _settings[key]


def check(errand: Mapping[str, Any], data: bytes) -> tuple[Any, bytes]:
    """Screen a file against the archive, as ``screening check --json`` does; return the report's JSON."""
    book = books.carried(errand["rulebook"])
    known_kind(errand["kind"], book)
    submission, overrides = held(errand["name"], data), Overrides(errand["kind"])
    archive, setting = _archive(errand["archive"]), _setting(book, errand["models"])
    try:
        case = assemble(submission, vocabulary(book), overrides=overrides)
    except UnreadableError as error:
        info = outline(submission, vocabulary(book), overrides)
        return None, _text(refused(info, error, replace(setting, library=_named(archive.view()))))
    for _ in range(_TRIES):
        view = archive.view()
        report = screen(case, replace(setting, library=_named(view)), view if len(view) else None)
        if view.intact():
            return None, _text(report)
    raise ScreeningError("library.changed", "检查期间比对库一直在删除文档，没有做完", "请过一会儿再试。")


def _named(view: View) -> Mapping[str, Any] | None:
    # Against nothing nothing is compared, as without --library.
    return {"id": view.snapshot(), "documents": len(view)} if len(view) else None


def _text(report: Report) -> bytes:
    return json.dumps(report.to_json(), ensure_ascii=False).encode()


def table(errand: Mapping[str, Any], data: bytes) -> tuple[Any, bytes]:
    """Say whether a list ("manifest", and with "zip" whether what it names is there) or roster can be read: {"rows"}.

    Raises :class:`ManifestError`.
    """
    with _bounded(_TABLE_MEMORY), TemporaryDirectory() as folder:
        path = Path(folder) / errand["name"]
        path.write_bytes(data)
        try:
            if errand["what"] == "roster":
                return {"rows": len(load_roster(path))}, b""
            manifest = load_manifest(path)
            if "zip" in errand:
                gather(Path(errand["zip"]), manifest, limits=ArchiveLimits(**errand["limits"]))
        except MemoryError as error:
            raise ManifestError("table.too_large", f"{path.name} 里的表格太大", "请删去空行空列后再试。") from error
    return {"rows": len(manifest.rows)}, b""


@contextmanager
def _bounded(memory: int) -> Iterator[None]:
    """Let memory grow by so many bytes; Linux only. The hard limit stays, as the readers of files set their own."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 - POSIX only

    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def blind(errand: Mapping[str, Any], data: bytes) -> tuple[Any, bytes]:
    """Return a masked copy of a .docx: names and units by its author form and by ``also``. Raises :class:`UnreadableError`."""
    book = books.carried(errand["rulebook"])
    name = errand["name"]
    case = assemble(held(name, data), vocabulary(book))
    hidden, people = hidden_of(case, traces(data, PurePosixPath(name).name), errand["also"])
    copy = blind_copy(data, hidden)
    return {"pictures": copy.pictures, "left": len(copy.left), "nameless": not people}, copy.data


_ERRANDS: Final[Mapping[str, Callable[[Mapping[str, Any], bytes], tuple[Any, bytes]]]] = {
    "check": check,
    "table": table,
    "blind": blind,
}


def main() -> None:
    """Answer errands until the other side ends."""
    os.nice(10)
    # What a library prints must not come between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asks = sys.stdin.buffer
    while True:
        try:
            errand, data = receive(asks)
        except EOFError:
            return
        try:
            said, answer = _ERRANDS[errand["do"]](errand, data)
        except ScreeningError as error:
            said, answer = {"error": [type(error).__name__, error.code, error.message, error.advice]}, b""
        except Exception as error:  # noqa: BLE001 - an answer too: the kind of error, never what is in it
            message = f"检查时程序出错了（{type(error).__name__}）"
            said, answer = {"error": ["internal", "check.failed", message, "请稍后再试，或联系管理员。"]}, b""
        send(answers, said or {}, answer)
