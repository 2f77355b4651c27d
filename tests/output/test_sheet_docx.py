"""The sheet: its figures are the report's, its marks have two cues, the same content has the same bytes."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from docx import Document

from screening.document import Document as Word
from screening.document import union
from screening.output.advice import advice_of
from screening.output.labels import percent
from screening.output.paper import safe_name
from screening.output.sheet import VIEWS, halves, repeated_characters, report_number, sheet
from screening.output.sheet_text import PASSAGES_SHOWN
from screening.report import Report
from screening.reuse.compare import compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.result import Rates, ReuseKind, SharedFact
from screening.rulebook import load_rulebook
from screening.text.view import fold
from tests import samples

BOOK = load_rulebook()
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def made(report: Report, **more) -> bytes:
    return sheet(report, BOOK, **{"number": "AL-1", "made_at": None, **more})


def read(data: bytes):
    return Document(io.BytesIO(data))


def pairs(document) -> dict[str, str]:
    """The tables of names and values, as a dictionary."""
    out = {}
    for table in document.tables:
        for row in table.rows:
            texts = [c.text for c in row.cells]
            if len(texts) % 2 == 0:
                out |= dict(zip(texts[::2], texts[1::2], strict=True))
    return out


def words(document) -> str:
    return "\n".join(
        [p.text for p in document.paragraphs] + [c.text for t in document.tables for r in t.rows for c in r.cells]
    )


def several() -> Report:
    """Passages of every kind, and rates that all differ."""
    report = samples.report()
    reuse = report.reuse
    at = samples.span

    def passage(source, quote, **more):
        given = {"kind": ReuseKind.VERBATIM, "source": source, "span": at(samples.TEXT, quote), "quote": quote}
        return replace(reuse.passages[0], swaps=(), **given | {"source_quote": quote} | more)

    fact = SharedFact(
        span=at(samples.TEXT, "大山"), source_span=at(samples.SOURCE, "洛溪"), quote="大山", source_quote="洛溪"
    )
    return replace(
        report,
        reuse=replace(
            reuse,
            rates=Rates(
                total=0.61,
                without_quotes=0.52,
                without_own=0.43,
                without_stock=0.34,
                largest_source=0.25,
                raw=0.16,
                repaired=0.61,
                rewritten=0.07,
            ),
            sources=(*reuse.sources, replace(reuse.sources[0], id="s2", title="旧作", own=True, rate=0.1)),
            passages=(
                *reuse.passages,
                passage("s2", "一、案例概要"),
                passage("s1", "分片区推进", quoted=True),
                passage("s1", "点亮大山", kind=ReuseKind.REWRITTEN, facts=(fact,)),
                passage("s1", "二、", stock=True),
            ),
            stock=(at(samples.TEXT, "主要做法"),),
            shown=5,
            of=9,
        ),
    )


@pytest.mark.parametrize("view", VIEWS)
def test_the_figures_are_those_of_the_report(view):
    report = several()
    document = read(made(report, view=view))
    said, rates = pairs(document), report.reuse.rates
    assert {
        "总文字复制比": percent(rates.total),
        "去除引用复制比": percent(rates.without_quotes),
        "去除本人本单位复制比": percent(rates.without_own),
        "去除套话复制比": percent(rates.without_stock),
        "单篇最大复制比": percent(rates.largest_source),
        "疑似改写": percent(rates.rewritten),
        "还原伪装字符前": percent(rates.raw),
        "还原伪装字符后": percent(rates.repaired),
        "重复字数": "49",  # .61 of 80
        "参与比对字数": "80",
        "正文字数（Word）": "2875",
        "段 落 数": "5",
        "相似段落": "列出 4 段，共 8 段",
        "相似来源": "2 份",
        "报告编号": "AL-1",
        "报送时间": "2024-01-12 09:30（UTC+08:00）",
    }.items() <= said.items()
    assert int(said["前半部重复字数"]) + int(said["后半部重复字数"]) == 49
    text = words(document)
    assert report.case.sha256 in text and "henan-2023-950（dddddddddddd）" in text and "没有花名册" in text
    assert "最大来源：《一块屏幕点亮洛溪》（洛溪市教育局），占本篇 30.0%。" in text
    sources = next(t for t in document.tables if t.rows[0].cells[-1].text == "是否引证")
    assert [[c.text for c in r.cells][3:] for r in sources.rows][1:] == [
        ["30.0%", "70.0%", "28", "部分"],
        ["10.0%", "70.0%", "28", "否"],
    ]


def test_repeated_characters_are_those_of_the_passages():
    """Counted anew from the passages of a real comparison: whole, and in each half."""
    line = "分片区推进送教下乡，每月一次同课异构，课后两小时研讨。"
    own = [f"第{n}周，我们到第{n * 7}所村小听课，记下了{n * 13}个问题。" for n in range(30)]
    case = Word.from_lines([*own[:15], line, *own[15:], line.replace("每月", "每季"), line])
    source = Comparable.of_document(Word.from_lines([line, *own[:2]]), "s", place="archive")
    reuse = compare(Comparable.of_document(case, "c", place="batch"), MemoryCorpus([source]))
    text = case.text
    report = replace(samples.report(), text=text, reuse=reuse)
    view = fold(text)
    ends = [view.from_source(s) for s in union(p.span for p in reuse.passages if not p.facts)]
    middle = len(view) // 2
    assert repeated_characters(reuse) == sum(b - a for a, b in ends) > 40
    assert halves(report) == (
        sum(min(b, middle) - min(a, middle) for a, b in ends),
        sum(max(b, middle) - max(a, middle) for a, b in ends),
    )


def test_every_finding_stands_with_the_notices_sentence_and_how_to_mend_it():
    document = read(made(samples.report()))
    table = next(t for t in document.tables if t.rows[0].cells[-1].text == "修改办法")
    (finding,) = samples.report().findings
    (_, row) = ([c.text for c in r.cells] for r in table.rows)
    assert row == ["1", "请人工查看", finding.message, "附件 一.4：“字数不超过 3000 字”", advice_of(finding.code)]


def test_each_mark_has_a_colour_and_a_second_cue_of_its_own():
    document = read(made(several()))
    looks = {}
    for p in document.paragraphs:
        for r in p.runs:
            if r.font.color and r.font.color.rgb:
                line = r._r.rPr.find(f"{W}u").get(f"{W}val")
                looks.setdefault((str(r.font.color.rgb), line), []).append(r.text)
    assert len(looks) == len({c for c, _ in looks}) == len({u for _, u in looks}) == 5
    by_text = {t: look for look, texts in looks.items() for t in texts}
    assert by_text["一、案例概要"] == ("7F4A12", "wave")
    assert by_text["分片区推进"] == ("00713A", "double")
    assert by_text["点亮大山"] == ("7030A0", "dash")
    assert by_text["主要做法"] == ("6E6E6E", "dotted")
    assert by_text[samples.passage().quote] == ("C00000", "single")


def test_the_views_show_more_and_more_of_the_text():
    brief, full, aligned = (words(read(made(several(), view=v))) for v in VIEWS)
    assert "分片区推进" not in brief and "分片区推进" in full and samples.SOURCE[9:37] not in full
    assert samples.SOURCE[9:37] in aligned and "列出 4 段，共 8 段" in aligned
    plain = re.sub("【[0-9]】", "", full)
    assert all(line in plain for line in samples.TEXT.split("\n"))


def test_what_is_cut_is_counted():
    report = several()
    many = (report.reuse.passages[0],) * (PASSAGES_SHOWN + 3)
    report = replace(report, reuse=replace(report.reuse, passages=many, shown=len(many), of=len(many)))
    assert f"列出 {PASSAGES_SHOWN} 段，共 {PASSAGES_SHOWN + 3} 段" in words(read(made(report, view="aligned")))


def test_the_author_is_hidden_everywhere_unless_asked_for():
    report = several()
    case = replace(report.case, file="甲县/读书-周明远.docx", author="周明远、李 梅")
    report = replace(report, case=case, text=report.text + "\n作者：周明远 李梅 电话 13800000101")
    hidden = made(report, view="aligned")
    assert (
        "周明远" not in words(read(hidden))
        and "李梅" not in words(read(hidden))
        and "13800000101" not in words(read(hidden))
    )
    shown = words(read(made(report, mask_author=False)))
    assert "读书-周明远.docx" in shown and "138****0101" in shown


def test_a_file_that_could_not_be_read_says_so_and_has_no_rates():
    text = words(read(made(samples.failed())))
    assert "文件设有打开密码" in text and "请去掉密码后另存再报送。" in text and "不能当作未见问题" in text
    assert "复制比" not in text and "%" not in text


def test_without_a_comparison_there_are_no_rates():
    text = words(read(made(replace(samples.report(), reuse=None))))
    assert "这不等于没有重复" in text and "总文字复制比" not in text


def test_the_same_content_has_the_same_bytes_and_another_report_another_number():
    report = several()
    assert made(report) == made(Report.from_json(report.to_json()))
    assert report_number(report) == report_number(Report.from_json(report.to_json())) != report_number(samples.report())
    with zipfile.ZipFile(io.BytesIO(made(report))) as z:
        assert {i.date_time for i in z.infolist()} == {(2024, 1, 1, 0, 0, 0)}
        assert b"created" not in z.read("docProps/core.xml")


def test_the_time_has_a_zone():
    stamp = datetime(2024, 1, 30, 9, 5, tzinfo=timezone(timedelta(hours=8)))
    document = read(made(samples.report(), made_at=stamp, verify_url="https://example.org/v?a=1&b=2"))
    assert pairs(document)["检测时间"] == "2024-01-30 09:05（UTC+08:00）"
    assert document.core_properties.created.astimezone(UTC) == stamp
    assert "核验地址：https://example.org/v?a=1&b=2" in words(document)
    with pytest.raises(ValueError, match="zone"):
        made(samples.report(), made_at=stamp.replace(tzinfo=None))


def test_it_is_an_official_paper():
    with zipfile.ZipFile(io.BytesIO(made(samples.report()))) as z:
        styles, fonts = z.read("word/styles.xml").decode(), z.read("word/fontTable.xml").decode()
        footers = [z.read(n).decode() for n in z.namelist() if "footer" in n and "rels" not in n]
    document = read(made(samples.report()))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 'w:eastAsia="仿宋"' in styles and 'w:eastAsia="方正小标宋简体"' in styles
    assert "华文中宋" in fonts and "仿宋_GB2312" in fonts
    assert len(footers) == 2 and all("— " in f and " PAGE " in f for f in footers)


def test_hostile_texts_stay_texts():
    case = replace(samples.report().case, title="<w:p></w:t>&\x00\x0b\u202e\ud800", unit="<甲>")
    document = read(made(replace(samples.report(), case=case)))
    assert pairs(document)["题　　目"] == "<w:p></w:t>&\ufffd\ufffd\ufffd\ufffd"
    assert "<script>alert(1)</script>" in words(document)


def test_names_of_files_are_safe_and_short():
    name = safe_name(3, 10000, 'a/b\\c:*?"<>|\x1f\u200b' + "长" * 300 + "𠮷" * 99)
    assert not set(name) & set('/\\:*?"<>|\x1f\u200b') and name.startswith("00003-") and len(name.encode()) < 255
    assert safe_name(3, 9, "…. .") == "3-….docx" and safe_name(3, 9, " . ") == "3-未命名.docx"
