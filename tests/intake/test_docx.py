"""Every construct of a Word file in the table of the design note on intake: one test each."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.document import Document, Story
from screening.intake import read
from tests.builder import NS, W, docx, p, package, r, style, style_row, styles, t, tbl, tc


def lines(data):
    return list(read(data, "x.docx").document)


def codes(data):
    return {w.code: w for w in read(data, "x.docx").warnings}


def box(inner):
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    choice = f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice>'
    fallback = f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
    return f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"


def test_tables_stand_in_order_and_merged_cells_count_once():
    table = tbl(
        ["甲", tc(p("宽"), props='<w:gridSpan w:val="100000000"/>')],
        [tc(p("高"), props='<w:vMerge w:val="restart"/>'), tc(props="<w:vMerge/>")],
    )
    assert lines(docx(p("前"), table, p("后"))) == ["前", "甲", "宽", "高", "", "后"]


def test_nested_tables_and_their_places():
    document = read(docx(tbl(["甲", tc(p("乙"), tbl(["丙"]), p("丁"))]))).document
    assert [(document.quote(x.span), x.source, x.table) for x in document.paragraphs] == [
        ("甲", "table/0/r0/c0", True),
        ("乙", "table/0/r0/c1", True),
        ("丙", "table/0/r0/c1/table/0/r0/c0", True),
        ("丁", "table/0/r0/c1", True),
    ]


def test_a_text_box_is_read_once_as_a_story_of_its_own():
    document = read(docx(p("正文", box(p("框里"))), p("再来"))).document
    assert list(document) == ["正文", "再来", "框里"]
    assert document.paragraphs[2].story is Story.TEXTBOX


def test_boxes_in_boxes_tables_groups_and_canvases_are_read_once():
    def grouped(inner):
        content = f"<w:txbxContent>{inner}</w:txbxContent>"
        return (
            "<w:r><mc:AlternateContent><mc:Choice Requires='wpc'><w:drawing><a:graphic><a:graphicData>"
            f"<x:wpc xmlns:x='urn:x'><x:wgp><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></x:wgp></x:wpc>"
            "</a:graphicData></a:graphic></w:drawing></mc:Choice><mc:Fallback><w:pict><v:group><v:shape><v:textbox>"
            f"{content}</v:textbox></v:shape></v:group></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )

    data = docx(
        p("文", box(p("外", box(p("内"))) + tbl(["格"]))), tbl([tc(p("表", box(p("表里"))))]), p(grouped(p("组")))
    )
    document = read(data).document
    assert [(document.quote(q.span), q.source) for q in document.paragraphs] == [
        ("文", "body/0"),
        ("表", "table/0/r0/c0"),
        ("", "body/1"),
        ("外", "textbox/0/body/0"),
        ("格", "textbox/0/table/0/r0/c0"),
        ("表里", "textbox/1/body/0"),
        ("组", "textbox/2/body/0"),
        ("内", "textbox/3/body/0"),
    ]


def test_boxes_outside_the_body_belong_to_the_story_they_stand_in():
    data = docx(
        p("正文", box(p("框"))),
        footnotes=f'<w:footnote w:id="2">{p("脚注", box(p("脚注框")))}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("尾注", box(p("尾注框")))}</w:endnote>',
        header=p("页眉", box(p("页眉框", box(p("框中框"))))),
        footer=tbl([tc(p("页脚", box(p("页脚框"))))]),
        comments=f'<w:comment w:id="2">{p("批注", box(p("批注框")))}</w:comment>',
    )
    document = read(data).document
    assert [
        (document.quote(q.span), q.story.value, q.source) for q in document.paragraphs if "框" in document.quote(q.span)
    ] == [
        ("框", "textbox", "textbox/0/body/0"),
        ("脚注框", "footnote", "footnote/0/textbox/0/body/0"),
        ("尾注框", "endnote", "endnote/0/textbox/0/body/0"),
        ("页眉框", "header", "header/0/textbox/0/body/0"),
        ("框中框", "header", "header/0/textbox/1/body/0"),
        ("页脚框", "footer", "footer/0/textbox/0/body/0"),
        ("批注框", "comment", "comment/0/textbox/0/body/0"),
    ]


def test_a_fallback_is_read_where_the_choice_holds_nothing():
    alternate = f"<w:r><mc:AlternateContent><mc:Choice Requires='x'/><mc:Fallback>{t('旧')}</mc:Fallback></mc:AlternateContent></w:r>"
    assert lines(docx(p("新", alternate))) == ["新旧"]


@pytest.mark.parametrize(
    "wrap",
    [
        "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
        "<w:smartTag>{}</w:smartTag>",
        "<w:customXml>{}</w:customXml>",
        "<w:hyperlink>{}</w:hyperlink>",
        "<w:fldSimple w:instr='PAGE'>{}</w:fldSimple>",
        "<w:bdo w:val='ltr'>{}</w:bdo>",
        "<w:dir w:val='ltr'>{}</w:dir>",
        "<w:ins w:id='1'>{}</w:ins>",
        "<w:moveTo w:id='1'>{}</w:moveTo>",
    ],
)
def test_wrappers_around_runs_are_descended(wrap):
    assert lines(docx(p("甲", wrap.format(r("乙")), "丙"))) == ["甲乙丙"]


def test_content_controls_around_blocks_rows_and_cells():
    def sdt(x):
        return f"<w:sdt><w:sdtContent>{x}</w:sdtContent></w:sdt>"

    table = f"<w:tbl>{sdt('<w:tr>' + sdt(tc(p('格'))) + '</w:tr>')}</w:tbl>"
    assert lines(docx(sdt(p("段")), table)) == ["段", "格"]


def test_insertions_are_read_and_told_deletions_left_out_and_kept():
    deleted = "<w:del w:id='1'><w:r><w:delText>旧话</w:delText></w:r></w:del>"
    moved = f"<w:moveFrom w:id='2'>{r('搬走')}</w:moveFrom>"
    data = docx(p("甲", f"<w:ins w:id='3'>{r('新')}</w:ins>", deleted, moved))
    assert lines(data) == ["甲新"]
    found = codes(data)
    assert found["insertions"].quote == "新"
    assert found["deletions"].quote == "旧话搬走"
    assert found["deletions"].count == 2


def test_field_codes_are_no_text_and_harmful_ones_are_told():
    data = docx(
        p(
            "第",
            "<w:r><w:instrText>PAGE</w:instrText></w:r>",
            "<w:r><w:instrText>DDEAUTO c:\\\\x</w:instrText></w:r>",
            "页",
        )
    )
    assert lines(data) == ["第页"]
    assert codes(data)["fields"].count == 1


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (r"EQ \* jc2 \* hps10 \o\ad(\s\up 9(péi xùn),培训)", "培训"),
        (r" eq \o(\s\up 9(guó);国) ", "国"),
        (r"eq \o\ac(○,1)", "1"),
        (r"EQ \f(1,2)", ""),
        (r"EQ \s\up 9(藏)", ""),
        (r"QUOTE \o(藏,字)", ""),
    ],
)
def test_a_word_under_its_reading_is_drawn_from_the_code_of_a_field(code, shown):
    def char(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    halves = "".join(f"<w:r><w:instrText>{x}</w:instrText></w:r>" for x in (code[:9], code[9:]))
    assert lines(docx(p("国", char("begin"), halves, char("end"), "班"))) == [f"国{shown}班"]


def test_math_is_read():
    data = docx(p("面积", "<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>"))
    assert lines(data) == ["面积a=b"]
    assert "math" in codes(data)


def test_ruby_keeps_the_base_and_drops_the_pinyin():
    ruby = f"<w:r><w:ruby><w:rt>{r('guó')}</w:rt><w:rubyBase>{r('国')}</w:rubyBase></w:ruby></w:r>"
    assert lines(docx(p(ruby, "培"))) == ["国培"]


@pytest.mark.parametrize(
    ("props", "code"),
    [
        ("<w:vanish/>", "hidden_text"),
        ("<w:webHidden/>", "hidden_text"),
        ('<w:color w:val="FFFFFF"/>', "white_text"),
        ('<w:color w:val="FEFEFA"/>', "white_text"),
        ('<w:color w:val="000000" w:themeColor="background1"/>', "white_text"),
        ('<w:color w:val="444444"/><w:shd w:fill="464646"/>', "white_text"),
        ('<w:sz w:val="6"/>', "tiny_text"),
    ],
)
def test_what_cannot_be_seen_is_no_text_but_evidence(props, code):
    theme = '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements><a:clrScheme><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1></a:clrScheme></a:themeElements></a:theme>'
    data = docx(p("看得见", r("看不见", props)), theme=theme)
    assert lines(data) == ["看得见"]
    assert codes(data)[code].quote == "看不见"


@pytest.mark.parametrize(
    "props",
    [
        '<w:vanish w:val="0"/>',
        '<w:color w:val="FFFFFF"/><w:shd w:fill="1F5F5B"/>',
        '<w:color w:val="auto"/>',
        '<w:sz w:val="21"/>',
        '<w:color w:val="FFFFFF"/><w:highlight w:val="red"/>',
    ],
)
def test_what_can_be_seen_is_text(props):
    assert lines(docx(p(r("白字红底也看得见", props)))) == ["白字红底也看得见"]


def test_hiding_through_styles_is_hiding():
    sheet = styles(
        style_row("Base", "暗", r_props="<w:vanish/>"),
        style_row("Child", "更暗", based="Base"),
        style_row("Char", "字", kind="character", r_props='<w:color w:val="FFFFFF"/>'),
    )
    data = docx(
        p("整段", props=style("Child")),
        p("甲", r("乙", '<w:rStyle w:val="Char"/>')),
        p(r("露出", '<w:vanish w:val="false"/>'), props=style("Child")),
        styles=sheet,
    )
    assert lines(data) == ["", "甲", "露出"]
    assert {"hidden_text", "white_text"} <= set(codes(data))


def test_white_on_a_dark_cell_is_text():
    dark = tc(p(r("表头", '<w:color w:val="FFFFFF"/>')), props='<w:shd w:fill="1F3864"/>')
    assert lines(docx(tbl([dark]))) == ["表头"]
    painted = styles(
        style_row(
            "Grid",
            "网格",
            kind="table",
            more='<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr></w:tblStylePr>',
        )
    )
    head = tbl([tc(p(r("表头", '<w:color w:val="FFFFFF"/>')))], props='<w:tblStyle w:val="Grid"/>')
    assert lines(docx(head, styles=painted)) == ["表头"]


def test_notes_headers_footers_and_comments_are_stories():
    note = (
        f'<w:footnote w:id="0" w:type="separator">{p("线")}</w:footnote><w:footnote w:id="2">{p("脚注")}</w:footnote>'
    )
    document = read(
        docx(
            p("正文"),
            footnotes=note,
            endnotes=f'<w:endnote w:id="2">{p("尾注")}</w:endnote>',
            header=p("页眉"),
            footer=p("页脚"),
            comments=f'<w:comment w:id="1">{p("批注")}</w:comment>',
        )
    ).document
    assert [(document.quote(x.span), x.story.value) for x in document.paragraphs] == [
        ("正文", "body"),
        ("脚注", "footnote"),
        ("尾注", "endnote"),
        ("页眉", "header"),
        ("页脚", "footer"),
        ("批注", "comment"),
    ]


def test_signs_and_breaks():
    data = docx(
        p(
            "甲<",
            "<w:r><w:tab/></w:r>",
            "乙",
            "<w:r><w:noBreakHyphen/><w:softHyphen/><w:br/></w:r>",
            "丙",
            '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:char="2460"/></w:r>',
        ).replace("甲<", "甲")
    )
    document = read(data).document
    assert list(document) == ["甲\t乙-", "丙①"]
    assert [x.source for x in document.paragraphs] == ["body/0", "body/0/2"]


def test_strict_files_other_main_parts_and_odd_case():
    data = docx(p("严格"))
    assert lines(data) == ["严格"]
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        files = {
            n: z.read(n)
            .decode()
            .replace("schemas.openxmlformats.org/officeDocument/2006", "purl.oclc.org/ooxml/officeDocument")
            .replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
            for n in z.namelist()
        }
    assert lines(package(files)) == ["严格"]
    assert lines(docx(p("另名"), main="word/document2.xml")) == ["另名"]
    assert lines(docx(p("大写"), names={"word/document.xml": "Word/Document.XML"})) == ["大写"]


def test_dangling_parts_are_tolerated():
    data = docx(p("还在"), links=[("rId8", "styles", "NULL", False), ("rId9", "image", "../NULL", False)])
    assert lines(data) == ["还在"]
    assert "dangling_part" in codes(data)


def chunks(**files):
    """Return a .docx whose text stands between two paragraphs in chunks, by file name."""
    links = [(f"c{n}", "aFChunk", f"{name}.{kind}", False) for n, (name, (kind, _)) in enumerate(files.items())]
    body = "".join(f'<w:altChunk r:id="c{n}"/>' for n in range(len(files)))
    extra = {f"word/{name}.{kind}": data for name, (kind, data) in files.items()}
    return docx(p("前"), body, p("后"), links=links, extra=extra)


def test_a_file_that_stands_for_a_part_of_the_text_is_read_in_its_place():
    mail = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n"
        "Content-Transfer-Encoding: 8bit\n\n<html><body><p>网页</p><p style='display:none'>藏</p></body></html>\n--b--\n"
    )
    inner = docx(p("里"), tbl(["格"]), p(r("藏", "<w:vanish/>")), header=p("页眉"))
    data = chunks(
        a=("docx", inner), b=("html", "<html><body>页<br></body></html>"), c=("mht", mail), d=("txt", "文本\n行")
    )
    assert lines(data) == ["前", "里", "格", "", "页", "网页", "文本", "行", "后"]
    assert codes(data)["hidden_text"].count == 2
    assert "unread_content" not in codes(data)


def test_chunks_that_can_not_be_read_are_told_and_chunks_in_chunks_are_not_followed():
    deep = chunks(a=("docx", chunks(b=("txt", "深处"))))
    assert lines(deep) == ["前", "前", "后", "后"]
    for data in (
        deep,
        chunks(a=("rtf", "{\\rtf1 x}")),
        chunks(a=("docx", "PK\x03\x04")),
        chunks(a=("bin", b"\x89PNG\r\n\x1a\n")),
    ):
        assert codes(data)["unread_content"].count == 1


def test_what_is_not_read_is_told():
    data = docx(
        p(
            "图",
            '<w:r><w:drawing><a:blip r:embed="rId5"/><c:chart r:id="rId6"/></w:drawing></w:r>',
            "<w:r><w:object><o:OLEObject/></w:object></w:r>",
        ),
        '<w:altChunk r:id="rId7"/>',
        links=[("rId5", "image", "http://x.example/a.png", True), ("rId6", "hyperlink", "http://x.example", True)],
        extra={"word/vbaProject.bin": "x"},
    )
    found = codes(data)
    assert {"unread_content", "embedded_object", "external_link", "macros", "scan_suspected"} <= set(found)
    assert found["external_link"].count == 1
    assert read(data).pictures == 1


def test_zero_width_and_bidi_characters_are_told():
    found = codes(docx(p("国\u200b培\u202e计划")))
    assert (found["zero_width"].count, found["bidi"].count) == (1, 1)


def test_properties_are_the_personal_traces():
    core = '<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:creator>周明远</dc:creator><cp:lastModifiedBy> </cp:lastModifiedBy></cp:coreProperties>'
    assert dict(read(docx(p("字"), extra={"docProps/core.xml": core})).properties) == {"creator": "周明远"}


TREE = st.recursive(
    st.text(alphabet="教师培训，。 AI\t", max_size=8).map(p),
    lambda inner: (
        st.lists(st.lists(inner.map(tc), min_size=1, max_size=3), min_size=1, max_size=3).map(lambda rows: tbl(*rows))
        | inner.map(lambda x: f"<w:sdt><w:sdtContent>{x}</w:sdtContent></w:sdt>")
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TREE, min_size=1, max_size=6))
def test_every_character_belongs_to_one_paragraph_or_joins_two(blocks):
    document = read(docx(*blocks)).document
    at = 0
    for x in document.paragraphs:
        assert x.span.start == at
        at = x.span.end + 1
        assert document.text[x.span.end : at] in ("\n", "")
    assert at == len(document.text) + 1
    assert Document.from_json(document.to_json()) == document


def test_the_namespace_of_the_tests_is_words_own():
    assert W in NS
