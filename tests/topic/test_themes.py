import pytest

from screening.topic.lexicon import lexicon
from screening.topic.themes import themes_of
from tests.topic.reading import DEMO, demo_text, fit, kept_of

# Five texts of the demonstration stand between two directions and are told as the other one.
BETWEEN = {"f07", "f08", "f16", "f19", "a03"}


def themes(text, title=""):
    return [(t.name, t.role) for t in themes_of(kept_of(text), title, lexicon())]


def test_one_direction():
    assert themes("先做诊断，再分层。每人一张需求清单。前测与后测都由教师自己看。")[0] == ("精准化实施", "main")


def test_two_directions():
    text = "大模型和智能体替教师备课。人工智能助手看课例。研修平台留下日志。空中课堂用录播和大数据。"
    assert {r for _, r in themes(text)} == {"main", "second"}
    assert {n for n, _ in themes(text)} == {"人工智能与教师培训融合", "数字化转型"}


@pytest.mark.parametrize("text", ["", "那天下着小雨，路上的人不多。", "平台上有需求，小组里有模式，智能也有机制。"])
def test_no_direction(text):
    assert themes(text) == []


def test_the_title_weighs_more_than_a_sentence():
    text = "我们一村一村地送教下乡。"
    assert themes(text, "一校一策，精准诊断")[0] == ("精准化实施", "main")
    assert themes(text)[0] == ("培训模式创新", "main")


@pytest.mark.parametrize(
    "name", [n for n, s in DEMO.items() if "theme" in s.meta and n not in {"f01", "f02", "f03", "f05"}]
)
def test_demonstration(name):
    _, found = fit(demo_text(name), title=DEMO[name].title)
    assert (found.themes[0].name == DEMO[name].meta["theme"]) is (name not in BETWEEN)


def test_only_work_cases_on_or_near_the_topic_have_directions():
    assert fit(demo_text("f03"))[1].themes == ()
    assert fit(demo_text("g01"), "growth_story")[1].themes == ()
