"""Reports built from nouns, for the tests of what is written: reuse of every kind, hostile texts, failures."""

import json
from datetime import datetime
from pathlib import Path

from screening.case import CaseInfo
from screening.document import Span
from screening.finding import Clause, Evidence, Finding, IntakeWarning, Other, Severity
from screening.intake.manifest import CHINA
from screening.output.shelf import REPORTS, Shelf, Shown
from screening.report import BatchReport, Failure, MadeWith, Outcome, Remark, Report, Verdict, verdict_of
from screening.reuse.clusters import Cluster, Link, Member
from screening.reuse.result import Passage, Rates, Reuse, ReuseKind, SourceMatch
from screening.rulebook import load_rulebook
from screening.scoring.result import Figure, Part, Score
from screening.text.structure import LedgerItem, Section
from screening.topic.result import Theme, TopicFit, Vicinity, WeighedSentence

CLAUSE = Clause("附件 一.4", "字数不超过 3000 字")
MADE = MadeWith(
    engine="0.1.0",
    rulebook={"id": "henan-2023-950", "digest": "d" * 64},
    models={"topic-work_case": "m" * 64},
    library={"id": "x", "documents": 2},
)
TEXT = '𠮷一块屏幕<script>alert(1)</script>点亮大山\n一、案例概要\n2023年，临溪市35名教师参加了送教下乡培训，课堂更活了。\n二、主要做法\n=HYPERLINK("http://x")，分片区推进。'
SOURCE = "一块屏幕点亮洛溪\n2022年，洛溪市32名教师参加了送教下乡培训，课堂更活了。"


def span(text: str, quote: str) -> Span:
    at = text.index(quote)
    return Span(at, at + len(quote))


def passage(kind: ReuseKind = ReuseKind.LOCALISED, **more) -> Passage:
    quote, source_quote = TEXT[42:70], SOURCE[9:37]
    a, b = span(TEXT, quote), span(SOURCE, source_quote)
    return Passage(
        source="s1",
        span=a,
        source_span=b,
        kind=kind,
        similarity=0.9,
        quote=quote,
        source_quote=source_quote,
        swaps=(("2022", "2023"),),
        **more,
    )


def score(total_of_topic: float = 29.0) -> Score:
    topic = Figure(name="切题分", value=0.83, full=1, unit="", share=0.83, weight=1)
    form = Figure(name="标题", value=1, full=0, unit="项问题", share=0.4, weight=1)
    parts = {
        "topic": Part(weight=35, factor=1.0, points=total_of_topic, figures=(topic,)),
        "form": Part(weight=65, factor=1.0, points=26.0, figures=(form,)),
    }
    return Score.of(parts)


def report(case_id: str = "c1", title: str = "一块屏幕<b>点亮</b>大山", **more) -> Report:
    found = Finding(
        code="near_copy.passage",
        message="与《<i>往年</i>》相似",
        severity=Severity.REVIEW,
        clause=CLAUSE,
        facts={"rate": 0.3},
        evidence=(
            Evidence(
                span=passage().span,
                quote=passage().quote,
                other=Other("s1", passage().source_span, passage().source_quote),
                score=0.9,
            ),
        ),
    )
    outcomes = (
        Outcome(
            rule="work_case.near_copy",
            check="near_copy",
            status="found",
            severity=Severity.REVIEW,
            clause=CLAUSE,
            findings=(found,),
        ),
        Outcome(rule="work_case.length", check="length", status="clear", severity=Severity.BLOCKER, clause=CLAUSE),
        Outcome(
            rule="work_case.trainee",
            check="trainee",
            status="skipped",
            severity=Severity.NOTE,
            clause=CLAUSE,
            reason="没有花名册",
        ),
    )
    heading = span(TEXT, "一、案例概要")
    source = SourceMatch(
        id="s1",
        title="一块屏幕点亮洛溪",
        unit="洛溪市教育局",
        own=False,
        earlier=True,
        rate=0.3,
        share_of_source=0.7,
        characters=28,
        place="archive",
    )
    given = {
        "case": CaseInfo(
            id=case_id,
            file=f"临溪市教育局/{case_id}.docx",
            sha256="a" * 64,
            title=title,
            unit="=1+1",
            unit_type="教育行政部门",
            project="国培计划",
            author="周明远",
            received=datetime(2024, 1, 12, 9, 30, tzinfo=CHINA),
            outside_similarity=0.12,
            origins={"kind": "manifest", "unit": "folder"},
        ),
        "made_with": MADE,
        "verdict": verdict_of(outcomes),
        "text": TEXT,
        "counts": {
            "words": 2875,
            "words_low": 2875,
            "words_high": 2881,
            "words_all_stories": 2990,
            "han": 50,
            "paragraphs": 5,
        },
        "outcomes": outcomes,
        "structure": (
            Section("案例概要", "heading", Span(heading.start, heading.end + 10), heading, 40),
            Section("推广价值", "inferred", span(TEXT, "分片区推进"), None, 6, (span(TEXT, "分片区"),)),
            Section("典型经验", "none"),
        ),
        "reuse": Reuse(
            rates=Rates(
                total=0.3,
                without_quotes=0.3,
                without_own=0.3,
                without_stock=0.3,
                largest_source=0.3,
                raw=0.1,
                repaired=0.3,
            ),
            sources=(source,),
            passages=(passage(),),
            stock=(span(TEXT, "送教下乡"),),
            shown=1,
            of=1,
            compared_characters=80,
            compared_with=12,
        ),
        "topic": TopicFit(
            band="on",
            score=0.83,
            contributions={"intercept": 0.385627, "who_act": 1.2},
            sentences=(WeighedSentence(span(TEXT, "分片区推进"), -0.2), WeighedSentence(passage().span, 0.4)),
            themes=(Theme("培训模式创新", "main", 0.7),),
            reason="有 3 句写到教师参加培训。",
            missing=("没有教师培训的专用词：找的是“国培”。",),
        ),
        "ledger": (LedgerItem("data", span(TEXT, "35名"), "35名", "35名"),),
        "score": score(),
        "vicinity": Vicinity(
            terms=("书箱", "共读"), id="c2", title="山路上的研修", unit="=1+1", place="batch", similarity=0.31
        ),
        "warnings": (IntakeWarning("hidden_text", "有隐藏文字，没有计入字数", 2, "<隐藏>", "body/3"),),
    }
    return Report(**{**given, **more})


def clean(case_id: str = "c2") -> Report:
    outcome = Outcome(rule="work_case.length", check="length", status="clear", severity=Severity.BLOCKER, clause=CLAUSE)
    return report(
        case_id,
        "山路上的研修",
        outcomes=(outcome,),
        verdict=Verdict.CLEAR,
        reuse=Reuse(compared_with=12),
        warnings=(),
        structure=(),
    )


def failed(case_id: str = "c3") -> Report:
    error = Failure(code="encrypted", message="文件设有打开密码", advice="请去掉密码后另存再报送。")
    return Report(
        case=CaseInfo(id=case_id, file="+加密.docx", unit="南陂市教育局"),
        made_with=MADE,
        verdict=Verdict.INCOMPLETE,
        error=error,
    )


def cluster() -> Cluster:
    """Both readable cases and an archive text: two links of three pairs, one of them among own work."""
    return Cluster(
        members=(
            Member(id="s1", title="一块屏幕点亮洛溪", file="旧.docx", unit="洛溪市教育局", place="archive"),
            Member(id="c1", title="一块屏幕", file="c1.docx", unit="=1+1", received="2024-01-12T09:30:00+08:00"),
            Member(id="c2", title="山路上的研修", file="c2.docx", unit="=1+1", received="2024-01-13T09:30:00+08:00"),
        ),
        links=(
            Link(a="c1", b="s1", share_of_a=0.3, share_of_b=0.7, own=False),
            Link(a="c1", b="c2", share_of_a=0.2, share_of_b=0.1, own=True),
        ),
    )


def batch() -> BatchReport:
    over = Finding(
        code="quota.over",
        message="石榴镇中心小学报送 3 个，名额 2 个",
        severity=Severity.REVIEW,
        clause=CLAUSE,
        facts={"unit": "=1+1", "kind": "work_case", "project": "国培计划", "count": 3, "max": 2},
    )
    outcome = Outcome(
        rule="batch.quota", check="quota", status="found", severity=Severity.REVIEW, clause=CLAUSE, findings=(over,)
    )
    return BatchReport(
        made_with=MADE,
        outcomes=(outcome,),
        verdicts={"look": 1, "clear": 1, "incomplete": 1},
        clusters=(cluster(),),
        remarks=(
            Remark(name="照片.jpg", reason="不是案例文档（.jpg）"),
            Remark(name="旧.doc", reason="旧版格式", place="archive"),
        ),
    )


def shelf(folder: Path, *reports: Report) -> Shelf:
    """Reports as a batch leaves them in its folder for page and sheet."""
    ids = {r.case.id for r in reports}
    lines = [json.dumps(r.to_json(), ensure_ascii=False).encode() + b"\n" for r in reports]
    (folder / REPORTS).write_bytes(b"".join(lines))
    made = Shelf(folder)
    with made.filling() as add:
        for r, line in zip(reports, lines, strict=True):
            add(Shown.of(r, load_rulebook(), ids), len(line))
    return made


def reports():
    return iter((report(), clean(), failed()))
