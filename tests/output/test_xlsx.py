"""The workbook, read back: every row there, nothing that runs, dates and shares as such."""

import pytest
from openpyxl import load_workbook

from screening.output.xlsx import cell_text, write_summary
from screening.report import BatchReport
from screening.rulebook import load_rulebook
from tests import samples


@pytest.fixture
def book(tmp_path):
    write_summary(tmp_path / "summary.xlsx", samples.reports(), samples.batch(), load_rulebook())
    return load_workbook(tmp_path / "summary.xlsx")


def rows(sheet):
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, r, strict=True)) for r in body]


def test_a_row_a_case_with_its_reasons(book):
    first, second, third = rows(book["汇总"])
    assert first["结论"] == "◐ 请人工查看"
    assert first["主要原因"] == "1. 与《<i>往年</i>》相似"
    assert (first["字数"], first["字数区间"]) == (2875, "2875–2881")
    assert first["总相似率"] == pytest.approx(0.3)
    assert first["报送时间"].isoformat() == "2024-01-12T09:30:00"
    assert (first["案例概要"], first["推广价值"], first["典型经验"]) == ("标题命中", "内容推断", "未发现")
    assert second["结论"] == "✓ 未见问题"
    assert third["主要原因"] == "1. 文件设有打开密码"


def test_nothing_in_the_sheet_is_a_formula(book):
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")))


def test_pairs_failures_quotas_and_notes_have_their_sheets(book):
    assert book.sheetnames == ["汇总", "相似对", "未能读取", "名额", "说明"]
    (pair,) = rows(book["相似对"])
    assert (pair["占本篇"], pair["占来源"], pair["方式"], pair["先后"]) == (0.3, 0.7, "换名套用", "对方在前")
    (failure,) = rows(book["未能读取"])
    assert (failure["代码"], failure["办法"]) == ("encrypted", "请去掉密码后另存再报送。")
    assert rows(book["名额"])[0]["说明"] == "✕ 石榴镇中心小学报送 3 个，名额 2 个"
    assert any(r[0] == "总相似率" for r in book["说明"].iter_rows(values_only=True))


def test_the_sheet_is_made_for_reading(book):
    sheet = book["汇总"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref
    assert sheet["C2"].hyperlink.target == "index.html" and sheet["C2"].hyperlink.location == "case-c1"
    assert sheet.conditional_formatting


def test_an_empty_batch_gives_a_workbook_all_the_same(tmp_path):
    write_summary(tmp_path / "x.xlsx", iter(()), BatchReport(made_with=samples.MADE), load_rulebook())
    assert load_workbook(tmp_path / "x.xlsx")["汇总"]["A2"].value == "（无）"


def test_cells_are_guarded_and_capped():
    assert cell_text("=1") == "'=1"
    assert cell_text("\t=1").startswith("'")
    assert cell_text("a\x00b") == "ab"
    assert len(cell_text("x" * 40_000)) <= 32_767
