"""Stock phrases: what a form or a policy gives is grey and no evidence; what was copied between two forms is found all the same."""

import random
import tomllib
from importlib import resources

import pytest

from screening.document import Span, union
from screening.reuse.compare import compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.index import MAX_DF, STOCK_LEAST, stock_from
from screening.reuse.ranking import TOP
from screening.text.view import fold
from tests.reuse.forms import LOG, SUMMARY, form
from tests.writing import noise, varied

STORY = (
    "桐塬的老师不等名单下来就自己报名。头一批去了九个人，住在跟岗学校的旧宿舍里，白天进班，晚上围着一张乒乓球台对当天的听课记录，"
    "谁记的是感想谁就重记。第三周起，他们轮流给那里的学生上课，上完请学生写一句哪里没有听懂，写得最多的那节课第二天重上。"
    "回来以后，九个人把各自的九张课表拼成一张，每周四串着上，家长以为学校换了老师。"
)


def side(text, name="x"):
    return Comparable(name, text, (Span(0, len(text)),), place="archive")


@pytest.fixture(scope="module")
def corpus():
    rng = random.Random(5)
    texts = [form(rng, t) for t in (SUMMARY, LOG) for _ in range(100)]
    texts += [noise(rng, 900) for _ in range(60)]
    texts += [form(rng, SUMMARY, STORY)]
    return MemoryCorpus([side(t, f"d{n:03}") for n, t in enumerate(texts)])


def reported(found):
    return sum(s.length for s in union(p.span for p in found.passages if not p.stock))


@pytest.mark.parametrize("template", [SUMMARY, LOG])
def test_texts_that_share_only_a_form_are_not_reported_and_their_form_is_grey(corpus, template):
    rng = random.Random(6)
    cases = [form(rng, template) for _ in range(40)]
    found = [compare(side(t), corpus) for t in cases]
    assert sum(reported(f) >= 0.05 * len(t) for f, t in zip(found, cases, strict=True)) <= 2
    for f, t in zip(found, cases, strict=True):
        grey = sum(s.length for s in f.stock)
        assert grey > 200  # LOG has 250 characters of its own, SUMMARY 350
        assert f.rates.total >= 0.8 * grey / len(t)
        assert f.rates.without_stock < 0.05
        assert f.rates.largest_source < 0.05
        assert f.sources == () or reported(f)


@pytest.mark.parametrize("template", [SUMMARY, LOG])
def test_a_story_copied_from_one_form_into_another_is_found_alone(corpus, template):
    text = form(random.Random(7), template, STORY)
    found = compare(side(text), corpus)
    told = [p for p in found.passages if not p.stock]
    assert {p.source for p in told} == {"d260"}
    start = text.index(STORY)
    assert reported(found) == pytest.approx(len(STORY), abs=40)
    assert any(p.span.overlaps(Span(start, start + len(STORY))) for p in told)
    assert found.sources[0].id == "d260"


def test_a_form_copied_whole_is_found_whole(corpus):
    theirs = corpus.get("d003").text
    mine = theirs.replace("2022", "2023").replace("培训项目", "研修项目", 1)
    found = compare(side(mine), corpus)
    assert max(p.span.length for p in found.passages if p.source == "d003") > 0.95 * len(mine)
    assert found.rates.without_stock > 0.95


def test_what_a_score_of_people_copied_is_no_stock_phrase():
    rng = random.Random(8)
    texts = [noise(rng, 300) + STORY + noise(rng, 300) for _ in range(STOCK_LEAST - 1)] + [
        noise(rng, 600) for _ in range(200)
    ]
    found = compare(side(noise(rng, 300) + STORY), MemoryCorpus([side(t, f"d{n}") for n, t in enumerate(texts)]))
    assert found.stock == ()
    assert reported(found) >= len(STORY)


def test_a_long_text_without_blanks_is_no_form_however_many_have_it():
    rng = random.Random(9)
    long = noise(rng, 600)
    texts = [noise(rng, 200) + long for _ in range(100)] + [noise(rng, 300) for _ in range(300)]
    found = compare(side(long + noise(rng, 200)), MemoryCorpus([side(t, f"d{n}") for n, t in enumerate(texts)]))
    assert reported(found) >= len(long)


def test_what_many_copied_with_small_changes_all_over_is_no_form():
    rng = random.Random(11)
    one = noise(rng, 1200)
    texts = [varied(rng, one) for _ in range(60)] + [noise(rng, 600) for _ in range(300)]
    mine = varied(rng, one)
    found = compare(side(mine), MemoryCorpus([side(t, f"d{n:03}") for n, t in enumerate(texts)]))
    assert found.stock == ()
    assert found.rates.without_stock > 0.95
    assert len(found.sources) == TOP and all(s.rate > 0.9 for s in found.sources)


def test_policy_phrases_of_the_list_are_grey_and_prove_nothing():
    slogans = (
        "我们落实立德树人根本任务，全面贯彻党的教育方针，培养造就一支高素质专业化创新型教师队伍，办好人民满意的教育。"
    )
    text = noise(random.Random(10), 200) + slogans
    found = compare(side(text), MemoryCorpus([side(slogans + noise(random.Random(n), 300), f"d{n}") for n in range(9)]))
    assert reported(found) == 0
    grey = "".join(text[s.start : s.end] for s in found.stock)
    assert "落实立德树人根本任务" in grey
    assert "我们" not in grey


def test_listed_phrases_inside_a_copied_passage_do_not_break_it():
    copied = STORY[:150] + "落实立德树人根本任务，全面贯彻党的教育方针，办好人民满意的教育。" + STORY[150:]
    found = compare(side(copied), MemoryCorpus([side(noise(random.Random(1), 200) + copied, "d")]))
    assert [p.quote for p in found.passages] == [copied]
    assert found.rates.without_stock == found.rates.total


def test_how_many_texts_make_a_stock_phrase():
    assert [stock_from(n) for n in (0, 100, 1000, 100_000)] == [STOCK_LEAST, STOCK_LEAST, 50, MAX_DF]


def test_every_listed_phrase_can_be_found_and_none_is_listed_twice():
    lists = tomllib.loads((resources.files("screening") / "lexicon" / "stock.toml").read_text("utf-8"))
    phrases = [fold(p).text for p in (*lists["phrases"], *lists["documents"])]
    assert min(map(len, phrases)) >= 6
    assert len(set(phrases)) == len(phrases)
