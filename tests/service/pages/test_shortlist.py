"""The pages of the shortlist without JavaScript: what stands on them, what can be done, what goes wrong."""

import re
from html import unescape

import pytest

from tests.service.pages.conftest import send
from tests.service.reading import rows

UNIT = "临溪市第一小学"
XSS = '<img src=x onerror="alert(1)">“\'&'


@pytest.fixture
def made(store):
    """A batch of three cases of one unit that has two places, and one without anything."""
    with store.write() as tx:
        batch, empty = rows.batch(tx, name=f"演示{XSS}"), rows.batch(tx)
        values = {"batch": batch, "unit": UNIT, "verdict": "clear", "parts": {"topic": [30.0, 35]}}
        cases = [
            rows.submission(tx, store.sealer, **values, score=score, title=f"{title}{XSS}")
            for score, title in ((90, "甲"), (80, "乙"), (79.5, "丙"))
        ]
    return f"/batches/{batch}/shortlist", f"/batches/{empty}/shortlist", cases


def row(page, case):
    """Return the words of a case's row."""
    found = re.search(f'<tr id="c-{case}">(.*?)</tr>', page, re.DOTALL)[1]
    return " ".join(unescape(re.sub("<[^>]*>", " ", found)).split())


def test_a_reviewer_sees_why_gives_points_and_changes_with_a_reason(browser, made):
    client, (way, _, (first, second, third)) = browser("reviewer"), made
    assert f'href="{way}"' in client.get(way.removesuffix("/shortlist")).text
    page = client.get(way).text
    assert "入围 <b>2</b>，名额 <b>2</b>，共 3 份" in page
    assert "每个单位每类项目" in page
    assert "✓ 建议入围" in row(page, first) and "· 建议候补" in row(page, third)
    assert "难分高下" in row(page, second) and "本单位本类 3 篇中第 3" in row(page, third)
    page = send(client, f"{way}/points", submission=first, points="88.5").text
    assert "已保存" in page and "88.5" in row(page, first)
    page = send(
        client, f"{way}/choose", submission=third, what="in", reason=f"乡村学校{XSS}", version=1, back="q=分>1"
    ).text
    assert "✓ 人工选入" in row(page, third) and f"评审甲 选入：乡村学校{XSS}".replace(" ", "") in row(
        page, third
    ).replace(" ", "")
    assert "· 建议候补" in row(page, second)
    assert 'value="分&gt;1"' in page  # the search that one came from stands
    page = send(client, f"{way}/choose", submission=third, what="auto", version=2).text
    assert "· 建议候补" in row(page, third)


def test_what_goes_beyond_the_quota_is_said_on_top(browser, made):
    client, (way, _, cases) = browser("administrator"), made
    for n, case in enumerate(cases):
        page = send(client, f"{way}/choose", submission=case, what="in", reason="区域平衡", version=1).text
        assert ("现在超出通知的名额" in page) == ("名额 2 个，入围 3 个，超出 1 个" in page) == (n == 2)
    assert "✕ 超出名额 1 个" in client.get(f"{way}?show=over").text
    assert "由人工选入后超出通知名额" in client.get(f"{way}/print").text


def test_who_comes_late_or_gives_no_reason_is_told_and_nothing_is_kept(browser, made):
    client, (way, _, (first, *_)) = browser("administrator"), made
    missing = send(client, f"{way}/choose", submission=first, what="out", reason=" ", version=1)
    assert missing.status_code == 422 and "请写明理由" in missing.text and "✓ 建议入围" in row(missing.text, first)
    assert send(client, f"{way}/choose", submission=first, what="out", reason="已发表", version=1).status_code == 200
    late = send(client, f"{way}/choose", submission=first, what="in", reason="区域平衡", version=1)
    assert late.status_code == 409 and "刚被别人改过" in late.text and "人工列入候补" in row(late.text, first)
    wrong = client.get(f"{way}?q=率>很高")
    assert wrong.status_code == 422 and "应是不小于 0 的数" in wrong.text and first in wrong.text
    assert client.get(f"{way}?q=没有这个词").text.count("没有符合条件的材料") == 1


def test_there_is_something_to_read_where_there_is_nothing(browser, made):
    page = browser("administrator").get(made[1])
    assert page.status_code == 200 and "这一批还没有材料" in page.text


def test_on_paper_stands_what_stands_on_the_screen_and_nothing_runs(browser, made):
    client, (way, _, cases) = browser("reviewer", blind=False), made
    paper = client.get(f"{way}/print?show=in").text
    assert paper.count("✓ 建议入围") == 2 and "经办人" in paper and UNIT in paper
    for path in (way, f"{way}?show=near&q=分>1", f"{way}/print", f"/cases/{cases[0]}"):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert not re.search(r"<script(?![^>]*src=)|<style|<[^>]*\s(on\w+|style)=", page), path
    blind = browser("reviewer")
    assert not any(UNIT in blind.get(p).text for p in (way, f"{way}/print"))
