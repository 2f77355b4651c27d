"""A case: what of its document is body, what is compared, what is counted; JSON both ways."""

from datetime import datetime

import pytest

from screening.case import AuthorForm, Case, CaseInfo, FormField
from screening.document import Document, Span
from screening.finding import IntakeWarning
from screening.intake import read
from screening.intake.form import find_form
from screening.intake.manifest import CHINA
from screening.pipeline import Setting, look
from screening.rulebook import load_rulebook
from screening.text.title import find_title
from tests.builder import docx, p, style, style_row, styles, tbl

NOTE = f'<w:footnote w:id="2">{p("脚注四字")}</w:footnote>'
BOX = f"<w:r><w:pict><v:textbox><w:txbxContent>{p('框里')}</w:txbxContent></v:textbox></w:pict></w:r>"


def case_of(*blocks, **parts):
    document = read(docx(*blocks, **parts)).document
    return Case(info=CaseInfo(id="x"), document=document, form=find_form(document))


def test_each_story_goes_where_it_belongs():
    case = case_of(
        p("正文六个字。", BOX),
        p(),
        tbl(["表内"]),
        tbl(["姓名", "周明远"], ["单位", "石榴小学"], ["电话", "13800000101"]),
        footnotes=NOTE,
        header=p("页眉"),
        comments=f'<w:comment w:id="1">{p("批注")}</w:comment>',
    )
    quote = case.document.quote
    assert [quote(x.span) for x in case.body] == ["正文六个字。", "", "表内"]
    assert [quote(x.span) for x in case.compared] == ["正文六个字。", "", "表内", "框里", "脚注四字"]
    assert case.words.words == 8 and case.words_all_stories.words == 14
    assert quote(case.body_span) == "正文六个字。\n\n表内"
    assert "".join(quote(s) for s in case.text_spans) == "正文六个字。表内框里脚注四字"


def test_a_case_without_text_counts_nothing():
    case = case_of(p(), tbl(["姓名", "周明远"], ["单位", "石榴小学"], ["电话", "13800000101"]))
    assert (case.words.words, case.body_span, case.text_spans) == (0, Span(0, 0), ())


def full_case():
    document = Document.from_lines(["𠮷一块屏幕", "正文。", "姓名：周明远"])
    form = AuthorForm(name=FormField("周明远", Span(13, 16)), email=FormField(""), place="lines", spans=(Span(10, 16),))
    info = CaseInfo(
        id="c1",
        file="甲/一.docx",
        kind="growth_story",
        author="周明远",
        received=datetime(2024, 1, 20, 9, tzinfo=CHINA),
        outside_similarity=0.1,
        origins={"author": "form"},
    )
    return Case(
        info=info,
        document=document,
        form=form,
        title_span=Span(0, 5),
        warnings=(IntakeWarning("hidden_text", "有隐藏文字", 2, "藏", "body/1"),),
    )


@pytest.mark.parametrize("case", [full_case(), Case(info=CaseInfo(id="x"), document=Document("", ()))])
def test_a_case_comes_back_equal(case):
    assert Case.from_json(case.to_json()) == case


def test_unknown_keys_of_a_later_version_are_ignored():
    data = full_case().info.to_json() | {"colour": "red"}
    assert CaseInfo.from_json(data) == full_case().info


def test_metadata_can_be_replaced_and_the_text_stays():
    case = full_case().with_info(kind="work_case", id="c2")
    assert (case.kind, case.id, case.document, case.info.author) == ("work_case", "c2", full_case().document, "周明远")


def test_a_title_in_a_heading_style_heads_no_section():
    sheet = styles(style_row("1", "heading 1"))
    document = read(
        docx(
            p("一块屏幕点亮大山", props=style("1")),
            p("案例概要", props=style("1")),
            p("教师们围着屏幕听课。"),
            styles=sheet,
        )
    ).document
    title = find_title(document, document.paragraphs)
    case = Case(info=CaseInfo(id="x", kind="work_case"), document=document, title_span=title)
    assert [h.text for h in look(case, Setting.of(load_rulebook()), None).headings] == ["案例概要"]
