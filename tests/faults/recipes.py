"""Hostile, broken and foreign files, each a recipe of a line or two with the code it is to get, or OPENED. Built when they are asked for.

Codes follow what a school would be told, so a recipe that may honestly end in one of two ways names both.
"""

import base64
import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from screening.demo.faults import compound_file, encrypted_package
from tests.builder import NS, TYPES, docx, p, r, rels, style, style_row, styles, t, tbl
from tests.faults.rawzip import MB, Entry, archive, deflated_repeat

OPENED = "opened"
TEXT = "国培计划的一年"
GOOD = docx(p(TEXT * 8), p("第二段" * 20))


@dataclass(frozen=True)
class Recipe:
    name: str
    build: Callable[[], bytes]
    expected: frozenset[str]
    file: str

    @property
    def bomb(self):
        return bool(self.expected & {"bomb", "too_many_entries", "doctype"})


RECIPES = []


def add(name, expected, build, file="案例.docx"):
    RECIPES.append(Recipe(name, build, frozenset(expected.split()), file))


def whole(body="", *, before="", root="document", attributes=""):
    return f"{before}<w:{root} {NS}{attributes}><w:body>{body}</w:body></w:{root}>"


def with_main(xml, *more, **fields):
    """Return a package whose main part is ``xml`` (text, or bytes as they are), and further entries."""
    content = xml.encode() if isinstance(xml, str) else xml
    return archive(
        Entry("[Content_Types].xml", TYPES.encode()),
        Entry("_rels/.rels", rels([("r", "officeDocument", "word/document.xml", False)]).encode()),
        Entry("word/document.xml", content, **fields),
        *more,
    )


def good_with(*more):
    return with_main(whole(p(TEXT)), *more)


def noise(n, seed=1):
    """Return a comment that deflates badly, so that the ratio of the part stays honest."""
    return f"<!--{base64.b64encode(random.Random(seed).randbytes(n)).decode()}-->"


def flood(piece, n):
    return whole(piece * n + noise(len(piece) * n // 100))


def nested(opening, closing, n, core=""):
    return whole(opening * n + core + closing * n)


def related(kind, target, *, external=False):
    return docx(p(TEXT), links=[("rX", kind, target, external)])


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


# -- entities and declarations ------------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
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
add("a picture of 3 MB zeros", "bomb", lambda: good_with(Entry("word/media/a.png", ZEROS * 3)))
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
add("1,001 entries", "too_many_entries", lambda: many(1_001))
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
add("a comment of 60 KB", OPENED, lambda: archive(*_entries(), comment=b"c" * 60_000))
add(
    "a comment with a second end",
    OPENED + " damaged zip_not_word",
    lambda: archive(*_entries(), comment=b"PK\5\6" + bytes(18)),
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


def _entries():
    return [
        Entry("_rels/.rels", rels([("r", "officeDocument", "word/document.xml", False)]).encode()),
        Entry("word/document.xml", whole(p(TEXT)).encode()),
    ]


add("a link to /etc/passwd as a part", OPENED, lambda: good_with(Entry("word/link.xml", b"/etc/passwd", mode=0o120777)))
add("a link as the main part", "damaged", lambda: with_main(b"/etc/passwd", mode=0o120777))

# -- the tree -----------------------------------------------------------------------------------------------------------

add("a million empty paragraphs", "bomb", lambda: with_main(whole("<w:p/>" * 1_000_000)))
add("a million empty paragraphs, stored", "too_long", lambda: with_main(whole("<w:p/>" * 1_000_000), method=0))
add(
    "a million runs",
    "too_long timeout memory",
    lambda: with_main(whole(f"<w:p>{'<w:r><w:t>字</w:t></w:r>' * 700_000}</w:p>"), method=0),
)
add(
    "90,000 paragraphs of one run, deflated",
    "too_long",
    lambda: with_main(flood("<w:p><w:r><w:t>字</w:t></w:r></w:p>", 90_000)),
)
add(
    "a million tabs",
    "too_long timeout",
    lambda: with_main(whole(f"<w:p><w:r>{'<w:tab/>' * 1_000_000}</w:r></w:p>"), method=0),
)
add(
    "three million elements",
    "too_many_elements timeout",
    lambda: with_main(whole(f"<w:p>{'<w:r/>' * 2_900_000}</w:p>"), method=0),
)
add(
    "three million elements of four bytes",
    "too_many_elements timeout",
    lambda: with_main(f"<w:document {NS}><w:body><w:p>{'<a/>' * 3_000_000}</w:p></w:body></w:document>", method=0),
)
add(
    "gridSpan of 10^8",
    OPENED,
    lambda: docx(tbl(["甲", '<w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr><w:p/></w:tc>'])),
)
add(
    "vMerge and gridSpan without sense",
    OPENED,
    lambda: docx(tbl(['<w:tc><w:tcPr><w:gridSpan w:val="-5"/><w:vMerge w:val="x"/></w:tcPr><w:p/></w:tc>'])),
)
add(
    "a table of 100,000 cells",
    "too_long",
    lambda: with_main(
        whole(f"<w:tbl>{('<w:tr>' + '<w:tc><w:p/></w:tc>' * 100 + '</w:tr>') * 1_000}</w:tbl>"), method=0
    ),
)
for n, tags in {
    "content controls": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    "tables": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
    "insertions": ("<w:ins>", "</w:ins>"),
    "text boxes": ("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>"),
    "alternatives": ("<mc:AlternateContent><mc:Choice>", "</mc:Choice></mc:AlternateContent>"),
    "unknown elements": ("<x><y>", "</y></x>"),
}.items():
    add(
        f"nesting 5,000: {n}",
        "too_deep damaged",
        lambda a=tags[0], b=tags[1]: with_main(nested(a, b, 5_000, p(TEXT)), method=0),
    )
    add(f"nesting 60: {n}", "too_deep opened", lambda a=tags[0], b=tags[1]: with_main(nested(a, b, 60, p(TEXT))))
add(
    "runs in runs, 200 deep",
    "too_deep",
    lambda: with_main(whole(f"<w:p>{'<w:r>' * 200}{t(TEXT)}{'</w:r>' * 200}</w:p>")),
)
add(
    "100,000 attributes",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' a{n}="{n}"' for n in range(100_000)))),
)
add(
    "100,000 name spaces",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' xmlns:a{n}="u{n}"' for n in range(100_000)))),
)
add(
    "attributes that collide in a hash",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' {"a" * (n % 60)}{n}="x"' for n in range(60_000)))),
)
add(
    "an attribute of 11 MB",
    "damaged bomb",
    lambda: with_main(whole(p(TEXT), attributes=f' a="{"x" * 11_000_000}"'), method=0),
)
add("a text of 11 MB in one run", "damaged too_long", lambda: with_main(whole(p(r("字" * 3_700_000))), method=0))
add("a word of 490,000 letters", OPENED, lambda: with_main(whole(p(r("x" * 490_000))), method=0))
add("a tag name of 1 MB", OPENED + " damaged", lambda: with_main(whole(f"<{'n' * MB}/>{p(TEXT)}"), method=0))
add(
    "a style based on itself",
    OPENED,
    lambda: docx(p(TEXT, props=style("A")), styles=styles(style_row("A", "a", based="A"))),
)
add(
    "styles based on each other",
    OPENED,
    lambda: docx(
        p(TEXT, props=style("A")), styles=styles(style_row("A", "a", based="B"), style_row("B", "b", based="A"))
    ),
)
add(
    "a chain of 20,000 styles",
    OPENED,
    lambda: docx(
        p(TEXT, props=style("S0")),
        styles=styles(*(style_row(f"S{n}", f"s{n}", based=f"S{n + 1}") for n in range(20_000))),
    ),
)
add(
    "a list level of 10^9",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="1000000000"/><w:numId w:val="99999999999"/></w:numPr>'),
        numbering=f"<w:numbering {NS}/>",
    ),
)
add(
    "a list that starts at 10^9, in words",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        numbering=f'<w:numbering {NS}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1000000000"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
    ),
)
add(
    "a list that starts at 10^4000",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        numbering=f'<w:numbering {NS}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1{"0" * 5000}"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
    ),
)
add("a size of 10^400 points", OPENED, lambda: docx(p(r(TEXT, f'<w:sz w:val="1{"0" * 400}"/>'))))
add(
    "a colour that is none",
    OPENED,
    lambda: docx(p(r(TEXT, '<w:color w:val="&quot;&gt;"/><w:color w:themeColor="x" w:themeTint="zz"/>'))),
)
add(
    "a symbol beyond Unicode",
    OPENED,
    lambda: docx(p(f'<w:r><w:sym w:char="FFFFFFFFFF"/><w:sym w:char="D800"/>{t(TEXT)}</w:r>')),
)
add("no text at all", OPENED, docx)
add("a body in a body", OPENED, lambda: with_main(whole(f"<w:body>{p(TEXT)}</w:body>")))
add("no body", "damaged", lambda: with_main(f"<w:document {NS}/>"))
add("another root", "damaged", lambda: with_main("<a/>"))
add(
    "name spaces that nobody knows",
    "damaged",
    lambda: with_main(whole(p(TEXT)).replace("schemas.openxmlformats.org", "x.example")),
)
add(
    "10,000 text boxes",
    OPENED,
    lambda: with_main(
        whole(p(f"<w:r>{f'<w:pict><w:txbxContent>{p(r(chr(23383)))}</w:txbxContent></w:pict>' * 10_000}</w:r>")),
        method=0,
    ),
)

# -- relations ----------------------------------------------------------------------------------------------------------

add("a header that is the main part", OPENED, lambda: related("header", "document.xml"))
add("styles that are the main part", OPENED, lambda: related("styles", "document.xml"))
add(
    "a part related to itself",
    OPENED,
    lambda: docx(
        p(TEXT),
        links=[("a", "settings", "s.xml", False)],
        extra={"word/s.xml": f"<w:settings {NS}/>", "word/_rels/s.xml.rels": rels([("b", "settings", "s.xml", False)])},
    ),
)
add(
    "the main part as relations",
    "damaged opened",
    lambda: archive(Entry("_rels/.rels", rels([("r", "officeDocument", "_rels/.rels", False)]).encode())),
)
add(
    "10,000 headers, one part",
    "too_long timeout",
    lambda: docx(
        p(TEXT),
        links=[(f"r{n}", "header", "h.xml", False) for n in range(10_000)],
        extra={"word/h.xml": f"<w:hdr {NS}>{p(r('页眉')) * 50}</w:hdr>"},
    ),
)
for target in (
    "NULL",
    "",
    "#",
    "../../../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1:9/x",
    "%2e%2e/%2e%2e/x",
    "\\\\host\\share",
    "a" * 5_000,
):
    add(f"styles at {target[:30]!r}", OPENED, lambda x=target: related("styles", x))
for target in ("NULL", "../../etc/passwd", "http://127.0.0.1:9/x.docx"):
    add(
        f"the main part at {target!r}",
        OPENED,
        lambda x=target: archive(
            Entry("_rels/.rels", rels([("r", "officeDocument", x, False)]).encode()), *_entries()[1:]
        ),
    )
add(
    "a main part outside",
    OPENED,
    lambda: archive(
        Entry("_rels/.rels", rels([("r", "officeDocument", "http://127.0.0.1:9/x", True)]).encode()), *_entries()[1:]
    ),
)
add(
    "a remote template",
    OPENED,
    lambda: docx(
        p(TEXT),
        links=[("a", "settings", "s.xml", False)],
        extra={
            "word/s.xml": f"<w:settings {NS}/>",
            "word/_rels/s.xml.rels": rels([("b", "attachedTemplate", "http://127.0.0.1:9/x.dotm", True)]),
        },
    ),
)
add("a linked picture", OPENED, lambda: related("image", "http://127.0.0.1:9/x.png", external=True))
add(
    "a DDE field",
    OPENED,
    lambda: docx(p(TEXT, "<w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText></w:r>")),
)
add("macros", OPENED, lambda: docx(p(TEXT), extra={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), file="案例.docm")
add("relations that are no XML", "damaged", lambda: archive(Entry("_rels/.rels", b"\0\1\2"), *_entries()[1:]))
add(
    "an embedded bomb, not opened",
    OPENED,
    lambda: docx(p(TEXT), extra={"word/embeddings/a.zip": zipped({"a": bytes(MB)})}),
)

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
add("html", "html", "<html><body>案例</body></html>".encode)
add("html behind a mark and a comment", "html", lambda: b"\xef\xbb\xbf<!-- x --><!DOCTYPE html><html>")
add("a web archive", "html", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
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
