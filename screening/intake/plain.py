"""Plain text: the ladder of encodings that Chinese offices really use."""

from __future__ import annotations

import re

from screening.document import Document
from screening.intake.limits import Limits
from screening.intake.refusals import refusal

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # nobody types these: the bytes are of another encoding
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


def decode(data: bytes) -> str:
    """Return the text: BOM → UTF-8 strict → GB18030 strict → Big5 → UTF-16 without BOM. Raises :class:`UnreadableError` ("encoding").

    Most Big5 texts are valid GB18030 too; one that would need private characters there is Big5.

    Bytes that decode to many control characters are some binary format, not a text ("unknown_format").
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise refusal("encoding") from None
    for encoding in ("utf-8", "gb18030", "big5"):
        text = _decoded(data, encoding)
        if not text:
            continue
        if len(_CONTROL.findall(text)) > len(text) // 200:
            raise refusal("unknown_format")
        if encoding == "gb18030" and _PRIVATE.search(text) and (other := _decoded(data, "big5")):
            return other
        return text
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _decoded(data, encoding)
        # A third of all pairs of bytes are Han: ask for what every Chinese text has besides.
        if 2 * sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text) and re.search("[，。、：的]", text):
            return text
    raise refusal("unknown_format" if data.count(0) > len(data) // 100 else "encoding")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def read_plain(data: bytes, limits: Limits | None = None) -> Document:
    """Return a document of one paragraph a line; control characters other than tabs are dropped. Raises :class:`UnreadableError`."""
    text = _CONTROL.sub(
        "", decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").replace("\x0b", "\n")
    )
    limits = limits or Limits()
    if len(text) > limits.characters or text.count("\n") > limits.paragraphs:
        raise refusal("too_long")
    return Document.from_lines(text.rstrip("\n").split("\n"))
