import math
import os
import subprocess
import sys

import pytest

from screening.topic.features import FEATURES
from screening.topic.model import model_for
from screening.topic.result import TopicFit
from screening.topic.score import MIN_WORDS, score_topic
from tests.topic.reading import DEMO, TEXTS, demo_text, fit

EVERY = [(n, s.meta.get("kind", "work_case")) for n, s in DEMO.items()]


@pytest.mark.parametrize("name", TEXTS)
def test_short_texts(name):
    _, found = fit(TEXTS[name]["text"], TEXTS[name]["kind"])
    assert found.band in TEXTS[name]["band"]


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_contributions_add_up_to_the_log_odds(name, kind):
    _, found = fit(demo_text(name), kind)
    assert set(found.contributions) == {"intercept", *FEATURES}
    assert found.score == round(1 / (1 + math.exp(-sum(found.contributions.values()))), 4)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_every_explaining_sentence_lies_inside_the_body(name, kind):
    document, found = fit(demo_text(name), kind)
    assert found.sentences
    for s in found.sentences:
        assert s.weight != 0
        assert document.quote(s.span).strip()
        assert any(p.span.start <= s.span.start < s.span.end <= p.span.end for p in document.paragraphs)


def test_only_the_body_is_read():
    text = demo_text("f03")
    document, _ = fit(text)
    head = "\n".join(["国培计划的骨干教师在名师工作室一起磨课。"] * 30)
    whole, _ = fit(f"{head}\n{text}")
    body = whole.paragraphs[30:]
    inside = score_topic(whole, body, "work_case", model_for("work_case"))
    alone = score_topic(document, document.paragraphs, "work_case", model_for("work_case"))
    assert inside.contributions == alone.contributions
    assert min(s.span.start for s in inside.sentences) >= body[0].span.start


def test_support_and_counter_sentences():
    document, found = fit("教研员和教师一起磨课评课。\n护士们在病房里练习穿刺。\n孩子们在操场上跑步。\n天下着小雨。")
    signs = {document.quote(s.span): s.weight > 0 for s in found.sentences}
    assert signs == {
        "教研员和教师一起磨课评课。": True,
        "护士们在病房里练习穿刺。": False,
        "孩子们在操场上跑步。": False,
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("f01", ["医护", "护士"]),
        ("f02", ["企业生产", "班组"]),
        ("f03", ["写学生多于写教师"]),
        ("f05", ["农业农村", "合作社"]),
    ],
)
def test_the_reason_names_the_trade_and_its_words(name, words):
    _, found = fit(demo_text(name))
    assert found.band == "off"
    assert all(w in found.reason for w in words)
    assert found.reason.endswith("。") and found.reason.count("。") == 1


def test_of_two_trades_as_frequent_the_reason_names_the_same_one_in_every_process():
    code = (
        "from tests.topic.reading import fit; "
        "print(fit('\\n'.join(f'第{n}位护士和民警在雨里等着病人和农民。' for n in range(40)))[1].reason)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "123456"
    }
    assert len(said) == 1


def test_the_reason_names_another_genre():
    assert "通知、方案、新闻、讲话用语较多" in fit(demo_text("f04"))[1].reason


def test_below_the_least_length_there_is_no_verdict():
    sentence = "第{}位护士在病房里练习穿刺，病人在一旁看着。"
    short = "\n".join(sentence.format(n) for n in range(8))
    long = "\n".join(sentence.format(n) for n in range(40))
    assert fit(short)[1].band == "unsure"
    assert str(MIN_WORDS) in fit(short)[1].reason
    assert fit(long)[1].band == "off"
    assert fit("")[1].band == "unsure"


def test_one_endless_sentence_gets_no_verdict():
    assert fit("，".join(f"第{n}位护士在病房里练习穿刺" for n in range(80)) + "。")[1].band == "unsure"


def test_a_repeated_text_does_not_become_long_enough():
    assert fit("\n".join(["护士们在病房里练习穿刺，病人在一旁看着她们。"] * 60))[1].band == "unsure"


def test_a_story_of_growth_needs_less_said_of_training():
    text = TEXTS["diary"]["text"]
    assert fit(text, "growth_story")[1].score > fit(text, "work_case")[1].score


@pytest.mark.parametrize(
    ("sentence", "takes_part"),
    [
        ("十月，我作为国培学员走进云槐师范学院。", True),
        ("我报名参加了省培，坐在第一排听讲座。", True),
        ("跟岗的那一周，导师把我分到了中班，我跟着她听课。", True),
        ("我们学校的老师都知道国培。", False),
        ("我的同事去参加国培。", False),
        ("我省的国培学员有三万人。", False),
        ("我一直没有机会参加国培。", False),
        ("她走进国培班，坐在第一排。", False),
        ("我在操场上跟着孩子们学踢球。", False),
    ],
)
def test_participation(sentence, takes_part):
    document, found = fit(sentence, "growth_story")
    assert [document.quote(s) for s in found.participation] == ([sentence] if takes_part else [])


def test_only_stories_have_participation():
    assert fit("十月，我作为国培学员走进云槐师范学院。", "work_case")[1].participation == ()


def test_the_same_text_gives_the_same_answer():
    for name, kind in EVERY[:6]:
        assert fit(demo_text(name), kind)[1] == fit(demo_text(name), kind)[1]


def test_the_answer_survives_json():
    for name, kind in EVERY:
        found = fit(demo_text(name), kind)[1]
        assert TopicFit.from_json(found.to_json()) == found


def test_scoring_imports_no_scikit_learn():
    code = (
        "import sys; from tests.topic.reading import demo_text, fit; fit(demo_text('w01'));"
        "print([m for m in sys.modules if m.partition('.')[0] in {'sklearn', 'jieba', 'rjieba'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_text_of_another_genre_is_at_most_unsure_but_a_story_takes_any_form():
    plan = "\n".join(
        f"拟在第{n}周请教研员进校磨课，各校骨干教师要按组参加研修，每组不少于{n + 3}名教师。" for n in range(12)
    )
    strong = "\n".join(f"国培计划第{n}次送教下乡，教师发展中心请名师工作室与乡村教师一起磨课。" for n in range(60, 80))
    text = f"{plan}\n{strong}"
    _, case = fit(text, "self_report")
    assert case.genre == "plan"
    assert case.band != "on"
