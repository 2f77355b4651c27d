"""The sheet as a page and as PDF: the same content as the Word file, nothing from elsewhere, and polite where PDF can't be made."""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from screening.document import Span
from screening.errors import UsageError
from screening.finding import Evidence
from screening.output import paper_html, paper_typst
from screening.output.paper import BODY, FONTS, paragraph, run, table
from screening.output.sheet import VIEWS
from tests import samples
from tests.output.test_sheet_docx import made, read, several

CELL = re.compile(r"\s+")


def squeezed(text: str) -> str:
    return CELL.sub("", text)


def of_word(data: bytes) -> list[str]:
    """Every paragraph and every cell, without spaces, in their order."""
    out = []
    for block in read(data).iter_inner_content():
        if hasattr(block, "rows"):
            out += [squeezed(c.text) for r in block.rows for c in r.cells]
        else:
            out.append(squeezed(block.text))
    return out


def of_page(data: bytes) -> list[str]:
    root = html.fromstring(data.decode())
    found = root.xpath("//main/*[not(self::table)] | //main/table//td | //main/table//th")
    return [squeezed(e.text_content()) for e in found]


def of_pdf(data: bytes) -> str:
    """All words of the pages, without spaces and page numbers."""
    pdfium = pytest.importorskip("pypdfium2")
    with pdfium.PdfDocument(data) as document:
        pages = [p.get_textpage().get_text_range() for p in document]
    return squeezed("".join(re.sub("—\\s*\\d+\\s*—", "", p) for p in pages))


@pytest.fixture
def typst():
    pytest.importorskip("typst")
    try:
        paper_typst.ready()
    except UsageError as error:
        pytest.skip(error.message)


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_says_what_the_word_file_says(view):
    report = several()
    assert of_page(made(report, view=view, form="html")) == of_word(made(report, view=view))


def test_so_does_the_sheet_of_a_file_that_could_not_be_read():
    assert of_page(made(samples.failed(), form="html")) == of_word(made(samples.failed()))


@pytest.mark.usefixtures("typst")
@pytest.mark.parametrize("view", VIEWS)
def test_every_word_and_figure_stands_in_the_pdf(view):
    report = several()
    said = of_pdf(made(report, view=view, form="pdf"))
    missing = [t for t in of_word(made(report, view=view)) if t not in said]
    assert not missing


def test_the_page_fetches_nothing_and_runs_nothing():
    page = made(several(), form="html", view="aligned", verify_url="https://example.org/verify/AL-1").decode()
    root = html.fromstring(page)
    assert not root.xpath("//script | //link | //img | //iframe | //*[@style] | //*[@src] | //*[@onclick]")
    policy = root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert "url(" not in page and "@import" not in page


def test_a_text_in_the_place_of_a_title_does_not_fill_the_head():
    report = several()
    said = of_word(made(replace(report, case=replace(report.case, title="一块屏幕" * 750))))
    assert 100 < len(said[said.index("题目") + 1]) < 250 and "略2820个字符" in said[said.index("题目") + 1]


def test_names_of_values_and_heads_of_columns_are_told_to_who_listens():
    root = html.fromstring(made(several(), form="html").decode())
    assert root.xpath("//th[normalize-space()='总文字复制比']/@scope") == ["row"]
    assert root.xpath("//thead//th[normalize-space()='是否引证']/@scope") == ["col"]
    assert [len(root.xpath(f"//h{n}")) for n in (1, 2)] == [1, 5]


def test_marks_on_the_page_have_a_line_each_of_its_own():
    report = several()
    late = Evidence(span=Span(report.text.index("了。"), len(report.text)), quote="了。")
    (outcome, *others) = report.outcomes
    finding = replace(report.findings[0], code="length.over", evidence=(late,))
    report = replace(report, outcomes=(replace(outcome, findings=(finding,)), *others))
    page = made(report, form="html").decode()
    style = dict(re.findall(r"\.(x\d+)\.\1\{([^}]*)\}", page))
    lines = {}
    for span in html.fromstring(page).xpath("//p/span[@class]"):
        lines.setdefault(span.text_content(), style[span.get("class")])
    assert "wavy" in lines["一、案例概要"] and "double" in lines["分片区推进"]
    assert "dashed" in lines["点亮大山"] and "dotted" in lines["主要做法"]
    assert "solid" in lines[samples.passage().quote]
    assert any("text-emphasis" in rule for rule in lines.values())


@pytest.mark.usefixtures("typst")
def test_the_same_content_has_the_same_bytes():
    for form in ("html", "pdf"):
        assert made(several(), form=form) == made(several(), form=form)


def test_fonts_are_named_with_what_stands_for_them():
    page = made(several(), form="html").decode()
    for font, others in FONTS.items():
        assert f"'{font}'" in page and all(f"'{o}'" in page for o in others)


@pytest.mark.usefixtures("typst")
def test_words_never_become_commands_of_the_typesetter():
    nasty = '#panic("x") $1/0$ *_`<a> @b \\u{41} // /* = 一 [ ] { } \u202e'
    data = paper_typst.document([paragraph(run(nasty)), table([(nasty,)], (1,))], name=nasty)
    assert of_pdf(data).count(squeezed('#panic("x")$1/0$')) == 2


@pytest.mark.usefixtures("typst")
def test_characters_that_no_font_has_stop_nothing():
    odd = "\ue000 \U000f0000 \U0001f600 \u200b \u0e01 \ufffd \u2028 \u0378 \U0010ffff"
    assert "完" in of_pdf(paper_typst.document([paragraph(run(f"{odd}完"))], name=odd))


@pytest.mark.usefixtures("typst")
def test_a_row_higher_than_a_page_is_not_cut_off():
    said = of_pdf(
        paper_typst.document([table([("窄", "甲" * 3000 + "完")], (1, 4), head=False, labels=True)], name="x")
    )
    assert said.count("甲") == 3000 and said.endswith("完")


@pytest.mark.usefixtures("typst")
def test_an_empty_paper_is_a_paper():
    assert paper_typst.document([], name="空").startswith(b"%PDF")
    assert b"<main></main>" in paper_html.document([], name="空")


@pytest.mark.usefixtures("typst")
def test_the_time_is_in_the_pdf_whatever_its_zone():
    stamp = datetime(2024, 1, 30, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    data = made(several(), form="pdf", made_at=stamp)
    assert squeezed("2024-01-30 09:05（UTC+08:00）") in of_pdf(data)
    assert b"2024-01-30T01:05:00" in data or b"D:20240130010500" in data


@pytest.mark.usefixtures("typst")
def test_a_time_needs_a_zone_in_every_form():
    for writer in (paper_html.document, paper_typst.document):
        with pytest.raises(ValueError, match="zone"):
            writer([], name="x", made_at=datetime(2024, 1, 1))  # noqa: DTZ001 - the case in point
    assert b"2024-01-30T01:05:00+00:00" in paper_html.document(
        [], name="x", made_at=datetime(2024, 1, 30, 1, 5, tzinfo=UTC)
    )


def test_without_typst_it_says_what_to_install(monkeypatch):
    paper_typst._fonts.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="没有装") as told:
        made(several(), form="pdf")
    assert 'pip install "case-screening[pdf]"' in told.value.advice and ".docx" in told.value.advice
    paper_typst._fonts.cache_clear()


@pytest.mark.usefixtures("typst")
def test_without_a_chinese_font_it_says_so(monkeypatch):
    paper_typst._fonts.cache_clear()
    monkeypatch.setattr(paper_typst, "_CHINESE", frozenset())
    with pytest.raises(UsageError, match="没有可用的中文字体"):
        made(several(), form="pdf")
    paper_typst._fonts.cache_clear()


@pytest.mark.usefixtures("typst")
def test_boxes_to_tick_are_boxes():
    """A character that no font has is drawn as the glyph for what is missing, number 0."""
    data = paper_typst.document([paragraph(run("☐ ☑"))], name="x")
    assert b"DejaVuSans" in data or b"SegoeUISymbol" in data


@pytest.mark.usefixtures("typst")
def test_a_font_of_the_computer_is_used_and_none_that_it_lacks():
    _, known = paper_typst._fonts()
    used = [f["name"] for f in paper_typst._family(BODY, known)]
    assert used and set(used) <= known
