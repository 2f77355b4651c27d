"""What parent and child say to each other: JSON and bytes with their lengths in front. Never pickle: the child may be hostile."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

MOST = 2**30  # bytes of a frame: a bound against nonsense; the limits of files and answers are others
_HEAD = struct.Struct(">II")


class BrokenFrameError(Exception):
    """The other side ended, said more than it may, or said something that is no frame."""


def send(stream: IO[bytes], value: Any, data: bytes = b"") -> None:
    """Write one frame: a JSON value, and bytes that go with it. Raises :class:`OSError` if the other side is gone."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    stream.write(_HEAD.pack(len(text), len(data)))
    stream.write(text)
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes], most: int = MOST) -> tuple[Any, bytes]:
    """Read one frame of at most ``most`` bytes. Raises :class:`BrokenFrameError`, and :class:`EOFError` if there is none at all."""
    head = stream.read(_HEAD.size)
    if not head:
        raise EOFError
    if len(head) < _HEAD.size:
        raise BrokenFrameError
    of_text, of_data = _HEAD.unpack(head)
    if of_text + of_data > most:
        raise BrokenFrameError
    text, data = stream.read(of_text), stream.read(of_data)
    if len(text) < of_text or len(data) < of_data:
        raise BrokenFrameError
    try:
        return json.loads(text), data
    except (ValueError, RecursionError) as error:
        raise BrokenFrameError from error
