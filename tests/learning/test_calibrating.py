"""Calibration: nothing below 30 decisions, Platt from 30, isotonic from 200; equal to scikit-learn's, monotone, kept with its hash."""

import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from screening.errors import UsageError
from screening.learning.calibrating import (
    Calibrated,
    Decision,
    Uncalibrated,
    calibrate,
    fit_calibration,
    keep,
    read_decisions,
)
from screening.learning.training import promote, train
from screening.topic.calibration import FILE, sigmoid
from screening.topic.model import load_model, model_for
from tests.learning.labelled import samples, written


def decisions(n, *, kind="work_case", slope=0.5, offset=1.0, seed=0):
    """Decisions by reviewers for whom a text with log-odds z is on topic with probability sigmoid(slope·z + offset)."""
    rng = random.Random(seed)
    zs = [rng.uniform(-6, 6) for _ in range(n)]
    return [Decision(f"{kind}{i:04}", kind, z, rng.random() < sigmoid(slope * z + offset)) for i, z in enumerate(zs)]


def arrays(rows):
    return np.array([d.z for d in rows]), np.array([d.on for d in rows], dtype=bool)


class LogOdds(LogisticRegression):
    """A classifier whose decision function is the feature itself."""

    def decision_function(self, X):  # noqa: N803 - scikit-learn's name
        return np.asarray(X)[:, 0]


def test_platt_is_that_of_scikit_learn():
    z, on = arrays(decisions(120))
    passed = LogOdds().fit(z[:, None], on)
    theirs = CalibratedClassifierCV(FrozenEstimator(passed), method="sigmoid").fit(z[:, None], on)
    ours = fit_calibration("platt", z, on, "m")
    probe = np.linspace(-8, 8, 33)
    expected = theirs.predict_proba(probe[:, None])[:, 1]
    assert [ours.probability(float(v)) for v in probe] == pytest.approx(expected, abs=1e-4)


def test_isotonic_is_that_of_scikit_learn():
    z, on = arrays(decisions(300))
    ours = fit_calibration("isotonic", z, on, "m")
    theirs = IsotonicRegression(y_min=1 / 302, y_max=301 / 302, out_of_bounds="clip").fit(z, on)
    probe = np.concatenate((np.linspace(-8, 8, 200), z))
    assert [ours.probability(float(v)) for v in probe] == pytest.approx(theirs.predict(probe), abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=2, max_size=60),
    st.lists(st.floats(-20, 20), min_size=2),
)
def test_isotonic_never_falls_and_is_never_certain(rows, probe):
    z, on = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], dtype=bool)
    made = fit_calibration("isotonic", z, on, "m")
    out = [made.probability(v) for v in sorted(probe)]
    assert out == sorted(out)
    assert all(0 < p < 1 for p in out)


def test_so_few_decisions_make_nothing_certain():
    z = np.array([-3.0, -2.0, 2.0, 3.0] * 8)
    made = fit_calibration("platt", z, z > 0, "m")
    assert 0.9 < made.probability(3.0) < 0.999


@pytest.mark.parametrize(("n", "method"), [(30, "platt"), (199, "platt"), (200, "isotonic")])
def test_the_method_goes_by_the_number_of_decisions(n, method):
    (made,) = calibrate(decisions(n, seed=3))
    assert made.calibration.method == method
    assert made.calibration.decisions == n


def test_below_thirty_no_probability_is_claimed():
    with pytest.raises(UsageError) as caught:
        calibrate(decisions(29))
    assert caught.value.code == "calibration.few"
    assert "29 份" in caught.value.message and "30" in caught.value.advice and "screening ask" in caught.value.advice


def test_one_kind_with_enough_is_calibrated_and_the_other_told():
    stories, cases = calibrate([*decisions(12, kind="growth_story"), *decisions(60)])
    assert isinstance(cases, Calibrated)
    assert stories == Uncalibrated("growth_story", "只有 12 份判定，不足 30 份")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([replace(d, on=True) for d in decisions(60)], "off 0"),
        ([replace(d, on=n >= 4) for n, d in enumerate(decisions(60))], "off 4"),
        (decisions(60, slope=-2.0, offset=0.0), "相反"),
        (decisions(260, slope=-2.0, offset=0.0), "相反"),
    ],
)
def test_decisions_that_teach_nothing_are_refused(rows, words):
    with pytest.raises(UsageError) as caught:
        calibrate(rows)
    assert words in caught.value.message


def test_the_truth_is_found_again_and_the_error_falls():
    (made,) = calibrate(decisions(190, seed=5))
    assert made.calibration.slope == pytest.approx(0.5, abs=0.2)
    assert made.calibration.offset == pytest.approx(1.0, abs=0.5)
    for before, after in (made.ece, made.brier):
        assert after < before


def test_the_order_of_decisions_does_not_matter():
    for n in (60, 240):
        rows = decisions(n)
        assert calibrate(rows) == calibrate(rows[::-1])


def test_it_is_kept_beside_a_copy_of_its_model_and_used_from_there(tmp_path):
    (made,) = calibrate(decisions(60))
    path = keep(made, tmp_path)
    assert path == tmp_path / "topic-work_case" / FILE
    model = load_model(path.parent)
    assert model.sha256 == model_for("work_case").sha256
    assert model.calibration.sha256 and replace(model.calibration, sha256="") == made.calibration
    assert keep(made, tmp_path) == path
    (isotonic,) = calibrate(decisions(240), tmp_path)
    keep(isotonic, tmp_path, tmp_path)
    assert load_model(path.parent).calibration.method == "isotonic"


def test_a_learnt_model_is_calibrated_where_it_lies_and_never_overwritten(tmp_path):
    promote(train(samples(40))[0], tmp_path)
    own = model_for("work_case", tmp_path)
    (shipped,) = calibrate(decisions(60))
    with pytest.raises(UsageError) as caught:
        keep(shipped, tmp_path)
    assert caught.value.code == "calibration.other" and "--models" in caught.value.advice
    (made,) = calibrate(decisions(60), tmp_path)
    keep(made, tmp_path, tmp_path)
    after = model_for("work_case", tmp_path)
    assert after.calibrated and replace(after, calibration=None) == own


def report_line(name, z, *, kind="work_case", model=None):
    made = {"models": {f"topic-{kind}": model or model_for(kind).sha256}}
    topic = {"score": 0.5, "band": "on", "contributions": {"intercept": 1.0, "who_act": z - 1.0}}
    case = {"id": name, "file": f"{name}.docx", "title": "", "kind": kind}
    return json.dumps({"case": case, "made_with": made, "topic": topic})


def test_decisions_are_read_by_id_by_score_and_by_text(tmp_path):
    report = written(tmp_path / "report.jsonl", [report_line("c1", -2.5), json.dumps({"case": {}, "error": {}})])
    text = samples(2)[0]
    rows = [
        json.dumps({"id": "c1", "label": "off"}),
        json.dumps({"score": 0.75, "kind": "growth_story", "label": "on"}),
        json.dumps({"score": 1, "kind": "growth_story", "label": "on"}),
        json.dumps({"kind": "work_case", "score": 0.5, "label": ""}),
    ]
    one, two, three = read_decisions(written(tmp_path / "a.jsonl", rows), report)
    assert one == Decision("c1", "work_case", -2.5, on=False)
    assert (two.z, two.kind, two.on) == (pytest.approx(math.log(3)), "growth_story", True)
    assert math.isfinite(three.z) and three.z > 9
    (scored,) = read_decisions(written(tmp_path / "b.jsonl", [text]))
    assert scored.z == pytest.approx(sum(text.fit(model_for("work_case")).contributions.values()))


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ({"id": "c9", "label": "on"}, "labels.unknown", "“c9”"),
        ({"id": "c1", "label": "切题"}, "labels.label", "“切题”"),
        ({"score": 1.2, "kind": "work_case", "label": "on"}, "labels.field", "0 到 1"),
        ({"score": float("nan"), "kind": "work_case", "label": "on"}, "labels.field", "0 到 1"),
        ({"score": True, "kind": "work_case", "label": "on"}, "labels.field", "0 到 1"),
        ({"score": "0.5", "kind": "work_case", "label": "on"}, "labels.field", "0 到 1"),
        ({"score": 0.5, "label": "on"}, "labels.field", "缺少 kind"),
        ({"kind": "work_case", "label": "on"}, "labels.field", "既没有 score 也没有 text"),
        ({"id": "c0", "label": "on"}, "labels.duplicate", "第 1 行"),
    ],
)
def test_a_decision_that_cannot_be_used_is_named(tmp_path, row, code, words):
    report = written(tmp_path / "report.jsonl", [report_line("c0", 1.0), report_line("c1", 2.0)])
    first = json.dumps({"id": "c0", "label": "on"})
    with pytest.raises(UsageError) as caught:
        read_decisions(written(tmp_path / "a.jsonl", [first, json.dumps(row)]), report)
    assert caught.value.code == code
    assert "第 2 行" in caught.value.message and words in caught.value.message
    assert caught.value.advice


def test_nothing_filled_in_is_said(tmp_path):
    rows = read_decisions(written(tmp_path / "a.jsonl", [json.dumps({"id": "c", "label": ""})]))
    with pytest.raises(UsageError) as caught:
        calibrate(rows)
    assert "没有填好 label 的判定" in caught.value.message


def test_a_report_of_another_model_or_no_report_is_refused(tmp_path):
    asked = written(tmp_path / "a.jsonl", [json.dumps({"id": "c1", "label": "on"})])
    for rows, code in (([report_line("c1", 1.0, model="0" * 64)], "labels.model"), (['{"topic": 3}'], "labels.report")):
        with pytest.raises(UsageError) as caught:
            read_decisions(asked, written(tmp_path / "report.jsonl", rows))
        assert caught.value.code == code
