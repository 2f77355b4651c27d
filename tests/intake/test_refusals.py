"""Hostile, broken and foreign files: a code, a sentence and a remedy; never a crash, never silence."""

import io
import random
import struct
import zipfile

import pytest

from screening.demo.faults import compound_file, encrypted_package
from screening.errors import UnreadableError
from screening.intake import Limits, read
from screening.intake.plain import decode
from screening.intake.refusals import REFUSALS, refusal
from tests.builder import NS, TYPES, docx, p, package, rels, tbl

GOOD = docx(p("国培计划" * 50), tbl(["甲", "乙"]))


def code_of(data, name="x.docx", limits=None):
    with pytest.raises(UnreadableError) as caught:
        read(data, name, limits)
    assert caught.value.message.startswith(REFUSALS[caught.value.code][0])
    assert caught.value.advice
    return caught.value.code


def with_document(xml):
    return package(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": rels([("r", "officeDocument", "word/document.xml", False)]),
            "word/document.xml": xml,
        }
    )


def deep(n):
    return f"<w:document {NS}><w:body>{'<w:sdt><w:sdtContent>' * n}{p('底')}{'</w:sdtContent></w:sdt>' * n}</w:body></w:document>"


BILLION = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'


def legacy(flags=0):
    fib = struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, flags)
    return compound_file(("WordDocument", fib), ("1Table", b""))


def flagged(data):
    at = data.index(b"PK\x01\x02") + 8
    return data[:at] + struct.pack("<H", 1) + data[at + 2 :]


def many_entries(n):
    return package({f"a{i}": "" for i in range(n)})


def twins():
    out = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "w") as z:
        z.writestr("_rels/.rels", rels([("r", "officeDocument", "word/document.xml", False)]))
        z.writestr("word/document.xml", f"<w:document {NS}><w:body>{p('第一')}</w:body></w:document>")
        z.writestr("word/document.xml", f"<w:document {NS}><w:body>{p('第二')}</w:body></w:document>")
    return out.getvalue()


HOSTILE = {
    "empty": b"",
    "encrypted": encrypted_package(),
    "enterprise_encryption": b"%TSD-Header-###%" + b"\x01" * 64,
    "lock_file": b"\x06Zhou\0" + b" " * 156,
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 30,
    "archive": b"Rar!\x1a\x07\x01\0",
    "zip_not_word": package({"a.txt": "案例"}),
    "damaged": GOOD[: len(GOOD) // 2],
    "bomb": package({"[Content_Types].xml": TYPES, "word/document.xml": "\0" * 5_000_000}),
    "too_many_entries": many_entries(4_200),
    "doctype": with_document(BILLION + f"<w:document {NS}>&b;</w:document>"),
    "too_deep": with_document(deep(200)),
    "unknown_format": bytes(range(1, 32)) * 20,
}


@pytest.mark.parametrize("code", HOSTILE)
def test_each_fault_has_its_code(code):
    assert code_of(HOSTILE[code]) == code


@pytest.mark.parametrize(
    ("why", "data", "code"),
    [
        ("a lock file by its name", b"\0" * 300, "lock_file"),
        ("an external entity", with_document(OUTSIDE + f"<w:document {NS}/>"), "doctype"),
        ("a DOCTYPE in UTF-16", with_document((BILLION + f"<w:document {NS}/>").encode("utf-16")), "doctype"),
        ("deeper than libxml2 goes", with_document(deep(5_000)), "too_deep"),
        ("an encrypted member", flagged(GOOD), "encrypted"),
        ("no main part", package({"[Content_Types].xml": TYPES, "word/other.xml": "<a/>"}), "damaged"),
        ("a body that is no XML", with_document("<w:document"), "damaged"),
        ("a document without a body", with_document(f"<w:document {NS}/>"), "damaged"),
        (
            "a spreadsheet",
            package(
                {
                    "[Content_Types].xml": TYPES,
                    "_rels/.rels": rels([("r", "officeDocument", "xl/workbook.xml", False)]),
                    "xl/workbook.xml": "<a/>",
                }
            ),
            "zip_not_word",
        ),
        ("only the signature", b"PK\x03\x04", "damaged"),
        ("an empty zip", package({}), "zip_not_word"),
        ("a web archive without a page", b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "damaged"),
        ("a PDF that is none", b"%PDF-1.7\n...", "damaged"),
        ("a legacy file without a text", legacy(), "damaged"),
        ("broken UTF-16", b"\xff\xfe\x00", "encoding"),
        (
            "a compound file of another program",
            encrypted_package().replace("EncryptedPackage".encode("utf-16-le"), "Something_else_x".encode("utf-16-le")),
            "unknown_format",
        ),
        ("a legacy file with a password", legacy(0x0100), "encrypted"),
        ("a damaged compound file", encrypted_package()[:600], "damaged"),
    ],
)
def test_more_faults(why, data, code):
    assert code_of(data, "~$x.docx" if why.startswith("a lock") else "x.docx") == code


def test_limits_are_settings():
    assert code_of(GOOD, limits=Limits(size=100)) == "too_large"
    assert code_of(GOOD, limits=Limits(inflated=1_000)) == "bomb"
    assert code_of(docx(*[p("字")] * 400), limits=Limits(elements=500)) == "too_many_elements"
    assert code_of(with_document(deep(20)), limits=Limits(depth=30)) == "too_deep"


def test_the_first_of_two_parts_of_one_name_counts():
    assert list(read(twins()).document) == ["第一"]


def test_seventy_thousand_entries_are_refused_before_the_directory_is_read():
    data = GOOD[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 0, 0, 0)
    assert code_of(data) == "too_many_entries"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_truncated_at_every_tenth(tenth):
    assert code_of(GOOD[: len(GOOD) * tenth // 10]) == "damaged"


def test_prefix_and_trailing_junk_are_tolerated():
    assert "国培计划" in read(b"junk" + GOOD).document.text
    assert "国培计划" in read(GOOD + b"junk").document.text


def test_mutations_give_a_document_or_a_code():
    rng = random.Random(7)
    outcomes = set()
    for _ in range(300):
        data = bytearray(GOOD)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        try:
            read(bytes(data), "x.docx")
            outcomes.add("read")
        except UnreadableError as error:
            outcomes.add(error.code)
    assert {"read", "damaged"} <= outcomes <= {"read", *REFUSALS}


def test_a_text_file_under_another_name_is_read_and_told():
    intake = read("标题\r\n正文。\r\n".encode("gb18030"), "案例.docx")
    assert (list(intake.document), intake.format) == (["标题", "正文。"], "txt")
    assert [w.code for w in intake.warnings] == ["extension_mismatch"]
    assert read("标题".encode(), "案例.txt").warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "big5"])
def test_the_ladder_of_encodings(encoding):
    text = "國語與師資培訓的經驗，老師們都說好" if encoding == "big5" else "国培计划：𠮷野老师的一年"
    data = text.encode(encoding)
    got = decode(data)
    if encoding == "big5":  # most Big5 texts are valid GB18030 too; the ladder prefers what mainland offices use
        assert got
    else:
        assert got == text


def test_every_refusal_speaks():
    for code in REFUSALS:
        error = refusal(code)
        assert error.code == code and error.message and error.advice
        assert not error.message.endswith("。") and error.advice.endswith("。")
