"""The page: escaped at the mark, self-contained, whole without a script."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from screening.document import Span
from screening.finding import Severity
from screening.output.html import write_html
from screening.output.html_case import FULL_TEXT_CASES, LEGEND, text_marks
from screening.output.html_reuse import PASSAGES_SHOWN
from screening.output.marks import Mark, differing, marked
from screening.output.markup import h, text
from screening.output.rows import in_queue, row_of
from screening.report import BatchReport, Remark, Verdict, verdict_of
from screening.scoring.result import Score
from tests import samples
from tests.output.pages import BOOK, written


def test_nothing_comes_from_another_host(page):
    tree = html.fromstring(page)
    assert not tree.xpath("//link | //img | //iframe | //object | //script[@src] | //form | //base")
    assert all(a.startswith("#") for a in tree.xpath("//a/@href"))
    assert "@import" not in page and "url(" not in page
    # Only samples.TEXT names an address, as the author's own words; no attribute does.
    assert not [v for v in tree.xpath("//@*") if "//" in v]


def test_every_link_leads_somewhere_and_ids_are_unique(page):
    tree = html.fromstring(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a[1:] for a in tree.xpath("//a/@href")} <= set(ids)


def test_the_policy_lets_run_only_this_style_and_script(page):
    tree = html.fromstring(page)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        (element,) = tree.xpath(f"//{tag}")
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not tree.xpath("//@style") and not [a for a in tree.xpath("//@*") if a.attrname.startswith("on")]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></script><!--",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "\u202e文甲\u2066\x00\x1b[31m",
)


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_are_shown_and_never_run(tmp_path, evil):
    info = replace(samples.report().case, title=evil, unit=evil, author=evil, file=evil, project=evil)
    tree = written(tmp_path, samples.report(case=info), samples.failed())
    assert len(tree.xpath("//script")) == 1 == len(tree.xpath("//style"))
    assert not tree.xpath("//img | //table[contains(@class,'list')]//b")
    assert not [a for a in tree.xpath("//@*") if a.attrname.startswith("on")]
    shown = re.sub("[\u202e\u2066\x00\x1b]", "\ufffd", evil)
    assert tree.xpath("string(//table[contains(@class,'list')]//td[contains(@class,'name')]/a)") == shown
    assert tree.xpath("string(//details[@id='case-c1']/summary/h3)") == shown


def test_marks_show_the_authors_own_words(page):
    tree = html.fromstring(page)
    shown = tree.xpath("//details[@id='case-c1']//div[@class='text']")[0]
    assert "".join(shown.itertext()) == samples.TEXT
    copied = "".join("".join(m.itertext()) for m in shown.xpath(".//mark[@class='m-copied']"))
    assert copied == samples.passage().quote


def test_each_mark_has_a_second_cue_besides_its_colour(page):
    tree = html.fromstring(page)
    (number,) = tree.xpath("//details[@id='case-c1']//mark/@data-n")
    assert number == "1"
    css = tree.xpath("//style")[0].text
    lines = [re.search(rf"\.m-{name}\{{[^}}]*border-bottom:(\d+px \w+)", css)[1] for name, _ in LEGEND]
    assert len(set(lines)) == len(LEGEND)


def test_mark_and_passage_lead_to_each_other(page):
    tree = html.fromstring(page)
    (there,) = tree.xpath("//details[@id='case-c1']//div[@class='text']//a/@href")
    pair = tree.get_element_by_id(there[1:])
    left, right = pair.xpath("./blockquote")
    assert "".join(left.itertext()).endswith(samples.passage().quote)
    assert "".join(right.itertext()).endswith(samples.passage().source_quote)
    back = tree.get_element_by_id(pair.xpath(".//a/@href")[0][1:])
    assert back.getnext().text_content() == samples.passage().quote[: len(back.getnext().text_content())] != ""


def test_exchanged_facts_stand_in_a_small_table(page):
    rows = html.fromstring(page).xpath("//table[contains(@class,'swaps')]//tr")
    assert [[c.text_content() for c in row] for row in rows] == [["来源", "本篇"], ["2022", "2023"]]


def test_a_finding_quotes_the_notice_and_the_author(page):
    (finding,) = html.fromstring(page).xpath("//details[@id='case-c1']//ul[@class='findings']/li")
    clause, mine, other = (q.text_content() for q in finding.xpath(".//q"))
    assert clause == samples.CLAUSE.quote
    assert (mine, other) == (samples.passage().quote, samples.passage().source_quote)


def test_every_case_and_the_failure_are_there_in_working_order(page):
    tree = html.fromstring(page)
    assert tree.xpath("//div[@class='cases']/details/@id") == ["case-c1", "case-c3", "case-c2"]
    assert tree.xpath("//table[@class='list']//td[@class='name']/a/@href") == ["#case-c1", "#case-c3", "#case-c2"]
    assert tree.xpath("//details[@id='case-c3']//a[@data-step]/@href") == ["#case-c1", "#case-c2"]
    assert "✓ 各项检查均未见问题。" in tree.get_element_by_id("case-c2").text_content()
    assert "与比对范围内的 12 份材料都没有相似段落" in tree.get_element_by_id("case-c2").text_content()
    assert "石榴镇中心小学报送 3 个，名额 2 个" in page


def test_the_working_order_is_verdict_then_similarity_then_number_of_reasons():
    def case(name, verdict, total=0.0, reasons=1):
        found = samples.report().findings * reasons
        outcome = replace(samples.report().outcomes[0], findings=found)
        rates = replace(samples.report().reuse.rates, total=total)
        reuse = replace(samples.report().reuse, rates=rates)
        return samples.report(name, outcomes=(outcome,), verdict=verdict, reuse=reuse)

    rows = in_queue(
        row_of(r)
        for r in (
            case("clear", Verdict.CLEAR, 0.9),
            samples.failed("unread"),
            case("look-low", Verdict.LOOK, 0.1, 2),
            case("look-lower", Verdict.LOOK, 0.1),
            case("look-high", Verdict.LOOK, 0.8),
            case("return", Verdict.RETURN),
        )
    )
    assert [r.info.id for r in rows] == ["return", "look-high", "look-low", "look-lower", "unread", "clear"]


def test_hints_on_the_batch_are_folded_and_counted(tmp_path):
    outcome = samples.batch().outcomes[0]
    hint = replace(outcome.findings[0], severity=Severity.NOTE)
    batch = BatchReport(made_with=samples.MADE, outcomes=(replace(outcome, findings=(hint, hint)),))
    tree = written(tmp_path, samples.report(), batch=batch)
    (folded,) = tree.xpath("//details[not(ancestor::*[@class='cases']) and @class='more']")
    assert folded.xpath("string(summary)") == "全批提示 2 条（名额、时间等）"
    assert folded.text_content().count(hint.message) == 2 and not folded.get("open")


def test_an_unreadable_file_has_its_sentence_its_remedy_and_its_code_twice(page):
    tree = html.fromstring(page)
    (row,) = tree.xpath("//table[@class='failures']/tbody/tr")
    for shown in (row.text_content(), tree.get_element_by_id("case-c3").text_content()):
        for words in ("+加密.docx", "文件设有打开密码", "请去掉密码后另存再报送。", "encrypted"):
            assert words in shown


def test_files_that_were_left_out_are_listed_with_their_reason(page):
    fold = html.fromstring(page).get_element_by_id("left-out")
    assert fold.tag == "details" and fold.xpath("string(summary)") == "没有检查的文件（2）"
    rows = [[c.text_content() for c in row] for row in fold.xpath(".//tbody/tr")]
    assert rows == [["照片.jpg", "本批", "不是案例文档（.jpg）"], ["旧.doc", "往年", "旧版格式"]]


def test_what_was_not_checked_is_no_pass(tmp_path):
    skipped = samples.report().outcomes[1:]
    tree = written(tmp_path, samples.report(outcomes=skipped, verdict=verdict_of(skipped)))
    inside = tree.get_element_by_id("case-c1").text_content()
    assert "各项检查均未见问题" not in inside
    assert "另有 1 项没有做或没有做完" in inside and "没有花名册" in inside


def test_phones_mailboxes_and_identity_numbers_are_masked_wherever_they_stand(tmp_path):
    secret = "电话13800000101，邮箱 zhang.san@example.com，证件 11010519491231002X"
    info = replace(samples.report().case, title=f"标题{secret}", file=f"{secret}.docx", unit=secret)
    report = samples.report(case=info, text=secret + samples.TEXT[len(secret) :])
    error = replace(samples.failed().error, message=secret)
    one = samples.cluster()
    group = replace(one, members=(replace(one.members[0], title=secret, unit=secret), *one.members[1:]))
    over = samples.batch().outcomes[0]
    batch = replace(
        samples.batch(),
        clusters=(group,),
        remarks=(Remark(name=secret, reason=secret),),
        outcomes=(replace(over, findings=(replace(over.findings[0], message=secret),)),),
    )
    tree = written(tmp_path, report, replace(samples.failed(), error=error), batch=batch)
    source = html.tostring(tree, encoding="unicode")
    assert "138****0101" in source and "z" + "*" * 8 + "@example.com" in source and "110" + "*" * 11 + "002X" in source
    assert not re.search("13800000101|zhang\\.san|19491231", source)


def test_every_cut_says_how_many_there_are(tmp_path):
    one = samples.passage()
    many = replace(samples.report().reuse, passages=(one,) * 90, shown=90, of=120)
    spot = samples.report().findings[0].evidence[0]
    found = replace(samples.report().findings[0], evidence=(spot,) * 9, message="很长" * 900)
    outcome = replace(samples.report().outcomes[0], findings=(found,))
    tree = written(tmp_path, samples.report(reuse=many, outcomes=(outcome,)))
    inside = tree.get_element_by_id("case-c1").text_content()
    assert len(tree.xpath("//div[starts-with(@class,'pair')]")) == PASSAGES_SHOWN == 60
    assert "列出 60 段，共 120 段，report.jsonl 里存有 90 段" in inside
    assert "列出 6 处，共 9 处" in inside
    assert "（略 1420 个字符）" in inside


def test_a_passage_too_long_to_compare_says_so(tmp_path):
    long = replace(samples.passage(), quote="甲" * 4001, source_quote="乙" * 10)
    tree = written(tmp_path, samples.report(reuse=replace(samples.report().reuse, passages=(long,))))
    assert "超过 4000 个字符，没有标出两边不同的字" in tree.text_content()
    assert "没有标出" not in written(tmp_path, samples.report()).text_content()


def test_a_large_batch_loses_no_case_and_says_whose_text_is_left_out(tmp_path):
    n = FULL_TEXT_CASES + 3
    tree = written(tmp_path, *(samples.clean(f"n{i:04}") for i in range(n)))
    assert len(tree.xpath("//div[@class='cases']/details")) == n == len(tree.xpath("//table[@class='list']/tbody/tr"))
    assert len(tree.xpath("//div[@class='text']")) == FULL_TEXT_CASES
    assert tree.text_content().count("这一篇的全文见 report.jsonl") == 3
    assert f"可读的 {n} 篇中的 {FULL_TEXT_CASES} 篇" in tree.text_content()


def test_two_cases_of_one_id_are_both_shown(tmp_path):
    tree = written(tmp_path, samples.report("same", "甲"), samples.report("same", "乙"))
    assert sorted(h3.text_content() for h3 in tree.xpath("//details/summary/h3")) == ["乙", "甲"]


def test_every_point_of_the_score_is_shown_with_what_it_is_made_of(page):
    tree = html.fromstring(page)
    table = tree.xpath("//*[@id='case-c1']//table[contains(@class,'parts')]")[0]
    assert [td.text_content() for td in table.xpath(".//td[@data-label='得分']")] == ["29", "26"]
    assert [td.text_content() for td in table.xpath(".//td[@data-label='满分']")] == ["35", "65"]
    words = table.text_content()
    assert "切题分 0.83（满分线 1），得 83%，占 100%" in words
    assert "标题有 1 项问题，得 40%，占 100%" in words
    case = tree.xpath("//*[@id='case-c1']")[0].text_content()
    assert "55 分（满分 100）" in case
    assert "2 篇中第 1 名（2 篇各部分得分都相同，并列）" in case
    assert "硬性要求另行提示，不计入" in case


def test_the_list_has_score_and_place_and_a_case_without_score_its_reason(tmp_path):
    better = samples.report("c5", score=samples.score(31.0))
    short = samples.report("c6", score=Score(total=None, reason="正文不足 400 字"))
    tree = written(tmp_path, samples.report(), better, short)
    cells = {
        r.xpath(".//a/@href")[0]: r.xpath("./td[@data-label='参考分']")[0]
        for r in tree.xpath("//table[@class='list']//tbody/tr")
    }
    said = {k: v.text_content() for k, v in cells.items()}
    assert said == {"#case-c1": "55第 2，共 2", "#case-c5": "57第 1，共 2", "#case-c6": "—"}
    assert cells["#case-c5"].xpath(".//svg") and cells["#case-c5"].get("data-key") == "57.0"
    assert "没有参考分：正文不足 400 字。" in tree.xpath("//*[@id='case-c6']")[0].text_content()


def test_topic_fit_is_explained_by_features_sentences_terms_and_what_is_missing(page):
    case = html.fromstring(page).xpath("//*[@id='case-c1']")[0]
    features = [
        [td.text_content() for td in tr] for tr in case.xpath(".//table[caption[contains(., '合计')]]//tbody/tr")
    ]
    assert features == [
        ["写教师参加培训研修的句子偏多", "支持", "+1.20"],
        ["起点", "—", "+0.39"],
        ["合计", "即分数 0.83", "+1.59"],
    ]
    words = case.text_content()
    assert "没有教师培训的专用词：找的是“国培”。" in words
    assert "书箱、共读" in words
    assert (
        case.xpath(".//dd[a[@href='#case-c2']]")[0].text_content()
        == "山路上的研修（=1+1；用词相近 31%，便于放在一起看，不是问题）"
    )


def test_a_section_that_was_not_found_says_which_headings_were_looked_for(page):
    rows = html.fromstring(page).xpath("//*[@id='case-c1']//tr[th='典型经验']/td")
    assert [td.text_content() for td in rows[:2]] == ["未发现", "找过“经验、启示、反思、体会”等标题和相应内容"]


def test_the_page_is_whole_without_the_script(page):
    tree = html.fromstring(page)
    rows = tree.xpath("//table[@class='list']/tbody/tr")
    assert len(rows) == 3 and not [r for r in rows if "hidden" in r.get("class", "")]
    # What needs the script is hidden until the script shows it.
    for control in tree.xpath("//button | //input | //select"):
        assert control.xpath("ancestor::*[contains(@class,'hidden')]")
    assert tree.xpath("//body/a[1]/@href") == ["#main"]


def test_headings_are_in_order_and_tables_have_captions(page):
    tree = html.fromstring(page)
    levels = [int(e.tag[1]) for e in tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(t.xpath("./caption") and t.xpath(".//th[@scope]") for t in tree.xpath("//table"))
    assert tree.xpath("/html/@lang") == ["zh-CN"]


def test_an_empty_batch_says_so(tmp_path):
    write_html(tmp_path / "x.html", samples.shelf(tmp_path), BatchReport(made_with=samples.MADE), BOOK)
    assert "这一批没有案例" in (tmp_path / "x.html").read_text("utf-8")


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: Span(min(p), max(p)))


@given(st.text(min_size=20, max_size=20), st.lists(SPANS, max_size=8))
def test_marks_never_change_the_text(source, spans):
    source = re.sub(r"[\r\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", "x", source)
    out = html.fromstring(
        h(
            "div",
            marked(source, [Mark(s, f"k{n}", n, "#x" if n % 2 else None, "", n, f"a{n}") for n, s in enumerate(spans)]),
        )
    )
    assert "".join(out.itertext()) == source
    # Every mark can be reached and has its number at its beginning, whatever lies over it.
    for n, s in enumerate(spans):
        if s.length:
            assert len("".join(out.xpath(f"//*[@id='a{n}']/preceding::text()"))) == s.start
            assert str(n) in "、".join(out.xpath("//mark/@data-n")).split("、")


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
