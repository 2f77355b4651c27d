"""A delivery from its files to its groups of similar texts, whole and after an interruption."""

import random
from pathlib import PurePosixPath

import pytest

from screening.batch import SCREENING, screen_batch
from tests.writing import HEADINGS, docx, noise


def case(seed, title):
    rng = random.Random(seed)
    return [title, *(x for heading in HEADINGS for x in (heading, noise(rng, 300)))]


@pytest.fixture
def delivery(tmp_path):
    """One text three times, once in the archive, and a text like no other."""
    one, other = case(1, "把研修送进大山"), case(2, "山路上的研修")
    files = {
        "报送/甲县教育局/原文.docx": one,
        "报送/乙县教育局/改名.docx": ["云端研修一年间", *one[1:9]],
        "报送/丙县教育局/别的.docx": other,
        "往年/旧作.docx": ["一块屏幕", *one[5:]],
    }
    for name, lines in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(docx(lines))
    return tmp_path / "报送", tmp_path / "往年"


def test_groups_come_from_what_the_comparison_found(delivery, tmp_path):
    cases, library = delivery
    batch = screen_batch(cases, tmp_path / "out", library=library, jobs=1).batch
    (cluster,) = batch.clusters
    by_file = {PurePosixPath(m.file).name: m.id for m in cluster.members}
    assert list(by_file) == ["旧作.docx", "改名.docx", "原文.docx"]
    assert cluster.earliest.place == "archive"
    rate = {frozenset((x.a, x.b)): x.rate for x in cluster.links}
    assert rate[frozenset((by_file["原文.docx"], by_file["改名.docx"]))] > 0.9
    assert rate[frozenset((by_file["原文.docx"], by_file["旧作.docx"]))] > 0.9


def test_an_interrupted_batch_goes_on_with_its_groups(delivery, tmp_path):
    cases, library = delivery
    whole = screen_batch(cases, tmp_path / "whole", library=library, jobs=1).batch

    def stop(stage, done, _total):
        if stage == SCREENING and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen_batch(cases, tmp_path / "out", library=library, jobs=1, progress=stop)
    resumed = screen_batch(cases, tmp_path / "out", library=library, jobs=1, resume=True).batch
    assert resumed == whole and len(resumed.clusters) == 1
