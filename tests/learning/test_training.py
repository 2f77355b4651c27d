"""Training is repeatable, holds near copies and sources together, and promotes nothing that is worse."""

import hashlib
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from screening.errors import UsageError
from screening.learning.figures import Estimate
from screening.learning.fitting import cross_validation, fit, leave_one_source_out, scores_of
from screening.learning.samples import Sample
from screening.learning.training import Row, Trial, Untrained, promote, train, training_set_of
from screening.topic.calibration import FILE
from screening.topic.features import FEATURES
from screening.topic.model import load_model, model_for
from tests.learning.labelled import sample, samples

SET = samples(40)


@pytest.fixture(scope="module")
def trial():
    (made,) = train(SET, seed=3)
    return made


def numbers(model):
    return [*model.means.values(), *model.scales.values(), *model.weights.values(), model.intercept]


def test_the_order_of_the_texts_does_not_matter_and_twice_is_the_same(trial):
    (again,) = train(SET[::-1], seed=3)
    assert numbers(again.model) == pytest.approx(numbers(trial.model), abs=1e-8)
    assert again == trial


def test_another_seed_cuts_the_folds_anew_but_fits_the_same(trial):
    (other,) = train(SET, seed=4)
    assert other.model == trial.model
    assert other.rows != trial.rows


def test_the_fit_is_that_of_scikit_learn_on_standardised_features():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, len(FEATURES))) * range(1, 9) + 3
    on = x[:, 0] + random.normal(size=60) > 3.5
    model = fit("work_case", x, on)
    scaler = StandardScaler().fit(x)
    plain = LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=10_000).fit(scaler.transform(x), on)
    assert scores_of(model, x) == pytest.approx(plain.predict_proba(scaler.transform(x))[:, 1], abs=1e-5)


def test_a_feature_that_is_the_same_everywhere_gets_no_weight():
    x = np.zeros((20, len(FEATURES)))
    x[:, 0] = np.arange(20)
    model = fit("work_case", x, np.arange(20) > 9)
    assert [k for k, w in model.weights.items() if w] == ["lexicon"]
    assert all(s > 0 for s in model.scales.values())


def test_a_fold_holds_all_copies_of_a_text():
    groups = [n // 3 for n in range(60)]
    on = np.array([n // 3 % 2 == 0 for n in range(60)])
    folds = list(cross_validation(on, groups, seed=0))
    assert len(folds) == 5
    assert sorted(n for _, unseen in folds for n in unseen) == list(range(60))
    for seen, unseen in folds:
        assert not {groups[n] for n in seen} & {groups[n] for n in unseen}


def test_a_left_out_source_takes_its_copies_elsewhere_with_it():
    folds = dict(zip("ab", leave_one_source_out(["a", "a", "b", "b"], [0, 1, 1, 2]), strict=True))
    assert [f.tolist() for f in folds["a"]] == [[3], [0, 1]]
    assert [f.tolist() for f in folds["b"]] == [[0], [2, 3]]
    assert list(leave_one_source_out(["a", "a"], [0, 1])) == []


def test_the_rows_name_the_tests_and_every_source(trial):
    assert [r.name.strip() for r in trial.rows] == ["交叉验证", "留一来源", *(f"来源 s{n}" for n in range(4))]
    for r in trial.rows:
        assert r.learnt.low <= r.learnt.value <= r.learnt.high
        assert 0.5 < r.baseline.value <= 1
        assert r.baseline == r.in_use
    assert not trial.learnt_before


def test_a_model_that_is_no_worse_is_written_and_loads(trial, tmp_path):
    assert trial.objections == ()
    place = promote(trial, tmp_path)
    model = load_model(place)
    assert place == tmp_path / "topic-work_case"
    assert numbers(model) == numbers(trial.model)
    assert model == model_for("work_case", tmp_path)
    manifest = tomllib.loads((place / "manifest.toml").read_text("utf-8"))
    assert manifest["training_set"] == training_set_of(SET) and manifest["seed"] == 3
    assert manifest["sha256"] == hashlib.sha256((place / "model.joblib").read_bytes()).hexdigest()
    assert set(manifest["versions"]) >= {"joblib", "scikit_learn", "numpy", "screening"}
    assert manifest["metrics"]["leave_one_source_out"][0] == round(trial.rows[1].learnt.value, 4)
    assert "leave_one_source_out_baseline" in manifest["metrics"]
    card = (place / "CARD.md").read_text("utf-8")
    assert "40 篇（切题 20，偏题 20）" in card and "40 labelled texts (20 on, 20 off)" in card
    assert str(trial.model.weights["who_act"]) in card and "留一来源" in card


def test_twice_written_is_the_same_to_the_byte(trial, tmp_path):
    one, two = (promote(trial, tmp_path / n) for n in ("one", "two"))
    for name in ("model.joblib", "manifest.toml", "CARD.md"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_the_calibration_of_the_model_before_goes(trial, tmp_path):
    (tmp_path / "topic-work_case").mkdir()
    (tmp_path / "topic-work_case" / FILE).write_text("sha256 = 1\n")
    assert not load_model(promote(trial, tmp_path)).calibrated


def test_a_model_learnt_from_wrong_labels_is_refused_by_source_and_amount():
    upside_down = [replace(s, on=not s.on) for s in samples(40, prefix="w", dense=0.5)]
    frozen = samples(24, sources=3, prefix="f", dense=0.5)
    (made,) = train(upside_down, frozen)
    whole, *by_source = made.objections
    assert "“冻结集”" in whole and "1.000" in whole and "0.01" in whole
    assert len(by_source) == 3
    assert all(f"“来源 s{n}”" in said and "0.03" in said for n, said in enumerate(by_source))
    with pytest.raises(AssertionError):
        promote(made, None)


@pytest.mark.parametrize(
    ("allowed", "in_use", "fails"), [(0.01, 0.91, 0), (0.01, 0.911, 1), (0.03, 0.93, 0), (0.03, 0.931, 1)]
)
def test_what_may_be_lost_is_the_bound_and_no_more(allowed, in_use, fails):
    learnt, other = (Estimate(v, v, v, 10, 10) for v in (0.9, in_use))
    row = Row(name="冻结集", learnt=learnt, baseline=other, in_use=other, allowed=allowed)
    assert row.fails == bool(fails)
    assert not replace(row, allowed=None).fails


def test_a_frozen_text_in_the_training_set_is_refused_even_if_touched_up():
    near = replace(SET[7], id="f1", text=SET[7].text.replace("护士", "医生"))
    with pytest.raises(UsageError) as caught:
        train(SET, [*samples(20, prefix="f"), near])
    assert caught.value.code == "frozen.overlap"
    assert "f1" in caught.value.message


def test_a_frozen_set_without_the_kind_or_with_one_class_decides_nothing():
    for frozen in (samples(10, prefix="f", kind="growth_story"), [s for s in samples(20, prefix="f") if s.on]):
        (made,) = train(SET, frozen)
        assert len(made.objections) == 1
        assert "冻结集" in made.objections[0]


def test_a_source_of_one_class_says_that_it_is_held_against_the_others():
    lone = [replace(s, source="s9") for s in samples(6, prefix="o") if s.on]
    (made,) = train([*SET, *lone])
    (row,) = [r for r in made.rows if "s9" in r.name]
    assert "只有一类" in row.name
    assert (row.learnt.on, row.learnt.off) == (3, 20)


def test_one_source_alone_needs_a_frozen_set():
    single = samples(40, sources=1)
    (made,) = train(single)
    assert "--frozen" in made.objections[0]
    (judged,) = train(single, samples(40, sources=2, prefix="f"))
    assert not any("--frozen" in o for o in judged.objections)


def test_remarks_tell_of_copies_of_contradictions_and_of_shared_sources():
    copy = replace(SET[2], id="copy", on=not SET[2].on, source="s9")
    (made,) = train([*SET, copy], samples(20, prefix="f", sources=1))
    said = "".join(made.remarks)
    assert "1 组近似文本（如 copy、t002）" in said
    assert "矛盾" in said
    assert "冻结集的来源 s0" in said


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (samples(18), "18 篇"),
        ([s for s in samples(60) if s.on], "全部标为 on"),
        ([s for s in samples(60) if not s.on], "全部标为 off"),
        ([s for s in samples(60) if s.on or s.id < "t008"], "off 4"),
    ],
)
def test_too_few_texts(rows, words):
    with pytest.raises(UsageError) as caught:
        train(rows)
    assert caught.value.code == "labels.few"
    assert words in caught.value.message and "20 篇" in caught.value.advice


def test_a_kind_with_too_few_does_not_stop_the_others():
    story = sample("g", kind="growth_story")
    cases, stories = train([*SET, story])
    assert isinstance(cases, Trial)
    assert stories == Untrained("growth_story", "的 1 篇全部标为 on，只有一类，学不出区别")


def test_short_and_odd_texts_are_trained_on_without_a_fault():
    odd = ["好。", "Only English here.\n" * 30, "1 2 3 4\n5 6 7 8", "床前明月光，\n疑是地上霜。", "甲" * 200_000]
    rows = [Sample(id=f"o{n}", text=t, kind="work_case", on=False, source="s0") for n, t in enumerate(odd)]
    (made,) = train([*SET, *rows])
    assert np.isfinite(numbers(made.model)).all()
