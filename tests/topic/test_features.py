"""The eight features on small texts, each with the direction that it must have."""

import pytest

from screening.topic.features import FEATURES, features
from screening.topic.lexicon import lexicon
from tests.topic.reading import kept_of

# A first sentence that the features leave out as the richest, so that the ones below it are what is measured.
RICH = "来自四个乡的老师先在教师进修学校住了一个月，回校以后教研员上门陪着磨课，村里这才有了校本研修和师徒结对，连集体备课也办起来了。"
PLAIN = "那天下着小雨，路上的人不多。院子里的桂花开了一半。"


def values(text, genre=None):
    return features(kept_of(RICH + text), lexicon(), genre or {})


@pytest.mark.parametrize(
    ("feature", "more", "less"),
    [
        ("lexicon", "乡村教师在名师工作室里一起磨课。", "乡村的孩子在操场上一起跑步。"),
        ("coverage", "骨干教师在备课组磨课。教研员在村小听课例研究。", "骨干教师来了。骨干教师走了。"),
        ("who_act", "老师们围着录像研讨到天黑。", "老师们坐车进城去买菜了。"),
        ("who_act", "老师们互相听课。", "老师们带学生上课。"),
        ("wrong", "护士在病房里练习穿刺。", "教师在医院里上了一课。"),
        ("balance", "教师和教研员坐在一起。", "孩子和家长坐在一起。"),
        ("strong", "这是第三年的国培了。", "这是第三年的会议了。"),
    ],
)
def test_direction(feature, more, less):
    assert values(PLAIN + more)[feature] > values(PLAIN + less)[feature]


@pytest.mark.parametrize(
    ("feature", "genre"), [("notice", "notice"), ("notice", "news"), ("academic", "paper"), ("academic", "lesson_plan")]
)
def test_markers_count_beyond_half_of_what_makes_the_genre(feature, genre):
    enough = lexicon().genres[genre].enough
    series = [values(PLAIN, {genre: n})[feature] for n in range(enough + 1)]
    assert series[enough // 2] == 0
    assert series[enough] == 1
    assert series == sorted(series)


def test_words_of_any_trade_count_as_far_as_the_text_is_about_teachers():
    shared = "学员跟岗四十学时才能结业。" + PLAIN
    school = values("校长也来了。教研员坐在后排。园长站在门口。" + shared)
    hospital = values("病人也来了。医生坐在后排。护士站在门口。" + shared)
    assert school["lexicon"] > hospital["lexicon"]
    assert school["who_act"] > hospital["who_act"]


def test_no_single_sentence_decides():
    assert values(PLAIN) == {**values(PLAIN), "lexicon": 0, "coverage": 0, "who_act": 0, "strong": 0}


def test_no_single_paragraph_decides():
    """A fluent paragraph in a text of full length buys nothing; all through the text it counts."""
    other = [f"第{n}户人家的水管在腊月里冻裂了，{PLAIN}" for n in range(40)]
    fluent = "教研员进村磨课。骨干教师在名师工作室研修。老师们轮流上示范课。送教下乡的教师把课例研修带到村小。"
    bare = features(kept_of("\n".join(other)), lexicon(), {})
    once = features(kept_of("\n".join([*other[:20], fluent, *other[20:]])), lexicon(), {})
    assert once == pytest.approx(bare, abs=0.01)
    spread = [f"{o}{piece}" for o, piece in zip(other, fluent.split("。")[:4] * 10, strict=True)]
    spread = [s.replace("老师", f"第{n}位老师").replace("骨干", f"{n}名骨干") for n, s in enumerate(spread)]
    assert features(kept_of("\n".join(spread)), lexicon(), {})["who_act"] > 0.1


def test_trade_words_say_less_where_teachers_are_trained():
    factory = "工人在车间里守着机床。班组长在流水线上记工时。"
    teachers = "".join(f"第{n}位专业课教师进厂跟岗，" + factory for n in range(8))
    without = teachers.replace("专业课教师", "农民工")
    assert 0 < values(teachers)["wrong"] < 0.6 * values(without)["wrong"]


def test_length_is_no_feature():
    """Twice the text in the same manner, twice as long: shares stay, and richness does not rise to its cap by length alone."""
    one = "".join(f"第{n}位老师参加了研修。" + PLAIN.replace("雨", f"雨{n}") for n in range(10))
    two = "".join(f"第{n}位老师参加了研修。" + PLAIN.replace("雨", f"雨{n}") for n in range(20))
    a, b = values(one), values(two)
    assert {k: pytest.approx(a[k], abs=0.2) for k in FEATURES} == b


def test_the_same_words_in_a_longer_text_are_less_rich():
    terms = "教研员来听课例研究。骨干教师在备课组磨课。"
    plain = ["".join(PLAIN.replace("雨", f"雨{n}") for n in range(k)) for k in (40, 160)]
    short, long = (values(terms + p)["coverage"] for p in plain)
    assert long == pytest.approx(short / 2, rel=0.1)


def test_an_empty_text_has_all_features():
    assert set(features([], lexicon(), {})) == set(FEATURES)
