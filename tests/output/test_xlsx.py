"""The workbook, read back: every row there, nothing that runs, dates and shares as such."""

import re
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from screening.output.workbook import cell_text
from screening.output.xlsx import write_summary
from screening.report import BatchReport, Failure
from screening.rulebook import load_rulebook
from screening.scoring.result import Score
from tests import samples


@pytest.fixture
def book(tmp_path):
    write_summary(
        tmp_path / "summary.xlsx", samples.shelf(tmp_path, *samples.reports()), samples.batch(), load_rulebook()
    )
    return load_workbook(tmp_path / "summary.xlsx")


def rows(sheet):
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, r, strict=True)) for r in body]


def test_a_row_a_case_with_its_reasons(book):
    first, third, second = rows(book["汇总"])
    assert first["结论"] == "◐ 请人工查看"
    assert first["主要原因"] == "1. 与《<i>往年</i>》相似"
    assert (first["字数"], first["字数区间"]) == (2875, "2875–2881")
    assert first["总相似率"] == pytest.approx(0.3)
    assert first["报送时间"].isoformat() == "2024-01-12T09:30:00"
    assert (first["案例概要"], first["推广价值"], first["典型经验"]) == ("标题命中", "内容推断", "未发现")
    assert second["结论"] == "✓ 未见问题"
    assert third["主要原因"] == "1. 文件设有打开密码"


def test_score_place_terms_and_neighbour_have_their_columns(tmp_path):
    short = samples.report("c6", score=Score(total=None, reason="正文不足 400 字"))
    write_summary(
        tmp_path / "x.xlsx", samples.shelf(tmp_path, samples.report(), short), samples.batch(), load_rulebook()
    )
    first, second = rows(load_workbook(tmp_path / "x.xlsx")["汇总"])
    assert (first["总分"], first["名次"], first["同组篇数"]) == (55, 1, 1)
    assert (first["切题得分"], first["规范得分"], first["结构得分"]) == (29, 26, None)
    assert first["关键词"] == "书箱、共读"
    assert first["主题相近"] == "山路上的研修（本批，=1+1，用词相近 31%）"
    assert (second["总分"], second["名次"], second["名次说明"]) == (None, None, "正文不足 400 字")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_of_a_report_becomes_a_formula(tmp_path, start):
    evil = f'{start}HYPERLINK("http://x")'
    info = replace(samples.report().case, title=evil, unit=evil, author=evil, file=evil, project=evil, unit_type=evil)
    reuse = samples.report().reuse
    passage = replace(reuse.passages[0], quote=evil, source_quote=evil)
    source = replace(reuse.sources[0], title=evil, unit=evil)
    found = replace(samples.report().findings[0], message=evil)
    outcome = replace(samples.report().outcomes[0], findings=(found,))
    bad = replace(samples.failed(), error=Failure(code=evil, message=evil, advice=evil), case=replace(info, id="bad"))
    good = samples.report(case=info, outcomes=(outcome,), reuse=replace(reuse, passages=(passage,), sources=(source,)))
    path = tmp_path / "x.xlsx"
    write_summary(path, samples.shelf(tmp_path, good, bad), samples.batch(), load_rulebook())
    cells = [c for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for c in row]
    evils = [c for c in cells if isinstance(c.value, str) and "HYPERLINK" in c.value]
    assert len(evils) > 15
    for cell in evils:
        assert cell.data_type == "s"
        # At the head stands the guard, or the character is gone; behind a number ("1. =…") nothing is evaluated.
        assert re.match("'|[0-9]+\\. |HYPERLINK", cell.value), cell.value
    for part in zipfile.ZipFile(path).namelist():
        assert b"<f>" not in zipfile.ZipFile(path).read(part)


def test_numbers_dates_and_shares_are_such(book):
    head = {c.value: c.column_letter for c in book["汇总"][1]}
    sheet = book["汇总"]
    assert sheet[f"{head['报送时间']}2"].is_date
    assert sheet[f"{head['字数']}2"].data_type == "n"
    for name in ("总相似率", "单篇最大", "外部查重率"):
        assert "%" in sheet[f"{head[name]}2"].number_format


def test_a_high_share_says_so_in_words_beside_its_colour(book):
    head = {c.value: c.column_letter for c in book["汇总"][1]}
    cell = book["汇总"][f"{head['总相似率']}2"]
    assert cell.number_format.startswith('[>=0.3]"高 "')
    coloured = {str(area.sqref)[0] for area in book["汇总"].conditional_formatting}
    assert {head["结论"], head["总相似率"], head["切题"]} <= coloured


def test_phones_and_mailboxes_are_masked(tmp_path):
    info = replace(samples.report().case, file="张三13800000101.docx", title="邮箱 zhang@example.com")
    write_summary(
        tmp_path / "x.xlsx", samples.shelf(tmp_path, samples.report(case=info)), samples.batch(), load_rulebook()
    )
    values = str([list(s.iter_rows(values_only=True)) for s in load_workbook(tmp_path / "x.xlsx").worksheets])
    assert "张三138****0101.docx" in values and "z****@example.com" in values
    assert "13800000101" not in values and "zhang@" not in values


def test_pairs_failures_quotas_and_notes_have_their_sheets(book):
    assert book.sheetnames == ["汇总", "相似对", "聚类", "未能读取", "未检查的文件", "名额", "说明"]
    (pair,) = rows(book["相似对"])
    assert (pair["占本篇"], pair["占来源"], pair["方式"], pair["先后"]) == (0.3, 0.7, "换名套用", "对方在前")
    (failure,) = rows(book["未能读取"])
    assert (failure["代码"], failure["办法"]) == ("encrypted", "请去掉密码后另存再报送。")
    assert rows(book["名额"])[0]["说明"] == "✕ 石榴镇中心小学报送 3 个，名额 2 个"
    assert any(r[0] == "总相似率" for r in book["说明"].iter_rows(values_only=True))


def test_a_row_a_member_of_each_group_with_what_holds_for_the_group(book):
    old, first, second = rows(book["聚类"])
    assert [r["序号"] for r in (old, first, second)] == [1, 2, 3] and {old["群组"], second["群组"]} == {1}
    assert (old["成员"], old["来自"], old["报送时间"]) == ("一块屏幕点亮洛溪", "往年", None)
    assert (second["最相似的一份"], second["占本篇"], second["占对方"]) == (2, 0.1, 0.2)
    assert (second["最强"], second["最弱"], second["平均"], second["份数"]) == (0.7, 0.2, 0.3, 3)
    assert second["最强的一对"] == "1 与 2（占 1 的 70.0%，占 2 的 30.0%）"
    assert second["最弱的一对"] == "2 与 3（占 2 的 20.0%，占 3 的 10.0%，本人或本单位）"
    assert second["组内最早"] == "《一块屏幕点亮洛溪》（洛溪市教育局）"
    assert second["本人本单位"] == "1 对是本人或本单位的材料之间" and second["有相似段落的对数"] == "2/3"
    links = [book["聚类"].cell(n, 3).hyperlink for n in (2, 3, 4)]
    assert links[0] is None and [x.location for x in links[1:]] == ["case-c1", "case-c2"]
    assert [r["群组"] for r in rows(book["汇总"])] == [1, None, 1]


def test_files_that_were_left_out_have_their_sheet(book):
    assert rows(book["未检查的文件"]) == [
        {"文件": "照片.jpg", "来自": "本批", "原因": "不是案例文档（.jpg）"},
        {"文件": "旧.doc", "来自": "往年", "原因": "旧版格式"},
    ]


def test_spelling_variants_of_a_unit_are_one_row_of_the_quotas(tmp_path):
    infos = [
        replace(samples.report().case, id=f"u{n}", unit=u) for n, u in enumerate(("甲（东）", "甲 (东)", "甲（东）"))
    ]
    outcome = samples.batch().outcomes[0]
    over = replace(outcome.findings[0], facts={**outcome.findings[0].facts, "unit": "甲（东）"})
    batch = replace(samples.batch(), outcomes=(replace(outcome, findings=(over,)),))
    write_summary(
        tmp_path / "x.xlsx", samples.shelf(tmp_path, *(samples.report(case=i) for i in infos)), batch, load_rulebook()
    )
    (row,) = rows(load_workbook(tmp_path / "x.xlsx")["名额"])
    assert (row["单位"], row["报送数"]) == ("甲（东）", 3) and row["说明"].startswith("✕ ")


def test_the_sheet_is_made_for_reading(book):
    sheet = book["汇总"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(4, sheet.max_column).coordinate}"
    assert sheet.print_title_rows == "$1:$1"
    long = max(len(str(c.value)) for c in sheet["D"])
    assert long > 10 and sheet.column_dimensions["D"].width > 40
    assert sheet["C2"].hyperlink.target == "index.html" and sheet["C2"].hyperlink.location == "case-c1"
    assert sheet.conditional_formatting


def test_an_empty_batch_gives_a_workbook_all_the_same(tmp_path):
    write_summary(tmp_path / "x.xlsx", samples.shelf(tmp_path), BatchReport(made_with=samples.MADE), load_rulebook())
    assert load_workbook(tmp_path / "x.xlsx")["汇总"]["A2"].value == "（无）"


def test_cells_are_guarded_and_capped():
    assert cell_text("=1") == "'=1"
    assert cell_text("\t=1").startswith("'")
    assert cell_text("a\x00b") == "ab"
    assert len(cell_text("x" * 40_000)) <= 32_767
