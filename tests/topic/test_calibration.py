"""A calibration is a monotone map with a hash of its own; it belongs to one model and makes the report say so."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import ModelError
from screening.pipeline import Setting
from screening.rulebook import load_rulebook
from screening.topic.calibration import FILE, Calibration, load_calibration, written
from screening.topic.model import load_model
from screening.topic.score import score_topic
from tests.topic.reading import TEXTS, demo_text, fit

ROOT = Path(__file__).parents[2]
PLATT = Calibration(method="platt", model="m", decisions=40, slope=0.5, offset=1.0)
STEPS = Calibration(
    method="isotonic", model="m", decisions=240, points=((-2.0, 0.1), (0.0, 0.1), (1.0, 0.7), (3.0, 0.9))
)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ROOT / "models" / "topic-work_case", tmp_path / "topic-work_case")
    return tmp_path / "topic-work_case"


def put(folder, calibration):
    model = load_model(folder)
    (folder / FILE).write_bytes(written(replace(calibration, model=model.sha256), {"seed": 0}))
    return load_model(folder)


def test_platt_is_a_sigmoid_of_a_line():
    assert PLATT.probability(2.0) == pytest.approx(1 / (1 + math.exp(-2.0)))


@pytest.mark.parametrize(
    ("z", "p"), [(-9, 0.1), (-2, 0.1), (-1, 0.1), (0.5, 0.4), (1, 0.7), (2, 0.8), (3, 0.9), (9, 0.9)]
)
def test_isotonic_is_straight_between_its_points_and_flat_outside(z, p):
    assert STEPS.probability(z) == pytest.approx(p)


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=20))
def test_no_calibration_ever_falls(zs):
    for calibration in (PLATT, STEPS):
        out = [calibration.probability(z) for z in sorted(zs)]
        assert out == sorted(out)
        assert all(0 <= p <= 1 for p in out)


@pytest.mark.parametrize("calibration", [PLATT, STEPS])
def test_what_is_written_is_read(folder, calibration):
    model = put(folder, calibration)
    assert replace(model.calibration, model="m", sha256="") == calibration
    assert model.calibrated


def test_no_file_no_calibration(folder):
    assert load_calibration(folder, load_model(folder).sha256) is None
    assert not load_model(folder).calibrated


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"slope = 0.5", b"slope = 5.0"), (b'sha256 = "', b'sha256 = "0'), (b"sha256", b"sha"), (b"\n", b"\n\xff")],
)
def test_an_altered_file_is_refused(folder, old, new):
    put(folder, PLATT)
    path = folder / FILE
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert caught.value.code == "model.calibration"
    assert "screening train calibration" in caught.value.advice


def test_the_calibration_of_another_model_is_refused(folder):
    (folder / FILE).write_bytes(written(replace(PLATT, model="0" * 64), {}))
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert caught.value.code == "model.calibration"


def test_the_report_says_that_it_is_calibrated_and_by_what(folder):
    plain = load_model(folder)
    model = put(folder, PLATT)
    document, before = fit(demo_text("w01"))
    after = score_topic(document, document.paragraphs, "work_case", model)
    assert (before.calibrated, after.calibrated) == (False, True)
    assert after.contributions == before.contributions
    z = sum(after.contributions.values())
    assert after.score == round(1 / (1 + math.exp(-(0.5 * z + 1.0))), 4) != before.score
    made = Setting.of(load_rulebook(), folder=folder.parent).made_with("work_case").models
    assert made == {"topic-work_case": plain.sha256, "topic-work_case/calibration": model.calibration.sha256}


def test_bands_follow_the_calibrated_score(folder):
    document, before = fit(demo_text("f01"))
    assert before.band == "off"
    kind_hearted = put(folder, replace(PLATT, slope=0.1, offset=2.0))
    assert score_topic(document, document.paragraphs, "work_case", kind_hearted).band == "on"


def test_a_calibration_keeps_the_order_of_texts(folder):
    model = put(folder, PLATT)
    rows = [fit(t["text"]) for t in TEXTS.values()]
    raw = sorted(range(len(rows)), key=lambda n: sum(rows[n][1].contributions.values()))
    scores = [score_topic(d, d.paragraphs, "work_case", model).score for d, _ in rows]
    assert [scores[n] for n in raw] == sorted(scores)
