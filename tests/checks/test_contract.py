"""Holds for every check in the folder, today's and tomorrow's; the examples beside this file are each check's proof."""

import re
import tomllib
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest

from screening.case import Batch, Case, CaseInfo
from screening.checks import all_checks
from screening.checks._contract import BatchCheck, Skip
from screening.document import Document, Span
from screening.finding import IntakeWarning
from screening.intake.form import find_form
from screening.intake.manifest import CHINA
from screening.pipeline import Setting, look
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.rulebook import load_rulebook
from screening.rulebook_reader import Reader
from screening.text.title import find_title
from screening.topic.result import TopicFit, WeighedSentence
from screening.world import Trainee, World

HERE = Path(__file__).parent
SETTING = Setting.of(load_rulebook())


def examples_of(name):
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def all_examples():
    for name in all_checks():
        for want, rows in examples_of(name).items():
            for row in rows:
                yield pytest.param(name, want, row, id=f"{name}-{want}-{row['why']}")


def info_of(given, n=0):
    given = dict(given)
    if received := given.get("received"):
        given["received"] = datetime.fromisoformat(received).replace(tzinfo=CHINA)
    return CaseInfo(**{"id": f"c{n}", "title": f"标题{n}", **given})


def case_of(row):
    document = Document.from_lines(row.get("text", "").split("\n"))
    form = find_form(document)
    case = Case(info_of(row.get("info", {})), document, form)
    title = find_title(document, case.body, form.title.value if form and form.title else "")
    warnings = tuple(IntakeWarning(**w) for w in row.get("warnings", ()))
    return Case(case.info, document, form, title, warnings)


def topic_of(given, document):
    def at(quote):
        start = document.text.index(quote)
        return Span(start, start + len(quote))

    given = dict(given)
    sentences = tuple(WeighedSentence(at(q), w) for q, w in given.pop("sentences", ()))
    spans = {k: tuple(at(q) for q in given.pop(k, ())) for k in ("stuffing", "participation", "genre_evidence")}
    return TopicFit(**{"band": "on", "score": 0.9, "sentences": sentences, **spans, **given})


def world_of(row, case):
    others = [
        Comparable(
            f"o{n}",
            o["text"],
            (Span(0, len(o["text"])),),
            **{"title": "来源", "place": "archive", **{k: v for k, v in o.items() if k != "text"}},
        )
        for n, o in enumerate(row.get("others", ()))
    ]
    world = look(case, SETTING, MemoryCorpus(others) if others else None)
    changes = {}
    if "topic" in row:
        changes["topic_stage"] = topic_of(row["topic"], case.document)
    if "roster" in row:
        changes["roster"] = tuple(Trainee(*r) for r in row["roster"])
    fields = {f: getattr(world, f) for f in World.__dataclass_fields__}
    return World(**{**fields, **changes})


def run(name, row):
    """Return what the check says of an example: (documents by case id, findings), or the reason of its skipping."""
    check = all_checks()[name]
    params = Reader("example.toml", b"", lambda _: "").params(check.params, name, row.get("params", {}), "example")
    if isinstance(check, BatchCheck):
        batch = Batch(tuple(info_of(c, n) for n, c in enumerate(row["cases"])))
        world = World(notice=SETTING.rulebook.notice, year=2023)
        return (
            None,
            [b.finding for b in check.run(batch, params, world)],
            [b.cases for b in check.run(batch, params, world)],
        )
    case = case_of(row)
    world = world_of(row, case)
    try:
        return case, list(check.run(case, params, world)), None
    except Skip as skip:
        return case, str(skip), None


@pytest.mark.parametrize("name", all_checks())
def test_shape(name):
    check = all_checks()[name]
    assert check.name == name
    assert re.search("[\u4e00-\u9fff]", check.label)
    assert check.params.__dataclass_params__.frozen
    doc = import_module(check.run.__module__).__doc__
    assert 0 < doc.index("Bad:") < doc.index("Good:")
    examples = examples_of(name)
    assert examples["fail"] and examples["pass"]
    assert {e["why"] for rows in examples.values() for e in rows if e["why"].startswith("almost")}, (
        "say what almost fails or passes"
    )


@pytest.mark.parametrize(("name", "want", "row"), list(all_examples()))
def test_example(name, want, row):
    case, said, groups = run(name, row)
    if want == "skip":
        assert isinstance(said, str) and re.search("[\u4e00-\u9fff]", said)
        return
    assert not isinstance(said, str), said
    assert [f.code for f in said] == row.get("codes", [])
    assert bool(said) is (want == "fail") or all(f.cap is not None and f.cap.rank == 0 for f in said)
    for f in said:
        assert f.code.startswith(f"{name}.")
        assert re.search("[\u4e00-\u9fff]", f.message)
        assert "抄袭" not in f.message
        assert f.severity is None and f.clause is None, "the pipeline fills these from the rule"
        for e in f.evidence:
            assert case.document.quote(e.span) == e.quote
    for quote in row.get("evidence", ()):
        assert any(quote in e.quote for f in said for e in f.evidence)
    for words in row.get("says", ()):
        assert any(words in f.message for f in said)
    if "concerns" in row:
        assert [list(g) for g in groups] == row["concerns"]


@pytest.mark.parametrize("example", [p.values for p in all_examples()])
def test_a_check_is_pure(example):
    name, _, row = example
    assert run(name, row)[1] == run(name, row)[1]


def test_every_example_file_belongs_to_a_check():
    assert {p.stem for p in HERE.glob("*.toml")} == set(all_checks())
