"""A case in traditional characters is judged as the same case in simplified ones; what is quoted are the author's own characters."""

from functools import cache

import opencc
import pytest

from screening.intake.assemble import assemble
from screening.intake.gather import gather
from screening.pipeline import Setting, screen, vocabulary
from screening.rulebook import load_rulebook
from tests.topic.reading import DEMO, demo_text

TEXTS = [name for name, s in DEMO.items() if len(demo_text(name)) > 400][::3]


@cache
def setting():
    return Setting.of(load_rulebook("henan-2023-950"))


def report(folder, text):
    folder.mkdir()
    (folder / "a.txt").write_text(text, "utf-8")
    (submission,) = gather(folder).submissions
    return screen(assemble(submission, vocabulary(setting().rulebook)), setting())


@pytest.mark.parametrize("name", TEXTS)
def test_same_answers_in_the_authors_own_characters(name, tmp_path):
    text = f"{DEMO[name].title}\n{demo_text(name)}"
    written = opencc.OpenCC("s2t").convert(text)
    assert len(written) == len(text)
    assert sum(a != b for a, b in zip(text, written, strict=True)) > 100
    mine, theirs = report(tmp_path / "a", text), report(tmp_path / "b", written)
    assert mine.topic.score == theirs.topic.score
    assert mine.topic == theirs.topic
    assert mine.structure == theirs.structure
    assert mine.case.kind == theirs.case.kind
    assert mine.case.origins == theirs.case.origins
    if mine.case.origins["title"] == "text":
        assert text.startswith(mine.case.title)
        assert written.startswith(theirs.case.title)
    assert [(i.kind, i.span, i.value) for i in mine.ledger] == [(i.kind, i.span, i.value) for i in theirs.ledger]
    assert all(i.quote == written[i.span.start : i.span.end] for i in theirs.ledger)
    said = [
        [(o.check, f.code, [e.span for e in f.evidence]) for o in r.outcomes for f in o.findings]
        for r in (mine, theirs)
    ]
    assert said[0] == said[1]
