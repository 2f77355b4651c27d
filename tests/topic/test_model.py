"""A model is used only if it is the one that its manifest names; otherwise the check is broken, never passed."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import joblib
import pytest

import screening.topic.model as model_module
from screening.case import Case, CaseInfo
from screening.document import Document
from screening.errors import ModelError
from screening.pipeline import Setting, screen
from screening.report import Verdict
from screening.rulebook import load_rulebook
from screening.topic.build import write
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import SCHEMA, SHIPPED, load_model, model_for, models_folder
from tests.topic.reading import DEMO, demo_text

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ROOT / "models", tmp_path / "models")
    return tmp_path / "models"


def alter(folder):
    path = folder / "topic-work_case" / "model.joblib"
    path.write_bytes(path.read_bytes().replace(b"work_case", b"work_cost"))


def drop(folder):
    shutil.rmtree(folder / "topic-work_case")


def drop_data(folder):
    (folder / "topic-work_case" / "model.joblib").unlink()


def spoil_manifest(folder):
    (folder / "topic-work_case" / "manifest.toml").write_text("schema =", "utf-8")


def other_lexicon(folder):
    path = folder / "topic-work_case" / "manifest.toml"
    path.write_text(path.read_text("utf-8").replace(lexicon().digest, "0" * 64), "utf-8")


def other_schema(folder):
    path = folder / "topic-work_case" / "manifest.toml"
    path.write_text(path.read_text("utf-8").replace("schema = 1", "schema = 2"), "utf-8")


FAULTS = [
    (alter, "model.altered"),
    (drop, "model.missing"),
    (drop_data, "model.missing"),
    (spoil_manifest, "model.missing"),
    (other_lexicon, "model.version"),
    (other_schema, "model.version"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_a_model_that_is_not_the_one_is_refused(folder, fault, code):
    fault(folder)
    with pytest.raises(ModelError) as caught:
        load_model(folder / "topic-work_case")
    assert caught.value.code == code
    assert caught.value.advice


class Trap:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def test_nothing_is_unpickled_before_the_digest_is_checked(folder):
    trace, data = folder / "trace", folder / "topic-work_case" / "model.joblib"
    joblib.dump(Trap(trace), data)
    with pytest.raises(ModelError):
        load_model(folder / "topic-work_case")
    assert not trace.exists()
    joblib.load(data)
    assert trace.exists(), "the file must be one that does harm"


@pytest.mark.parametrize("fault", [f for f, _ in FAULTS])
def test_the_check_is_broken_and_says_why(folder, fault, monkeypatch):
    fault(folder)
    monkeypatch.setattr(model_module, "models_folder", lambda: folder)
    setting = Setting.of(load_rulebook())
    document = Document.from_lines(demo_text("w01").split("\n"))
    report = screen(Case(CaseInfo(id="c1", title=DEMO["w01"].title), document), setting)
    theme = next(o for o in report.outcomes if o.check == "theme")
    assert theme.status == "broken"
    assert "切题模型" in theme.reason
    assert report.verdict is Verdict.INCOMPLETE
    assert report.topic is None
    assert "topic-work_case" not in setting.made_with().models
    assert "topic-self_report" in setting.made_with().models


def test_the_shipped_models_are_what_the_builder_writes(tmp_path):
    write(tmp_path / "one")
    write(tmp_path / "two")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(files) == 3 * len(SHIPPED)
    for f in files:
        assert (tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes()
        if f.name != "manifest.toml":  # it names the joblib that wrote the file
            assert (tmp_path / "one" / f).read_bytes() == (ROOT / "models" / f).read_bytes(), f"build anew: {f}"


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_card_says_what_the_model_is_made_of(kind):
    card = (models_folder() / f"topic-{kind}" / "CARD.md").read_text("utf-8")
    for words in (
        "没有用任何标注",
        "没有用任何第三方文本",
        "No labels and no third-party texts were used",
        "The score **ranks**",
        "排序",
    ):
        assert words in card
    assert model_for(kind).low == 0.10 and model_for(kind).high == 0.50
    assert "偏题 < 0.10 ≤ 待核 ≤ 0.50 < 切题" in card
    assert not model_for(kind).calibrated


def test_a_kind_without_a_shipped_model_has_none():
    assert model_for("lesson") is None


def written(place, data):
    """Write a model folder whose manifest names what lies there."""
    place.mkdir(parents=True)
    joblib.dump(data, place / "model.joblib", protocol=4)
    digest = hashlib.sha256((place / "model.joblib").read_bytes()).hexdigest()
    manifest = f'schema = {SCHEMA}\nsha256 = "{digest}"\nlexicon = "{lexicon().digest}"\n'
    (place / "manifest.toml").write_text(manifest, "utf-8")
    return place


def plain(**changes):
    data = joblib.load(ROOT / "models" / "topic-work_case" / "model.joblib")
    return data | changes


def test_a_file_that_runs_something_is_refused_even_if_the_manifest_names_it(tmp_path):
    trace = tmp_path / "trace"
    with pytest.raises(ModelError) as caught:
        load_model(written(tmp_path / "topic-work_case", Trap(trace)))
    assert caught.value.code == "model.version"
    assert not trace.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        [1, 2],
        plain(features=["lexicon"]),
        plain(features=["x", *list(FEATURES)[1:]]),
        plain(weights=[1.0]),
        plain(scales=None),
    ],
)
def test_plain_data_of_another_shape_is_refused(tmp_path, data):
    with pytest.raises(ModelError) as caught:
        load_model(written(tmp_path / "topic-work_case", data))
    assert caught.value.code == "model.version"


def test_a_model_of_ones_own_goes_before_the_shipped_one(tmp_path):
    written(tmp_path / "topic-work_case", plain(intercept=2.5))
    assert model_for("work_case", tmp_path).intercept == 2.5
    assert model_for("self_report", tmp_path) == model_for("self_report")
    setting = Setting.of(load_rulebook(), folder=tmp_path)
    assert setting.made_with().models["topic-work_case"] == model_for("work_case", tmp_path).sha256


def test_a_folder_without_models_is_an_error_and_no_reason_to_use_others(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ModelError) as caught:
            Setting.of(load_rulebook(), folder=folder)
        assert caught.value.code == "model.missing"
        assert "--models" in caught.value.advice


def test_screening_a_case_imports_neither_scikit_learn_nor_joblib_for_its_model():
    code = (
        "import sys; from screening.topic.model import model_for; model_for('work_case');"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'sklearn', 'scipy', 'joblib'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    code = (
        "import sys; from tests.topic.reading import demo_text; from screening.case import Case, CaseInfo;"
        "from screening.document import Document; from screening.pipeline import Setting, screen;"
        "from screening.rulebook import load_rulebook;"
        "report = screen(Case(CaseInfo(id='1'), Document.from_lines(demo_text('w01').split('\\n'))), Setting.of(load_rulebook()));"
        "assert report.topic; print([m for m in sys.modules if m.partition('.')[0] == 'sklearn'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
