"""Old Word files: by our own reader and through LibreOffice the same text as the .docx they were made from; tricks are told."""

import random
import socket
import struct
import subprocess
import sys
import threading
import time

import psutil
import pytest

from screening.document import Story
from screening.errors import UnreadableError
from screening.intake import Limits, parse, read
from screening.intake.office import close, convert, sockets
from screening.intake.refusals import REFUSALS
from tests.builder import docx, p
from tests.intake.legacy_files import constructs, made_by_office, need_office, small_doc


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="session")
def files(folder):
    need_office()
    return made_by_office(folder)


def code_of(data, name="x.doc"):
    with pytest.raises(UnreadableError) as caught:
        read(data, name)
    return caught.value.code


def outcome_of(data):
    try:
        return read(data, "x.doc").document.text
    except UnreadableError as error:
        return error.code


def squeezed(intake):
    return "".join(intake.document.text.split())


def seen(intake):
    return {w.code: (w.count, w.quote) for w in intake.warnings}


# -- our own reader -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [f"text{n}" for n in range(6)])
def test_a_doc_says_what_its_docx_says_without_libreoffice(files, name, monkeypatch):
    monkeypatch.setenv("PATH", "")
    new, old = (read(data, f"x.{kind}") for data, kind in zip(files[name], ("docx", "doc"), strict=True))
    assert old.document.text == new.document.text
    assert old.format == "doc" and not old.warnings
    assert [(q.level, q.table, q.story) for q in old.document.paragraphs] == [
        (q.level, q.table, q.story) for q in new.document.paragraphs
    ]


def test_every_construct_is_read_once_and_in_its_story(files):
    new, old = (read(data) for data in files["constructs"])
    assert old.document.text == new.document.text
    assert [(q.story, q.table, q.level) for q in old.document.paragraphs] == [
        (q.story, q.table, q.level) for q in new.document.paragraphs
    ]
    tables = [q.source for q in new.document.paragraphs if q.table]
    assert [q.source for q in old.document.paragraphs if q.table] == tables
    assert {q.story for q in old.document.paragraphs} == set(Story)


def test_what_can_not_be_seen_is_evidence_and_no_text(files):
    new, old = (read(data) for data in files["constructs"])
    assert seen(old) == seen(new)
    assert set(seen(old)) == {"hidden_text", "white_text", "tiny_text", "deletions", "insertions", "comments"}
    assert seen(old)["hidden_text"] == (2, "隐藏样式藏字")
    assert all(word not in old.document.text for word in ("隐藏", "白字", "小字", "删掉的", "藏字", "HYPERLINK"))


def test_a_password_is_told(files):
    data = bytearray(files["text0"][1])
    data[data.index(b"\xec\xa5") + 11] |= 1  # fEncrypted
    assert code_of(bytes(data)) == "encrypted"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_cut_doc_is_damaged_or_complete(files, tenth):
    data = files["text0"][1]
    whole = read(data).document.text
    cut = data[: len(data) * tenth // 10]
    outcome = outcome_of(cut)
    assert outcome == "damaged" or (outcome == whole and tenth > 5)  # what was lost last was not the text


def test_mutations_give_a_document_or_a_code(files):
    rng, data, outcomes = random.Random(11), files["constructs"][1], set()
    for _ in range(400):
        mutant = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(512, len(mutant))
            mutant[at] = rng.randrange(256)
        try:
            parse(bytes(mutant), "x.doc", Limits())
            outcomes.add("read")
        except UnreadableError as error:
            outcomes.add(error.code)
    assert {"read", "damaged"} <= outcomes <= {"read", *REFUSALS}


# -- byte by byte -------------------------------------------------------------------------------------------------------


def test_pieces_of_both_widths_make_one_text():
    data = small_doc(("“caf\xe9” …\r", True, 0), ("国培𠮷\x0b第二行\r", False, 0), ("end\r", True, 0))
    assert list(read(data).document) == ["“café” …", "国培𠮷", "第二行", "end"]


def test_a_piece_may_be_deleted_as_a_whole():
    short = 0x41 << 1 | 1 << 8  # sprmCFRMarkDel in a single word
    data = small_doc(
        ("留下", False, 0), ("删一", False, short), ("删二", False, 1), ("\r", True, 0), modifiers=[b"\x00\x08\x01"]
    )
    intake = read(data)
    assert list(intake.document) == ["留下"]
    assert seen(intake) == {"deletions": (2, "删一删二")}


def test_page_numbers_hidden_in_web_view_are_text_other_words_evidence():
    data = small_doc(
        ("做法\t", False, 0), ("12", False, 1), ("网页", False, 1), ("\r", False, 0), modifiers=[b"\x11\x08\x01"]
    )
    intake = read(data)
    assert list(intake.document) == ["做法\t12"]
    assert seen(intake) == {"hidden_text": (1, "网页")}


def test_fields_leave_their_result_and_stray_marks_nothing():
    text = "甲\x15\x13 TOC \x13 INNER \x14内\x15 \x14目录\x15乙\r丙\x13没有结束\r丁\r"
    assert list(read(small_doc((text, False, 0))).document) == ["甲目录乙", "丙没有结束", "丁"]
    assert seen(read(small_doc(("\x13 DDEAUTO c:\\x \x14值\x15\r", False, 0)))) == {"fields": (1, " DDEAUTO c:\\x ")}


def test_a_word_under_its_reading_is_drawn_from_the_code_of_a_field():
    text = "国\x13 EQ \\* jc2 \\o\\ad(\\s\\up 9(péi xùn),培训)\x15班\x13 EQ \\f(1,2)\x15\r"
    assert list(read(small_doc((text, False, 0))).document) == ["国培训班"]


def test_a_symbol_takes_the_place_of_its_bracket():
    circle = struct.pack("<HHH", 0x6A09, 3, 0x2460)
    box = struct.pack("<HHH", 0x6A09, 3, 0xF0A8)
    pieces = [("(", False, 1), ("做法(", False, 0), ("(", False, 3), ("例)", False, 3), ("\r", False, 0)]
    assert list(read(small_doc(*pieces, modifiers=[circle, box])).document) == ["①做法(例)"]


def test_special_characters():
    text = "一\x1e二\x1f三\x01四\x02五\x05六\x08七\x0e八(九)\x0c十\r"
    assert list(read(small_doc((text, False, 0))).document) == ["一-二三四五六七", "八(九)", "十"]


@pytest.mark.parametrize(
    ("why", "data", "code"),
    [
        ("more text than bytes", small_doc(("a\r", True, 0), broken=([0, 2**31 - 1], [0x40000C00])), "bomb"),
        ("a piece outside the stream", small_doc(("a\r", True, 0), broken=([0, 2], [0x7FFFFFFF])), "damaged"),
        (
            "positions that run back",
            small_doc(("a\r", True, 0), ("b", True, 0), broken=([0, 3, 2], [0x40000C00] * 2)),
            "damaged",
        ),
        ("stories longer than the text", small_doc(("a\r", True, 0), counts=[9, 0, 0, 0, 0, 0, 0, 0]), "damaged"),
        ("a story of negative length", small_doc(("a\r", True, 0), counts=[3, 0, -1, 0, 0, 0, 0, 0]), "damaged"),
        ("a password", small_doc(("a\r", True, 0), flags=0x0100), "encrypted"),
    ],
)
def test_lies_are_refused(why, data, code):
    assert code_of(data) == code, why


def test_the_same_bytes_may_not_be_told_again_and_again():
    # 300 pieces of the same 2,000 bytes: 600,000 characters out of a file of 9 KB.
    pieces = [("字" * 1000 if not n else "", False, 0) for n in range(300)]
    told = [n * 1000 for n in range(301)]
    assert code_of(small_doc(*pieces, broken=(told, [0x600] * 300))) == "bomb"


def test_more_paragraphs_than_the_limit_are_too_many():
    with pytest.raises(UnreadableError) as caught:
        parse(small_doc(("\r" * 900, True, 0)), "x.doc", Limits(elements=500))
    assert caught.value.code == "too_many_elements"


def test_extensions_that_lie_both_ways(files):
    new, old = files["text1"]
    for data, name, said in ((new, "案例.doc", ".docx"), (old, "案例.docx", ".doc"), (new, "案例.wps", ".docx")):
        warnings = {w.code: w.message for w in read(data, name).warnings}
        assert said in warnings["extension_mismatch"]
    for data, name in ((new, "案例.docx"), (old, "案例.DOC"), (old, "案例.wps"), (new, ""), (new, "2023.国培案例")):
        assert not read(data, name).warnings


# -- LibreOffice --------------------------------------------------------------------------------------------------------


def office_processes(folder):
    """Return the LibreOffice processes that work below a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "soffice" in line and str(folder) in line and process.status() != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """No LibreOffice of this process before the test, and none after it; temporary files in a folder of the test's own."""
    need_office()
    close()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield
    close()
    assert not office_processes(tmp_path)


def test_libreoffice_reads_the_same_text_from_a_doc(files):
    new, old = files["text0"]
    # Characters, not lines: LibreOffice takes a table at the very end of its own .doc for one paragraph.
    assert squeezed(parse(convert(old, ".doc"), "", Limits())) == squeezed(read(new))


@pytest.mark.usefixtures("fresh")
def test_one_libreoffice_serves_many_files_and_is_changed_now_and_then(monkeypatch, tmp_path):
    monkeypatch.setattr("screening.intake.office.RECYCLED_AFTER", 2)
    folders = []
    for n in range(3):
        assert f"text{n}" in parse(convert(f"{{\\rtf1 text{n}\\par}}".encode(), ".rtf"), "", Limits()).document.text
        folders += list(tmp_path.iterdir())
        assert any(s.exists() for s in sockets(folders[-1] / "profile"))
    assert folders[0] == folders[1] != folders[2]
    close()
    assert not list(tmp_path.iterdir())
    assert not [s for folder in folders for s in sockets(folder / "profile") if s.exists()]


@pytest.mark.usefixtures("fresh")
def test_a_killed_parent_takes_its_libreoffice_along(tmp_path):
    code = "import os; from screening.intake.office import convert; convert(b'{\\\\rtf1 x}', '.rtf'); print('done', flush=True); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.returncode) == (b"done", -9)
    deadline = time.monotonic() + 5
    while office_processes(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not office_processes(tmp_path)
    for left in tmp_path.iterdir():  # nobody is there any more to remove its socket
        for socket_file in sockets(left / "profile"):
            socket_file.unlink(missing_ok=True)


@pytest.mark.usefixtures("fresh")
def test_what_libreoffice_makes_nothing_of_is_refused():
    with pytest.raises(UnreadableError) as caught:
        convert(b"PK\x03\x04" + bytes(500), ".docx")
    assert caught.value.code == "legacy_doc"


def test_rtf_is_read_without_libreoffice(files, folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    intake = read((folder / "text0.rtf").read_bytes(), "x.rtf")
    assert intake.format == "rtf" and not intake.warnings
    assert squeezed(intake) == squeezed(read(files["text0"][0]))


@pytest.mark.usefixtures("fresh")
def test_a_file_that_takes_too_long_leaves_no_process(tmp_path):
    with pytest.raises(UnreadableError) as caught:
        convert(b"{\\rtf1 text}", ".rtf", seconds=0.4)
    assert caught.value.code == "timeout"
    assert not office_processes(tmp_path)


@pytest.mark.parametrize("confined", [True, False], ids=["no network", "LibreOffice's settings alone"])
@pytest.mark.usefixtures("fresh")
def test_a_linked_picture_is_not_fetched(confined, monkeypatch):
    # Without both, LibreOffice asks for the picture of the page twice.
    if not confined:
        monkeypatch.setattr("screening.intake.office._confined", tuple)
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def listen():
            try:
                while True:
                    calls.append(server.accept())
            except OSError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        page = f'<html><body><p>before</p><img src="{url}" width="9" height="9"><p>after</p></body></html>'
        rtf = f'{{\\rtf1 before {{\\field{{\\*\\fldinst INCLUDEPICTURE "{url}" \\\\d}}{{\\fldrslt x}}}} after\\par}}'
        for data, suffix in ((rtf, ".rtf"), (page, ".html")):
            assert "after" in parse(convert(data.encode(), suffix), "", Limits()).document.text
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert calls == []


def word_95():
    old = bytearray(small_doc(("a\r", True, 0)))
    at = old.index(struct.pack("<HH", 0xA5EC, 0xC1))
    old[at : at + 4] = struct.pack("<HH", 0xA5DC, 104)
    return bytes(old)


def test_without_libreoffice_the_refusal_says_how_to_get_it(monkeypatch):
    close()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableError) as caught:
        read(word_95(), "x.doc")
    assert caught.value.code == "no_converter"
    assert "apt-get install libreoffice-writer" in caught.value.advice


def test_word_95_and_works_go_to_the_converter():
    with pytest.raises(UnreadableError) as caught:
        parse(word_95(), "x.doc", Limits())
    assert caught.value.code == "no_converter"


def test_the_builder_makes_what_the_docx_reader_reads():
    assert "框里一段" in read(constructs()).document.text
    assert read(docx(p("字"))).format == "docx"
