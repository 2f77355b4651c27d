"""Hostile zips of submissions: refused with a code, or each member listed, named and read for itself; nothing is written anywhere."""

import io
import stat
import zipfile

import pytest

from screening.errors import UnreadableError, UsageError
from screening.intake import Limits, boundary
from screening.intake.archive import ArchiveLimits
from screening.intake.gather import case_id, gather
from tests.faults.rawzip import MB, Entry, archive, deflated_repeat
from tests.faults.recipes import GOOD, zipped

GB18030 = "临溪市/案例.docx".encode("gb18030")
FINE = "read"


def one(name=b"a.docx", **told):
    return archive(Entry("good.docx", GOOD), Entry(name, **{"content": GOOD, **told}))


# name: (the zip, the code of the whole, or for each member in the order of the names: FINE, its code, or "ignored")
ZIPS = {
    "climbing out": (lambda: one("../../evil.docx"), ["zip.bad_name", FINE]),
    "climbing out, backslashes": (lambda: one("..\\..\\evil.docx"), ["zip.bad_name", FINE]),
    "climbing out in the middle": (lambda: one("a/../../evil.docx"), ["zip.bad_name", FINE]),
    "absolute": (lambda: one("/etc/cron.d/evil.docx"), ["zip.bad_name", FINE]),
    "a drive": (lambda: one("C:\\evil.docx"), ["zip.bad_name", FINE]),
    "a share": (lambda: one("\\\\host\\share\\evil.docx"), ["zip.bad_name", FINE]),
    "NUL in a name": (lambda: one("a.docx\0.exe"), ["zip.bad_name", FINE]),
    "300 characters": (lambda: one("字" * 295 + ".docx"), [FINE, "zip.long_name"]),
    "turned round": (lambda: one("a\u202excod.docx"), [FINE, FINE]),
    "GB18030": (lambda: one(GB18030, flags=0), [FINE, FINE]),
    "neither UTF-8 nor GB18030": (lambda: one(b"\xff\xff.docx", flags=0), [FINE, FINE]),
    "the same name twice": (lambda: one("good.docx"), [FINE, "zip.same_name"]),
    "the same name, composed and not": (
        lambda: archive(Entry("é.docx", GOOD), Entry("e\u0301.docx", GOOD)),
        [FINE, "zip.same_name"],
    ),
    "a password": (lambda: one(flags=0x801), ["zip.encrypted", FINE]),
    "a link": (lambda: one(content=b"/etc/passwd", mode=stat.S_IFLNK | 0o777), ["zip.link", FINE]),
    "a bomb among the rest": (
        lambda: one(packed=deflated_repeat(bytes(MB), 100), size=100 * MB),
        ["bomb", FINE],
    ),
    "a bomb that lies": (lambda: one(packed=deflated_repeat(bytes(MB), 100), size=1_000), ["unreadable", FINE]),
    "a member of 30 MB": (lambda: one(content=bytes(30 * MB), method=0), ["too_large", FINE]),
    "LZMA": (lambda: one(method=14, packed=b"\x09\x04\x05\x00]\xff\xff\xff\xff" + bytes(50)), ["zip.method", FINE]),
    "a method that nobody knows": (lambda: one(method=97), ["zip.method", FINE]),
    "a wrong checksum": (lambda: one(crc=1), ["unreadable", FINE]),
    "deflated junk": (lambda: one(packed=b"\xff" * 99), ["unreadable", FINE]),
    "another name inside": (lambda: one(inner_name="b.docx"), ["unreadable", FINE]),
    "an offset beyond the end": (lambda: one(at=2**31), ["unreadable", FINE]),
    "a zip in the zip": (lambda: one("a.zip", content=zipped({"x.docx": GOOD})), [FINE, "ignored"]),
    "a rar in the zip": (lambda: one("a.rar", content=b"Rar!\x1a\x07\0"), [FINE, "ignored"]),
    "a zip that is called .docx": (lambda: one(content=zipped({"x.docx": GOOD})), ["zip_not_word", FINE]),
    "what macOS adds": (lambda: one("__MACOSX/._a.docx"), [FINE, "ignored"]),
    "what Word leaves": (lambda: one("~$a.docx"), [FINE, "ignored"]),
    "junk in front": (lambda: b"MZ" + bytes(1_000) + one(), [FINE, FINE]),
    "nothing in it": (lambda: zipped({}), "input.empty"),
    "cut off": (lambda: one()[:400], "zip.damaged"),
    "no zip": (lambda: b"x" * 1_000, "zip.damaged"),
    "an empty file": (lambda: b"", "zip.damaged"),
    "501 files": (lambda: archive(*(Entry(f"{n}.docx") for n in range(501))), "zip.too_many"),
    "70,000 files": (lambda: archive(*(Entry(f"{n}.docx") for n in range(70_000))), "zip.too_many"),
    "70,000 that claim to be one": (
        lambda: archive(*(Entry(f"{n}.docx") for n in range(70_000)), count=1, zip64=1),
        "zip.too_many",
    ),
    "4 GB in all": (
        lambda: archive(*(Entry(f"{n}.docx", packed=b"x", packed_size=2**30, size=2**30) for n in range(4))),
        "zip.bomb",
    ),
    "500 files and their folders": (
        lambda: archive(*(Entry(f"{n}/{x}", b"x") for n in range(500) for x in ("", "a.txt"))),
        [FINE] * 500,
    ),
}


@pytest.mark.parametrize("name", ZIPS)
def test_hostile_zip(name, tmp_path):
    build, expected = ZIPS[name]
    path = tmp_path / "材料.zip"
    path.write_bytes(build())
    if isinstance(expected, str):
        with pytest.raises(UsageError) as caught:
            gather(path)
        assert caught.value.code == expected and caught.value.advice
    else:
        found = gather(path)
        rows = [(s.file, outcome(s.body)) for s in found.submissions]
        rows += [(r.name, r.code) for r in found.refused] + [(i.name, "ignored") for i in found.ignored]
        assert sorted(code for _, code in rows) == sorted(expected)
        for shown, _ in rows:
            assert "\0" not in shown and not shown.startswith("/") and ".." not in shown.split("/")
        assert all(r.message and r.advice and r.id == case_id(r.name) for r in found.refused)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".rar", ".7z", ".tar.gz"])
def test_an_archive_that_is_no_zip_is_told_at_once(suffix, tmp_path):
    path = tmp_path / f"材料{suffix}"
    path.write_bytes(b"Rar!\x1a\x07\x01\x00")
    with pytest.raises(UsageError) as caught:
        gather(path)
    assert caught.value.code == "input.archive" and "zip" in caught.value.advice


def outcome(part):
    try:
        boundary.read(part.read(Limits().size), part.name)
    except UnreadableError as error:
        return error.code
    return FINE


def test_limits_of_a_zip_are_settings(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(one())
    for limits, code in ((ArchiveLimits(size=10), "zip.too_large"), (ArchiveLimits(inflated=10), "zip.bomb")):
        with pytest.raises(UsageError) as caught:
            gather(path, limits=limits)
        assert caught.value.code == code


def test_the_writer_of_these_zips_writes_zips():
    with zipfile.ZipFile(io.BytesIO(one())) as z:
        assert z.testzip() is None and z.read("a.docx") == GOOD
