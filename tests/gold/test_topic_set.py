"""The label-free models on 256 fictional texts by eight hands: figures that must not fall, and tricks that must not lift a band.

What the set can show and what it can't is on its card, ``topic/CARD.md``. Measured when written: AUC .978, near .972, worst hand .937.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import opencc
import pytest

from screening.learning.figures import auc
from screening.rulebook import load_rulebook
from screening.text.view import simplified
from tests.topic.reading import fit

HERE = Path(__file__).parent / "topic"
NOTICE = load_rulebook("henan-2023-950").notice
FILLERS = [
    (
        "百年大计，教育为本；教育大计，教师为本。教师培训是教师队伍建设的源头活水，只有让每一位老师都有机会参加高质量的研修，课堂才会真正发生变化。"
        "近年来，各地依托国培计划和名师工作室，请教研员走进乡村学校，与骨干教师一起磨课、评课，年轻教师在师徒结对中快速成长，校本研修蔚然成风。"
        "我们相信，随着培训体系不断健全，教师专业发展必将迈上新的台阶，更多的乡村教师将在送教下乡活动中受益。"
    ),
    (
        "说到底，人的成长最要紧。就拿身边的学校来说，老师们每个学期都要外出跟岗，回来以后在教研组里上汇报课，参训教师写下厚厚一本反思。"
        "校长常讲，教师研修不是负担，而是给教师最好的福利；学员之间互相观课议课，专家跟踪指导，送教下乡的团队一年来了四趟。这样的教师成长故事，值得我们每一个人学习。"
    ),
]


@cache
def rows():
    return [json.loads(line) for path in sorted(HERE.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]


def told(row, text):
    """Return what is told of a text under its title, as a file would have it."""
    return fit(f"{row['title']}\n{text}", row["kind"], title=row["title"], notice=NOTICE)[1]


@cache
def scored():
    return [(r, told(r, r["text"])) for r in rows()]


def figure(keep):
    kept = [(r["label"] == "on", f.score) for r, f in scored() if keep(r)]
    return auc(np.array([score for _, score in kept]), np.array([on for on, _ in kept]))


def test_the_set_is_what_its_card_says():
    assert len(rows()) == len({r["id"] for r in rows()}) == 256
    by_hand = [[r for r in rows() if r["source"] == f"hand-{c}"] for c in "abcdefgh"]
    assert {len(hand) for hand in by_hand} == {32}
    assert {sum(r["label"] == "on" for r in hand) for hand in by_hand} == {15}
    assert all(h in r["text"].split("\n") for r in rows() for h in r.get("headings", {}))


def test_ranking():
    assert figure(lambda _: True) >= 0.97
    assert figure(lambda r: r["stratum"] in ("on", "near")) >= 0.96


@pytest.mark.parametrize("hand", "abcdefgh")
def test_no_hand_is_left_behind(hand):
    assert figure(lambda r: r["source"] == f"hand-{hand}") >= 0.92


def test_good_texts_are_hardly_ever_called_off_topic_and_bad_ones_hardly_ever_on():
    good = [f.band for r, f in scored() if r["label"] == "on"]
    bad = [f.band for r, f in scored() if r["label"] == "off"]
    assert good.count("off") <= 0.02 * len(good)
    assert bad.count("on") <= 0.01 * len(bad)
    assert bad.count("off") >= 0.55 * len(bad)


def lifted(change, least=0):
    """Return the off-label texts of at least so many characters whose band a change lifts to "on", and how many were tried."""
    tried = [
        (r, f) for r, f in scored() if r["stratum"] in ("near", "off") and f.band != "on" and len(r["text"]) >= least
    ]
    after = [(r["id"], told(r, change(r["text"])).band) for r, _ in tried]
    return [name for name, band in after if band == "on"], len(tried)


def middle(piece):
    def put(text):
        lines = text.split("\n")
        return "\n".join([*lines[: len(lines) // 2], piece, *lines[len(lines) // 2 :]])

    return put


def test_a_fluent_filler_in_a_text_of_full_length_flips_hardly_any():
    found = [lifted(middle(filler), least=1000) for filler in FILLERS]
    assert sum(tried for _, tried in found) >= 70
    assert sum(len(flipped) for flipped, _ in found) <= 0.05 * sum(tried for _, tried in found), found


TERMS = (
    "国培计划、校本研修、送教下乡、名师工作室、骨干教师、跟岗研修、教师专业发展、师徒结对、同课异构、教研员、磨课、评课"
)
TRICKS = {
    "a list of terms": middle(TERMS),
    "a list in every paragraph": lambda t: "\n".join(f"{line}（{TERMS}）" for line in t.split("\n")),
    "said five times": lambda t: "\n".join([t] * 5),
    "the notice pasted": middle("\n".join(list(NOTICE)[:12])),
    "the six headings": lambda t: "\n".join(
        f"{n}、{name}\n{part}"
        for n, name, part in zip(
            "一二三四五六",
            ("案例概要", "主要做法", "创新举措", "实施成效", "典型经验", "推广价值"),
            (t[i * len(t) // 6 : (i + 1) * len(t) // 6] for i in range(6)),
            strict=True,
        )
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_lift_none(trick):
    flipped, tried = lifted(TRICKS[trick])
    assert tried >= 110
    assert flipped == []


def test_script_changes_nothing():
    convert = opencc.OpenCC("s2t").convert
    for r, f in scored()[::5]:
        text = "\n".join(map(convert, r["text"].split("\n")))
        again = told({**r, "title": simplified(convert(r["title"]))}, simplified(text))
        assert again.score == pytest.approx(f.score, abs=0.02), r["id"]
        assert again.band == f.band
