"""Web pages under the name of a Word file: their text, and nothing that a reader would not see."""

import base64
import time

import pytest

from screening.errors import UnreadableError
from screening.intake import Limits, read

PAGE = """<html xmlns:o="urn:x"><head><meta charset="{0}"><title>不要</title><style>p {{ color: red }}</style>
<script>document.write("不要")</script></head><body><!-- 不要 --><h1>一块屏幕
 点亮大山</h1><div>第一段<b>粗体</b><br>第二段</div><p>  <o:p>&nbsp;</o:p></p><img src="http://127.0.0.1:9/x.png">
<table><tr><td>甲</td><td><p>乙</p></td></tr></table><p style="DISPLAY: none">藏着的</p><p>尾<span hidden>藏</span>巴</p></body></html>"""
LINES = ["一块屏幕 点亮大山", "第一段粗体", "第二段", "甲", "乙", "尾巴"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "big5", "utf-16", "utf-8-sig"])
def test_a_page_in_every_encoding(charset):
    page = PAGE.replace("点", "點").replace("头", "頭") if charset == "big5" else PAGE
    if charset == "big5":
        page = page.translate(str.maketrans("块体尾", "塊體尾"))
    lines = list(read(page.format(charset).encode(charset, "xmlcharrefreplace"), "x.html").document)
    if charset != "big5":
        assert lines == LINES
    assert len(lines) == len(LINES) and lines[3:5] == LINES[3:5]


def test_headings_tables_and_hidden_words():
    intake = read(PAGE.format("utf-8").encode(), "案例.doc")
    assert [(q.level, q.table) for q in intake.document.paragraphs][:1] == [(1, False)]
    assert [q.table for q in intake.document.paragraphs] == [False, False, False, True, True, False]
    assert (intake.format, intake.pictures) == ("html", 1)
    seen = {w.code: (w.count, w.quote) for w in intake.warnings}
    assert seen.pop("extension_mismatch")
    assert seen == {"hidden_text": (2, "藏着的藏"), "scan_suspected": (1, "")}


def test_a_page_in_one_file():
    body = base64.encodebytes(PAGE.format("gb2312").encode("gb18030")).decode()
    data = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset="gb2312"\n'
        f"Content-Transfer-Encoding: base64\n\n{body}\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    )
    intake = read(data.encode(), "x.mht")
    assert (list(intake.document), intake.format) == (LINES, "mht")


def test_hostile_pages_are_quick():
    start = time.process_time()
    deep = read(b"<html><body>" + b"<div>" * 100_000 + "字".encode() + b"</div>" * 100_000, "x.html")
    assert "字" in deep.document.text or not deep.document.text
    with pytest.raises(UnreadableError) as caught:
        read(b"<html><body>" + b"<p>x" * 2_000, "x.html", Limits(elements=1_000))
    assert caught.value.code == "too_many_elements"
    read(b"<html><body>" + b"<span hidden>x" * 5_000, "x.html")
    assert time.process_time() - start < 5
    with pytest.raises(UnreadableError):
        read(b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n", "x.mht")
