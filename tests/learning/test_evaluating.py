"""The evaluation counts what the labels and the reports say, in any order of the texts."""

import json
from dataclasses import replace

import pytest

from screening.learning.evaluating import WORST, evaluate_topic
from screening.learning.samples import Sample
from screening.learning.training import promote, train
from screening.topic.model import model_for
from tests.learning.labelled import sample, samples
from tests.topic.reading import DEMO, TEXTS, demo_text

SET = [
    *samples(40, sources=3, dense=0.4),
    *(replace(s, stratum="near") for s in samples(8, prefix="n", sources=1, dense=0.1) if not s.on),
    *samples(6, prefix="g", kind="growth_story"),
]


@pytest.fixture(scope="module")
def found():
    return evaluate_topic(SET)


def test_the_order_of_the_texts_does_not_matter(found):
    assert evaluate_topic(SET[::-1]) == found


def test_auc_by_the_textbook(found):
    scores = {s.id: s.fit(model_for(s.kind)).score for s in SET}

    def auc(rows):
        good, other = ([scores[s.id] for s in rows if s.on is on] for on in (True, False))
        return sum((g > o) + (g == o) / 2 for g in good for o in other) / (len(good) * len(other))

    assert found.auc.value == pytest.approx(auc(SET))
    assert found.near.value == pytest.approx(auc([s for s in SET if s.on or s.stratum == "near"]))
    assert found.by_kind["growth_story"].value == pytest.approx(auc([s for s in SET if s.kind == "growth_story"]))
    assert found.by_source["s1"].value == pytest.approx(auc([s for s in SET if s.source == "s1"]))
    assert set(found.by_source) == {"s0", "s1", "s2", "s3"} & {s.source for s in SET}
    assert (found.auc.on, found.auc.off) == (23, 27)


def test_bands_are_counted_by_label_and_stratum(found):
    assert sum(sum(row.values()) for row in found.bands.values()) == found.texts == len(SET)
    assert sum(found.bands["off（near）"].values()) == 4
    off_of_good = found.bands["on"]["off"] / sum(found.bands["on"].values())
    assert found.good_called_off.value == pytest.approx(off_of_good)
    off = [found.bands[k]["off"] for k in ("off", "off（near）")]
    assert found.off_told.value == pytest.approx(sum(off) / 27)


def test_a_wrong_label_heads_the_worst_with_what_the_report_says(found):
    liar = sample("liar", on=True, dense=0.8)
    worst = evaluate_topic([*SET, replace(liar, on=False)]).worst
    assert (worst[0].id, worst[0].label, worst[0].band) == ("liar", "off", "on")
    assert "写教师参加培训、研修的有" in worst[0].reason
    assert len(worst) == WORST
    distance = [abs(w.score - (w.label == "on")) for w in worst]
    assert distance == sorted(distance, reverse=True)
    assert "liar" not in {w.id for w in found.worst}


def test_themes_are_measured_on_work_cases_that_have_one():
    rows = [
        Sample(id=n, text=demo_text(n), kind="work_case", on=True, source="d", title=DEMO[n].title, theme=theme)
        for n, theme in (("w01", "教师自主研修"), ("w02", "数字化转型"))
        if DEMO[n].meta.get("kind", "work_case") == "work_case"
    ]
    shown = [r.fit(model_for("work_case")).themes for r in rows]
    right = [replace(r, theme=t[0].name) for r, t in zip(rows, shown, strict=True)]
    second = next(n for n in ("数字化转型", "培训体系建设") if n not in {t.name for t in shown[0]})
    wrong = [replace(right[0], theme=second), right[1]]
    assert evaluate_topic(right).themes.first == evaluate_topic(right).themes.right == 1
    assert evaluate_topic(wrong).themes.first == evaluate_topic(wrong).themes.right == 0.5
    assert evaluate_topic([replace(r, theme="") for r in right]).themes is None
    plain = replace(right[0], id="x", text=TEXTS["community"]["text"])
    assert evaluate_topic([plain]).themes.undecided == 1


def test_a_model_of_ones_own_is_measured(tmp_path, found):
    promote(train(samples(40))[0], tmp_path)
    own = evaluate_topic(SET, tmp_path)
    assert own.models["topic-work_case"] == model_for("work_case", tmp_path).sha256 != found.models["topic-work_case"]
    assert own.models["topic-growth_story"] == found.models["topic-growth_story"]
    assert own.auc != found.auc


def test_the_figures_are_json_without_nan():
    one_class = evaluate_topic([s for s in SET if s.on])
    told = json.loads(json.dumps(one_class.to_json(), allow_nan=False))
    assert told["auc"]["value"] is None and told["near"] is None
    assert told["off_told"]["value"] is None
    assert 0 <= told["good_called_off"]["value"] <= 1
