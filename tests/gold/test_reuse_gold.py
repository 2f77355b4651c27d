"""The reuse search on a small planted corpus, with floors: a changed threshold shows its price here."""

import random
import re
import tomllib
from pathlib import Path

import pytest

from screening.document import Span
from screening.reuse.compare import compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.measures import Match, measure
from screening.reuse.result import ReuseKind

GOLD = tomllib.loads((Path(__file__).parent / "reuse.toml").read_text("utf-8"))
LIBRARY, HOSTS = GOLD["library"], GOLD["hosts"]
TRADITIONAL = dict(
    zip("师学习开发课题问过时书写会这个们两对长说", "師學習開發課題問過時書寫會這個們兩對長說", strict=True)
)
NAMES = {
    "临溪": "洛溪",
    "石榴": "杏花",
    "松岗": "青榆",
    "望桥": "桃源",
    "南陂": "北坡",
    "柳湾": "槐湾",
    "桐塬": "梓塬",
    "东坪": "西坪",
}
NAMES |= {"麦岭": "稻岭", "沙河湾": "白沙湾"}
WORDS = {
    "老师": "教师",
    "一起": "一同",
    "学校": "校方",
    "带着": "领着",
    "怎么": "如何",
    "发现": "察觉",
    "没有人": "无人",
    "只有": "仅有",
}
WORDS |= {
    "开头": "起初",
    "头一个月": "第一个月",
    "随便": "任意",
    "讲座": "报告",
    "后来": "之后",
    "称作": "叫作",
    "改了样子": "换了模样",
}


def sentences(text):
    return re.findall("[^。]*。", text)


def verbatim(text, _rng):
    return text


def edited(text, rng):
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return "".join(c for c in text if c not in "的了" or rng.random() < 0.5)


def swapped(text, _rng):
    parts = sentences(text)
    return "".join(parts[i ^ 1] if (i ^ 1) < len(parts) else parts[i] for i in range(len(parts)))


def localised(text, rng):
    for old, new in NAMES.items():
        text = text.replace(old, new)
    return re.sub("[二三四五六七八九]十", lambda _: rng.choice("二三四五六七八九") + "十", text).replace("2021", "2022")


def disguised(text, rng):
    return "".join(TRADITIONAL.get(c, c) + ("\u200b" if rng.random() < 0.2 else "") for c in text)


def abridged(text, _rng):
    parts = sentences(text)
    del parts[len(parts) // 2]
    return "".join(parts)


def short(text, _rng):
    """About 70 字 out of 3000 must show."""
    return sentences(text)[1]


def heavy(text, rng):
    """Words replaced, sentences swapped, and about one character in eight gone or replaced."""
    text = swapped(edited(text, rng), rng)
    return "".join(
        c if (roll := rng.random()) > 0.12 or c in "，。" else rng.choice("其所将于") * (roll < 0.06) for c in text
    )


def retold(text, _rng):
    return GOLD["retold"][LIBRARY.index(text)]


def spelt(text, _rng):
    """Pinyin behind every third character, a filler that nobody sees behind others."""
    return "".join(c + ("（shī）" if n % 3 == 0 else "\u3164" if n % 7 == 0 else "") for n, c in enumerate(text))


SEED = 7
WAYS = (verbatim, edited, swapped, localised, disguised, abridged, short, heavy, retold, spelt)


def side(name, text, place="batch"):
    return Comparable(name, text, (Span(0, len(text)),), place=place)


def planted():
    """Every library passage in every way, each in a case of its own between two hosts; and every pair of hosts as a clean case."""
    rng = random.Random(SEED)
    cases, truth = [], []
    for way in WAYS:
        for n, source in enumerate(LIBRARY):
            before, after = rng.sample(HOSTS, 2)
            copy = way(source, rng)
            start = len(before) + 1
            case = side(f"{way.__name__}-{n}", f"{before}\n{copy}\n{after}")
            cases.append(case)
            at = source.index(copy) if way is short else 0
            taken = Span(at, at + len(copy)) if way is short else Span(0, len(source))
            truth.append(Match(case.id, f"s{n}", Span(start, start + len(copy)), taken, way.__name__))
    cases += [side(f"clean-{n}", f"{HOSTS[n]}\n{HOSTS[n - 1]}") for n in range(len(HOSTS))]
    return cases, truth


@pytest.fixture(scope="module")
def run():
    cases, truth = planted()
    corpus = MemoryCorpus([side(f"s{n}", text, "archive") for n, text in enumerate(LIBRARY)])
    results = {c.id: compare(c, corpus) for c in cases}
    found = [Match(c, p.source, p.span, p.source_span) for c, r in results.items() for p in r.passages]
    return results, measure(truth, found, {c.id: len(c.text) for c in cases})


def test_what_was_planted_is_found_and_nothing_else(run):
    _, m = run
    assert m.overall.plagdet >= 0.99
    assert m.overall.granularity <= 1.02
    assert m.pair_recall == 1.0
    assert m.pair_precision == 1.0
    assert m.clean_flagged == 0.0
    assert m.rate_error <= 0.01


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_copying_hides_it(run, way):
    _, m = run
    assert m.by_kind[way.__name__].plagdet >= (0.97 if way in (heavy, retold) else 0.99)


@pytest.mark.parametrize(
    ("way", "kinds", "least"),
    [
        (verbatim, {ReuseKind.VERBATIM}, 8),
        (disguised, {ReuseKind.VERBATIM}, 8),
        (edited, {ReuseKind.EDITED, ReuseKind.REWRITTEN}, 8),
        (swapped, {ReuseKind.REORDERED}, 7),
        (localised, {ReuseKind.LOCALISED}, 7),
    ],
)
def test_the_way_of_copying_is_named(run, way, kinds, least):
    results, _ = run
    named = [results[f"{way.__name__}-{n}"].passages[0].kind for n in range(len(LIBRARY))]
    assert sum(kind in kinds for kind in named) >= least


def test_disguise_shows_in_the_raw_rate_and_an_honest_copy_has_none(run):
    results, _ = run
    for n in range(len(LIBRARY)):
        hidden, open_copy = results[f"disguised-{n}"].rates, results[f"verbatim-{n}"].rates
        assert hidden.raw < hidden.repaired - 0.2
        assert open_copy.raw == open_copy.repaired
