"""Facts: one form however they are written, exact places, and what a rewriting keeps found in any order of the corpus."""

import random

import numpy as np
import pytest

from screening.document import Span
from screening.evaluate import matches_of
from screening.reuse.compare import compare, compare_pair
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.facts import Facts, fact_prints, facts_of
from screening.reuse.fingerprint import fingerprints
from screening.reuse.result import Passage, ReuseKind
from screening.text import words
from tests.gold.rewriting import rows
from tests.writing import noise


def side(text, name="x", **more):
    return Comparable(name, text, tuple(Span(m, m + len(p)) for m, p in _paragraphs(text)), **more)


def _paragraphs(text):
    at = 0
    for line in text.split("\n"):
        if line:
            yield at, line
        at += len(line) + 1


def stated(text, *, hard=True):
    facts = facts_of(text, (Span(0, len(text)),))
    return {int(h) for h, is_hard in zip(facts.hashes, facts.hard, strict=True) if is_hard or not hard}


ROWS = {(r.id, r.way): r.text for r in rows() if r.way != "decoy"}
SOURCES = [text for (_, way), text in ROWS.items() if way == "source"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("六成四的人", "64%的人"),
        ("花了三万元", "花了30000元"),
        ("花了3万元", "花了30,000元"),
        ("在二〇二三年", "在2023年"),
        ("12.4分", "十二点四分"),
        ("十月二十日去的", "10月20日去的"),
        ("２０２３年", "2023年"),
        ("八十六位", "86人"),
        ("读了《 分数的初步认识 》", "读了《分数的初步认识》"),
        ("教學點在滑石坳", "教学点在滑石坳"),
    ],
)
def test_a_fact_is_one_however_it_is_written(one, two):
    assert stated(one, hard="滑石坳" not in one) == stated(two, hard="滑石坳" not in two) != set()


@pytest.mark.parametrize(("one", "two"), [("64人", "46人"), ("三万", "三千"), ("3月10日", "10月3日"), ("12.4", "124")])
def test_other_facts_stay_apart(one, two):
    assert not stated(one) & stated(two)


def test_a_number_that_counts_the_items_of_a_list_states_nothing():
    assert stated("题目\n23、选择\n24．填空\n25.问答") == stated("")


@pytest.mark.parametrize("text", SOURCES[:4])
def test_every_fact_stands_where_it_says(text):
    hidden = "前言。\n" + text.replace("，", "，\u200b") + "\n尾"
    facts = side(hidden).facts
    assert facts.hard.sum() >= 2
    for start, end, own, hard in zip(facts.starts, facts.ends, facts.hashes, facts.hard, strict=True):
        quote = hidden[start:end]
        assert quote and "\n" not in quote
        if hard:  # a word alone may be cut otherwise
            assert int(own) in stated(quote)


def test_facts_never_meet_the_wording_in_an_index():
    for text in SOURCES:
        s = side(text)
        assert not set(fact_prints(s.facts).tolist()) & set(fingerprints(s.view).tolist())


def test_both_cutters_give_the_same_words(monkeypatch):
    pytest.importorskip("rjieba")
    words.cutter.cache_clear()
    fast = [list(words.cutter()(run)) for text in SOURCES for run in text.split("，")]
    monkeypatch.setattr(words, "find_spec", lambda _name: None)
    words.cutter.cache_clear()
    try:
        slow = [list(words.cutter()(run)) for text in SOURCES for run in text.split("，")]
    finally:
        words.cutter.cache_clear()
    han = [[w for w in ws if w.isalpha() and not w.isascii()] for ws in fast]
    assert han == [[w for w in ws if w.isalpha() and not w.isascii()] for ws in slow]


def test_facts_come_back_from_disk(tmp_path):
    facts = side(SOURCES[0]).facts
    facts.save(tmp_path / "f.npy")
    back = Facts.load(tmp_path / "f.npy")
    for name in ("hashes", "starts", "ends", "chance", "hard"):
        assert np.array_equal(getattr(facts, name), getattr(back, name))


def test_a_rewriting_is_shown_with_its_facts_and_counts_apart():
    before, after = noise(random.Random(1), 500), noise(random.Random(2), 500)
    case = side(f"{before}\n{ROWS['r01', 'paraphrased']}\n{after}")
    source = side(f"{noise(random.Random(3), 700)}\n{ROWS['r01', 'source']}", "y", place="archive")
    reuse = compare(case, MemoryCorpus([source]))
    (p,) = reuse.passages
    assert p.kind is ReuseKind.REWRITTEN
    assert p.quote == case.quote(p.span) and p.source_quote == source.quote(p.source_span)
    assert 0.9 <= p.span.length / len(ROWS["r01", "paraphrased"]) <= 1.1
    assert ("二〇二二年", "2022年") in {(f.quote, f.source_quote) for f in p.facts} or any(
        f.quote == "二〇二二年三月" and f.source_quote == "2022年3月" for f in p.facts
    )
    assert {("七成九", "79%"), ("三万", "30000元"), ("彭柏年", "彭柏年")} <= {
        (f.quote, f.source_quote) for f in p.facts
    }
    for f in p.facts:
        assert f.quote == case.quote(f.span) and f.source_quote == source.quote(f.source_span)
        assert p.span.covers(f.span) and p.source_span.covers(f.source_span)
    assert 8 <= p.facts_in_order <= len(p.facts)
    rates = reuse.rates
    assert rates.rewritten > 0.2
    assert {rates.total, rates.raw, rates.repaired, rates.largest_source, rates.without_own, rates.without_stock} == {
        0.0
    }
    assert reuse.sources[0].rewritten == rates.rewritten and reuse.sources[0].rate == 0.0
    assert Passage.from_json(p.to_json()) == p


def test_a_report_of_an_earlier_version_still_reads():
    data = compare_pair(side(SOURCES[0]), side(SOURCES[0], "y"))[0].to_json()
    del data["facts"]
    assert Passage.from_json(data).facts == ()


def test_a_copy_is_not_reported_twice():
    (p,) = compare_pair(side(SOURCES[0]), side(f"{noise(random.Random(4))}\n{SOURCES[0]}", "y"))
    assert p.kind is ReuseKind.VERBATIM and p.facts == ()


def test_what_stands_between_two_copied_paragraphs_is_not_taken_for_rewritten():
    one, two, three = SOURCES[0], SOURCES[1], SOURCES[2]
    case = side(f"{one[:200]}\n{noise(random.Random(5), 200)}\n{two[:200]}")
    source = side(f"{one[:200]}\n{three[:200]}\n{two[:200]}", "y")
    assert [(p.kind, p.facts) for p in compare_pair(case, source)] == [(ReuseKind.VERBATIM, ())] * 2


def test_what_wording_and_facts_find_together_is_one_detection():
    case = side(
        f"{noise(random.Random(6), 400)}\n{SOURCES[0][:60]}{ROWS['r01', 'paraphrased'][60:]}\n{noise(random.Random(7), 400)}"
    )
    passages = compare_pair(case, side(SOURCES[0], "y"))
    assert {bool(p.facts) for p in passages} == {True, False}
    (found,) = matches_of("x", passages)
    assert found.span.length >= 0.9 * len(ROWS["r01", "paraphrased"])


def test_the_order_of_the_corpus_does_not_matter():
    case = side(ROWS["r03", "paraphrased"])
    sources = [side(text, f"s{n}", place="archive") for n, text in enumerate(SOURCES)]
    there, back = compare(case, MemoryCorpus(sources)), compare(case, MemoryCorpus(sources[::-1]))
    assert there.passages and there.to_json() == back.to_json()


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_words_of_other_texts_are_no_rewriting(seed):
    """Sentences of all sources but one, in any order, state nothing of that one."""
    rng = random.Random(seed)
    own = SOURCES[seed]
    others = [s for text in SOURCES if text is not own for s in text.split("。")]
    rng.shuffle(others)
    case = side("。".join(others[:30]))
    assert (
        compare(case, MemoryCorpus([side(own, "y"), *(side(noise(rng, 600), f"z{n}") for n in range(3))])).passages
        == ()
    )
