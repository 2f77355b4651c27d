"""Encodings, and files that are no .docx, or not any more."""

import base64
import gzip
import io
import random
import tarfile
import zlib

from screening.demo.faults import compound_file, encrypted_package
from tests.builder import TYPES, docx, p, r, rels
from tests.faults.rawzip import MB
from tests.faults.recipe import BILLION, GOOD, OPENED, TEXT, add, whole, with_main, zipped

# -- encodings ----------------------------------------------------------------------------------------------------------

add(
    "UTF-16 that is declared",
    OPENED,
    lambda: with_main(f'<?xml version="1.0" encoding="UTF-16"?>{whole(p(TEXT))}'.encode("utf-16")),
)
add(
    "GB18030 that is declared",
    OPENED,
    lambda: with_main(f'<?xml version="1.0" encoding="GB18030"?>{whole(p(TEXT))}'.encode("gb18030")),
)
add(
    "GB18030 that claims UTF-8",
    "damaged",
    lambda: with_main(f'<?xml version="1.0" encoding="UTF-8"?>{whole(p(TEXT))}'.encode("gb18030")),
)
add(
    "UTF-8 that claims UTF-16",
    "damaged opened",
    lambda: with_main(f'<?xml version="1.0" encoding="UTF-16"?>{whole(p(TEXT))}'),
)
add(
    "an encoding that nobody knows",
    "damaged",
    lambda: with_main(f'<?xml version="1.0" encoding="x-klingon"?>{whole(p(TEXT))}'),
)
add(
    "UTF-7, which hides declarations",
    "damaged doctype",
    lambda: with_main(f'<?xml version="1.0" encoding="UTF-7"?>{whole(p(TEXT), before=BILLION)}'.encode("utf-7")),
)
add(
    "a declaration in EBCDIC",
    "damaged doctype",
    lambda: with_main(f'<?xml version="1.0" encoding="cp037"?>{whole(before=BILLION)}'.encode("cp037")),
)
add("a declaration in UTF-32", "damaged doctype", lambda: with_main(whole(before=BILLION).encode("utf-32")))
add(
    "bytes that are no UTF-8",
    "damaged",
    lambda: with_main(whole(p(TEXT)).encode().replace("国".encode(), b"\xff\xfe\xfd")),
)
add("NUL in the text", "damaged", lambda: with_main(whole(p(r("字\0字")))))
add("a lone surrogate as a reference", "damaged", lambda: with_main(whole(p(r("&#xD800;")))))
add("XML 1.1", "damaged opened", lambda: with_main('<?xml version="1.1"?>' + whole(p(TEXT))))
add("marks that turn the text round", OPENED, lambda: docx(p("\u202e" * 1_000 + TEXT + "\u200b" * 10_000)))
add("ten thousand combining marks", OPENED, lambda: docx(p("字" + "\u0301" * 10_000)))

# -- what is no .docx ---------------------------------------------------------------------------------------------------


def tarred():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("案例.docx")
        info.size = len(GOOD)
        tar.addfile(info, io.BytesIO(GOOD))
    return out.getvalue()


add("nothing", "empty", lambda: b"")
add("html", OPENED, "<html><body>案例</body></html>".encode)
add("html behind a mark and a comment", OPENED, lambda: b"\xef\xbb\xbf<!-- x --><!DOCTYPE html><html>")
add("a web archive without a page", "damaged", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
add("png", "picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100))
add("jpg", "picture", lambda: b"\xff\xd8\xff\xe0" + bytes(100))
add("gif", "picture", lambda: b"GIF89a" + bytes(100))
add("a picture with a package behind it", "picture", lambda: b"\xff\xd8\xff\xe0" + GOOD)
add("rar 4", "archive", lambda: b"Rar!\x1a\x07\x00" + bytes(100), file="材料.rar")
add("rar 5 as .docx", "archive", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100))
add("7z", "archive", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100))
add("gzip of zeros", "archive", lambda: gzip.compress(bytes(20 * MB)))
add("bzip2", "archive", lambda: b"BZh91AY&SY" + bytes(50))
add("xz", "archive", lambda: b"\xfd7zXZ\x00" + bytes(50))
add("tar", "archive unknown_format", tarred)
add("a zip of text", "zip_not_word", lambda: zipped({"a.txt": TEXT}))
add("a zip of a zip", "zip_not_word", lambda: zipped({"a.docx": GOOD}))
add("an empty zip", "zip_not_word", lambda: zipped({}))
add("a workbook", "zip_not_word", lambda: zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<a/>"}))
add(
    "a presentation by its relation",
    "zip_not_word",
    lambda: zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": rels([("r", "officeDocument", "ppt/presentation.xml", False)]),
            "ppt/presentation.xml": "<a/>",
        }
    ),
)
add(
    "an .odt",
    "zip_not_word",
    lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
)
add("a package with a password", "encrypted", encrypted_package)
add("an enterprise's encryption", "enterprise_encryption", lambda: b"%TSD-Header-###%" + bytes(200))
add("Word's lock file", "lock_file", lambda: b"\x06Zhou\0" + b" " * 156)
add("a lock file by its name", "lock_file", lambda: b"\0" * 300, file="~$案例.docx")
add("a compound file of something else", "unknown_format", lambda: compound_file(("Workbook", b"x"), ("a", b"")))
add("a compound file cut off", "damaged", lambda: encrypted_package()[:700])
add("a compound file of 0xFF", "damaged", lambda: encrypted_package()[:76] + b"\xff" * 2_000)
add("an executable", "unknown_format", lambda: b"MZ\x90\0" + bytes(500))
add("ELF", "unknown_format", lambda: b"\x7fELF\2\1\1" + bytes(500))
add("random bytes", "unknown_format encoding", lambda: random.Random(3).randbytes(5_000))
add("zeros", "unknown_format", lambda: bytes(5_000))
add("one byte", "opened unknown_format encoding", lambda: b"x")
add("20 MB of text", "too_long", lambda: "字".encode() * 6_000_000, file="案例.txt")
add("a million lines", "too_long", lambda: b"a\n" * 1_000_000, file="案例.txt")
add("broken UTF-16", "encoding", lambda: b"\xff\xfe\x00")
add("broken UTF-8", "encoding unknown_format", lambda: b"\xef\xbb\xbf\xff\xff", file="案例.txt")
add("only the signature", "damaged", lambda: b"PK\3\4")
add("only the end of a zip", "zip_not_word damaged", lambda: b"PK\5\6" + bytes(18))
add("junk in front", OPENED, lambda: b"junk" * 100 + GOOD)
add("junk behind", OPENED, lambda: GOOD + b"junk" * 100)
add("zeros behind", OPENED, lambda: GOOD + bytes(10_000))
add("zeros behind, more than a comment may have", "damaged", lambda: GOOD + bytes(100_000))
add("two packages, one behind the other", OPENED, lambda: GOOD + docx(p("第二份")))
for tenth in range(1, 10):
    add(f"cut off at {tenth} tenths", "damaged", lambda n=tenth: GOOD[: len(GOOD) * n // 10])
add("cut off before the last byte", "damaged opened", lambda: GOOD[:-1])
add("line ends changed on the way", "damaged", lambda: GOOD.replace(b"\n", b"\r\n").replace(b"\0\0", b"\0"))
add("sent as base64", OPENED, lambda: base64.encodebytes(GOOD))
add("inflated twice", OPENED + " unknown_format encoding", lambda: zlib.compress(GOOD))
