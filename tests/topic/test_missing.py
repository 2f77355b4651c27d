"""What was looked for in vain is told with the words; what is there is not told as missing."""

import pytest

from tests.topic.reading import demo_text, fit

NURSES = "护士们在病房里练习穿刺，护士长逐个点评，患者满意度提高了。"
TOLD = {
    "pairs": "没有一句同时写到教师和培训：前者找的是“教师、老师、校长",
    "strong": "没有教师培训的专用词：找的是“国培、省培",
    "theme": "看不出属于哪个方向：按数字化转型",
    "part": "没有“我”参加培训的句子",
}


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (NURSES, "work_case", {"pairs", "strong", "theme"}),
        (demo_text("f01"), "work_case", {"pairs", "strong"}),  # off the topic: no direction was looked for
        (NURSES, "growth_story", {"pairs", "strong", "part"}),
        (NURSES, "self_report", {"pairs", "strong"}),
        ("全县教师参加国培，校长带头磨课。", "self_report", set()),
        ("去年秋天我作为国培学员走进云槐师范学院的教室，和三十位老师一起磨一节课。", "growth_story", set()),
        (demo_text("w01"), "work_case", set()),
    ],
)
def test_only_what_is_missing_is_told_with_the_words_looked_for(text, kind, told):
    _, found = fit(text, kind)
    assert {k for k, words in TOLD.items() if any(m.startswith(words) for m in found.missing)} == told
    assert len(found.missing) == len(told)
