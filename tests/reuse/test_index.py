"""Fingerprints and their index against textbook versions of twenty lines."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.reuse.fingerprint import KEEP, SIZE, fingerprints, ngram_hashes, sketch_buckets
from screening.reuse.index import LOCAL, LONG_RUN, MAX_DF, MIN_SHARED, FingerprintIndex, Rarity
from screening.reuse.ranking import TOP
from screening.text.view import code_points, fold
from tests.writing import noise

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
        ngram_hashes(code_points("教师培训模式"), 6).tolist() == [hash_slowly("教师培训模式")] == [15673258744419293877]
    )


@given(st.text(alphabet="教师培训", max_size=80))
def test_one_in_four_is_kept_distinct_in_the_order_of_the_text(text):
    view = fold(text)
    want = [h for h in dict.fromkeys(ngram_hashes(view.codes, SIZE).tolist()) if h % KEEP == 0]
    whole = 2 if text else 0
    assert fingerprints(view).tolist()[: len(want)] == want
    assert len(fingerprints(view)) == len(want) + whole


@given(st.text(alphabet="啊，。", min_size=1, max_size=60), st.text(alphabet="啊哦，。", min_size=1, max_size=60))
def test_only_equal_texts_share_the_hashes_of_the_whole(one, two):
    a, b = fold(one), fold(two)
    same = a.text == b.text and a.text != ""
    assert (len(fingerprints(a)) > 0 and (fingerprints(a)[-2:].tolist() == fingerprints(b)[-2:].tolist())) is same


def candidates_slowly(prints, number):
    """By the book: shared rare fingerprints with another of the same document within LOCAL, by the sum of their idf."""
    holders = {}
    for n, p in enumerate(prints):
        for h in p.tolist():
            holders.setdefault(h, set()).add(n)
    shared = {}
    for place, h in enumerate(prints[number].tolist()):
        if len(holders[h]) <= MAX_DF:
            for d in holders[h] - {number}:
                shared.setdefault(d, []).append((place, math.log((len(prints) + 1) / len(holders[h]))))
    out = {}
    for d, rows in shared.items():
        counted = [w for p, w in rows if any(p != q and abs(p - q) <= LOCAL // KEEP for q, _ in rows)]
        if len(counted) >= MIN_SHARED:
            out[d] = (len(counted), round(sum(counted), 6))
    return out


@given(TEXTS)
def test_candidates_equal_a_dictionary(texts):
    prints = [fingerprints(fold(t)) for t in texts]
    ids = [f"d{n}" for n in range(len(texts))]
    index = FingerprintIndex.build(prints)
    for n, p in enumerate(prints):
        got = {c.id: (c.shared, round(c.score, 6)) for c in index.candidates(p, ids, ids[n])}
        assert got == {ids[d]: row for d, row in candidates_slowly(prints, n).items()}


@settings(max_examples=20, deadline=None)
@given(st.integers().map(random.Random))
def test_candidates_equal_a_dictionary_in_long_texts_with_scattered_phrases(rng):
    phrases = [noise(rng, 12) for _ in range(8)]
    texts = ["".join(noise(rng, rng.randint(40, 500)) + rng.choice(phrases) for _ in range(5)) for _ in range(8)]
    prints = [fingerprints(fold(t)) for t in texts]
    ids = [f"d{n}" for n in range(len(texts))]
    index = FingerprintIndex.build(prints)
    for n, p in enumerate(prints):
        got = {c.id: (c.shared, round(c.score, 6)) for c in index.candidates(p, ids, ids[n])}
        assert got == {ids[d]: row for d, row in candidates_slowly(prints, n).items()}


def test_what_stands_together_makes_a_candidate_and_what_is_scattered_does_not():
    query = np.arange(1000, dtype=np.uint64)
    together, scattered = np.array([500, 530], dtype=np.uint64), np.array([100, 900], dtype=np.uint64)
    index = FingerprintIndex.build([query, together, scattered])
    assert [c.id for c in index.candidates(query, ["q", "together", "scattered"], "q")] == ["together"]


@pytest.mark.parametrize(("length", "found"), [(LONG_RUN // KEEP - 1, 0), (LONG_RUN // KEEP, TOP)])
def test_a_text_that_hundreds_have_copied_still_finds_sources_a_stock_phrase_does_not(length, found):
    many = [np.arange(length, dtype=np.uint64)] * (MAX_DF + 40)
    index = FingerprintIndex.build(many)
    assert len(index.candidates(many[0], [f"d{n:03}" for n in range(len(many))], "d000")) == found


@given(TEXTS, st.randoms())
def test_the_order_of_indexing_does_not_matter(texts, shuffler):
    ids = [f"d{n}" for n in range(len(texts))]
    order = list(range(len(texts)))
    shuffler.shuffle(order)
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
