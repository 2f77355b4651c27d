"""Texts for the tests of this folder: short ones of our own, the demonstration's, and what the topic stage says of them."""

import tomllib
from pathlib import Path

from screening.demo.source import load
from screening.document import Document
from screening.topic.clean import clean
from screening.topic.lexicon import lexicon
from screening.topic.model import model_for
from screening.topic.score import score_topic

HERE = Path(__file__).parent
TEXTS = tomllib.loads((HERE / "texts.toml").read_text("utf-8"))
DEMO = {**load("batch"), **load("archive")}


def demo_text(name):
    return "\n".join(b.text for b in DEMO[name].blocks if b.text)


def fit(text, kind="work_case", *, title="", notice=None):
    document = Document.from_lines(text.strip().split("\n"))
    return document, score_topic(document, document.paragraphs, kind, model_for(kind), title=title, notice=notice)


def cleaned(text):
    document = Document.from_lines(text.strip().split("\n"))
    return clean(document, document.paragraphs, lexicon())


def kept_of(text):
    return cleaned(text).kept
