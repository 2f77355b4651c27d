"""Laws that hold for every text: spans, documents, views, cases, reports; with characters beyond the first plane."""

import json
from datetime import datetime
from importlib import resources
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from screening.case import AuthorForm, Case, CaseInfo, FormField
from screening.document import Document, Paragraph, Span, Story, union
from screening.errors import UnreadableError
from screening.finding import Evidence, Finding, IntakeWarning, Other, Severity
from screening.intake import read
from screening.intake.form import find_form
from screening.intake.manifest import CHINA
from screening.intake.plain import read_plain
from screening.pipeline import Setting, screen
from screening.report import Outcome, Report, verdict_of
from screening.rulebook import load_rulebook
from screening.text.sentences import sentences
from screening.text.structure import LedgerItem, Section
from screening.text.view import fold
from tests import samples
from tests.builder import docx, p, tbl, tc

SCHEMA = Draft202012Validator(json.loads((resources.files("screening") / "report.schema.json").read_text("utf-8")))
CHARACTERS = st.sampled_from("教师培训，。：“”AZ09 \t\u3000\u200b\u0301㎡國𠮷𬺈🏫ﷺＡ①") | st.characters(codec="utf-8")
TEXT = st.text(CHARACTERS, max_size=40)
LINE = TEXT.map(lambda s: s.replace("\n", " "))
SPANS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda ab: Span(min(ab), max(ab)))


@given(st.lists(SPANS, max_size=8))
def test_a_union_is_disjoint_sorted_and_covers_the_same_places(spans):
    merged = union(spans)
    assert all(a.end < b.start for a, b in pairwise(merged))
    assert {i for s in merged for i in range(s.start, s.end)} == {i for s in spans for i in range(s.start, s.end)}
    assert union(reversed(spans)) == union(merged) == merged


@given(SPANS, SPANS)
def test_overlap_and_cover_mean_what_they_say(a, b):
    mine, its = set(range(a.start, a.end)), set(range(b.start, b.end))
    assert a.overlaps(b) == b.overlaps(a)
    if a.length and b.length:
        assert a.overlaps(b) == bool(mine & its)
        assert a.covers(b) == (its <= mine)


@given(st.lists(LINE, min_size=1, max_size=8))
def test_paragraphs_tile_the_text(lines):
    document = Document.from_lines(lines)
    assert list(document) == lines
    assert "\n".join(document) == document.text
    for offset in range(len(document.text) + 1):
        n, inside = document.locate(offset)
        paragraph = document.paragraphs[n]
        assert paragraph.span.start + inside == offset
        assert inside <= paragraph.span.length
    assert all(document.quote(x.span) == line for x, line in zip(document.paragraphs, lines, strict=True))


@given(st.binary(max_size=60) | TEXT.map(str.encode))
def test_a_text_file_keeps_the_law_too(data):
    try:
        document = read_plain(data)
    except UnreadableError:  # and nothing else
        return
    assert "\n".join(document) == document.text
    assert "\r" not in document.text and "\0" not in document.text


@given(TEXT, st.data())
def test_a_view_leads_back_inside_and_never_goes_back(text, data):
    for raw in (False, True):
        view = fold(text, raw=raw)
        assert len(view.text) == len(view)
        if not len(view):
            continue
        a, b = sorted(data.draw(st.tuples(st.integers(0, len(view) - 1), st.integers(1, len(view)))))
        if a == b:
            continue
        span = view.to_source(a, b)
        assert 0 <= span.start < span.end <= len(text)
        start, end = view.from_source(span)
        assert start <= a and b <= end  # everything that came from those places is in the stretch
        assert view.to_source(start, end) == span
        if b < len(view):
            later = view.to_source(a, b + 1)
            assert later.start == span.start and later.end >= span.end
            assert view.to_source(b, b + 1).start >= span.end - 1


@given(TEXT)
def test_sentences_hold_all_that_is_no_space(text):
    found = sentences(text, Span(0, len(text)))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)
    inside = {i for s in found for i in range(s.start, s.end)}
    assert all(c.isspace() for i, c in enumerate(text) if i not in inside)


PARAGRAPHS = st.builds(
    Paragraph,
    SPANS,
    style=st.sampled_from(["", "heading 1"]),
    source=st.sampled_from(["body/0", "table/0/r0/c1"]),
    story=st.sampled_from(list(Story)),
    level=st.none() | st.integers(1, 9),
    number=st.sampled_from(["", "一、"]),
    table=st.booleans(),
)
DOCUMENTS = st.builds(Document, TEXT, st.lists(PARAGRAPHS, max_size=5).map(tuple))
FIELDS = st.none() | st.builds(FormField, TEXT, st.none() | SPANS)
FORMS = st.builds(
    AuthorForm,
    **dict.fromkeys(AuthorForm.FIELDS, FIELDS),
    place=st.sampled_from(["table", "lines", "file"]),
    file=TEXT,
    spans=st.lists(SPANS, max_size=3).map(tuple),
)
SHARES = st.none() | st.floats(0, 1)
TIMES = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(CHINA))  # noqa: DTZ001 - hypothesis wants bounds without a zone
INFOS = st.builds(
    CaseInfo,
    id=TEXT,
    file=TEXT,
    sha256=st.sampled_from(["", "0" * 64]),
    kind=st.sampled_from(["work_case", "growth_story", ""]),
    title=TEXT,
    unit=TEXT,
    unit_type=TEXT,
    project=TEXT,
    author=TEXT,
    received=TIMES,
    outside_similarity=SHARES,
    outside_ai=SHARES,
    format=st.sampled_from(["docx", "txt"]),
    origins=st.dictionaries(TEXT, TEXT, max_size=2),
)
WARNINGS = st.lists(st.builds(IntakeWarning, TEXT, TEXT, st.integers(1, 9), TEXT, TEXT), max_size=2).map(tuple)
CASES = st.builds(
    Case, info=INFOS, document=DOCUMENTS, form=st.none() | FORMS, title_span=st.none() | SPANS, warnings=WARNINGS
)


def wire(value):
    """There and back through the bytes of a file, as they really travel."""
    return json.loads(json.dumps(value.to_json(), ensure_ascii=False, allow_nan=False).encode("utf-8"))


@given(CASES)
@settings(max_examples=60)
def test_documents_and_cases_come_back_equal(case):
    assert Document.from_json(wire(case.document)) == case.document
    assert CaseInfo.from_json(wire(case.info)) == case.info
    assert Case.from_json(wire(case)) == case


EVIDENCE = st.builds(
    Evidence,
    span=SPANS,
    quote=TEXT,
    other=st.none() | st.builds(Other, TEXT, SPANS, TEXT),
    score=SHARES,
)
FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["length.over", "near_copy.passage"]),
    message=TEXT,
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    facts=st.dictionaries(TEXT, st.integers() | TEXT | st.booleans() | st.none(), max_size=2),
    severity=st.sampled_from(list(Severity)),
    clause=st.just(samples.CLAUSE),
)


@st.composite
def outcomes(draw):
    status = draw(st.sampled_from(["clear", "found", "skipped", "broken"]))
    findings = draw(st.lists(FINDINGS, min_size=1, max_size=2)) if status == "found" else []
    return Outcome(
        rule=draw(TEXT),
        check="length",
        status=status,
        severity=draw(st.sampled_from(list(Severity))),
        clause=samples.CLAUSE,
        findings=tuple(findings),
        reason=draw(st.none() | TEXT),
        shadow=draw(st.booleans()),
    )


SECTIONS = st.sampled_from([("none", False), ("inferred", True), ("heading", True)]).flatmap(
    lambda how: st.builds(
        Section,
        TEXT,
        st.just(how[0]),
        SPANS if how[1] else st.none(),
        SPANS if how[0] == "heading" else st.none(),
        st.integers(0, 99),
        st.lists(SPANS, max_size=2).map(tuple),
    )
)
LEDGER = st.builds(LedgerItem, st.sampled_from(["data", "event", "date", "place"]), SPANS, TEXT, TEXT)


@given(
    INFOS,
    st.lists(outcomes(), max_size=3).map(tuple),
    st.lists(SECTIONS, max_size=3).map(tuple),
    st.lists(LEDGER, max_size=3).map(tuple),
    WARNINGS,
    TEXT,
)
@settings(max_examples=60)
def test_reports_keep_to_the_schema_and_come_back_equal(info, rows, structure, ledger, warnings, text):
    report = samples.report(
        case=info,
        outcomes=rows,
        verdict=verdict_of(rows),
        structure=structure,
        ledger=ledger,
        warnings=warnings,
        text=text,
        reuse=None,
        topic=None,
    )
    data = wire(report)
    SCHEMA.validate(data)
    assert Report.from_json(data) == report


LINES = st.sampled_from(
    [
        "𠮷一块屏幕点亮大山",
        "一、案例概要",
        "二、主要做法",
        "2023年5月12日，研修班走进石榴镇，培训教师1200人次，到课率由62%提高到95%。",
        "我是国培学员，𠮷老师带我走进课堂。",
        "姓名：周明远",
        "电话：13800000101",
        "國\u200b培计划",
        "",
    ]
)


@given(st.lists(LINES, max_size=10), st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=2))
@settings(max_examples=40, deadline=None)
def test_every_report_of_the_engine_quotes_the_text_and_keeps_to_the_schema(lines, rows):
    table = tbl(*[[tc(p(x)) for x in row] for row in rows]) if rows else ""
    document = read(docx(*map(p, lines), table)).document
    case = Case(info=CaseInfo(id="x"), document=document, form=find_form(document))
    report = screen(case, SETTING)
    data = wire(report)
    SCHEMA.validate(data)
    assert Report.from_json(data) == report
    quoted = [e for f in report.findings for e in f.evidence] + list(report.ledger)
    assert all(x.quote == document.quote(x.span) for x in quoted)
    assert not [o.rule for o in report.outcomes if o.status == "broken"]
    assert report.counts["words_low"] <= report.counts["words"] <= report.counts["words_high"]


SETTING = Setting.of(load_rulebook())
