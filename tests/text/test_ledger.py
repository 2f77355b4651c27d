"""The evidence ledger: amounts, dates, events, places; what is asked for is no evidence; quotes are the author's own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.document import Document, Span
from screening.text.ledger import by_section, ledger
from screening.text.numerals import chinese_number, tenths
from screening.text.structure import Section


def items(text, *kinds):
    document = Document.from_lines(text.split("\n"))
    return [(i.quote, i.value) for i in ledger(document, document.paragraphs) if i.kind in kinds]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("培训教师1200人次", [("1200人次", "1200人次")]),
        ("参训教师1,200人", [("1,200人", "1200人")]),
        ("共４２０名教师", [("４２０名", "420名")]),
        ("投入3.5万元", [("3.5万元", "35000元")]),
        ("投入1.2亿元", [("1.2亿元", "120000000元")]),
        ("覆盖36所学校、420名教师", [("36所", "36所"), ("420名", "420名")]),
        ("由62%提高到95%", [("由62%提高到95%", "95%")]),
        ("提高了23个百分点", [("23个百分点", "23个百分点")]),
        ("合格率９８．５％", [("９８．５％", "98.5%")]),
        ("跟岗3个月", [("3个月", "3个月")]),
        ("每组30-40人", [("30-40人", "30-40人")]),
        ("选派10至15名骨干", [("10至15名", "10-15名")]),
        ("培训3万余人", [("3万余人", "30000人")]),
        ("三十六所学校", [("三十六所", "36所")]),
        ("一百二十名教师", [("一百二十名", "120名")]),
        ("两百多名教师", [("两百多名", "200名")]),
        ("十余所学校", [("十余所", "10所")]),
        ("十三万人", [("十三万人", "130000人")]),
        ("增长了两倍", [("两倍", "2倍")]),
        ("六成四的教师", [("六成四", "64%")]),
        ("九成以上", [("九成", "90%")]),
        ("百分之八十五的教师", [("百分之八十五", "85%")]),
        ("百分之九十八点五", [("百分之九十八点五", "98.5%")]),
        ("三分之一的教师", [("三分之一", "1/3")]),
        ("一等奖3项", [("3项", "3项")]),
        ("全县教师3 102人", [("3 102人", "3102人")]),
        ("奖励50元至2 000元", [("50元", "50元"), ("2 000元", "2000元")]),
        ("均分由58升至93，", [("由58升至93", "93")]),
        ("字数由86字降至53字", [("由86字降至53字", "53字")]),
        ("由全县第17位升至第6位。", [("由全县第17位升至第6位", "6位")]),
        ("用时8分40秒", [("8分40秒", "8分40秒")]),
        ("走了2小时40分", [("2小时40分", "2小时40分")]),
        ("总人口8.7万，", [("8.7万", "87000")]),
        ("二百一十几节", [("二百一十几节", "210节")]),
        ("教了二十六年书", [("二十六年", "26年")]),
        ("36所学校", [("36所", "36所")]),
        ("到会：12人", [("12人", "12人")]),
    ],
)
def test_amounts_with_units(text, want):
    assert items(text, "data") == want


@pytest.mark.parametrize(
    "text",
    "字数不少于3000字|名额不超过2个|每校限报2名|到课率不低于80%|满分100分|必须达到90%以上|要求每人听课20节|须达20课时|第3期|第三期|第12名|三年级2班|3年级|"
    "二年级|一名教师|一个团队|一线教师|5G网络|90后|图1|1：1.5|一两个字|三五名教师|4.1所列均值|2 组织过程|6时30分至|2019学年|最高认定24学时|以30学时为限|必须上3节课|"
    "例如每校3人，共12人|假设有100人|如果有20人来|拟招40人|预计培训300人|力争达到90%|七十岁以上老人|成效明显|成员单位|电话12345|0371-69691770|2023年5月".split(
        "|"
    ),
)
def test_what_is_asked_for_and_what_only_names_is_no_data(text):
    assert items(text, "data") == []


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2023年", [("2023年", "2023")]),
        ("2023 年 5 月 12 日", [("2023 年 5 月 12 日", "2023-05-12")]),
        ("2023.5", [("2023.5", "2023-05")]),
        ("2023.05.12", [("2023.05.12", "2023-05-12")]),
        ("2023-05-12", [("2023-05-12", "2023-05-12")]),
        ("2023/5/12", [("2023/5/12", "2023-05-12")]),
        ("5月12日", [("5月12日", "-05-12")]),
        ("5月10-12日", [("5月10-12日", "-05-10")]),
        ("5月", [("5月", "-05")]),
        ("二〇二三年", [("二〇二三年", "2023")]),
        ("二○二三年五月十二日", [("二○二三年五月十二日", "2023-05-12")]),
        ("五月十二日", [("五月十二日", "-05-12")]),
        ("十二月底", [("十二月", "-12")]),
        ("2022—2023学年", [("2022", "2022")]),
        ("2021-2023年", [("2021", "2021"), ("2023年", "2023")]),
        ("2023年5月至8月", [("2023年5月", "2023-05"), ("8月", "-08")]),
        ("今年", [("今年", "今年")]),
        ("人间四月天", []),
        ("2023.5万元", []),
        ("13月", []),
        ("2023.15", []),
        ("3.14", []),
        ("20231", []),
    ],
)
def test_dates(text, want):
    assert items(text, "date") == want


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("5月12日，研修班走进石榴镇。教师们很高兴。", ["5月12日，研修班走进石榴镇。"]),
        ("暑假里我们组织了磨课。", ["暑假里我们组织了磨课。"]),
        ("在石榴镇中心小学，周明远老师上了示范课，参加研讨。", ["在石榴镇中心小学，周明远老师上了示范课，参加研讨。"]),
        ("今年我们开展了很多活动。", []),  # no day, no place, no person
        ("5月12日，天很蓝。", []),
        ("周老师很好。", []),
    ],
)
def test_events_need_a_date_or_a_named_person_at_a_place(text, events):
    assert [q for q, _ in items(text, "event")] == events


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("她来自石榴镇。", ["石榴镇"]),
        ("走进临溪市青榆县", ["临溪市"]),
        ("在云槐师范学院，她听了课。", ["云槐师范学院"]),
        ("在农村学校", []),
        ("到每个乡镇", []),
    ],
)
def test_places(text, places):
    assert [q for q, _ in items(text, "place")] == places


PIECES = st.lists(
    st.sampled_from(
        "2023年 二〇二三年 5月12日 五月十二日 1,200人次 六成四 百分之八十五 三分之一 由62%提高到95% 3万余人 30-40人 不少于20节 第三期 在石榴镇 周老师 开展 。 ， 𠮷 \n".split(
            " "
        )
    ),
    max_size=20,
).map("".join)


@given(PIECES | st.text())
def test_quotes_are_the_text_at_their_spans_in_order(text):
    document = Document.from_lines(text.split("\n"))
    found = ledger(document, document.paragraphs)
    assert list(found) == sorted(found, key=lambda i: i.span.start)
    for item in found:
        assert item.quote == document.quote(item.span) and item.quote
        assert any(p.span.covers(item.span) for p in document.paragraphs)
    for kind in ("data", "date"):
        spans = sorted(i.span for i in found if i.kind == kind)
        assert all(a.end <= b.start for a, b in pairwise(spans)), spans


def chinese(n):
    """Write a number the slow way, as a textbook does."""
    digits = "零一二三四五六七八九"
    if n < 10:
        return digits[n]
    for unit, mark in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if n >= unit:
            head, rest = divmod(n, unit)
            gap = "零" if rest and rest < unit // 10 else ""
            return chinese(head) + mark + gap + (chinese(rest) if rest else "")
    raise AssertionError


@given(st.integers(10, 10**9))
def test_numerals_mean_what_they_say(n):
    assert chinese_number(chinese(n)) == n


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("十二", 12),
        ("两百", 200),
        ("三万五", 35_000),
        ("一百二", 120),
        ("二百零五", 205),
        ("一亿零五十万", 100_500_000),
        ("一〇五", 105),
        ("一" * 5000, None),
        ("教", None),
        ("", None),
    ],
)
def test_numerals_as_people_say_them(text, want):
    assert chinese_number(text) == want


def test_tenths_are_shares_and_words_are_not():
    assert [tenths(t) for t in ("三成", "九成九", "七成以上", "成果", "三成员", "一成立")] == [
        30.0,
        99.0,
        70.0,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "一",
        "十",
        "1",
        "1人",
        "1,000",
        "1.",
        "2023年1人。",
        "5月12日开展培训。",
        "百分之",
        "一分之",
        "十余人",
        "从1",
        "市",
        "在",
        " ",
        "…",
    ],
)
@pytest.mark.timeout(
    20
)  # a few hundredths of a second where the cost grows with the length, minutes where with its square
def test_monotonous_text_of_any_length_is_read_without_error(piece):
    for text in (piece * 8_000, "百分之" + piece * 8_000, "1" + piece * 8_000 + "人"):
        items(text, "data")


def test_aims_under_a_heading_of_what_is_to_come_are_no_evidence():
    text = "四、成效\n培训300人。\n五、下一步打算\n（一）扩大范围\n培训500人，2024年3月开展送教。\n六、附记\n另有20人旁听。"
    assert [q for q, _ in items(text, "data", "event")] == ["300人", "20人"]


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月拟开展跟岗。",
        "请各校于5月12日前报名参加培训。",
        "认同率较2021年提高，教师培训更实。",
        "2019年以前，教师培训没人管。",
        "比如2023年5月开展了磨课。",
        "第一批 | 5月7日报到 | 5月8日开班",
        "2022年207万元，用于教师培训。",
    ],
)
def test_plans_calls_and_comparisons_are_no_events(text):
    assert items(text, "event") == []


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("根据豫教师〔2023〕1 号文件", [("豫教师〔2023〕1 号", "豫教师〔2023〕1号")]),
        ("教师函[2023]950号", [("教师函[2023]950号", "教师函〔2023〕950号")]),
        ("（云教发（2022）第15号）", [("云教发（2022）第15号", "云教发〔2022〕15号")]),
        ("第15号", []),
    ],
)
def test_document_numbers(text, want):
    assert items(text, "document") == want


def test_named_activities():
    text = "实施“国培计划”和“石榴花”工程，读《麦田》项目手册，他说“我要学”。"
    assert [q for q, _ in items(text, "activity")] == ["“国培计划”", "“石榴花”工程", "《麦田》项目"]


def test_items_know_their_section():
    text = "共12人。培训30人，送教40节。结业50人。"
    document = Document.from_lines([text])
    cut = text.index("培训"), text.index("结业")
    sections = (
        Section("主要做法", "heading", Span(*cut)),
        Section("实施成效", "heading", Span(text.index("送教"), cut[1])),
    )
    placed = by_section(ledger(document, document.paragraphs), sections)
    assert [(i.quote, i.section) for i in placed] == [
        ("12人", ""),
        ("30人", "主要做法"),
        ("40节", "实施成效"),
        ("50人", ""),
    ]
