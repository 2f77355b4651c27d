"""LibreOffice as a converter, for the formats that no reader of ours knows: RTF, Word before 97, Works.

A program of millions of lines opens a stranger's file here, so it gets a profile and a folder of its own, no network, limits of
memory and time, and it never outlives its file. One start a file: 1.8 s on the slow side, but nothing that could go stale.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from screening.intake.refusals import refusal

SECONDS = 20
_MEMORY, _OUTPUT = 2**30, 2**28  # bytes: of data, of one file written
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
    """Return what a file for the converter is: "rtf", "doc" or "wps"."""
    if data[:1024].lstrip().startswith(b"{\\rtf"):
        return "rtf"
    return "wps" if "MatOST".encode("utf-16-le") in data or "CONTENTS".encode("utf-16-le") in data else "doc"


def convert(data: bytes, suffix: str, *, seconds: float = SECONDS) -> bytes:
    """Return the .docx that LibreOffice makes of ``data``; ``suffix`` is the extension it is to see (".rtf", ".doc", ".wps").

    To be called outside the limits of the parsing children. Raises :class:`UnreadableError`: "no_converter" if LibreOffice
    is not installed, "timeout" after ``seconds`` (all its processes killed), "legacy_doc" if it makes nothing of the file.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        raise refusal("no_converter")
    # LibreOffice may still write while it is being killed.
    with tempfile.TemporaryDirectory(prefix="screening-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, profile = folder / f"in{suffix}", folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        source.write_bytes(data)
        command = [
            *_confined(),
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            *("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"),
            *("--convert-to", _EXPORT, "--outdir", str(folder / "out"), str(source)),
        ]
        _run(command, folder, seconds)
        try:
            return (folder / "out" / "in.docx").read_bytes()
        except OSError:
            raise refusal("legacy_doc") from None


def _run(command: list[str], folder: Path, seconds: float) -> None:
    """Run in a session of its own and leave no process of it behind, whatever happens."""
    place = {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
    process = subprocess.Popen(  # noqa: S603 - a fixed program; the name of the file is ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=place,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise refusal("timeout", f"转换超过 {seconds:.0f} 秒") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@cache
def _confined() -> tuple[str, ...]:
    """Return the words before a command that limit memory and take the network away, as far as this system allows it."""
    prefix: tuple[str, ...] = ()
    for words in (
        ("prlimit", f"--data={_MEMORY}", f"--fsize={_OUTPUT}", "--core=0"),
        ("unshare", "--net"),
        ("unshare", "--user", "--map-current-user", "--net"),
    ):
        if words[0] == "unshare" and "--net" in prefix:
            continue
        if shutil.which(words[0]) and _works([*words, "true"]):
            prefix += words
    return prefix


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0  # noqa: S603 - fixed words
