"""Section assignment over Word files made of the labelled texts, with figures; headings in Word's styles, in bold, numbered by Word, plain.

The labels are the authors' own: each heading line that opens a section, whatever it says. A section told by its heading is
right if the line is labelled so; recall counts every labelled line, slogans included.
"""

import json
from html import escape
from pathlib import Path

import pytest

from screening.intake import read
from screening.rulebook import load_rulebook
from screening.text.headings import find_headings, numbering
from screening.text.sections import find_sections
from tests.builder import docx, num, p, r, style, style_row, styles
from tests.builder import numbering as numbers

TEXTS = sorted((Path(__file__).parent / "topic").glob("*.jsonl"))
SPECS = load_rulebook().kinds["work_case"].sections
LOOKS = {
    "style": lambda text: p(text, props=style("1")),
    "bold": lambda text: p(r(text, "<w:b/>")),
    "automatic": lambda text: p(text, props=num(1)),
    "plain": p,
}


def file_of(row, look):
    """Return a .docx of a text with its dividing headings in one look, and its labels by the heading as shown there."""
    labels = row.get("headings") or {}
    kinds = {(n.level, line[0] == "第") for line in labels if (n := numbering(line))}
    blocks, shown_labels = [], {}
    for line in row["text"].split("\n"):
        number = numbering(line)
        divides = line in labels or (
            number and len(line) <= 30 and "。" not in line and (number.level, line[0] == "第") in kinds
        )
        shown = line[number.length :].strip() if divides and number and look != "plain" else line
        blocks.append((LOOKS[look] if divides else p)(escape(shown, quote=False)))
        if line in labels:
            shown_labels[shown.strip()] = labels[line]
    parts = {"styles": styles(style_row("1", "heading 1")), "numbering": numbers((1, "chineseCounting", "%1、"))}
    return docx(*blocks, **parts), shown_labels


def tally(rows, look):
    """Return the numbers of labelled lines, of sections told by a heading line, of right ones by heading, and of right ones at all."""
    labelled = by_heading = right_by_heading = right = 0
    for row in rows:
        data, labels = file_of(row, look)
        document = read(data).document
        headings = find_headings(document, document.paragraphs)
        labelled += len(labels)
        for s in find_sections(document, document.paragraphs, SPECS, headings):
            if s.span:
                line = document.text[s.span.start :].split("\n")[0].strip()
                right += labels.get(line) == s.name
                by_heading += s.found == "heading"
                right_by_heading += s.found == "heading" and labels.get(line) == s.name
    return labelled, by_heading, right_by_heading, right


@pytest.mark.skipif(not TEXTS, reason="the labelled texts are not here")
@pytest.mark.parametrize("look", LOOKS)
def test_sections_of_word_files(look):
    rows = [json.loads(line) for file in TEXTS for line in file.read_text("utf-8").splitlines()]
    rows = [r for r in rows if r["kind"] == "work_case" and r.get("headings")]
    labelled, by_heading, right_by_heading, right = tally(rows, look)
    assert labelled > 500
    assert right_by_heading / by_heading >= 0.95
    assert right_by_heading / labelled >= 0.80
    assert right / labelled >= 0.87
