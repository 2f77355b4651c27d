"""Hundreds of near-copies of one text are one group, on verified passages and in bounded time; unlike texts are no copies."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from screening.case import CaseInfo
from screening.document import Span
from screening.reuse.clusters import Links
from screening.reuse.compare import compare
from screening.reuse.copies import ENOUGH, copies_of
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.ranking import TOP
from tests.writing import noise, varied

SHARES = st.dictionaries(
    st.sampled_from(list(combinations("abcdefgh", 2))), st.integers(30, 100).map(lambda n: n / 100), max_size=20
)


def side(text, name):
    return Comparable(name, text, (Span(0, len(text)),))


def screened(texts):
    corpus = MemoryCorpus([side(t, name) for name, t in texts.items()])
    links, found = Links(), {}
    for name, t in texts.items():
        found[name] = compare(side(t, name), corpus)
        links.add(CaseInfo(id=name), found[name].sources)
    return links.clusters(), found


def test_three_hundred_variants_of_one_text_are_one_group():
    rng = random.Random(1)
    one = noise(rng, 300)
    texts = {f"v{n:03}": varied(rng, one) for n in range(300)} | {f"w{n:02}": noise(rng, 300) for n in range(40)}
    (cluster,), found = screened(texts)
    assert {m.id for m in cluster.members} == {name for name in texts if name[0] == "v"}
    assert len(cluster.links) <= 300 * TOP  # not each with each
    assert cluster.implied + len(cluster.links) == cluster.pairs
    assert cluster.average > 0.8
    for name, reuse in found.items():
        assert len(reuse.sources) <= TOP
        for p in reuse.passages:
            assert texts[name][p.span.start : p.span.end] == p.quote
            assert texts[p.source][p.source_span.start : p.source_span.end] == p.source_quote
        assert reuse.rates.without_stock > 0.9 if name[0] == "v" else reuse.passages == ()


def test_the_copies_of_two_texts_are_two_groups_though_both_share_a_paragraph():
    rng = random.Random(2)
    shared, one, other = noise(rng, 60), noise(rng, 400), noise(rng, 400)
    texts = {f"a{n:02}": varied(rng, one + shared, 0.03) for n in range(25)}
    texts |= {f"b{n:02}": varied(rng, shared + other, 0.03) for n in range(25)}
    clusters, _ = screened(texts)
    assert sorted(sorted({m.id[0] for m in c.members}) for c in clusters) == [["a"], ["b"]]
    assert {len(c.members) for c in clusters} == {25}


@given(SHARES, st.randoms())
def test_copies_have_enough_of_the_first_and_do_not_depend_on_the_order(shares, rng):
    found = copies_of(shares)
    rows = list(shares.items())
    rng.shuffle(rows)
    assert copies_of(dict(rows)) == found
    names = [name for group in found for name in group]
    assert len(names) == len(set(names))
    for group in found:
        first, *others = group
        assert group[first] == 1.0 and others
        for name in others:  # by the book: the best path to it inside the group loses what its links miss
            links = [shares.get((min(name, o), max(name, o)), 0.0) + group[o] - 1 for o in group if o != name]
            assert ENOUGH <= group[name] <= max(links) + 1e-3


def test_each_the_next_one_s_copy_is_no_copy_of_the_last():
    chain = {(f"{n:02}", f"{n + 1:02}"): 0.9 for n in range(30)}
    assert max(map(len, copies_of(chain))) <= 9
