"""Masked copies for reviewers: no name is left, the author's headings and tables are, and the number is all that names them."""

import csv
import io
import subprocess
import sys

import pytest
from docx import Document as WordFile

from screening.blinding import LIST, numbered_copies
from screening.case import AuthorForm, Case, CaseInfo
from screening.document import Document, Paragraph, Span, Story
from screening.errors import UsageError
from screening.output.copy_docx import Listed, copy_docx, list_csv
from screening.text.names import Hidden
from tests.writing import case_lines, docx

HIDDEN = Hidden.of(["周明远"], ["临溪市教育局"])


def case_of(*paragraphs, form=(), title=None):
    """A case of (text, more about the paragraph)."""
    text, made = "", []
    for words, more in paragraphs:
        start = len(text) + bool(made)
        text = f"{text}\n{words}" if made else words
        made.append(Paragraph(Span(start, start + len(words)), **more))
    spans = tuple(made[n].span for n in form)
    info = CaseInfo(id="c", sha256="a" * 64, title="题")
    return Case(
        info,
        Document(text, tuple(made)),
        AuthorForm(spans=spans) if form else None,
        title_span=made[title].span if title is not None else None,
    )


def made(case):
    return WordFile(io.BytesIO(copy_docx(case, HIDDEN.spans(case.document.text), number="007", kind="典型工作案例")))


def cell(table, row, column):
    return {"source": f"table/{table}/r{row}/c{column}", "table": True}


def test_headings_tables_and_notes_stay_where_the_author_put_them():
    case = case_of(
        ("一块屏幕", {}),
        ("案例背景", {"level": 1, "number": "一、"}),
        ("做法", {"level": 3}),
        ("周明远到临溪市教育局报到。", {}),
        ("月份", cell(0, 0, 0)), ("人数", cell(0, 0, 1)),
        ("三月", cell(0, 1, 0)), ("35", cell(0, 1, 1)), ("另加 2", cell(0, 1, 1)),
        ("单独一格", cell(0, 2, 0)),
        ("另一张表", cell(1, 0, 0)),
        ("完。", {}),
        ("据周明远的笔记。", {"story": Story.FOOTNOTE}),
        ("内部资料 周明远", {"story": Story.HEADER}),
        title=0,
    )  # fmt: skip
    document = made(case)
    lines = [(p.style.name, p.text) for p in document.paragraphs]
    assert lines[1:-1] == [
        ("Title", "一块屏幕"),
        ("Heading 1", "一、案例背景"),
        ("Heading 2", "做法"),
        ("Normal", "某某某到某某某某某某报到。"),
        ("Normal", "完。"),
        ("Heading 2", "脚注"),
        ("Normal", "据某某某的笔记。"),
    ]
    assert "007" in lines[0][1] and "典型工作案例" in lines[0][1] and "遮盖" in lines[-1][1]
    first, second = ([[c.text for c in r.cells] for r in t.rows] for t in document.tables)
    assert first == [["月份", "人数"], ["三月", "35\n另加 2"], ["单独一格", ""]] and second == [["另一张表"]]


def test_the_author_form_is_left_out():
    case = case_of(("题目", {}), ("正文。", {}), ("作者：周明远", {}), ("电话 13800000101", {}), form=(2, 3))
    text = "\n".join(p.text for p in made(case).paragraphs)
    assert "正文。" in text and "作者：" not in text and "电话 1" not in text


def test_the_same_case_has_the_same_bytes():
    case = case_of(("题目", {}), ("正文。", {}))
    one, two = (copy_docx(case, [], number="1", kind="x") for _ in range(2))
    assert one == two != copy_docx(case, [], number="2", kind="x")


def test_a_list_opens_in_a_spreadsheet_and_runs_nothing():
    data = list_csv([Listed("001", "=cmd|x", "+题", "典型", "说，明\n")])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["001", "'=cmd|x", "'+题", "典型", "说，明\n"]


def test_the_command_numbers_copies_of_any_kind_of_file(tmp_path):
    lines = case_lines(5)
    lines[3] += "赵青禾老师走进课堂。"
    (tmp_path / "读书-赵青禾.docx").write_bytes(docx([*lines, "作者：赵青禾"]))
    (tmp_path / "另-赵青禾.txt").write_text("\n".join([*lines, "作者：赵青禾"]), "utf-8")
    (tmp_path / "坏.docx").write_bytes(b"PK\3\4")
    files = [tmp_path / n for n in ("读书-赵青禾.docx", "坏.docx", "另-赵青禾.txt")]
    out = tmp_path / "盲审"
    run = [
        sys.executable,
        "-m",
        "screening",
        "blind",
        *map(str, files),
        "--out",
        str(out),
        "--numbered",
        "--also",
        "赵青禾",
    ]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert sorted(p.name for p in out.iterdir()) == ["001.docx", "003.docx", LIST]
    for name in ("001.docx", "003.docx"):
        text = "\n".join(p.text for p in WordFile(out / name).paragraphs)
        assert "赵青禾" not in text and "某某某老师走进课堂" in text and lines[0] in text
    rows = list(csv.reader(io.StringIO((out / LIST).read_text("utf-8-sig"))))
    assert [r[1] for r in rows[1:]] == [f.name for f in files] and rows[2][4]
    with pytest.raises(UsageError, match="已有"):
        list(numbered_copies(files[:1], out))
