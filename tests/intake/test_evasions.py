"""Tricks are evidence: each found, counted, quoted and located, and no text; what looks like a trick and is none stays text."""

import pytest

from tests.builder import docx, p, r, style, style_row, styles, tbl, tc
from tests.intake.telling import LONG, found, text, told

WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
PIC = 'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
WHITE, DARK = '<w:color w:val="FFFFFF"/>', '<w:shd w:val="clear" w:fill="1F3864"/>'


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
