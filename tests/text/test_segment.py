"""The segmenter: the same words from either library, terms of the domain whole, one a process, at home in any of them."""

import pickle
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from screening.demo.source import load
from screening.text import words
from screening.text.segment import Segmenter, domain_words, segmenter

# All the prose that we have written ourselves: the demonstration, the notice, the topic texts.
OWN = [
    *(
        "\n".join(b.text for b in case.blocks if b.text)
        for folder in ("batch", "archive")
        for case in load(folder).values()
    ),
    (files("screening") / "rulebooks" / "henan-2023-950.txt").read_text("utf-8"),
    *(str(t) for t in tomllib.loads((Path(__file__).parents[1] / "topic" / "texts.toml").read_text("utf-8")).values()),
]


@pytest.fixture(scope="module")
def both():
    return Segmenter("rjieba"), Segmenter("jieba")


def test_both_libraries_give_the_same_words_of_all_our_texts(both):
    fast, slow = both
    assert sum(map(len, OWN)) > 50_000
    for text in OWN:
        assert list(fast.words(text)) == list(slow.words(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("参加国培计划，跟岗一周。", "参加 国培计划 跟岗 一周"),
        ("参加国培三十六天", "参加 国培 三十六天"),
        ("教研课题在培训中", "教研 课题 在 培训 中"),  # 研课 and 训中 are terms, and no words of these
        ("名师工作室送教下乡", "名师工作室 送教下乡"),
        ("来自中国培训网", "来自 中国 培训网"),  # 国培 is in it, and is no word of it
        ("用 AI 和Word2023做PPT", "用 ai 和 word 做 ppt"),
        ("纸鼓咚咚咚地响", "纸鼓 地响"),
        ("𠮷 12% ——", ""),
        ("", ""),
    ],
)
def test_terms_are_whole_words_and_no_word_is_cut_for_one(both, text, said):
    for one in both:
        assert " ".join(one.words(text)) == said


def test_every_term_stands_whole_where_it_stands_alone(both):
    assert len(domain_words()) >= 70
    for term in domain_words():
        assert [list(one.words(term)) for one in both] == [[term], [term]]


@pytest.mark.usefixtures("both")
def test_the_words_of_fingerprints_stay_what_they_are():
    assert list(words.cutter()("参加国培")) == ["参加国", "培"]


def test_it_is_set_once_and_travels_by_name():
    assert segmenter() is segmenter()
    slow = Segmenter("jieba")
    wire = pickle.dumps(slow)
    assert len(wire) < 200
    assert pickle.loads(wire).library == "jieba"
