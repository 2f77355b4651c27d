"""Packages that lie: declarations and entities, sizes, directories."""

import random
import struct
import zipfile

from tests.builder import TYPES, docx, p, r, rels
from tests.faults.rawzip import MB, Entry, archive, deflated_repeat
from tests.faults.recipe import BILLION, GOOD, OPENED, TEXT, add, good_with, least, whole, with_main, zipped

# -- entities and declarations ------------------------------------------------------------------------------------------

QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
DECLARATIONS = {
    "ten to the ninth laughs": (BILLION, "&l9;"),
    "quadratic blow-up": (QUADRATIC, "&a;" * 20_000),
    "external entity, a file": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
    "external entity, http": ('<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>', "&a;"),
    "external entity, ftp": ('<!DOCTYPE x [<!ENTITY a SYSTEM "ftp://127.0.0.1/x">]>', "&a;"),
    "external DTD, http": ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
    "external DTD, public": ('<!DOCTYPE x PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">', ""),
    "parameter entity": ('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///dev/zero"> %a;]>', ""),
    "an endless device": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///dev/random">]>', "&a;"),
    "entity that contains itself": ('<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    "a bare declaration": ("<!DOCTYPE document>", ""),
    "declaration in odd case": ("<!DOCTYPE\t\n x []>", ""),
}
for why, (before, body) in DECLARATIONS.items():
    add(f"main part: {why}", "doctype", lambda a=before, b=body: with_main(whole(p(r(b) if b else TEXT), before=a)))
add("declaration in UTF-16", "doctype", lambda: with_main(whole(p(TEXT), before=BILLION).encode("utf-16")))
add(
    "declaration in UTF-16-BE",
    "doctype",
    lambda: with_main(b"\xfe\xff" + whole(p(TEXT), before=BILLION).encode("utf-16-be")),
)
for part in ("styles", "numbering", "footnotes", "header"):
    add(
        f"{part}: entity bomb",
        "doctype",
        lambda k=part: docx(
            p(TEXT), links=[("rX", k, "bad.xml", False)], extra={"word/bad.xml": whole(before=BILLION)}
        ),
    )
add(
    "relations: entity bomb",
    "doctype",
    lambda: archive(Entry("_rels/.rels", (BILLION + "<a/>").encode()), Entry("word/document.xml", whole().encode())),
)
add(
    "properties: external entity",
    "doctype",
    lambda: docx(p(TEXT), extra={"docProps/core.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}),
)
add("an undeclared entity", "damaged", lambda: with_main(whole(p(r("&nbsp;")))))
add("the word DOCTYPE in the text", OPENED, lambda: docx(p("网页以 &lt;!DOCTYPE html&gt; 开头")))
add(
    "XInclude of a file",
    OPENED,
    lambda: docx(p(TEXT), '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'),
)
add(
    "a style sheet instruction",
    OPENED,
    lambda: with_main('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>' + whole(p(TEXT))),
)

# -- sizes --------------------------------------------------------------------------------------------------------------

ZEROS = bytes(MB)
add(
    "500 MB of xml, really deflated",
    "bomb",
    lambda: with_main("", Entry("word/x.xml", packed=deflated_repeat(b" " * MB, 500), size=500 * MB)),
)
add(
    "500 MB of xml as the main part",
    "bomb",
    lambda: with_main(b"", packed=deflated_repeat(b" " * MB, 500), size=500 * MB),
)
add(
    "2 GB picture, really deflated",
    "bomb",
    lambda: good_with(Entry("word/media/a.png", packed=deflated_repeat(ZEROS, 2047), size=2047 * MB)),
)
add("2 GB picture, only declared", "bomb", lambda: good_with(Entry("word/media/a.png", ZEROS, size=2047 * MB)))
add(
    "4 GB picture of little ratio, declared",
    "damaged",
    lambda: good_with(Entry("word/media/a.png", packed=b"x", packed_size=2**32 - 2, size=2**32 - 2)),
)
add("a picture of 3 MB zeros", OPENED, lambda: good_with(Entry("word/media/a.emf", ZEROS * 3)))
add(
    "500 MB that claim to be 1 KB",
    "damaged bomb",
    lambda: with_main(b"", packed=deflated_repeat(b" " * MB, 500), size=1024),
)
add(
    "500 MB that claim to be 60 MB",
    "bomb damaged",
    lambda: with_main(b"", packed=deflated_repeat(b" " * MB, 500), size=60 * MB),
)
add("hundred parts of 900 KB", "bomb", lambda: good_with(*(Entry(f"word/{n}.xml", bytes(900_000)) for n in range(100))))
add("more than 20 MB", "too_large", lambda: good_with(Entry("word/media/a.bin", method=0, content=bytes(21 * MB))))
add(
    "a size that is too small by one",
    "damaged",
    lambda: with_main(whole(p(TEXT)), size=len(whole(p(TEXT)).encode()) - 1),
)
add(
    "a size that is too large by one",
    "damaged opened",
    lambda: with_main(whole(p(TEXT)), size=len(whole(p(TEXT)).encode()) + 1),
)
add("a packed size of zero", "damaged", lambda: with_main(whole(p(TEXT)), packed_size=0))
add("a wrong checksum", "damaged", lambda: with_main(whole(p(TEXT)), crc=1))
add("deflated junk", "damaged", lambda: with_main(b"", packed=b"\xff" * 100, size=100))
add(
    "LZMA with a dictionary of 4 GB",
    "damaged",
    lambda: with_main(b"", method=14, packed=b"\x09\x04\x05\x00]\xff\xff\xff\xff" + bytes(50), size=100),
)
add(
    "bzip2, which Word does not read",
    "damaged",
    lambda: zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": rels([("r", "officeDocument", "word/document.xml", False)]),
            "word/document.xml": whole(p(TEXT)),
        },
        zipfile.ZIP_BZIP2,
    ),
)
add("a method that nobody knows", "damaged", lambda: with_main(whole(p(TEXT)), method=97))
add(
    "an honest picture of 4 MB",
    OPENED,
    lambda: good_with(Entry("word/media/a.jpg", method=0, content=random.Random(2).randbytes(4 * MB))),
)

# -- the directory ------------------------------------------------------------------------------------------------------


def many(n, **told):
    return archive(*(Entry(f"a{i}", method=0) for i in range(n)), **told)


def overlapping(n):
    packed = deflated_repeat(b" " * 1000, 50)
    return archive(
        Entry("word/document.xml", packed=packed, size=50_000),
        *(Entry(f"word/{i}.xml", packed=b"", packed_size=len(packed), size=50_000, at=0) for i in range(n)),
    )


add("70,000 entries", "too_many_entries", lambda: many(70_000))
add("70,000 entries that claim to be one", "too_many_entries", lambda: many(70_000, count=1))
add("70,000 entries by zip64", "too_many_entries", lambda: many(70_000, zip64=70_000))
add(
    "70,000 entries by zip64 that claims one",
    "too_many_entries",
    lambda: many(70_000, count=1, zip64=1, directory_size=46),
)
add("4,001 entries", "too_many_entries", lambda: many(4_001))
add(
    "a count of 65,535 and none there",
    "too_many_entries",
    lambda: GOOD[:-22] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, 0, 0, 0),
)
add("entries over one heap of bytes", "damaged bomb", lambda: overlapping(400))
add(
    "a bomb of overlaps",
    "bomb",
    lambda: archive(
        *(
            Entry(
                f"word/{i}.xml",
                packed=deflated_repeat(ZEROS, 2) if i == 0 else b"",
                packed_size=5000,
                size=MB // 2,
                at=0,
            )
            for i in range(900)
        )
    ),
)
add("two main parts", OPENED, lambda: good_with(Entry("word/document.xml", whole(p("另一份")).encode())))
add(
    "two main parts that differ by case",
    OPENED,
    lambda: good_with(Entry("WORD/Document.XML", whole(p("另一份")).encode())),
)
add(
    "a main part and one with a backslash",
    OPENED,
    lambda: good_with(Entry("word\\document.xml", whole(p("另一份")).encode())),
)
add("a header that names another part", "damaged", lambda: with_main(whole(p(TEXT)), inner_name="word/other.xml"))
add("an offset beyond the end", "damaged", lambda: with_main(whole(p(TEXT)), at=2**31))
add("an offset into another part", "damaged", lambda: with_main(whole(p(TEXT)), at=3))
add("a directory that begins too far back", "damaged", lambda: GOOD[:-6] + struct.pack("<L", 0) + GOOD[-2:])
add("a directory of no bytes", "damaged zip_not_word", lambda: archive(Entry("a", b"x"), directory_size=0))
add(
    "a directory larger than the file",
    "damaged too_many_entries",
    lambda: archive(Entry("a", b"x"), directory_size=900_000),
)
add("an entry flagged as encrypted", "encrypted", lambda: with_main(whole(p(TEXT)), flags=0x801))
add("strongly encrypted entries", "encrypted", lambda: with_main(whole(p(TEXT)), flags=0x841))
add("patched data", "damaged", lambda: with_main(whole(p(TEXT)), flags=0x820))
add("a name that is no UTF-8", OPENED, lambda: good_with(Entry(b"word/\xff\xfe.xml", b"x", flags=0)))
add("a name flagged UTF-8 that is none", "damaged", lambda: good_with(Entry(b"word/\xff\xfe.xml", b"x")))
add("a comment of 60 KB", OPENED, lambda: archive(*least(), comment=b"c" * 60_000))
add(
    "a comment with a second end",
    OPENED + " damaged zip_not_word",
    lambda: archive(*least(), comment=b"PK\5\6" + bytes(18)),
)
for why, name in {
    "climbs out": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "with backslashes": "..\\..\\windows\\x",
    "with a drive": "C:\\x.xml",
    "with NUL": "word/a\0.xml",
    "of 300 characters": "字" * 300,
    "turned round": "word/\u202excod.exe",
    "empty": "",
    "of 60,000 bytes": "n" * 60_000,
}.items():
    add(f"a part name that is {why}", OPENED, lambda n=name: good_with(Entry(n, b"x")))

add("a link to /etc/passwd as a part", OPENED, lambda: good_with(Entry("word/link.xml", b"/etc/passwd", mode=0o120777)))
add("a link as the main part", "damaged", lambda: with_main(b"/etc/passwd", mode=0o120777))
