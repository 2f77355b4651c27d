"""Fingerprints and their index against textbook versions of twenty lines."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from screening.reuse.fingerprint import KEEP, SIZE, fingerprints, ngram_hashes, sketch_buckets
from screening.reuse.index import MAX_DF, FingerprintIndex, Rarity
from screening.text.view import code_points, fold

TEXTS = st.lists(st.text(alphabet="一二三四教师培训", min_size=0, max_size=60), min_size=1, max_size=8)


def hash_slowly(gram):
    h = 0
    for c in gram:
        h = (h * 0x9E3779B97F4A7C15 + ord(c)) % 2**64
    h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) % 2**64
    return h ^ (h >> 31)


@given(st.text(max_size=40))
def test_hashes_equal_the_slow_ones(text):
    slow = [hash_slowly(text[i : i + SIZE]) for i in range(len(text) - SIZE + 1)]
    assert ngram_hashes(code_points(text), SIZE).tolist() == slow


def test_a_hash_is_the_same_on_every_machine():
    assert (
        ngram_hashes(code_points("教师培训模式创新"), SIZE).tolist()
        == [hash_slowly("教师培训模式创新")]
        == [8293978716625117252]
    )


@given(st.text(alphabet="教师培训", max_size=80))
def test_one_in_four_is_kept_sorted_and_distinct(text):
    view = fold(text)
    want = sorted({h for h in ngram_hashes(view.codes, SIZE).tolist() if h % KEEP == 0})
    assert fingerprints(view).tolist() == want


@given(TEXTS)
def test_candidates_equal_a_dictionary(texts):
    prints = [fingerprints(fold(t)) for t in texts]
    ids = [f"d{n}" for n in range(len(texts))]
    holders = {}
    for n, p in enumerate(prints):
        for h in p.tolist():
            holders.setdefault(h, set()).add(n)
    index = FingerprintIndex.build(prints)
    for n, p in enumerate(prints):
        want = {}
        for h in p.tolist():
            if len(holders[h]) <= MAX_DF:
                for d in holders[h] - {n}:
                    shared, score = want.get(d, (0, 0.0))
                    want[d] = (shared + 1, score + math.log((len(texts) + 1) / len(holders[h])))
        got = {c.id: (c.shared, round(c.score, 6)) for c in index.candidates(p, ids, ids[n])}
        assert got == {ids[d]: (s, round(w, 6)) for d, (s, w) in want.items() if s >= 2}


@given(TEXTS, st.randoms())
def test_the_order_of_indexing_does_not_matter(texts, random):
    ids = [f"d{n}" for n in range(len(texts))]
    order = list(range(len(texts)))
    random.shuffle(order)
    prints = [fingerprints(fold(t)) for t in texts]
    one = FingerprintIndex.build(prints).candidates(prints[0], ids, "d0")
    two = FingerprintIndex.build([prints[i] for i in order]).candidates(prints[0], [ids[i] for i in order], "d0")
    assert [(c.id, c.shared) for c in one] == [(c.id, c.shared) for c in two]


def test_an_index_comes_back_from_disk(tmp_path):
    prints = [fingerprints(fold(t)) for t in ("教师培训模式创新的实践与思考" * 3, "一次跟岗研修的见闻和收获" * 3)]
    FingerprintIndex.build(prints).save(tmp_path)
    back = FingerprintIndex.load(tmp_path)
    assert back.candidates(prints[0], ["a", "b"]) == FingerprintIndex.build(prints).candidates(prints[0], ["a", "b"])
    assert FingerprintIndex.build([]).candidates(prints[0], []) == ()


def test_common_phrases_weigh_nothing_and_rare_ones_all(tmp_path):
    texts = [fold(f"教育是国之大计党之大计{chr(0x4E00 + 40 * n)}{chr(0x5000 + 7 * n)}某校") for n in range(40)]
    rarity = Rarity.of([t.codes for t in texts])
    rarity.save(tmp_path)
    weights = Rarity.load(tmp_path).weights(texts[0].codes)
    assert weights[0] < 0.05
    assert weights[-3] == 1.0
    assert Rarity.of([texts[0].codes]).weights(texts[0].codes).tolist() == [1.0] * len(sketch_buckets(texts[0].codes))
    assert np.all((weights >= 0) & (weights <= 1))
