"""A table of contents in a .docx: its page numbers are printed, so they are text."""

from tests.builder import docx, p, r
from tests.intake.test_docx import codes, lines


def test_the_page_numbers_of_a_table_of_contents_are_printed_and_are_text():
    entry = p("一、案例概要", "<w:r><w:rPr><w:webHidden/></w:rPr><w:tab/></w:r>", r("3", "<w:webHidden/>"))
    hidden = p("二、做法", r("\t", "<w:webHidden/>"), r("3", "<w:vanish/><w:webHidden/>"), props="<w:spacing/>")
    assert lines(docx(entry, hidden)) == ["一、案例概要\t3", "二、做法\t"]
    assert "hidden_text" not in codes(docx(entry))


def test_lines_of_a_table_of_contents_as_libreoffice_saves_them_are_text():
    line = f'<w:hyperlink w:anchor="_Toc1">{r("一、案例概要", "<w:webHidden/>")}{r("页", "<w:vanish/>")}</w:hyperlink>'
    data = docx(p(line, r("网页", "<w:webHidden/>")))
    assert lines(data) == ["一、案例概要"]
    assert codes(data)["hidden_text"].quote == "页网页"
