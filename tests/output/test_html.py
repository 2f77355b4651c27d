"""The page: escaped at the mark, self-contained, whole without a script."""

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from screening.case import Case
from screening.document import Document, Span
from screening.output.html import write_comparison, write_html
from screening.output.html_case import text_marks
from screening.output.markup import h, text
from screening.output.marks import Mark, differing, marked
from screening.report import BatchReport
from screening.rulebook import load_rulebook
from tests import samples

BOOK = load_rulebook()


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "index.html"
    write_html(path, samples.reports, samples.batch(), BOOK)
    return path.read_text("utf-8")


def test_nothing_comes_from_another_host(page):
    tree = html.fromstring(page)
    assert not tree.xpath("//link | //img | //iframe | //script[@src] | //form")
    assert all(a.startswith("#") for a in tree.xpath("//a/@href"))
    assert "@import" not in page and "url(" not in page


def test_the_policy_lets_run_only_this_style_and_script(page):
    tree = html.fromstring(page)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        (element,) = tree.xpath(f"//{tag}")
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not tree.xpath("//@style") and not [a for a in tree.xpath("//@*") if a.attrname.startswith("on")]


def test_hostile_texts_are_shown_and_never_run(page):
    tree = html.fromstring(page)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//b[text()='点亮']") and not tree.xpath("//i")
    assert "一块屏幕<b>点亮</b>大山" in tree.xpath("string(//table[contains(@class,'list')])")


def test_marks_show_the_authors_own_words(page):
    tree = html.fromstring(page)
    shown = tree.xpath("//details[@id='case-c1']//div[@class='text']")[0]
    assert "".join(shown.itertext()) == samples.TEXT
    copied = "".join("".join(m.itertext()) for m in shown.xpath(".//mark[@class='m-copied']"))
    assert copied == samples.passage().quote


def test_every_case_and_the_failure_are_there(page):
    tree = html.fromstring(page)
    assert tree.xpath("//div[@class='cases']/details/@id") == ["case-c1", "case-c2", "case-c3"]
    assert "请去掉密码后另存再报送。" in page
    assert "各项检查均未见问题。" in page
    assert "石榴镇中心小学报送 3 个，名额 2 个" in page


def test_headings_are_in_order_and_tables_have_captions(page):
    tree = html.fromstring(page)
    levels = [int(e.tag[1]) for e in tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))
    assert all(t.xpath("./caption") and t.xpath(".//th[@scope]") for t in tree.xpath("//table"))
    assert tree.xpath("/html/@lang") == ["zh-CN"]


def test_an_empty_batch_says_so(tmp_path):
    write_html(tmp_path / "x.html", lambda: iter(()), BatchReport(made_with=samples.MADE), BOOK)
    assert "这一批没有案例" in (tmp_path / "x.html").read_text("utf-8")


def test_a_comparison_marks_both_sides(tmp_path):
    a = Case(samples.report().case, Document.from_lines(samples.TEXT.split("\n")))
    b = Case(samples.clean().case, Document.from_lines(samples.SOURCE.split("\n")))
    write_comparison(tmp_path / "ab.html", a, b, (samples.passage(),))
    tree = html.fromstring((tmp_path / "ab.html").read_text("utf-8"))
    texts = ["".join(e.itertext()) for e in tree.xpath("//div[@class='text']")]
    assert texts == [samples.TEXT, samples.SOURCE]
    assert not tree.xpath("//script")
    write_comparison(tmp_path / "none.html", a, b, ())
    assert "没有找到相似的段落" in (tmp_path / "none.html").read_text("utf-8")


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: Span(min(p), max(p)))


@given(st.text(min_size=20, max_size=20), st.lists(SPANS, max_size=8))
def test_marks_never_change_the_text(source, spans):
    source = re.sub(r"[\r\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", "x", source)
    out = html.fromstring(
        h("div", marked(source, [Mark(s, f"k{n}", n, "#x" if n % 2 else None) for n, s in enumerate(spans)]))
    )
    assert "".join(out.itertext()) == source


def test_the_edits_of_a_passage_are_set_apart():
    left, right = differing("2023年临溪", "2022年洛溪")
    assert left == '202<b class="diff">3</b>年<b class="diff">临</b>溪'
    assert right == '202<b class="diff">2</b>年<b class="diff">洛</b>溪'


def test_bidi_and_control_characters_are_made_visible():
    assert text("a\u202eb\x00") == "a\ufffdb\ufffd"


def test_marks_of_a_report_lie_in_its_text():
    marks = text_marks(samples.report())
    assert {m.name for m in marks} == {"copied", "stock"}
    assert all(m.span.end <= len(samples.TEXT) for m in marks)
