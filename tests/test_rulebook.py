"""Notices as data: what a rulebook says is held to the notice, and every mistake in one is an error that names its place."""

import re

import pytest

from screening.document import Document
from screening.errors import RulebookError
from screening.finding import Severity
from screening.rulebook import available, load_rulebook, missing_quotes
from screening.rulebook_draft import write_draft


@pytest.fixture
def draft(tmp_path):
    path, _ = write_draft(tmp_path / "新通知.toml")
    return path


def refused(path, code="rulebook.invalid"):
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    assert caught.value.code == code
    assert caught.value.advice.endswith("。")
    return caught.value.message


@pytest.mark.parametrize("name", available())
def test_every_quotation_of_a_shipped_rulebook_stands_in_its_notice(name):
    book = load_rulebook(name)
    assert missing_quotes(book) == ()
    assert book.id == name
    assert re.fullmatch("[0-9a-f]{64}", book.digest)
    assert len({r.id for r in book.rules()}) == len(book.rules()) > 20


def test_the_draft_is_valid_as_it_stands(draft):
    book = load_rulebook(draft)
    assert missing_quotes(book) == ()
    assert [r.id for r in book.rules()] == ["work_case.length", "work_case.sections", "work_case.title", "batch.quota"]
    assert book.kinds["work_case"].rules[0].severity is Severity.BLOCKER
    assert book.kinds["work_case"].rules[0].params.max == 3000


def test_a_draft_overwrites_nothing_and_its_name_may_hold_anything(tmp_path, draft):
    before = draft.read_bytes()
    for name in ("新通知.toml", "新通知.txt", "新通知"):
        with pytest.raises(RulebookError) as caught:
            write_draft(tmp_path / name)
        assert caught.value.code == "rulebook.exists"
    assert draft.read_bytes() == before
    odd, _ = write_draft(tmp_path / '甲"乙{丙}\\n.toml')
    assert load_rulebook(odd).id == '甲"乙{丙}\\n'
    with pytest.raises(RulebookError) as caught:
        write_draft(draft / "在文件里.toml")
    assert caught.value.code == "rulebook.write"


def test_a_quotation_that_is_not_the_notices_is_found(draft):
    draft.write_text(draft.read_text("utf-8").replace("字数不超过 3000 字", "字数不超过 5000 字"), "utf-8")
    assert [r.id for r in missing_quotes(load_rulebook(draft))] == ["work_case.length"]


def test_the_digest_tells_of_any_change_in_either_file(draft):
    digests = {load_rulebook(draft).digest}
    for file in (draft, draft.with_suffix(".txt")):
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")
        digests.add(load_rulebook(draft).digest)
    assert len(digests) == 3


LENGTH = 'use = "length"\n'
PROJECTS = '[[projects]]\nname = "国培计划"\naliases = ["国培"]\n'
BEFORE_CHECKS = re.compile(r"\[\[kinds\.work_case\.checks\]\].*", re.DOTALL)
BEFORE_SECTIONS = re.compile(r"\[\[kinds\.work_case\.sections\]\].*", re.DOTALL)
BEFORE_KINDS = re.compile(r"\[kinds\.work_case\].*", re.DOTALL)

SCORE = re.compile(r"\[kinds\.work_case\.score\][^[]*")
SECTIONS = re.compile(r"\[\[kinds\.work_case\.sections\]\].*?(?=# 参考分)", re.DOTALL)

TITLE_AND_DEADLINE = """\
[[kinds.work_case.checks]]
use = "title"
clause = "一"
quote = "一"
[[kinds.work_case.checks]]
use = "deadline"
clause = "一"
quote = "一"
last = 2024-01-25
projects = ["国陪计划"]
"""

# what is changed, into what, and words that the message must have besides the file's name
MISTAKES = [
    ("schema = 1\n", "", ["缺少键 'schema'"]),
    ("schema = 1", "schema = 2", ["schema = 2 不受支持"]),
    ("schema = 1", "schema = true", ["'schema'", "应为整数"]),
    ("schema = 1", 'schema = 1\ntitel = "x"', ["'titel'", "是否想写“title”"]),
    ("year = 2024", 'year = "2024"', ["'year'", "应为整数", "'2024'"]),
    (re.compile("year.*", re.DOTALL), 'year = 2024\nbatch = 3\n[kinds.a]\nlabel = "甲"\n', ["'batch'", "应为表"]),
    (PROJECTS, 'projects = ["国培"]\n', ["'projects'", "应为表的列表"]),
    (PROJECTS, "projects = 5\n", ["'projects'", "应为表的列表"]),
    ("[[projects]]", "[projects]", ["'projects'", "应为表的列表"]),
    ('aliases = ["国培"]', 'alias = ["国培"]', ["projects[0]", "'alias'", "是否想写“aliases”"]),
    ('aliases = ["国培"]', 'aliases = "国培"', ["projects[0]", "'aliases'", "文字列表"]),
    ('aliases = ["国培"]', "aliases = [1]", ["projects[0]", "'aliases'", "文字列表"]),
    ('name = "国培计划"', 'name = ""', ["projects[0]", "'name'", "空的"]),
    (BEFORE_KINDS, "[[kinds]]\n", ["'kinds'", "应为表"]),
    (BEFORE_KINDS, "[kinds]\nwork_case = 3\n", ["kinds.work_case", "应为表"]),
    ('label = "典型工作案例"', 'lable = "典型工作案例"', ["kinds.work_case", "'lable'", "是否想写“label”"]),
    ("headings = [", "heading = [", ["kinds.work_case.sections[0]", "'heading'", "是否想写“headings”"]),
    (BEFORE_SECTIONS, "sections = 3\n", ["kinds.work_case", "'sections'", "应为表的列表"]),
    (BEFORE_SECTIONS, "[kinds.work_case.sections]\n", ["kinds.work_case", "'sections'", "应为表的列表"]),
    (BEFORE_SECTIONS, 'checks = ["length"]\n', ["kinds.work_case", "'checks'", "应为表的列表"]),
    (BEFORE_CHECKS, '[kinds.work_case.checks]\nuse = "length"\n', ["kinds.work_case", "'checks'", "应为表的列表"]),
    ("[[batch.checks]]", "[[batch.check]]", ["batch", "'check'", "是否想写“checks”"]),
    (LENGTH, "", ["kinds.work_case.checks[0]", "缺少键 'use'"]),
    (LENGTH, "use = 3\n", ["kinds.work_case.checks[0]", "'use'", "应为文字"]),
    (LENGTH, 'use = "lenght"\n', ["kinds.work_case.checks[0]", "'lenght'", "是否想写“length”"]),
    (LENGTH, 'use = "quota"\n', ["kinds.work_case.checks[0]", "全批检查"]),
    ('use = "quota"', 'use = "length"', ["batch.checks[0]", "单篇检查"]),
    (LENGTH, LENGTH + "id = 3\n", ["kinds.work_case.checks[0]", "'id'", "应为文字"]),
    (LENGTH, LENGTH + 'id = "batch.quota"\n', ["'batch.quota'", "重复"]),
    ('severity = "blocker"', 'severity = "blokcer"', ["kinds.work_case.checks[0]", "是否想写“blocker”"]),
    ('severity = "blocker"', 'severity = ["blocker"]', ["kinds.work_case.checks[0]", "severity"]),
    ("max = 3000", 'max = 3000\nstate = "of"', ["kinds.work_case.checks[0]", "state", "是否想写“off”"]),
    ("max = 3000", "maks = 3000", ["kinds.work_case.checks[0]", "'maks'", "是否想写“max”"]),
    ("max = 3000", 'max = "3000"', ["kinds.work_case.checks[0].max", "应为整数"]),
    ("max = 3000", "max = 3000.5", ["kinds.work_case.checks[0].max", "应为整数"]),
    ("max = 3000", "max = true", ["kinds.work_case.checks[0].max", "应为整数"]),
    ("max = 3000", "max = -3", ["kinds.work_case.checks[0].max", "不小于 0"]),
    ("max = 3000", "max = 3000\nmin = 4000", ["kinds.work_case.checks[0]", "min = 4000 大于 max = 3000"]),
    ("max = 3000", 'max = 3000\nshort_is_hint = "否"', ["checks[0].short_is_hint", "true 或 false"]),
    ("\nmax = 2\n", "\n", ["batch.checks[0]", "缺少键 'max'"]),
    ('clause = "第一条"\n', "", ["kinds.work_case.checks[0]", "缺少键 'clause'"]),
    ('quote = "写明主要做法"', 'quote = " "', ["kinds.work_case.checks[1]", "'quote'", "空的"]),
    ('kind = "work_case"', 'kind = "wrok_case"', ["batch.quota", "'wrok_case'", "是否想写“work_case”"]),
    ("\nmax = 2\n", '\nmax = 2\nunit_types = ["教育行政部"]\n', ["batch.quota", "是否想写“教育行政部门”"]),
    (
        BEFORE_CHECKS,
        '[[kinds.work_case.checks]]\nuse = "deadline"\nclause = "一"\nquote = "一"\nlast = "明天"\n',
        ["work_case.checks[0].last", "应为日期"],
    ),
    (
        BEFORE_CHECKS,
        TITLE_AND_DEADLINE,
        ["'国陪计划'", "是否想写“国培计划”"],
    ),
    ('notice = "新通知.txt"', 'notice = "没有.txt"', ["没有.txt"]),
    ("topic = 35", "topik = 35", ["kinds.work_case.score", "'topik'", "是否想写“topic”"]),
    ("topic = 35", "topic = 30", ["kinds.work_case.score", "应为 100", "现为 95"]),
    ("topic = 35", "topic = -35", ["kinds.work_case.score.topic", "不小于 0"]),
    ("topic = 35", 'topic = "35"', ["kinds.work_case.score.topic", "应为数"]),
    ("[kinds.work_case.score]", "[[kinds.work_case.score]]", ["kinds.work_case", "'score'", "应为表"]),
    (SCORE, "[kinds.work_case.score]\n", ["kinds.work_case.score", "应为 100", "现为 0"]),
    (SECTIONS, "", ["kinds.work_case.score.structure", "没有写明 sections"]),
    ('use = "title"\n', 'use = "title"\nstate = "shadow"\n', ["kinds.work_case.score.form", "没有启用"]),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_named_by_file_table_and_key(draft, old, new, words):
    text = draft.read_text("utf-8")
    wrong = old.sub(lambda _: new, text) if isinstance(old, re.Pattern) else text.replace(old, new, 1)
    assert wrong != text
    draft.write_text(wrong, "utf-8")
    message = refused(draft)
    assert message.startswith("新通知.toml：")
    for word in words:
        assert word in message
    assert len(message) < 200


@pytest.mark.parametrize("value", ["nan", "inf", "-0.5"])
def test_numbers_that_are_no_limits(draft, value):
    rule = f'[[kinds.work_case.checks]]\nuse = "near_copy"\nclause = "一"\nquote = "一"\nreview_from = {value}\n'
    draft.write_text(draft.read_text("utf-8").replace("[[batch", rule + "\n[[batch"), "utf-8")
    assert "review_from" in refused(draft)


@pytest.mark.parametrize(
    ("text", "where"), [("schema = 1\nx = = 1", "第 2 行"), ('a = "', "末尾"), ("a = 1\na = 2", "")]
)
def test_what_is_no_toml_is_named_by_its_line(draft, text, where):
    draft.write_text(text, "utf-8")
    assert where in refused(draft, "rulebook.syntax")


def test_encodings_byte_order_marks_and_line_ends(draft):
    text = draft.read_text("utf-8")
    draft.write_bytes(text.encode("gb18030"))
    assert "UTF-8" in refused(draft, "rulebook.syntax")
    draft.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    notice = draft.with_suffix(".txt")
    notice.write_bytes(notice.read_text("utf-8").encode("utf-8-sig"))
    book = load_rulebook(draft)
    assert missing_quotes(book) == () and not book.notice.text.startswith("\ufeff")
    notice.write_bytes("关于报送典型案例的通知".encode("gb18030"))
    assert "新通知.txt" in refused(draft)


def test_names_and_paths_that_lead_nowhere(tmp_path):
    assert "是否想写“henan-2023-950”" in refused("henan-2023-905", "rulebook.unknown")
    assert "没有.toml" in refused(tmp_path / "没有.toml", "rulebook.missing")
    refused(tmp_path, "rulebook.missing")


def test_what_belongs_to_every_rule_and_what_to_the_check(draft):
    text = draft.read_text("utf-8").replace(LENGTH, LENGTH + 'id = "篇幅"\nstate = "shadow"\nmin = 100\n')
    draft.write_text(text, "utf-8")
    rule = load_rulebook(draft).kinds["work_case"].rules[0]
    assert (rule.id, rule.state, rule.clause.where, rule.params.min) == ("篇幅", "shadow", "第一条", 100)
    assert isinstance(load_rulebook(draft).notice, Document)


def test_the_shipped_weights_are_the_proposal_and_a_kind_without_them_has_none(draft):
    weights = {k: dict(v.weights) for k, v in load_rulebook().kinds.items()}
    assert weights == {
        "work_case": {"topic": 35, "structure": 25, "evidence": 25, "form": 15},
        "growth_story": {"topic": 35, "narrative": 35, "examples": 15, "form": 15},
        "self_report": {"topic": 30, "structure": 40, "evidence": 20, "form": 10},
    }
    assert sum(load_rulebook(draft).kinds["work_case"].weights.values()) == 100
    draft.write_text(SCORE.sub("", draft.read_text("utf-8")), "utf-8")
    assert load_rulebook(draft).kinds["work_case"].weights == {}
