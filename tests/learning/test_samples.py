"""A labelled file is read whole, or refused with one sentence that names the line and says what to write."""

import codecs
import json
import re
from dataclasses import replace

import pytest
from opencc import OpenCC

from screening.errors import UsageError
from screening.learning.samples import Sample, read_samples
from screening.topic.model import model_for
from tests.learning.labelled import line, sample, samples, written
from tests.topic.reading import DEMO, demo_text

GOOD = sample("a1")


def refused(path):
    with pytest.raises(UsageError) as caught:
        read_samples(path)
    error = caught.value
    assert error.advice.endswith("。")
    assert "\n" not in error.message
    return error


def test_what_is_written_is_read(tmp_path):
    rows = [*samples(4), sample("x", theme="数字化转型", title="一块屏幕", stratum="on")]
    assert list(read_samples(written(tmp_path / "a.jsonl", rows))) == rows


def test_windows_line_ends_a_byte_order_mark_empty_lines_and_further_fields_are_no_matter(tmp_path):
    body = f"\r\n{line(GOOD, genre='case', headings={'一、做法': '主要做法'}, theme=None)}\r\n\r\n"
    (tmp_path / "a.jsonl").write_bytes(codecs.BOM_UTF8 + body.encode())
    assert read_samples(tmp_path / "a.jsonl") == (GOOD,)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"label": "切题"}, "labels.label", ["“切题”", "on", "off"]),
        ({"label": 1}, "labels.label", ["“1”"]),
        ({"label": True}, "labels.label", ["“true”"]),
        ({"label": "ON"}, "labels.label", ["“ON”"]),
        ({"label": ["on"]}, "labels.label", ["on"]),
        ({"label": None}, "labels.label", ["缺少 label"]),
        ({"id": None}, "labels.field", ["缺少 id"]),
        ({"id": 7}, "labels.field", ["id", "“7”"]),
        ({"text": " \n "}, "labels.field", ["text 是空的"]),
        ({"source": ""}, "labels.field", ["source 是空的"]),
        ({"kind": "论文"}, "labels.field", ["“论文”", "work_case"]),
        ({"theme": "数字化"}, "labels.field", ["“数字化”", "数字化转型"]),
        ({"title": 3}, "labels.field", ["title"]),
        ({"text": "甲\ud800"}, "labels.encoding", ["代理字符"]),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path, changes, code, words):
    row = json.loads(line(GOOD)) | changes
    error = refused(written(tmp_path / "a.jsonl", [line(sample("a0")), json.dumps(row)]))
    assert error.code == code
    assert "第 2 行" in error.message
    assert all(w in error.message + error.advice for w in words)


@pytest.mark.parametrize(
    "broken", ['{"id": "a", "te', "不是", "[" * 100_000, '["a"]', '"a"', "NaN", '{"a": 1} {"b": 2}']
)
def test_a_broken_line(tmp_path, broken):
    error = refused(written(tmp_path / "a.jsonl", [GOOD, "", broken]))
    assert error.code == "labels.json"
    assert "第 3 行" in error.message


def test_duplicate_ids_name_both_lines(tmp_path):
    error = refused(written(tmp_path / "a.jsonl", [GOOD, sample("a2"), GOOD]))
    assert error.code == "labels.duplicate"
    assert "第 3 行" in error.message and "第 1 行" in error.message and "a1" in error.message


def test_gbk_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\n" + line(GOOD).encode("gbk", "ignore"))
    error = refused(tmp_path / "a.jsonl")
    assert error.code == "labels.encoding"
    assert "第 2 行" in error.message and "GBK" in error.message and "UTF-8" in error.advice


@pytest.mark.parametrize(("raw", "words"), [("a".encode("utf-16"), "UTF-16"), (b"\xff\xff\xff\n", "第 1 行")])
def test_other_encodings(tmp_path, raw, words):
    (tmp_path / "a.jsonl").write_bytes(raw)
    error = refused(tmp_path / "a.jsonl")
    assert error.code == "labels.encoding" and words in error.message and "GBK" not in error.message


@pytest.mark.parametrize("raw", [b"", b"\n \n", codecs.BOM_UTF8])
def test_an_empty_file(tmp_path, raw):
    (tmp_path / "a.jsonl").write_bytes(raw)
    assert refused(tmp_path / "a.jsonl").code == "labels.empty"


def test_a_file_that_is_not_there(tmp_path):
    assert refused(tmp_path / "a.jsonl").code == "labels.missing"
    assert refused(tmp_path).code == "labels.missing"


@pytest.mark.parametrize("name", ["w01", "f01", "f04"])
def test_training_sees_the_features_that_scoring_sees(name):
    kind = DEMO[name].meta.get("kind", "work_case")
    s = Sample(id=name, text=demo_text(name), kind=kind, on=True, source="demo")
    model = model_for(kind)
    seen, scored = model.contributions(s.values), s.fit(model).contributions
    assert seen == pytest.approx(dict(scored), abs=1e-4)
    assert any(s.values.values())


def test_a_text_in_traditional_characters_is_scored_as_in_simplified_ones():
    plain = Sample(id="a", text=demo_text("w01"), kind="work_case", on=True, source="s", title=DEMO["w01"].title)
    old = replace(plain, text=OpenCC("s2t").convert(plain.text), title=OpenCC("s2t").convert(plain.title))
    assert old.text != plain.text
    assert old.fit(model_for("work_case")) == plain.fit(model_for("work_case"))
    assert old.values == plain.values


def test_an_error_repeats_little_of_the_text(tmp_path):
    long = line(GOOD, kind="某" * 5000)
    assert len(re.sub(r"\s", "", refused(written(tmp_path / "a.jsonl", [long])).message)) < 60
