"""The rewriting corpus keeps its promises: how many, how long, how little wording is shared, which facts stay, where all was planted."""

import re
from collections import Counter
from itertools import combinations

import pytest

from screening.text.numerals import NUMERAL, chinese_number, tenths
from tests.gold.rewriting import REWRITINGS, corpus, rows

ROWS = rows()
SOURCES = {row.id: row.text for row in ROWS if row.way == "source"}
# People, places and titles that every true rewriting must keep, and that the swapped ones and the decoys must not have.
NAMES = {
    "r01": "青渚 芦汀 栗园 石鼓 彭柏年 舒雅琴 滑石坳",
    "r02": "丁香圩 鹤鸣山 邱若兰 韩小满 让大的教小的",
    "r03": "绵竹坝 纪松涛",
    "r04": "松梓 桃叶渡 岳长庚 鹿角湾 佟开泰",
    "r05": "凌小鸥 顾维桢 翠屏 陆川",
    "r06": "荻花 查若愚 郁文祥 长江",
    "r07": "蒲公英 钟离婉 苗青禾 豆豆 等一等",
    "r08": "楚望舒 白鹭湖 沧屿 姜小满 屠师傅",
    "r09": "梧栖 白砚秋",
    "r10": "关山月 骆小川 苇子沟",
}


def length(text):
    return len("".join(text.split()))


def grams(text):
    """The character 5-grams of letters and digits; another punctuation alone is no other wording."""
    letters = "".join(c for c in text if c.isalnum())
    return {letters[i : i + 5] for i in range(len(letters) - 4)}


def share(text, source):
    return len(grams(text) & grams(source)) / len(grams(text))


def numbers(text):
    """The numbers of two digits and more, however they are written: 30000, 3万, 三万, 64%, 六成四, 十二点四; 一 and 三 are mere words."""
    found = {float(n) * (10_000 if large else 1) for n, large in re.findall(r"(\d+(?:\.\d+)?)(万?)", text)}
    found |= {float(chinese_number(n)) for n in re.findall(rf"(?<!\d){NUMERAL}+", text)}
    found |= {value for at in range(len(text)) if (value := tenths(text[at : at + 4])) is not None}
    for whole, part in re.findall(f"({NUMERAL}+)点({NUMERAL})", text):
        found.add(chinese_number(whole) + chinese_number(part) / 10)
    return {n for n in found if n >= 10}


def written(*ways):
    return [pytest.param(row, id=f"{row.id}-{row.way}") for row in ROWS if row.way in ways]


def test_ten_sets_and_twelve_fillers():
    assert len(SOURCES) == 10
    ways = Counter(dict.fromkeys(("source", *REWRITINGS), 1)) + Counter(decoy=2)
    for name in SOURCES:
        assert Counter(row.way for row in ROWS if row.id == name) == ways
    assert sorted(row.id for row in ROWS if row.way == "filler") == [f"f{n:02}" for n in range(1, 13)]
    assert len({row.text for row in ROWS}) == len(ROWS) == 92


@pytest.mark.parametrize("row", written("source", "paraphrased", "restructured", "decoy", "filler"))
def test_lengths(row):
    least, most = {"decoy": (340, 480), "filler": (900, 1200)}.get(row.way, (350, 480))
    assert least <= length(row.text) <= most


@pytest.mark.parametrize("row", written("condensed", "expanded", "swapped"))
def test_lengths_beside_the_source(row):
    least, most = {"condensed": (0.4, 0.6), "expanded": (1.4, 1.7), "swapped": (0.9, 1.1)}[row.way]
    assert least <= length(row.text) / length(SOURCES[row.id]) <= most


@pytest.mark.parametrize("row", written("paraphrased", "restructured", "condensed", "expanded"))
def test_rewritings_have_other_words_and_the_same_facts(row):
    assert share(row.text, SOURCES[row.id]) < 0.1
    assert [name for name in NAMES[row.id].split() if name not in row.text] == []
    facts = numbers(SOURCES[row.id])
    # Some numbers turn into words that no table reads (70分钟 becomes 一小时又十分); a condensed text leaves some out.
    assert len(facts & numbers(row.text)) >= (0.75 if row.way == "condensed" else 0.85) * len(facts)


@pytest.mark.parametrize("row", written("swapped"))
def test_swapped_texts_have_the_same_words_and_other_facts(row):
    assert share(row.text, SOURCES[row.id]) > 0.2
    assert [name for name in NAMES[row.id].split() if name in row.text] == []
    facts = numbers(SOURCES[row.id])
    assert len(facts & numbers(row.text)) <= max(1, 0.2 * len(facts))


@pytest.mark.parametrize("row", written("decoy"))
def test_decoys_have_neither(row):
    assert share(row.text, SOURCES[row.id]) < 0.05
    assert [name for name in NAMES[row.id].split() if name in row.text] == []
    assert len(numbers(SOURCES[row.id]) & numbers(row.text)) <= 2


def test_what_is_independent_shares_no_wording():
    """Else a find between a filler or a decoy and any other text would be true, and the truth would be wrong."""
    known = [(row, grams(row.text)) for row in ROWS]
    for (a, left), (b, right) in combinations(known, 2):
        if a.id != b.id or "decoy" in {a.way, b.way}:
            assert len(left & right) < 0.05 * min(len(left), len(right)), (a.id, a.way, b.id, b.way)


def test_spans_quote_what_was_planted():
    cases, library, truth = corpus()
    texts, sources = {c.id: c.text for c in cases}, {s.id: s.text for s in library}
    by_way = {(row.id, row.way): row.text for row in ROWS if row.way != "decoy"}
    assert len(texts) == len(cases) == 70
    assert sources.keys() == SOURCES.keys()
    assert Counter(t.kind for t in truth) == dict.fromkeys(REWRITINGS, 10)
    for t in truth:
        assert texts[t.case][t.span.start : t.span.end] == by_way[t.source, t.kind]
        assert sources[t.source][t.source_span.start : t.source_span.end] == SOURCES[t.source]
    assert corpus() == (cases, library, truth)


def test_cases_without_truth_hold_the_decoys_and_no_filler_stands_on_both_sides():
    cases, library, truth = corpus()
    clean = [c.text for c in cases if c.id not in {t.case for t in truth}]
    decoys = [row.text for row in ROWS if row.way == "decoy"]
    assert len(clean) == len(decoys) == 20
    assert all(decoy in text for text, decoy in zip(clean, decoys, strict=True))
    for row in ROWS:
        if row.way == "filler":
            opening = row.text.split("\n")[0]
            sides = [any(opening in t.text for t in side) for side in (cases, library)]
            assert sum(sides) == 1, row.id
