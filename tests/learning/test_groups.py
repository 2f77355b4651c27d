import random

from screening.learning.groups import near_copies
from tests.learning.labelled import samples, text


def test_texts_that_share_only_words_are_apart():
    texts = [s.text for s in samples(30, dense=0.8)]
    assert near_copies(texts) == list(range(30))


def test_a_copy_a_part_and_a_part_of_the_part_are_one_group_named_by_the_first():
    whole, other = (text(random.Random(n), on=True) for n in (1, 2))
    half = whole[: len(whole) // 2] + other[: len(other) // 2]
    third = text(random.Random(3), on=False)
    assert near_copies([third, whole, half, other, whole]) == [0, 1, 1, 1, 1]


def test_a_quotation_makes_no_copy():
    whole, other = (text(random.Random(n), on=True) for n in (1, 2))
    assert near_copies([whole, other + whole[:60]]) == [0, 1]


def test_a_hundred_copies_are_one_group():
    copied = text(random.Random(1), on=True)
    assert near_copies([copied] * 100 + [text(random.Random(2), on=True)]) == [0] * 100 + [100]


def test_nothing_and_texts_of_nothing():
    assert near_copies([]) == []
    assert near_copies(["", "", "。"]) == [0, 1, 2]
