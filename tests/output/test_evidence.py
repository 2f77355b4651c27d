"""The file of evidence: both texts whole and side by side, every figure the engine's, nothing from elsewhere."""

import random
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from screening.case import Case
from screening.document import Document, Span
from screening.output.evidence import PASSAGES_SHOWN, Pair, Side, aligned, cluster_file, comparison, pair_file
from screening.output.labels import percent
from screening.reuse.compare import compare_pair
from screening.reuse.corpus import Comparable
from screening.reuse.rates import source_match
from tests import samples
from tests.writing import noise

SHARED = [
    "分片区推进送教下乡，每月一次同课异构，课后两小时研讨，由骨干教师主持并写下记录。",
    "我们把三十五名青年教师编成七个小组，每组一名导师，每两周见面一次。",
]
OWN = ["第一周我们到山里的学校听课，记下了许多问题。", "家长们起初并不理解，后来主动来帮忙。"]
THEIRS = ["县里的经费有限，只能先从中心校做起。", "𠮷老师说，孩子们的眼睛会说话。", "这一年走下来，心里踏实。"]


def case_of(lines, **info):
    document = Document.from_lines(lines)
    return Case(replace(samples.report().case, **info), document)


A = case_of(
    [OWN[0], SHARED[0], *noise(random.Random(1), 300).split("。"), OWN[1], SHARED[1]],
    id="a",
    title="甲题",
    unit="甲县教育局",
    sha256="a" * 64,
)
B = case_of(
    [THEIRS[1], SHARED[0], *noise(random.Random(2), 300).split("。"), THEIRS[0], SHARED[1], THEIRS[2]],
    id="b",
    title="乙题",
    unit="乙县教育局",
    sha256="b" * 64,
)
PASSAGES = compare_pair(Comparable.of_case(A), Comparable.of_case(B))


def tree(data: bytes):
    return html.fromstring(data.decode())


def columns(root) -> list[str]:
    """Both texts as the page shows them side by side."""
    rows = root.xpath("//table[@class='whole-texts']/tbody/tr")
    return ["\n".join("".join(r.xpath("./td")[n].itertext()) for r in rows) for n in (0, 1)]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_both_texts_stand_whole_and_what_is_shared_in_one_row():
    assert len(PASSAGES) == 2
    root = tree(pair_file(comparison(A, B, PASSAGES)))
    left, right = columns(root)
    assert squeezed(left) == squeezed(A.document.text) and squeezed(right) == squeezed(B.document.text)
    rows = root.xpath("//tr[@class='shared']")
    for row, p in zip(rows, PASSAGES, strict=True):
        assert [td.text_content() for td in row.xpath("./td")] == [p.quote, p.source_quote]
        assert row.xpath(".//mark/@data-n") == [str(PASSAGES.index(p) + 1)] * 2


def test_figures_are_those_of_the_comparison():
    match = source_match(Comparable.of_case(A), Comparable.of_case(B), PASSAGES)
    root = tree(pair_file(comparison(A, B, PASSAGES)))
    said = root.xpath("string(//p[@class='conclusion'])")
    assert f"占甲 {percent(match.rate)}（{match.characters} 字符），占乙 {percent(match.share_of_source)}" in said
    facts = {
        r.xpath("string(th)"): [td.text_content() for td in r.xpath("td")] for r in root.xpath("//tr[th[@scope='row']]")
    }
    assert facts["文件 SHA-256"] == ["a" * 64, "b" * 64] and facts["单位"] == ["甲县教育局", "乙县教育局"]
    assert (
        facts["相似部分占本份"] == [percent(match.rate), percent(match.share_of_source)]
        and match.rate != match.share_of_source
    )
    assert facts["正文字数"] == [str(A.words.words), str(B.words.words)]


@pytest.mark.parametrize(("times", "said"), [((None, None), "时间不详"), ((3, 5), "甲在前"), ((5, 3), "乙在前")])
def test_it_says_who_was_earlier(times, said):
    one, two = (
        c.with_info(received=t and samples.report().case.received.replace(day=t))
        for c, t in zip((A, B), times, strict=True)
    )
    assert f"谁先谁后：{said}" in tree(pair_file(comparison(one, two, PASSAGES))).text_content()


def test_it_needs_nothing_and_its_links_lead_somewhere():
    root = tree(pair_file(comparison(A, B, PASSAGES)))
    assert not root.xpath("//script | //link | //img | //iframe | //@style | //@src")
    assert {a[1:] for a in root.xpath("//a/@href")} <= set(root.xpath("//@id"))
    assert "default-src 'none'" in root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")


def test_phones_are_masked_on_both_sides():
    one, two = (case_of([*c.document.text.split("\n"), "电话 13800000101"], title=c.info.title) for c in (A, B))
    page = pair_file(comparison(one, two, compare_pair(Comparable.of_case(one), Comparable.of_case(two)))).decode()
    assert "13800000101" not in page and page.count("138****0101") >= 2


def test_authors_are_hidden_in_both_texts_and_in_the_names_of_files():
    one, two = (
        case_of([*c.document.text.split("\n"), "作者：周明远、林 晓"], file="周明远-案例.docx", author=author)
        for c, author in ((A, "周明远"), (B, "林晓"))
    )
    page = pair_file(comparison(one, two, compare_pair(Comparable.of_case(one), Comparable.of_case(two)))).decode()
    assert "周明远" not in page and page.count("某某某") >= 4 and "某某某-案例.docx" in page


def test_swapped_facts_are_told_together():
    passages = [replace(PASSAGES[0], swaps=(("三十二名", "三十五名"), ("洛溪", "临溪"))), *PASSAGES[1:]]
    root = tree(pair_file(comparison(A, B, passages)))
    (swaps,) = [t for t in root.xpath("//table") if "列出 2 处，共 2 处" in t.xpath("string(caption)")]
    assert [[c.text_content() for c in r] for r in swaps.xpath("tbody/tr")] == [
        ["1", "三十五名", "三十二名"],
        ["1", "临溪", "洛溪"],
    ]


def test_without_anything_in_common_it_says_so():
    page = pair_file(comparison(A, case_of([THEIRS[0]]), ())).decode()
    assert "没有找到相似的段落" in page


def test_what_is_cut_is_counted():
    pair = replace(comparison(A, B, PASSAGES), passages=tuple((n, PASSAGES[0]) for n in range(1, PASSAGES_SHOWN + 3)))
    page = pair_file(pair).decode()
    assert f"列出 {PASSAGES_SHOWN} 段，共 {PASSAGES_SHOWN + 2} 段" in page


def test_a_text_that_may_not_be_shown_is_not_shown():
    pair = comparison(A, B, PASSAGES)
    root = tree(pair_file(replace(pair, b=replace(pair.b, text=None))))
    assert not root.xpath("//table[@class='whole-texts']") and THEIRS[2] not in root.text_content()


PLACES = st.tuples(st.integers(0, 90), st.integers(1, 10), st.integers(0, 90), st.integers(1, 10))


@given(st.lists(PLACES, max_size=9))
def test_aligned_rows_never_lose_or_double_a_character(places):
    text = "".join(chr(0x4E00 + n) for n in range(100))
    passages = [
        (
            n,
            replace(
                PASSAGES[0],
                span=Span(a, a + m),
                source_span=Span(b, b + k),
                quote=text[a : a + m],
                source_quote=text[b : b + k],
            ),
        )
        for n, (a, m, b, k) in enumerate(places, 1)
    ]
    chain = aligned(passages)
    for (_, p), (_, q) in pairwise(chain):
        assert p.span.end <= q.span.start and p.source_span.end <= q.source_span.start
    pair = replace(comparison(A, B, ()), passages=tuple(passages))
    pair = replace(pair, a=replace(pair.a, text=text), b=replace(pair.b, text=text))
    root = tree(pair_file(pair))
    assert [squeezed(c) for c in columns(root)] == [text, text]
    assert bool(chain) == bool(passages)
    for column in ("td[1]", "td[2]"):  # each number stands once, where its passage begins
        said = root.xpath(f"//table[@class='whole-texts']/tbody/tr/{column}//mark/@data-n")
        found = [int(n) for numbers in said for n in numbers.split("、")]
        assert len(found) == len(set(found))


def test_a_group_tells_its_members_and_every_pair():
    pair = comparison(A, B, PASSAGES)
    sides = [pair.a, pair.b, Side(title="丙题", received="2022-01-01")]
    data = cluster_file(sides, {(1, 2): pair}, links=[(1, 2, 0.61, 0.42), (2, 3, 0.2, 0.1)], first=3, made="程序 x")
    root = tree(data)
    said = root.text_content()
    assert "列出" in said and "以下附 1 对的逐段对照，共 2 对。" in said and "谁最早：第 3 份。" in said
    links = [
        [c.text_content() for c in r] for r in root.xpath("//table[caption[starts-with(., '相似的每一对')]]/tbody/tr")
    ]
    assert links == [["1 与 2", "61.0%", "42.0%"], ["2 与 3", "20.0%", "10.0%"]]
    assert {a[1:] for a in root.xpath("//a/@href")} <= set(root.xpath("//@id")) and not root.xpath("//script")
    assert PASSAGES[0].quote[:10] in said and "程序 x" in said


def test_sides_are_named_by_number_in_a_group():
    pair: Pair = comparison(A, B, PASSAGES)
    said = tree(cluster_file([pair.a, pair.b], {(1, 2): pair}, links=[(1, 2, 0.6, 0.4)], first=None)).text_content()
    assert "第 1 份，第" in said and "占第 2 份" in said and "时间不详" in said and "甲，" not in said
