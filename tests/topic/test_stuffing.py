"""Keyword stuffing never lifts a verdict, whatever stands between the words and wherever they are put."""

import tomllib
from importlib import resources

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.topic.reading import TEXTS, cleaned, demo_text, fit

TOPIC = tomllib.loads((resources.files("screening") / "lexicon" / "topic.toml").read_text("utf-8"))
TERMS = [*TOPIC["terms"], *TOPIC["strong"], *TOPIC["neutral"], *TOPIC["training"]]
WORDS = [*TERMS, *TOPIC["who"], *TOPIC["act"], *TOPIC["anyone"], *TOPIC["soft"]]
HOSTS = {name: demo_text(name).split("\n") for name in ("f01", "f02", "f03")}
BANDS = ["off", "unsure", "on"]


def own_paragraph(sep):
    return lambda host, words: [*host[:4], sep.join(words) + "。", *host[4:]]


def in_a_sentence(sep):
    return lambda host, words: [*host[:4], host[4].rstrip("。") + "，" + sep.join(words) + "。", *host[5:]]


def framed(before, between, after):
    return lambda host, words: [*host[:4], before + between.join(words) + after, *host[4:]]


def strewn(before, after):
    """Put the words, over and over, one after every sentence of the text."""

    def put(host, words):
        n, out = 0, []
        for line in host:
            head, *rest = line.split("。")
            for piece in rest:
                head += before + words[n % len(words)] + after + piece
                n += 1
            out.append(head)
        return out

    return put


def dealt(host, words):
    """A list of its own behind every paragraph."""
    return [line for n, p in enumerate(host) for line in (p, "、".join(words[n :: len(host)]) + "。")]


LAYOUTS = {
    **{
        f"own paragraph {sep!r}": own_paragraph(sep)
        for sep in ("、", "，", "。", " ", "/", "；", "\n", "", "和", "※", "1")
    },
    **{f"in a sentence {sep!r}": in_a_sentence(sep) for sep in ("、", "，", "。", " ", "/", "")},
    "fluent: 围绕": framed("围绕", "、", "开展工作，取得明显成效。"),
    "fluent: 以…为引领": framed("我们以", "为引领，以", "为抓手，扎实推进各项工作。"),
    "fluent: 赋能": framed("全县坚持", "落地、", "赋能，成效显著。"),
    "strewn as sentences": strewn("。", "。"),
    "strewn behind commas": strewn("，", "。"),
    "strewn in brackets": strewn("（", "）。"),
    "strewn behind spaces": strewn(" ", "。"),
    "strewn in pairs": strewn("，国培计划和", "。"),
    "dealt to paragraphs": dealt,
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(host=st.sampled_from(sorted(HOSTS)), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
@example(host="f03", words=TERMS)
@example(host="f01", words=TOPIC["strong"])
def test_stuffing_never_lifts_the_band(layout, host, words):
    _, before = fit("\n".join(HOSTS[host]))
    _, after = fit("\n".join(LAYOUTS[layout](HOSTS[host], words)))
    assert before.band == "off", "the text it is tried on must be off topic"
    assert BANDS.index(after.band) <= BANDS.index(before.band)


@pytest.mark.parametrize("name", [n for n, t in TEXTS.items() if "on" not in t["band"]])
def test_one_fluent_filler_never_puts_a_text_on_topic(name):
    filler = "近年来我县以国培计划为引领深入推进教师培训，骨干教师积极参加校本研修，教师专业发展取得了明显成效。"
    lines = TEXTS[name]["text"].strip().split("\n")
    _, after = fit("\n".join([*lines[:2], filler, *lines[2:]]), TEXTS[name]["kind"])
    assert after.band in TEXTS[name]["band"]


def aside(text):
    text = text.strip()
    return [text[s.start : s.end] for s in cleaned(text).stuffing]


def dense(text):
    text = text.strip()
    return [text[s.start : s.end] for s in cleaned(text).dense]


def test_lists_and_repetitions_are_shown():
    listed = "国培计划、教师培训、校本研修、送教下乡、名师工作室。"
    said = "我们走了很远的路才到那所村小。"
    assert aside(f"{said}\n{listed}\n雨停了。{said}") == [listed, said]


CRAMMED = "依托名师工作室、教研共同体、校本研修、网络研修、送教下乡等平台，构建县乡校三级研修体系。"


def test_a_crammed_sentence_is_stuffing_only_where_the_text_does_not_bear_it_out():
    assert dense(CRAMMED) == [CRAMMED] and aside(CRAMMED) == []
    for name, stuffed in (("w01", False), ("f02", True)):
        document, found = fit(f"{demo_text(name)}\n{CRAMMED}")
        assert (CRAMMED in [document.quote(s) for s in found.stuffing]) is stuffed


@pytest.mark.parametrize(
    "honest",
    [
        "培训从4月开始，12月结束，每名学员120学时，其中驻点研修60学时、校本实践40学时、网络研修20学时。",
        "学校坚持把校本研修作为教师成长的主阵地，组织教师开展集体备课、听课评课、课例研究等活动。",
        "参训教师、教研员和学科带头人坐在一起，把一节课磨了三遍。",
        "培训团队由高校专家、教研员、一线名师、骨干教师和项目管理者组成，实行首席专家负责制。",
        "全县教师参加国培计划、省培计划、市级培训、县级培训、校本研修共计三千余人次。",
        "看傅老师上课。\n老师们听课。\n培训者先上课。",
        "教研员来磨课。\n骨干教师在备课组磨课。\n学员去跟岗。",
        "一、教师培训\n我们先去看课。\n二、送教下乡\n我们再去上课。",
    ],
)
def test_honest_sentences_are_not_called_stuffing(honest):
    assert aside(honest) == dense(honest) == []


def test_two_bare_fragments_are_an_accident_three_are_not():
    assert aside("教师培训。\n路很远。\n校本研修。") == []
    assert aside("教师培训。\n路很远。\n校本研修。\n天很冷。\n送教下乡。") == ["教师培训。", "校本研修。", "送教下乡。"]
