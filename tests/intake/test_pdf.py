"""PDF: the text layer in paragraphs, no Word file; without a text layer a scan."""

import pytest
from docx import Document

from screening.errors import UnreadableError
from screening.intake import Limits, parse, read
from tests.intake.legacy_files import need_office, office
from tests.intake.pdf_files import pdf

pytest.importorskip("pypdfium2")

LONG = "this line goes to the right edge of the page, about"


def code_of(data, limits=None):
    with pytest.raises(UnreadableError) as caught:
        read(data, "x.pdf", limits)
    return caught.value.code


def test_lines_become_paragraphs():
    intake = read(
        pdf(
            [(250, "Title"), (94, LONG), (70, LONG), (70, "short end."), (70, "A heading"), (94, LONG), (280, "- 1 -")],
            [(70, LONG), (70, "the end."), (94, "New."), (280, "2")],
        ),
        "x.pdf",
    )
    assert list(intake.document) == [
        "Title",
        f"{LONG} {LONG} short end.",
        "A heading",
        f"{LONG} {LONG} the end.",
        "New.",
    ]
    assert (intake.format, intake.warnings) == ("pdf", ())


def test_a_pdf_made_of_a_case_says_what_the_case_says(tmp_path):
    need_office()
    lines = ["第一段说的是国培计划，" * 12 + "完。", "第二段很短。", "第三段 with English words " * 9 + "尾。"]
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(tmp_path / "x.docx")
    office(tmp_path, "pdf", "x.docx")
    got = list(read((tmp_path / "x.pdf").read_bytes()).document)
    assert ["".join(x.split()) for x in got] == ["".join(x.split()) for x in lines]
    assert got[0] == lines[0]  # no blanks where Chinese lines were joined


def test_no_text_layer_is_a_scan():
    assert code_of(pdf([])) == "scanned"


def test_limits_and_faults():
    assert code_of(pdf([(70, "a")], [(70, "b")]), Limits(pages=1)) == "too_many_pages"
    assert code_of(b"%PDF-1.4\nnothing") == "damaged"
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    assert code_of(pdf([(70, "a")], extra=locked)) == "encrypted"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_cut_pdf_has_a_code_or_its_text(tenth):
    whole = pdf([(70, LONG)] * 30)
    try:
        text = parse(whole[: len(whole) * tenth // 10], "x.pdf", Limits()).document.text
    except UnreadableError as error:
        text = error.code
    assert text in {"damaged", "scanned"} or LONG in text


def test_its_name_is_told():
    assert "扩展名是 .docx，实际是 .pdf 格式" in read(pdf([(70, "a")]), "案例.docx").warnings[0].message
