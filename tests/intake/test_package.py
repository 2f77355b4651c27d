"""Odd packages: relations that dangle or lead outside, invalid nesting, paper and theme colours, limits at every depth."""

import pytest

from screening.errors import UnreadableError
from screening.intake import Limits, read
from tests.builder import NS, TYPES, docx, p, package, r, rels, style, style_row, styles, tbl, tc

BODY = f"<w:document {NS}><w:body>{p('正文')}</w:body></w:document>"


def lines(data):
    return list(read(data, "x.docx").document)


def codes(data):
    return {w.code: w for w in read(data, "x.docx").warnings}


def refused(data, limits=None):
    with pytest.raises(UnreadableError) as caught:
        read(data, "x.docx", limits)
    return caught.value.code


def test_a_main_relation_that_dangles_falls_back_on_the_usual_name():
    data = package(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": rels([("r", "officeDocument", "NULL", False)]),
            "word/document.xml": BODY,
        }
    )
    assert lines(data) == ["正文"]
    assert "dangling_part" in codes(data)
    assert lines(package({"word/document.xml": BODY})) == ["正文"]


@pytest.mark.parametrize(
    "target", ["/word/document.xml", "word/../word/document.xml", "word/document.xml#top", "word%2Fdocument.xml"]
)
def test_targets_in_every_spelling(target):
    data = package({"_rels/.rels": rels([("r", "officeDocument", target, False)]), "word/document.xml": BODY})
    assert lines(data) == ["正文"]


def test_a_folder_of_another_office_program_is_no_word_file():
    assert refused(package({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<a/>"})) == "zip_not_word"


def test_what_a_relation_brings_along_is_told():
    outside = "https://example.com/模板.dotx"
    data = docx(
        p("正文"),
        settings=f"<w:settings {NS}/>",
        links=[
            ("rId1", "package", "embeddings/a.xlsx", False),
            ("rId2", "aFChunk", "chunk.html", False),
            ("rId3", "attachedTemplate", outside, True),
        ],
        extra={
            "word/_rels/settings.xml.rels": rels(
                [("r", "attachedTemplate", outside, True), ("s", "attachedTemplate", "file:///C:/a.dotx", True)]
            )
        },
    )
    found = codes(data)
    assert {"embedded_object", "unread_content", "remote_template"} <= set(found)
    assert found["remote_template"].count == 2  # the template on the author's own disk is none
    assert outside in found["remote_template"].quote


def test_blocks_where_none_belong_are_read_all_the_same():
    inner = p("里面")
    deleted = f"<w:del>{p('删掉的整段')}</w:del>"
    data = docx(f"<w:p>{r('前')}{inner}</w:p>", deleted, f"<w:ins>{p('插入的整段')}</w:ins>")
    text = "".join(lines(data))
    assert "里面" in text and "插入的整段" in text and "删掉" not in text
    assert codes(data)["deletions"].quote == "删掉的整段"


def test_a_table_inside_an_inserted_row_and_a_choice_of_blocks():
    row = f"<w:tr>{tc(p('格'))}</w:tr>"
    choice = f"<mc:AlternateContent><mc:Choice Requires='x'>{p('选')}</mc:Choice><mc:Fallback>{p('退')}</mc:Fallback></mc:AlternateContent>"
    assert lines(docx(f"<w:tbl><w:ins>{row}</w:ins></w:tbl>", choice)) == ["格", "选"]


def test_white_on_coloured_paper_and_theme_shades():
    white = r("白字", '<w:color w:val="FFFFFF"/>')
    assert lines(docx(p(white), background='<w:background w:color="1F3864"/>')) == ["白字"]
    assert lines(docx(p(white), background='<w:background w:color="auto"/>')) == [""]
    theme = '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:clrScheme><a:accent1><a:srgbClr val="4F81BD"/></a:accent1></a:clrScheme></a:theme>'
    pale = r("淡", '<w:color w:val="4F81BD" w:themeColor="accent1" w:themeTint="08"/>')
    dark = r("深", '<w:color w:val="4F81BD" w:themeColor="accent1" w:themeShade="80"/>')
    odd = r("奇", '<w:color w:val="4F81BD" w:themeColor="accent1" w:themeTint="zz"/>')
    assert lines(docx(p(pale, dark, odd), theme=theme)) == ["深奇"]


def test_shaded_paragraphs_and_sizes_that_are_no_numbers():
    shaded = '<w:shd w:fill="1F3864"/>'
    assert lines(docx(p(r("白字", '<w:color w:val="FFFFFF"/>'), props=shaded))) == ["白字"]
    assert lines(docx(p(r("字", '<w:sz w:val="大"/>')))) == ["字"]
    sheet = styles(style_row("S", "样式", p_props='<w:outlineLvl w:val="大"/>'))
    assert read(docx(p("字", props=style("S")), styles=sheet)).document.paragraphs[0].level is None


@pytest.mark.parametrize(
    "nested",
    [
        "<w:r>" + "<w:smartTag>" * 60 + r("底") + "</w:smartTag>" * 60 + "</w:r>",
        "<w:hyperlink>" * 60 + r("底") + "</w:hyperlink>" * 60,
    ],
)
def test_depth_is_limited_inside_paragraphs_too(nested):
    assert refused(docx(p(nested)), Limits(depth=40)) == "too_deep"
    assert lines(docx(p(nested))) == ["底"]


def test_what_all_parts_inflate_to_together_is_limited():
    notes = "".join(f'<w:footnote w:id="{n}">{p("脚注" * 40)}</w:footnote>' for n in range(40))
    data = docx(p("正文" * 900), tbl(["格"]), footnotes=notes)
    assert refused(data, Limits(inflated=9_000)) == "bomb"
    assert "脚注" in read(data).document.text


def test_a_part_that_is_not_what_the_directory_says():
    data = bytearray(docx(p("正文" * 200)))
    at = data.index(b"word/document.xml") + len("word/document.xml")
    data[at : at + 12] = b"\xff" * 12
    assert refused(bytes(data)) == "damaged"


@pytest.mark.parametrize("char", ["F0FC", "2460", "D800", "XYZ", "110000", "1"])
def test_symbols_give_their_character_or_nothing(char):
    data = docx(p("甲", f'<w:r><w:sym w:font="Wingdings" w:char="{char}"/></w:r>', "乙"))
    assert lines(data) == ["甲①乙" if char == "2460" else "甲乙"]
