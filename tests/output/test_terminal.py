"""The terminal: everything said, nothing cut in silence, nothing that steers the screen."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from screening.case import Case
from screening.document import Document
from screening.output.terminal import render_comparison, render_report
from screening.scoring.result import Score
from screening.single import Comparison
from tests import samples


@pytest.fixture
def screen():
    return Console(file=io.StringIO(), width=60, soft_wrap=True, highlight=False)


def said(screen):
    return screen.file.getvalue()


def test_a_report_has_verdict_clause_quote_and_what_was_not_done(screen):
    render_report(samples.report(), screen)
    for words in (
        "◐ 请人工查看",
        "通知 附件 一.4：“字数不超过 3000 字”",
        "原文 42–70",
        samples.passage().source_quote,
        "参训名册（没有花名册）",
    ):
        assert words in said(screen)


def test_an_unreadable_file_has_sentence_remedy_and_code(screen):
    render_report(samples.failed(), screen)
    for words in ("文件设有打开密码", "请去掉密码后另存再报送。", "encrypted"):
        assert words in said(screen)


def test_a_title_can_neither_steer_the_terminal_nor_mark_it_up(screen):
    info = replace(samples.report().case, title="[red]\x1b[2J甲\u202e乙[/red]")
    render_report(samples.report(case=info), screen)
    assert "[red]\ufffd[2J甲\ufffd乙[/red]" in said(screen)
    assert "\x1b" not in said(screen)


def test_phones_are_masked(screen):
    info = replace(samples.report().case, file="张三13800000101.docx")
    render_report(samples.report(case=info), screen)
    assert "张三138****0101.docx" in said(screen)


def test_more_places_than_shown_are_counted(screen):
    spot = samples.report().findings[0].evidence[0]
    found = replace(samples.report().findings[0], evidence=(spot,) * 9)
    render_report(samples.report(outcomes=(replace(samples.report().outcomes[0], findings=(found,)),)), screen)
    assert "列出 5 处，共 9 处" in said(screen)


def test_a_comparison_in_a_narrow_window_cuts_no_passage_and_no_exchanged_fact(screen):
    a = Case(samples.report().case, Document.from_lines(samples.TEXT.split("\n")))
    b = Case(samples.clean().case, Document.from_lines(samples.SOURCE.split("\n")))
    passage = replace(samples.passage(), swaps=tuple((f"旧{n}", f"新{n}") for n in range(20)))
    render_comparison(Comparison(a, b, (passage,)), screen)
    flat = said(screen).replace("\n", "")
    assert passage.quote in flat and passage.source_quote in flat
    assert all(f"新{n} → 旧{n}" in flat for n in range(20))


def test_the_score_has_its_parts_or_its_reason(screen):
    render_report(samples.report(), screen)
    assert "参考分 55（切题 29/35，规范 26/65）" in said(screen)
    render_report(samples.report(score=Score(total=None, reason="正文不足 400 字")), screen)
    assert "参考分：没有（正文不足 400 字）" in said(screen)
