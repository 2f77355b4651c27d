"""The author form, in the shapes in which units hand it in; its text is no body text, and no body text is form."""

import pytest

from screening.case import AuthorForm, Case, CaseInfo
from screening.checks.author_form import valid_email, valid_phone
from screening.document import Document
from screening.intake import read
from screening.intake.form import as_file, find_form
from screening.intake.form_labels import LABELS, label_alone
from tests.builder import docx, p, tbl, tc

TITLE = "一块屏幕点亮大山"
TEXT = "三月，研修班走进石榴镇，教师们围着一块屏幕听课。"
FULL = {
    "title": TITLE,
    "name": "周明远",
    "unit": "石榴镇中心小学",
    "post": "教师／一级教师",
    "email": "zhou@example.com",
    "phone": "138 0000 0101",
}


def document(*blocks):
    return read(docx(*blocks)).document


def of_lines(*lines):
    return Document.from_lines([TITLE, *[TEXT] * 16, *lines])


def values(form):
    return {n: f.value for n in AuthorForm.FIELDS if (f := getattr(form, n))}


def body(doc):
    case = Case(info=CaseInfo(id="x"), document=doc, form=find_form(doc))
    return [doc.quote(x.span) for x in case.body if doc.quote(x.span).strip()]


def span_of(n):
    return f'<w:gridSpan w:val="{n}"/>'


TABLES = {
    "two columns": tbl(
        ["文章标题", TITLE],
        ["作者真实姓名", "周明远"],
        ["单　　位", "石榴镇中心小学"],
        ["职务/职称", "教师／一级教师"],
        ["邮 箱", "zhou@example.com"],
        ["电　话", "138 0000 0101"],
    ),
    "four columns, merged title, labels of no field": tbl(
        ["案例名称", tc(p(TITLE), props=span_of(3))],
        ["姓　名", "周明远", "性  别", "男"],
        ["工作单位", "石榴镇中心小学", "职务职称", "教师／一级教师"],
        ["电子邮箱", "zhou@example.com", "手机号码", "138 0000 0101"],
    ),
    "a merged caption column": tbl(
        [tc(p("作者信息"), props='<w:vMerge w:val="restart"/>'), "题　目", TITLE],
        [tc(props="<w:vMerge/>"), "姓名", "周明远"],
        [tc(props="<w:vMerge/>"), "所在单位", "石榴镇中心小学"],
        [tc(props="<w:vMerge/>"), "职称／职务", "教师／一级教师"],
        [tc(props="<w:vMerge/>"), "E－mail", "zhou@example.com"],
        [tc(props="<w:vMerge/>"), "联系方式", "138 0000 0101"],
    ),
    "values under a header row": tbl(
        ["标题", "姓名", "性别", "单位", "职务（职称）", "电子邮件", "联系电话"],
        [TITLE, "周明远", "男", "石榴镇中心小学", "教师／一级教师", "zhou@example.com", "138 0000 0101"],
    ),
    "labels inside the cells": tbl(
        [f"标题：{TITLE}", "姓名：周明远"],
        ["单位：石榴镇中心小学", "职务/职称：教师／一级教师"],
        ["邮箱：zhou@example.com", "电话：138 0000 0101"],
    ),
    "labels of two paragraphs": tbl(
        ["标题", TITLE],
        [tc(p("作者真实"), p("姓名")), "周明远"],
        ["单位", "石榴镇中心小学"],
        [tc(p("职务/"), p("职称")), "教师／一级教师"],
        ["*邮箱（必填）", "zhou@example.com"],
        ["*电话（手机）", "138 0000 0101"],
    ),
    "inside a layout table": tbl(
        [
            tc(
                p("　"),
                tbl(
                    ["标题", TITLE],
                    ["姓名", "周明远"],
                    ["单位", "石榴镇中心小学"],
                    ["职务/职称", "教师／一级教师"],
                    ["邮箱", "zhou@example.com"],
                    ["电话", "138 0000 0101"],
                ),
                p(),
            )
        ]
    ),
}


@pytest.mark.parametrize("shape", TABLES)
@pytest.mark.parametrize("at_head", [True, False])
def test_a_table_is_read_whole_and_is_no_body(shape, at_head):
    text, table = [p(TITLE), p(TEXT)], [p("附：作者信息表"), TABLES[shape]]
    doc = document(*table, *text) if at_head else document(*text, *table)
    form = find_form(doc)
    assert values(form) == FULL
    assert form.place == "table"
    assert body(doc) == [TITLE, TEXT]
    for name in AuthorForm.FIELDS:
        field = getattr(form, name)
        assert doc.quote(field.span) == field.value


LINES = {
    "one a line": [
        f"文章标题：{TITLE}",
        "作者真实姓名：周明远",
        "单位：石榴镇中心小学",
        "职务/职称：教师／一级教师",
        "邮箱：zhou@example.com",
        "电话：138 0000 0101",
    ],
    "several a line": [
        f"标题：{TITLE}　　姓名：周明远　单位：石榴镇中心小学",
        "职务、职称：教师／一级教师；邮箱：zhou@example.com，电话：138 0000 0101。",
    ],
    "numbered, with foreign labels between": [
        f"1.案例题目：{TITLE}",
        "2.姓　名：周明远",
        "3.性别：男",
        "4.出生年月：1983年2月",
        "5.工作单位：石榴镇中心小学",
        "6.职称职务：教师／一级教师",
        "7.通讯地址：临溪市石榴镇  邮编：450000",
        "8.QQ邮箱：zhou@example.com",
        "9.手机：138 0000 0101",
    ],
    "labels in brackets": [
        f"【标题】{TITLE}",
        "【姓名】周明远",
        "【单位】石榴镇中心小学",
        "【职务/职称】教师／一级教师",
        "【邮箱】：zhou@example.com",
        "【电话】138 0000 0101",
    ],
    "all in one bracket": [
        f"（标题：{TITLE}，作者：周明远，单位：石榴镇中心小学，职称：教师／一级教师，邮箱：zhou@example.com，电话：138 0000 0101）"
    ],
    "the value under its label": [
        "标题",
        TITLE,
        "姓名",
        "周明远",
        "单位",
        "石榴镇中心小学",
        "职务/职称",
        "教师／一级教师",
        "邮箱",
        "zhou@example.com",
        "电话",
        "138 0000 0101",
    ],
}


@pytest.mark.parametrize("shape", LINES)
@pytest.mark.parametrize("at_head", [True, False])
def test_lines_at_head_or_tail(shape, at_head):
    text = [TITLE + "——研修纪事", *[TEXT] * 16]
    lines = LINES[shape]
    doc = Document.from_lines([*lines, *text] if at_head else [*text, *lines])
    form = find_form(doc)
    assert values(form) == FULL
    assert form.place == "lines"
    assert body(doc) == text
    for name in AuthorForm.FIELDS:
        field = getattr(form, name)
        assert doc.quote(field.span) == field.value


def test_a_caption_belongs_to_the_form():
    assert body(of_lines("附：作者信息", "姓名：周明远", "单位：石榴镇中心小学")) == [TITLE, *[TEXT] * 16]


def test_a_form_in_a_text_box():
    content = f"<w:txbxContent>{TABLES['two columns']}</w:txbxContent>"
    box = f"<w:r><w:pict><v:textbox>{content}</v:textbox></w:pict></w:r>"
    doc = document(p(TITLE), p(TEXT, box))
    assert values(find_form(doc)) == FULL


def test_one_label_for_two_fields():
    form = find_form(of_lines("姓名：周明远", "工作单位及职务：石榴镇中心小学教导主任"))
    assert form.unit.value == form.post.value == "石榴镇中心小学教导主任"


@pytest.mark.parametrize(
    "lines",
    [
        ["她递来一张登记表，姓名：李红，单位：柳湾小学。我看了很久。"],
        ["他在本子上写着：姓名：李红 单位：柳湾小学 电话：没有。"],
        ["单位：石榴镇中心小学"],  # one label is no form
        ["石榴镇中心小学 周明远"],
        ["学校是我的家，电话里她说：老师，邮箱收到了。"],
    ],
)
def test_running_text_that_mentions_labels_is_no_form(lines):
    doc = Document.from_lines([TITLE, *lines, TEXT])
    assert find_form(doc) is None
    assert body(doc) == [TITLE, *lines, TEXT]


def test_labels_in_the_middle_of_a_long_text_are_no_form():
    lines = [TITLE, *[TEXT] * 20, "姓名：李红", "单位：柳湾小学", *[TEXT] * 20]
    assert find_form(Document.from_lines(lines)) is None


@pytest.mark.parametrize("head", [["姓名", "单位", "职务"], ["序号", "姓名", "性别", "单位", "联系电话"]])
def test_a_list_of_people_is_no_form(head):
    rows = [[f"{label}{n}" for label in head] for n in range(3)]
    doc = document(p(TITLE), p(TEXT), tbl(head, *rows))
    assert find_form(doc) is None
    assert len(body(doc)) == 2 + 4 * len(head)


def test_a_case_written_into_a_cell_of_the_form_is_body():
    text = [f"一、案例概要之{n}，" + TEXT for n in range(20)]
    table = tbl(
        ["姓名", "周明远"], ["单位", "石榴镇中心小学"], ["电话", "138 0000 0101"], ["案例正文", tc(*map(p, text))]
    )
    doc = document(table)
    assert values(find_form(doc)) == {"name": "周明远", "unit": "石榴镇中心小学", "phone": "138 0000 0101"}
    assert body(doc) == text


def test_an_empty_field_is_there_and_empty():
    form = find_form(document(p(TITLE), tbl(["姓名", "周明远"], ["邮箱", ""], ["电话", "____"])))
    assert (form.name.value, form.email.value, form.phone.value, form.unit) == ("周明远", "", "", None)


def test_head_and_tail_together_the_fuller_value_wins():
    doc = Document.from_lines(
        ["作者：周明远", "单位：", TITLE, *[TEXT] * 20, "单位：石榴镇中心小学", "电话：138 0000 0101"]
    )
    assert values(find_form(doc)) == {"name": "周明远", "unit": "石榴镇中心小学", "phone": "138 0000 0101"}
    assert body(doc) == [TITLE, *[TEXT] * 20]


def test_a_file_that_is_nothing_but_a_form_needs_one_label_and_keeps_no_places():
    lone = Document.from_lines(["登记表", "姓名：周明远"])
    assert find_form(lone) is None
    form = as_file(find_form(lone, whole=True), "登记表.docx")
    assert (form.place, form.file, form.spans, form.name.value, form.name.span) == (
        "file",
        "登记表.docx",
        (),
        "周明远",
        None,
    )


def test_every_spelling_of_every_label_is_told_spaced_and_full_width():
    for key, spellings in LABELS.items():
        for spelling in spellings:
            wide = "".join(chr(ord(c) + 0xFEE0) if c in "/()" else c for c in spelling)
            for shown in (spelling, "　".join(spelling), f"{wide}：", f"*{spelling}（必填）", f" {spelling.upper()} :"):
                assert label_alone(shown) == key, shown


@pytest.mark.parametrize(
    "value",
    [
        "zhou@example.com",
        " ZHOU.my+1@mail.example.com.cn ",
        "ｚｈｏｕ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "zhou@example.com；li@example.cn",
        "123456@qq.com",
    ],
)
def test_good_addresses(value):
    assert valid_email(value)


@pytest.mark.parametrize("value", ["zhou@163", "zhou.example.com", "@example.com", "zhou@", "无", "周@example.com", ""])
def test_bad_addresses(value):
    assert not valid_email(value)


@pytest.mark.parametrize(
    "value",
    [
        "13800000101",
        "138 0000 0101",
        "138-0000-0101",
        "+86 138 0000 0101",
        "１３８００００　０１０１",
        "0371-69691770",
        "（0371）69691770",
        "(010) 6969 1770转12",
        "69691770",
        "13800000101/0371-69691770",
        "13800000101、13900000102",
    ],
)
def test_good_numbers(value):
    assert valid_phone(value)


@pytest.mark.parametrize("value", ["1380000010", "138000001011", "12800000101", "无", "0371", "1380000010A", ""])
def test_bad_numbers(value):
    assert not valid_phone(value)


@pytest.mark.parametrize("piece", ["　", "姓名：", "姓名", "姓　", "（", "1.", "单位：a "])
@pytest.mark.timeout(20)  # at once where the cost grows with the length
def test_monotonous_lines_are_read_at_once(piece):
    for line in (piece * 8_000 + "字", "姓名" + piece * 8_000 + "字"):
        find_form(Document.from_lines([line, TEXT]), whole=True)
