"""The learning commands from outside: real processes and files; a round from a batch to a calibrated report."""

import json

import pytest

from tests.learning.labelled import line, sample, samples, written
from tests.test_cli import refused, screening
from tests.writing import case_lines, docx


def test_training_shows_the_baseline_beside_the_model_and_writes_it(tmp_path):
    file = written(tmp_path / "标注.jsonl", samples(40))
    runs = [screening("train", "topic", file, "--out", tmp_path / n, "--seed", 7) for n in ("一", "二")]
    for run in runs:
        assert run.returncode == 0, run.stderr
        for words in (
            "典型工作案例：40 篇（切题 20，偏题 20），来源 4 个",
            "无标注基线",
            "交叉验证",
            "留一来源",
            "来源 s3",
            "已写出",
        ):
            assert words in run.stdout
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n / "topic-work_case").iterdir()} for n in ("一", "二"))
    assert one == two and set(one) == {"model.joblib", "manifest.toml", "CARD.md"}


def test_a_worse_model_is_not_written_and_exit_is_one(tmp_path):
    file = written(tmp_path / "a.jsonl", [line(s, label="off" if s.on else "on") for s in samples(40, dense=0.5)])
    frozen = written(tmp_path / "f.jsonl", samples(20, prefix="f", sources=2, dense=0.5))
    run = screening("train", "topic", file, "--out", tmp_path / "out", "--frozen", frozen)
    assert run.returncode == 1, run.stderr
    assert "不采用" in run.stdout and "在“来源 s1”上比自带模型差 1.000" in run.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "labels.empty"),
        (["{"], "labels.json"),
        ([line(sample("a"), label="好")], "labels.label"),
        ([sample("a"), sample("a")], "labels.duplicate"),
        ([sample("a")], "labels.few"),
        ([s for s in samples(60) if s.on], "labels.few"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(tmp_path, rows, code):
    run = screening("train", "topic", written(tmp_path / "a.jsonl", rows), "--out", tmp_path / "out")
    refused(run, code)
    assert not (tmp_path / "out").exists()


def test_evaluation_in_words_and_as_json(tmp_path):
    file = written(tmp_path / "a.jsonl", samples(20))
    run = screening("evaluate", "topic", file)
    assert run.returncode == 0, run.stderr
    assert all(
        words in run.stdout for words in ("全部", "来源 s0", "未校准，分数不是概率", "疑似偏题", "离标注最远的文本")
    )
    told = json.loads(screening("evaluate", "topic", file, "--json").stdout)
    assert told["texts"] == 20 and told["auc"]["on"] == 10
    (tmp_path / "b.jsonl").write_bytes(line(sample("a")).encode("gbk", "ignore"))
    refused(screening("evaluate", "topic", tmp_path / "b.jsonl"), "labels.encoding")


def test_a_folder_without_models_is_refused(tmp_path):
    (tmp_path / "a.docx").write_bytes(docx(case_lines(1)))
    for command in (
        ("check", tmp_path / "a.docx"),
        ("batch", tmp_path, "--out", tmp_path / "out"),
        ("evaluate", "topic", written(tmp_path / "a.jsonl", samples(4))),
        ("train", "calibration", written(tmp_path / "d.jsonl", samples(4)), "--out", tmp_path / "out"),
    ):
        refused(screening(*command, "--models", tmp_path / "无"), "model.missing")


def test_from_a_batch_to_questions_to_a_calibrated_report(tmp_path):
    """Forty-eight cases; reviewers answer by the text's trade; the next batch's report is calibrated and says by what."""
    folder = tmp_path / "报送"
    folder.mkdir()
    rows = samples(48, dense=0.3)
    for s in rows:
        lines = [f"标题{s.id}", *s.text.split("\n")]
        (folder / f"{s.id}-典型工作案例.docx").write_bytes(docx(lines))
    assert screening("batch", folder, "--out", tmp_path / "一", "--kind", "work_case").returncode in (0, 1)
    report = tmp_path / "一" / "report.jsonl"

    asked = screening("ask", report, "--number", 40, "--seed", 5, "--out", tmp_path / "待填.jsonl")
    assert asked.returncode == 0, asked.stderr
    sheet = [json.loads(x) for x in (tmp_path / "待填.jsonl").read_text("utf-8").splitlines()]
    assert len(sheet) == 40 and all(row["label"] == "" for row in sheet)
    blind = [row for row in sheet if row["blind"]]
    assert len(blind) == 4 and not any({"score", "band", "why"} & set(row) for row in blind)
    assert asked.stdout.count("盲评") == 4 and asked.stdout.count("拿不准") > 15

    truth = {s.id: s.on for s in rows}
    for row in sheet[:36]:
        row["label"] = "on" if truth[row["file"][:4]] else "off"
    written(tmp_path / "判定.jsonl", [json.dumps(row) for row in sheet])
    few = written(tmp_path / "少.jsonl", [json.dumps(row) for row in sheet[10:]])
    refused(screening("train", "calibration", few, "--report", report, "--out", tmp_path / "模型"), "calibration.few")
    run = screening("train", "calibration", tmp_path / "判定.jsonl", "--report", report, "--out", tmp_path / "模型")
    assert run.returncode == 0, run.stderr
    assert "Platt" in run.stdout and "已写出" in run.stdout

    again = screening("batch", folder, "--out", tmp_path / "二", "--kind", "work_case", "--models", tmp_path / "模型")
    assert again.returncode in (0, 1), again.stderr
    before, after = (
        {r["case"]["id"]: r for r in map(json.loads, (tmp_path / n / "report.jsonl").read_text("utf-8").splitlines())}
        for n in ("一", "二")
    )
    assert not any(r["topic"]["calibrated"] for r in before.values())
    for name, r in after.items():
        assert r["topic"]["calibrated"]
        assert r["topic"]["contributions"] == before[name]["topic"]["contributions"]
        assert len(r["made_with"]["models"]["topic-work_case/calibration"]) == 64
    pairs = sorted(
        (before[n]["topic"]["score"], after[n]["topic"]["score"]) for n in before
    )  # equal ones by the second
    assert [p for _, p in pairs] == sorted(p for _, p in pairs)
    assert "按本地评审结果校准" in (tmp_path / "二" / "index.html").read_text("utf-8")

    rest = screening(
        "ask", report, "--number", 40, "--decided", tmp_path / "判定.jsonl", "--out", tmp_path / "余.jsonl"
    )
    assert rest.returncode == 0
    left = {json.loads(x)["id"] for x in (tmp_path / "余.jsonl").read_text("utf-8").splitlines()}
    assert left == set(before) - {row["id"] for row in sheet[:36]}


def test_nothing_to_ask_and_no_report(tmp_path):
    refused(screening("ask", tmp_path / "无.jsonl"), "labels.missing")
    refused(screening("ask", written(tmp_path / "a.jsonl", samples(2))), "labels.report")
    broken = {"case": {"id": "x"}, "error": {"code": "empty"}}
    refused(screening("ask", written(tmp_path / "b.jsonl", [json.dumps(broken)])), "ask.none")
