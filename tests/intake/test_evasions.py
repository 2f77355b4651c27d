"""Tricks are evidence: each found, counted, quoted and located, and no text; what looks like a trick and is none stays text."""

import pytest

from screening.intake import read
from tests.builder import NS, docx, p, r, rels, style, style_row, styles, tbl, tc

WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
PIC = 'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
LONG = "这一段话很长而且写在了谁也看不见的地方用来凑足通知要求的字数"
WHITE, DARK = '<w:color w:val="FFFFFF"/>', '<w:shd w:val="clear" w:fill="1F3864"/>'


def told(data):
    return {w.code: w for w in read(data, "x.docx").warnings}


def text(data):
    return read(data, "x.docx").document.text


def found(data, code, quote, source, count=1):
    """Check that a trick is told with its words and its place, and that its words are no text."""
    warning = told(data)[code]
    assert (warning.quote, warning.source, warning.count) == (quote, source, count)
    assert quote not in text(data)


@pytest.mark.parametrize(
    ("props", "code"),
    [
        ('<w:sz w:val="7"/>', "tiny_text"),
        ('<w:sz w:val="2pt"/>', "tiny_text"),
        ('<w:w w:val="1"/>', "tiny_text"),
        ('<w:w w:val="1%"/>', "tiny_text"),
        ('<w:sz w:val="24"/><w:spacing w:val="-220"/>', "tiny_text"),
        ('<w:spacing w:val="-10pt"/>', "tiny_text"),
        ('<w:position w:val="3000"/>', "off_page"),
        ('<w:position w:val="-900"/>', "off_page"),
        ('<w:color w:val="FF0000"/><w:highlight w:val="red"/>', "white_text"),
        ('<w:color w:val="FFFFFF"/><w:highlight w:val="white"/>', "white_text"),
        ('<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="1F3864"/>', "white_text"),
        ('<w:color w:val="7F7F7F"/><w:shd w:val="pct50" w:color="000000" w:fill="FFFFFF"/>', "white_text"),
        (f"<w14:textFill {W14}><w14:noFill/></w14:textFill>", "white_text"),
        (
            f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill></w14:textFill>',
            "white_text",
        ),
        (
            f'<w14:textFill {W14}><w14:solidFill><w14:schemeClr w14:val="tx1"><w14:alpha w14:val="100000"/></w14:schemeClr></w14:solidFill></w14:textFill>',
            "white_text",
        ),
    ],
)
def test_a_run_that_cannot_be_read(props, code):
    found(docx(p("前"), p("看得见", r(LONG, props))), code, LONG, "body/1")
    sheet = styles(style_row("C", "字", kind="character", r_props=props), style_row("P", "段", r_props=props))
    found(docx(p("看得见", r(LONG, '<w:rStyle w:val="C"/>')), styles=sheet), code, LONG, "body/0")
    found(docx(p(r(LONG), props=style("P")), styles=sheet), code, LONG, "body/0")


@pytest.mark.parametrize(
    "props",
    [
        '<w:sz w:val="8"/>',
        '<w:w w:val="33"/>',
        '<w:sz w:val="24"/><w:spacing w:val="-60"/>',
        '<w:position w:val="-12"/>',
        f"{WHITE}{DARK}",
        f'{WHITE}<w:shd w:val="solid" w:color="000000" w:fill="auto"/>',
        f'{WHITE}<w:highlight w:val="darkBlue"/>',
        '<w:color w:val="808080"/><w:highlight w:val="yellow"/>',
        f'<w14:textFill {W14}><w14:noFill/></w14:textFill><w14:textOutline {W14} w14:w="9525"><w14:solidFill/></w14:textOutline>',
        f'<w14:textFill {W14}><w14:solidFill><w14:schemeClr w14:val="bg1"><w14:lumMod w14:val="50000"/></w14:schemeClr></w14:solidFill></w14:textFill>',
    ],
)
def test_a_run_that_can_be_read(props):
    data = docx(p(r(LONG, props)))
    assert text(data) == LONG
    assert not told(data)


@pytest.mark.parametrize(
    ("props", "code"),
    [
        ('<w:ind w:left="12000"/>', "off_page"),
        ('<w:ind w:start="-20000"/>', "off_page"),
        ('<w:ind w:left="0" w:leftChars="6000"/>', "off_page"),
        ('<w:ind w:right="12000"/>', "off_page"),
        ('<w:ind w:left="0" w:hanging="20000"/>', "off_page"),
        ('<w:framePr w:w="3000" w:x="-14000" w:y="100"/>', "off_page"),
        ('<w:framePr w:w="3000" w:hAnchor="page" w:x="-3100"/>', "off_page"),
        ('<w:framePr w:w="3000" w:y="17000"/>', "off_page"),
        ('<w:framePr w:w="3000" w:h="20" w:hRule="exact"/>', "tiny_text"),
        ('<w:spacing w:line="20" w:lineRule="exact"/>', "tiny_text"),
    ],
)
def test_a_paragraph_that_cannot_be_seen(props, code):
    found(docx(p("前"), p(LONG, props=props)), code, LONG, "body/1")
    if "framePr" not in props:
        sheet = styles(style_row("P", "远", p_props=props), style_row("Q", "更远", based="P"))
        found(docx(p(LONG, props=style("Q")), styles=sheet), code, LONG, "body/0")
        plain = (
            '<w:ind w:left="0" w:leftChars="0" w:right="0" w:hanging="0"/><w:spacing w:line="240" w:lineRule="auto"/>'
        )
        assert text(docx(p(LONG, props=style("Q") + plain), styles=sheet))


@pytest.mark.parametrize(
    "props",
    [
        '<w:ind w:left="4000" w:right="-300" w:firstLine="480"/>',
        '<w:ind w:left="-600" w:hanging="400"/>',
        '<w:framePr w:dropCap="drop" w:lines="3" w:wrap="around" w:x="-14000"/>',
        '<w:framePr w:w="3000" w:hAnchor="page" w:x="500" w:y="15000"/>',
        '<w:spacing w:line="400" w:lineRule="exact"/>',
        '<w:spacing w:line="60" w:lineRule="auto"/>',
    ],
)
def test_a_paragraph_that_can_be_seen(props):
    assert text(docx(p(LONG, props=props))) == LONG


def test_a_wide_section_has_room_for_a_wide_indent():
    across = '<w:sectPr><w:pgSz w:w="23811" w:h="16838"/><w:pgMar w:left="1440" w:right="1440"/></w:sectPr>'
    assert text(docx(p(LONG, props='<w:ind w:left="12000"/>'), across)) == LONG


def anchor(inner, *, h="0", v="0", page="page", cx="2000000", cy="900000", doc="", body=""):
    content = f"<wps:wsp><wps:spPr>{body}</wps:spPr><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    return (
        f'<w:r><w:drawing><wp:anchor {WP}><wp:positionH relativeFrom="{page}"><wp:posOffset>{h}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="{page}"><wp:posOffset>{v}</wp:posOffset></wp:positionV><wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="1" name="框" {doc}/><a:graphic><a:graphicData>{content}</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>'
    )


def shape(css, inner, more=""):
    return f'<w:r><w:pict><v:shape style="{css}" {more}><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>'


@pytest.mark.parametrize(
    ("box", "code"),
    [
        (anchor(p(LONG), h="-2100000"), "off_page"),
        (anchor(p(LONG), h="8000000"), "off_page"),
        (anchor(p(LONG), v="-950000"), "off_page"),
        (anchor(p(LONG), v="11000000", page="paragraph"), "off_page"),
        (anchor(p(LONG), cx="0", cy="0"), "tiny_text"),
        (anchor(p(LONG), cy="12700"), "tiny_text"),
        (anchor(p(LONG), doc='hidden="1"'), "hidden_text"),
        (
            anchor(
                p(r(LONG, WHITE)),
                body='<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>',
            ),
            "white_text",
        ),
        (shape("margin-left:-900pt;width:200pt;height:50pt", p(LONG)), "off_page"),
        (shape("width:0;height:0", p(LONG)), "tiny_text"),
        (shape("visibility:hidden;width:100pt;height:50pt", p(LONG)), "hidden_text"),
    ],
)
def test_a_text_box_that_cannot_be_seen(box, code):
    found(docx(p("正文", box)), code, LONG, "textbox/0/body/0")


@pytest.mark.parametrize(
    "box",
    [
        anchor(p(LONG), h="1000000", v="2000000"),
        anchor(p(LONG), h="-200000", v="-100000", page="margin"),
        anchor(p(r(LONG, WHITE)), body='<a:solidFill><a:srgbClr val="1F3864"/></a:solidFill>'),
        anchor(p(r(LONG, WHITE)), body="<a:blipFill/>"),
        shape("margin-left:-5.4pt;margin-top:20pt;width:200pt;height:50pt", p(LONG)),
    ],
)
def test_a_text_box_that_can_be_seen(box):
    data = docx(p("正文", box))
    assert LONG in text(data)
    assert not told(data)


def painted(*parts):
    rows = "".join(f'<w:tblStylePr w:type="{x}"><w:tcPr>{DARK}</w:tcPr></w:tblStylePr>' for x in parts if x)
    whole = f"<w:tcPr>{DARK}</w:tcPr>" if "" in parts else ""
    return styles(style_row("G", "网格", kind="table", more=whole + rows))


def grid(props, n=3, cell=""):
    rows = [[tc(p(r(f"格{x}{y}", props)), props=cell) for y in range(n)] for x in range(n)]
    return tbl(*rows, props='<w:tblStyle w:val="G"/>')


def test_white_text_in_a_styled_table_is_seen_only_where_the_style_paints():
    data = docx(grid(WHITE), styles=painted("firstRow", "lastCol"))
    seen = text(data).split()
    assert seen == ["格00", "格01", "格02", "格12", "格22"]
    assert told(data)["white_text"].source == "table/0/r1/c0"
    assert text(docx(grid(WHITE), styles=painted(""))).count("格") == 9
    assert text(docx(grid(WHITE), styles=painted("band1Horz"))).count("格") == 9
    pale = styles(style_row("G", "网格", kind="table", more='<w:tcPr><w:shd w:fill="FFFFFF"/></w:tcPr>'))
    assert "格" not in text(docx(grid(WHITE), styles=pale))
    # A cell's own white ground beats the style's dark one.
    assert "格" not in text(docx(grid(WHITE, cell='<w:shd w:val="clear" w:fill="FFFFFF"/>'), styles=painted("")))


def test_shading_of_paragraphs_and_their_styles_is_a_ground():
    sheet = styles(style_row("T", "题", p_props=DARK, r_props=WHITE))
    assert text(docx(p("白字深底", props=style("T")), styles=sheet)) == "白字深底"
    assert text(docx(p(r("白字深底", WHITE), props=DARK))) == "白字深底"
    found(docx(p(r(LONG, '<w:color w:val="1F3864"/>'), props=DARK)), "white_text", LONG, "body/0")


def test_white_text_in_a_footnote_is_found():
    note = f'<w:footnote w:id="2">{p("注", r(LONG, WHITE))}</w:footnote>'
    found(docx(p("正文"), footnotes=note), "white_text", LONG, "footnote/0/body/0")


@pytest.mark.parametrize(
    ("row", "table", "code"),
    [
        ("<w:hidden/>", "", "hidden_text"),
        ('<w:trHeight w:val="10" w:hRule="exact"/>', "", "hidden_text"),
        ("", '<w:tblInd w:w="15000" w:type="dxa"/>', "off_page"),
        ("", '<w:tblpPr w:tblpX="-13000"/>', "off_page"),
    ],
)
def test_rows_and_tables_that_cannot_be_seen(row, table, code):
    data = docx(f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:trPr>{row}</w:trPr>{tc(p(LONG))}</w:tr></w:tbl>")
    found(data, code, LONG, "table/0/r0/c0")


def test_a_row_that_is_deleted_is_a_deletion():
    row = f'<w:tr><w:trPr><w:del w:id="1"/></w:trPr>{tc(p("删掉的行"))}</w:tr>'
    data = docx(f"<w:tbl>{row}<w:tr>{tc(p('留下的行'))}</w:tr></w:tbl>")
    assert text(data) == "留下的行"
    assert (told(data)["deletions"].quote, told(data)["deletions"].source) == ("删掉的行", "table/0/r0")


def test_tracked_changes_are_located():
    data = docx(
        p("前"),
        p("甲", f"<w:ins w:id='3'>{r('新')}</w:ins><w:del w:id='1'><w:r><w:delText>旧</w:delText></w:r></w:del>"),
    )
    assert (told(data)["insertions"].source, told(data)["deletions"].source) == ("body/1", "body/1")


def field(*code, result="", inside=""):
    def mark(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    codes = "".join(f"<w:r><w:instrText>{c}</w:instrText></w:r>" for c in code)
    return mark("begin") + codes + inside + (mark("separate") + result if result else "") + mark("end")


@pytest.mark.parametrize("name", ["QUOTE", "DOCPROPERTY", "IF 1 = 2", "SET x", "COMMENTS", "MACROBUTTON x"])
def test_text_in_a_field_code_is_told(name):
    data = docx(p("前"), p("甲", field(f" {name[:2]}", f'{name[2:]} "{LONG}" ', result=r("乙")), "丙"))
    assert text(data) == "前\n甲乙丙"
    assert LONG in told(data)["field_text"].quote
    assert told(data)["field_text"].source == "body/1"
    assert (
        LONG
        in told(docx(f'<w:p><w:fldSimple w:instr="{name} {LONG}">{r("乙")}</w:fldSimple></w:p>'))["field_text"].quote
    )


def test_ordinary_text_inside_a_field_code_is_not_shown_by_word():
    found(docx(p("甲", field(" QUOTE 1 ", inside=r(LONG), result=r("乙")), "丙")), "field_text", LONG, "body/0")
    assert (
        text(docx(p("甲", field(" IF ", inside=field(" MERGEFIELD x ", result=r("内")), result=r("外")), "丙")))
        == "甲外丙"
    )
    # A field that is never closed must not swallow the paragraph.
    assert text(docx(p("甲", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "乙"), p("丙"))) == "甲乙\n丙"


@pytest.mark.parametrize(
    "code",
    [
        ' HYPERLINK "河南省教育厅关于做好二〇二三年教师培训工作案例征集的通知文件.docx" ',
        ' TOC \\t "一级标题样式,1,二级标题样式,2,三级标题样式,3,四级标题样式,4" ',
        " MERGEFIELD 教师姓名 ",
        ' QUOTE "第一章" ',
        f" ADDIN CNKISM.Ref {{{LONG}}} ",
        ' INCLUDEPICTURE "a.png" ',
        " PAGE ",
    ],
)
def test_ordinary_fields_are_no_tricks(code):
    assert not {"fields", "field_text", "external_link"} & set(told(docx(p("甲", field(code, result=r("乙"))))))


@pytest.mark.parametrize(
    "code", [("DD", "EAUTO c:\\x"), (" LINK Excel.Sheet.8 a.xls",), (" INCLUDETEXT ", "a.docx"), ("dde x",)]
)
def test_harmful_fields_are_told_however_they_are_split(code):
    data = docx(p("甲"), p(field(*code, result=r("乙"))))
    assert told(data)["fields"].source == "body/1"
    assert told(data)["fields"].quote == "".join(code).strip()


def test_linked_pictures_far_and_near():
    far = docx(p(field(' INCLUDEPICTURE \\d "https://x.example/a.png" ', result=r("图"))))
    near = docx(p(field(r' INCLUDEPICTURE "C:\\Users\\a\\ksohtml\\b.png" \* MERGEFORMATINET ', result=r("图"))))
    assert "external_link" in told(far)
    assert "linked_picture" in told(near) and "external_link" not in told(near)
    for target, code in (
        ("http://x.example/a.png", "external_link"),
        ("file:///C:/a.png", "linked_picture"),
        (r"\\host\a.png", "external_link"),
    ):
        assert told(docx(p("图"), links=[("r", "image", target, True)]))[code].quote == target


def test_links_of_every_part_are_seen_and_hyperlinks_are_none():
    data = docx(
        p("正文"),
        header=p("页眉"),
        links=[("h", "hyperlink", "https://x.example", True)],
        extra={
            "word/_rels/header.xml.rels": rels([("r1", "oleObject", "https://x.example/o.xls", True)]),
            "word/_rels/webSettings.xml.rels": rels([("r1", "frame", "https://x.example/f.html", True)]),
        },
    )
    assert told(data)["external_link"].count == 2
    assert told(data)["external_link"].source == "word/header.xml"


def test_remote_templates_macros_and_controls():
    def with_template(target):
        return docx(
            p("正文"),
            settings=f"<w:settings {NS}/>",
            extra={"word/_rels/settings.xml.rels": rels([("r", "attachedTemplate", target, True)])},
        )

    assert told(with_template("http://x.example/t.dotm"))["remote_template"].source == "word/settings.xml"
    assert told(with_template(r"file:///\\host\share\t.dotm"))["remote_template"].count == 1
    for own in ("file:///C:/Users/a/Normal.dotm", "file:////Users/a/Library/t.dotx", "Normal.dotm", r"C:\t.dotx"):
        assert not told(with_template(own))
    data = docx(
        p("正文"),
        links=[("c", "control", "activeX/activeX1.xml", False), ("k", "aFChunk", "a.html", False)],
        extra={"word/vbaProject.bin": "x"},
    )
    assert set(told(data)) == {"macros", "controls", "unread_content"}


def test_embedded_files_are_counted_once_and_formulas_are_none():
    ole = '<w:r><w:object><o:OLEObject ProgID="{}"/></w:object></w:r>'
    link = [("r", "oleObject", "embeddings/a.bin", False)]
    data = docx(p("前"), p("表", ole.format("Excel.Sheet.12")), links=link)
    assert (told(data)["embedded_object"].count, told(data)["embedded_object"].source) == (1, "body/1")
    assert set(told(docx(p("式", ole.format("Equation.DSMT4")), links=link))) == {"unread_content"}
    assert told(docx(p("表"), links=link))["embedded_object"].count == 1


def picture(cx, cy, *, behind="0", descr=""):
    return (
        f'<w:r><w:drawing><wp:anchor {WP} behindDoc="{behind}"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="1" name="图" descr="{descr}"/>'
        f'<pic:pic {PIC}><pic:blipFill><a:blip r:embed="rId5"/></pic:blipFill></pic:pic></wp:anchor></w:drawing></w:r>'
    )


def test_pictures_of_a_page():
    body = p("实践" * 150)
    whole = picture(6_000_000, 9_000_000)
    data = docx(body, p(whole), p(whole), p(picture(5_000_000, 3_500_000)))
    assert (told(data)["page_pictures"].count, told(data)["page_pictures"].source) == (2, "body/1")
    assert not told(docx(body, p(picture(7_500_000, 10_600_000, behind="1"))))
    vml = '<w:r><w:pict><v:shape style="width:450pt;height:650pt"><v:imagedata r:id="rId5"/></v:shape></w:pict></w:r>'
    assert told(docx(body, p(vml)))["page_pictures"].count == 1


def test_text_stuffed_beside_the_text():
    much = LONG * 4
    core = f'<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:description>{much}</dc:description></cp:coreProperties>'
    assert told(docx(p("字"), extra={"docProps/core.xml": core}))["stuffed_text"].source == "docProps/core.xml"
    data = docx(p("实践" * 150), p(picture(900, 900, descr=much)))
    assert (told(data)["stuffed_text"].quote, told(data)["stuffed_text"].source) == (much, "body/1")
    assert not told(docx(p("实践" * 150), p(picture(900, 900, descr="图片包含 人员, 室内, 桌子 描述已自动生成"))))
    variables = f'<w:settings {NS}><w:docVars><w:docVar w:name="x" w:val="{much}"/></w:docVars></w:settings>'
    assert told(docx(p("字"), settings=variables))["stuffed_text"].source == "word/settings.xml"


@pytest.mark.parametrize(
    ("written", "code", "count", "says"),
    [
        ("国\u200b培\u00ad计\u2060划", "zero_width", 3, "国⟨U+200B⟩培"),
        ("国\U000e0041\U000e0042培", "zero_width", 2, "U+E0041"),
        ("国\u3164培\u2063计\ufe01划", "zero_width", 3, "U+3164"),
        ("国培\u202e划计", "bidi", 1, "⟨U+202E⟩"),
        ("⼈⼯智能与⺠族", "look_alike", 3, "U+2F08"),
        ("用АI辅助教学", "look_alike", 1, "U+0410"),
    ],
)
def test_disguises_in_the_text_are_counted_and_shown(written, code, count, says):
    warning = told(docx(p("前"), p(written)))[code]
    assert (warning.count, warning.source) == (count, "body/1")
    assert says in warning.quote
    assert written in text(docx(p(written)))


@pytest.mark.parametrize(
    "written",
    [
        "Москва 与 Αθήνα 的教师",
        "摩擦因数 μ、Δt 与 α 系数，5 μm",
        "一家人👨\u200d👩\u200d👧都来了❤\ufe0f",
        "می\u200cخواهم",
        "sin\u2061θ",
        "〇二三年，囗是囗否，曰",
        "﨑山",
    ],
)
def test_honest_characters_are_no_disguise(written):
    assert not told(docx(p(written)))


def test_right_to_left_texts_need_their_marks():
    assert "bidi" not in told(docx(p("مرحبا\u200f، 你好")))


def test_what_word_itself_hides_is_nothing():
    bookmark = '<w:bookmarkStart w:id="1" w:name="_Toc1"/><w:bookmarkEnd w:id="1"/>'
    data = docx(
        p("一、概要", bookmark, r("\t", "<w:webHidden/>"), r("12", "<w:webHidden/>")),
        p(r("窗体顶端", "<w:vanish/>")),
        p(r("|||", "<w:vanish/>")),
        p(r("　 ", WHITE)),
    )
    assert not told(data)


def test_word_art_is_shown_and_not_read():
    art = f'<w:r><w:pict><v:shape style="width:90pt;height:50pt"><v:textpath string="{LONG}"/></v:shape></w:pict></w:r>'
    assert told(docx(p("正文", art)))["unread_content"].quote == LONG
    assert not told(docx(p("正文"), header=p(art)))


def test_a_broken_part_beside_the_text_costs_only_itself():
    data = docx(p("正文"), header=p("眉"), extra={"word/_rels/header.xml.rels": "<x"})
    assert text(data) == "正文\n眉"
    assert "dangling_part" in told(data)
