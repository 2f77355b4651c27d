"""What a file is, by its bytes; its name never counts."""

from __future__ import annotations

import re

import olefile

from screening.intake.doc_binary import WORD_97
from screening.intake.refusals import refusal

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKS = ("MatOST", "CONTENTS")  # streams of Microsoft Works
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHT = re.compile(rb"^(?:MIME-Version:|From: |Content-Type: multipart/related)", re.IGNORECASE)


def sniff(data: bytes, name: str = "") -> str:
    """Return "zip" (a package to look into), "doc", "rtf", "pdf", "html", "mht" or "txt".

    Raises :class:`UnreadableError` for everything else; "no_converter" means that LibreOffice may know it.
    ``name`` is only used to tell Word's lock files (~$…), which have no signature.
    """
    if not data:
        raise refusal("empty")
    if name.startswith("~$") or (len(data) == 162 and data[0] < 64 and not data.startswith(b"PK")):
        raise refusal("lock_file")
    if data.startswith(b"%TSD-Header") or b"%TSD-Header" in data[:64]:
        raise refusal("enterprise_encryption")
    if data.startswith(_OLE):
        return _of_compound_file(data)
    head = data[:1024]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.lstrip()[:5] == b"%PDF-" or b"%PDF-" in head:
        return "pdf"
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(_PICTURES):
        raise refusal("picture")
    if head.startswith(_ARCHIVES):
        raise refusal("archive")
    if _MHT.search(head.lstrip()):
        return "mht"
    if _HTML.search(head.removeprefix(b"\xef\xbb\xbf")) or _HTML.search(head.replace(b"\0", b"").lstrip(b"\xff\xfe")):
        return "html"
    if b"PK\x03\x04" in head and b"word/" in data:
        return "zip"  # junk before the package; the central directory is found from the end
    return "txt"


def _of_compound_file(data: bytes) -> str:
    """Return "doc" for Word 97 and later; refuse password-protected packages, older Word and Works, and other programs."""
    try:
        with olefile.OleFileIO(data) as ole:
            if ole.exists("EncryptedPackage") or ole.exists("DataSpaces"):
                code = "encrypted"
            elif ole.exists("WordDocument"):
                version = int.from_bytes(ole.openstream("WordDocument").read(4)[2:], "little")
                code = "" if version >= WORD_97 else "no_converter"
            else:
                code = "no_converter" if any(ole.exists(name) for name in _WORKS) else "unknown_format"
    except Exception as error:
        # olefile raises many kinds on hostile files
        raise refusal("damaged") from error
    if code:
        raise refusal(code, "Word 97 以前的 .doc 或 .wps" if code == "no_converter" else "")
    return "doc"
