"""Tricks beside the text: field codes, links, pictures, properties, odd characters; and what is none of them."""

import pytest

from tests.builder import NS, docx, p, r, rels
from tests.intake.telling import LONG, found, text, told

WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
PIC = 'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
WHITE, DARK = '<w:color w:val="FFFFFF"/>', '<w:shd w:val="clear" w:fill="1F3864"/>'


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
