"""The search for rewriting on the gold corpus, with floors: a changed threshold shows its price here.

The engine was tuned with this corpus among others, so it does better here than elsewhere: on 168 rewritings of articles of many kinds
it reached a plagdet of .92 over six ways, .78-.84 for the hardest, and found 93 pairs of 100. What it misses states hardly a fact.
"""

import pytest

from screening.document import Span
from screening.evaluate import matches_of
from screening.reuse.compare import compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.measures import measure
from tests.gold.rewriting import REWRITINGS, corpus


def side(text, place):
    return Comparable(text.id, text.text, (Span(0, len(text.text)),), place=place)


@pytest.fixture(scope="module")
def run():
    cases, library, truth = corpus()
    known = MemoryCorpus([side(t, "archive") for t in library])
    results = {c.id: compare(side(c, "batch"), known) for c in cases}
    found = [m for c, r in results.items() for m in matches_of(c, r.passages)]
    return results, measure(truth, found, {c.id: len(c.text) for c in cases})


def test_rewritings_are_found(run):
    _, m = run
    assert m.overall.plagdet >= 0.95  # .970 when written
    assert m.overall.granularity == 1.0
    assert m.pair_recall >= 0.96  # one of fifty is missed


@pytest.mark.parametrize("way", REWRITINGS)
def test_each_way_of_rewriting(run, way):
    _, m = run
    # .93 condensed, where the missed one is; .95 and more for the others
    assert m.by_kind[way].plagdet >= (0.9 if way == "condensed" else 0.94)


def test_no_decoy_and_no_other_text_is_taken_for_a_source(run):
    results, m = run
    assert m.pair_precision == 1.0
    assert [c for c, r in results.items() if "decoy" in c and r.passages] == []


def test_what_shares_no_wording_has_facts_for_evidence_and_stays_out_of_the_other_rates(run):
    results, _ = run
    for case, reuse in results.items():
        if case.endswith(("paraphrased", "restructured")):
            for p in reuse.passages:
                assert len(p.facts) >= 8, case
                assert p.facts_in_order >= 3, case
            assert reuse.rates.total == 0.0
            assert (reuse.rates.rewritten > 0.1) == bool(reuse.passages)
