"""LibreOffice as a converter, for the formats that no reader of ours knows: Word before 97, Works.

A program of millions of lines opens a stranger's file here, so it gets a profile and a folder of its own, no network, and limits of
memory and time. Starting it takes seconds, so one stays for the next file: kept open by an empty document, it takes over
what a second start with the same profile is given, 0.1 s a file. After a fault, and after 100 files, the next one gets a new one.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path

from screening.errors import UnreadableError
from screening.intake.refusals import refusal

SECONDS = 20
RECYCLED_AFTER = 100
_MEMORY, _OUTPUT = 2**30, 2**28  # bytes: of data, of one file written
_AGAIN = 81  # its exit code when it has made a profile and wants to be started again
_EXPORT = "docx:Office Open XML Text"
# Links to elsewhere are not followed and macros not run even where the network can't be taken away.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def foreign_format(data: bytes) -> str:
    """Return what a file for the converter is: "doc" or "wps"."""
    return "wps" if "MatOST".encode("utf-16-le") in data or "CONTENTS".encode("utf-16-le") in data else "doc"


def convert(data: bytes, suffix: str, *, seconds: float = SECONDS) -> bytes:
    """Return the .docx that LibreOffice makes of ``data``; ``suffix`` is the extension it is to see (".doc", ".wps").

    To be called outside the limits of the parsing children; one file at a time in a process. Raises :class:`UnreadableError`:
    "no_converter" if LibreOffice is not installed, "timeout" after ``seconds`` (all its processes killed), "legacy_doc" if it
    makes nothing of the file.
    """
    with _lock:
        resident = _residents.get(os.getpid())
        if resident is None or resident.files >= RECYCLED_AFTER or resident.process.poll() is not None:
            close()
            resident = _residents[os.getpid()] = _Resident(_program())
        try:
            return resident.convert(data, suffix, time.monotonic() + seconds)
        except (UnreadableError, OSError) as error:
            close()
            raise error if isinstance(error, UnreadableError) else refusal("legacy_doc") from error


def close() -> None:
    """End the LibreOffice of this process, if there is one; also done when the process ends."""
    resident = _residents.pop(os.getpid(), None)  # one inherited by a fork is the parent's to end
    if resident:
        resident.close()


def sockets(profile: Path) -> list[Path]:
    """Return where the socket of a LibreOffice with that profile may lie: never in TMPDIR, and under a name made from the profile's."""
    address = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    name = f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in address)}"
    return [Path(folder) / name for folder in ("/tmp", "/var/tmp")]  # noqa: S108 - its choice, not ours


class _Resident:
    """A LibreOffice with a profile and a folder of its own, and how many files it has had."""

    def __init__(self, program: str) -> None:
        # Removed by close() alone: a TemporaryDirectory would also be removed by a fork of this process.
        self.folder = Path(tempfile.mkdtemp(prefix="screening-"))
        self.files = 0
        self._again = False
        profile = self._profile = self.folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        (self.folder / "keep.rtf").write_text("{\\rtf1\\par}", "ascii")
        self._words = [
            *_confined(),
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            *("--headless", "--norestore", "--nologo", "--nodefault"),
        ]
        self.process = self._start(str(self.folder / "keep.rtf"))

    def convert(self, data: bytes, suffix: str, deadline: float) -> bytes:
        """Convert one file. Raises :class:`UnreadableError` ("timeout", "legacy_doc"), ``OSError`` if nothing came out."""
        self.files += 1
        self._await_ready(deadline)
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as name:
            source = Path(name) / f"in{suffix}"
            source.write_bytes(data)
            client = self._start("--convert-to", _EXPORT, "--outdir", f"{name}/out", str(source))
            try:
                client.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise refusal("timeout") from None
            finally:
                _kill(client)
            return (Path(name) / "out" / "in.docx").read_bytes()

    def close(self) -> None:
        """Kill its processes, and remove its folder and the socket that a killed one leaves behind."""
        _kill(self.process)
        if sys.platform != "win32":
            for socket in sockets(self._profile):
                with contextlib.suppress(OSError):
                    socket.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _await_ready(self, deadline: float) -> None:
        """Wait until the document that keeps it open is open, which its lock file tells."""
        while not (self.folder / ".~lock.keep.rtf#").exists():
            ended = self.process.poll()
            if ended == _AGAIN and not self._again:
                self._again = True
                self.process = self._start(str(self.folder / "keep.rtf"))
            elif ended is not None:
                raise refusal("legacy_doc", "LibreOffice 没能启动")
            if time.monotonic() > deadline:
                raise refusal("timeout")
            time.sleep(0.02)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start in a session of its own, so that all that it starts can be killed with it."""
        place = {"HOME": str(self.folder), "TMPDIR": str(self.folder), "LANG": "C.UTF-8"}
        return subprocess.Popen(  # noqa: S603 - a fixed program; the names of the files are ours
            [*self._words, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={**place, "PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )


_lock = threading.Lock()
_residents: dict[int, _Resident] = {}  # by process
atexit.register(close)


def _program() -> str:
    """Return the program itself rather than its launcher, which would not hand on the signal of a dying parent."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        raise refusal("no_converter")
    program = Path(found).resolve().with_name("soffice.bin")
    return str(program) if program.exists() else found


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@cache
def _confined() -> tuple[str, ...]:
    """Return the words before a command that limit memory and take the network away, and end it with its parent, as far as this system allows it."""
    prefix: tuple[str, ...] = ()
    for words in (
        ("prlimit", f"--data={_MEMORY}", f"--fsize={_OUTPUT}", "--core=0"),
        ("unshare", "--net"),
        ("unshare", "--user", "--map-current-user", "--net"),
        ("setpriv", "--pdeathsig", "KILL"),
    ):
        if words[0] == "unshare" and "--net" in prefix:
            continue
        if shutil.which(words[0]) and _works([*words, "true"]):
            prefix += words
    return prefix


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0  # noqa: S603 - fixed words
