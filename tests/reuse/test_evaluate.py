"""The evaluation of a corpus folder: offsets into the files as stored, one JSON object a line, measures where there is a truth."""

import json
import random

import pytest

from screening.errors import UsageError
from screening.evaluate import evaluate_reuse, measures_table
from tests.writing import noise

COPIED = "教导主任每周收一次备课本，不打分，只在页边写一句话。一个学期下来，右边那一栏写得比左边还满，老教师说这才像是给自己写的。"


def corpus(folder, *, truth):
    for name in ("cases", "library"):
        (folder / name).mkdir()
    rng = random.Random(1)
    before, after = noise(rng, 200) + "\r\n", "\r\n" + noise(rng, 200)
    (folder / "cases" / "c1.txt").write_bytes((before + COPIED + after).encode())
    (folder / "cases" / "c2.txt").write_bytes(noise(rng, 400).encode())
    (folder / "library" / "s1.txt").write_bytes((COPIED + after).encode())
    (folder / "library" / "s2.txt").write_bytes(noise(rng, 400).encode())
    if truth:
        end = len(COPIED + after)
        row = {"case": "c1", "source": "s1", "source_start": 0, "source_end": end, "kind": "verbatim"}
        row |= {"case_start": len(before), "case_end": len(before) + end}
        (folder / "truth.json").write_text(json.dumps([row]))
    return folder


def test_what_is_found_is_written_and_measured(tmp_path):
    folder, out = corpus(tmp_path, truth=True), tmp_path / "out" / "found.jsonl"
    seen = []
    measures = evaluate_reuse(folder, out, progress=lambda *step: seen.append(step))
    (row,) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    text = (folder / "cases" / "c1.txt").read_bytes().decode()
    assert text[row["case_start"] : row["case_end"]].startswith(COPIED)
    assert set(row) == {"case", "source", "case_start", "case_end", "source_start", "source_end"}
    assert measures.overall.plagdet == pytest.approx(1.0, abs=0.01)
    assert seen == [("比对", 1, 2), ("比对", 2, 2)]
    assert [p.name for p in out.parent.iterdir()] == ["found.jsonl"]  # no half-written file is left


def test_without_a_truth_there_are_no_measures(tmp_path):
    assert evaluate_reuse(corpus(tmp_path, truth=False), tmp_path / "found.jsonl") is None


def test_an_empty_corpus_is_refused_with_advice(tmp_path):
    with pytest.raises(UsageError) as error:
        evaluate_reuse(tmp_path, tmp_path / "found.jsonl")
    assert error.value.code == "corpus.empty"
    assert error.value.advice


def test_the_table_has_a_row_for_all_and_one_a_kind(tmp_path):
    table = measures_table(evaluate_reuse(corpus(tmp_path, truth=True), tmp_path / "found.jsonl"))
    assert table.row_count == 2
    assert "成对召回 1.000" in table.caption
