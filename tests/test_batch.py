"""A delivery from its files to its groups of similar texts, whole and after an interruption."""

import json
import random
from pathlib import PurePosixPath

import pytest
from lxml.html import fromstring as parse
from lxml.html import tostring

from screening.batch import RESULTS, SCREENING, screen_batch
from screening.output import html
from screening.reuse.compare import THOROUGH
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


def test_a_thorough_batch_says_so_and_goes_on_from_no_ordinary_one(delivery, tmp_path):
    cases, library = delivery

    def stop(stage, done, _total):
        if stage == SCREENING and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen_batch(cases, tmp_path / "out", library=library, jobs=1, progress=stop)
    screen_batch(cases, tmp_path / "out", library=library, jobs=1, search=THOROUGH, resume=True)
    reports = [json.loads(line) for line in (tmp_path / "out" / "report.jsonl").read_text("utf-8").splitlines()]
    assert [r["made_with"]["search"] for r in reports] == ["thorough"] * 3
    assert max(r["reuse"]["rates"]["total"] for r in reports) > 0.9
    assert "查重方式 细查" in (tmp_path / "out" / "index.html").read_text("utf-8")


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
    for name in RESULTS:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_sections_from_the_workers_are_those_made_from_the_reports(delivery, tmp_path, monkeypatch):
    """Of a large batch, only the first cases come with their text; the others as they were made beside the screening."""
    cases, library = delivery
    screen_batch(cases, tmp_path / "out", library=library, jobs=1)
    monkeypatch.setattr(html, "FULL_TEXT_CASES", 0)
    screen_batch(cases, tmp_path / "short", library=library, jobs=1)
    whole, short = (parse((tmp_path / name / "index.html").read_text("utf-8")) for name in ("out", "short"))
    texts = ".//details[div[@class='text']] | .//a[starts-with(@href, '#m-')]"
    assert whole.xpath(texts) and not short.xpath(texts)
    for link in whole.xpath(texts):
        link.drop_tree()
    for note in short.xpath("//div[@class='inside']/p[contains(., '这一篇的全文见')]"):
        note.drop_tree()
    for a, b in zip(
        whole.xpath("//div[@class='cases']/details"), short.xpath("//div[@class='cases']/details"), strict=True
    ):
        assert tostring(a) == tostring(b)
