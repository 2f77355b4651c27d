"""Saved views above the list of submissions."""

import re
from html import unescape

import pytest

from service.routes.pages_views import READY
from service.store.query import parse
from tests.service.pages.conftest import send
from tests.service.reading import rows

UNIT = "临溪市第一小学"


@pytest.fixture
def where(tmp_path):
    """The store behind is tested on both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def filled(store):
    with store.write() as tx:
        batch = rows.batch(tx)
        for title, more in {
            "甲甲甲": {"verdict": "look"},
            "乙乙乙": {"verdict": "return", "decision": "pass"},
            "丙丙丙": {"verdict": "clear", "codes": ["quota.over"]},
            "丁丁丁": {"verdict": "clear", "codes": ["deadline.late"], "decision": "pass"},
            "戊戊戊": {"verdict": "incomplete", "decision": "return"},
        }.items():
            rows.submission(tx, store.sealer, batch=batch, title=title, unit=UNIT, **more)
    return batch


def tabs(client, path="/cases"):
    nav = re.search(r'<nav class="tabs" aria-label="视图">.*?</nav>', client.get(path).text, re.DOTALL)[0]
    return {
        re.sub("<[^>]+>", "", words): unescape(way)
        for way, words in re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', nav)
    }


def titles(client, way):
    return set(re.findall(r'class="name"[^>]*>(.)\1\1<', client.get(way).text))


def test_the_ready_made_ones_find_what_their_names_say(browser, filled):
    client = browser("reviewer")
    found = {name: titles(client, way) for name, way in tabs(client, f"/cases?batch={filled}").items()}
    assert found == {
        "全部": set("甲乙丙丁戊"),
        "要看的": {"甲"},
        "未判的": {"甲", "丙"},
        "超额的": {"丙"},
        "迟报的": {"丁"},
        "读不了的": {"戊"},
    }
    assert all(parse(q) for _, q in READY)


@pytest.mark.usefixtures("filled")
def test_a_unit_is_offered_only_what_it_may_ask(browser):
    client = browser("submitter", unit=UNIT)
    offered = tabs(client)
    assert "未判的" not in offered
    assert titles(client, offered["要看的"]) == {"甲", "乙"}


def test_a_list_is_kept_found_again_renamed_and_removed(browser, filled):
    client = browser("reviewer", blind=False)
    page = send(client, "/cases/views", name="先看", q="甲甲甲", sort="title", up="1", batch=filled)
    assert "已保存" in page.text and page.url.params["batch"] == filled
    way = tabs(client)["先看"]
    assert titles(client, way) == {"甲"}
    assert "sort=title" in way and "up=1" in way
    assert re.search(r'aria-current="page">先看', client.get(way).text)
    view = re.search(r'action="(/cases/views/[0-9a-f]{28})"', client.get("/cases").text)[1]
    assert "后看" in tabs(client, send(client, view, do="rename", name="后看").url.path)
    assert "已删除" in send(client, view, do="remove").text
    assert "后看" not in tabs(client)
    assert browser("reviewer").post(view, data={"do": "remove"}).status_code == 403  # no token
    assert send(client, "/cases/views", name="坏的", q="率>很高").status_code == 422


def test_what_is_shared_reaches_reviewers_but_not_what_they_may_not_ask(browser):
    boss = browser("administrator")
    send(boss, "/cases/views", name="高相似", q="率>30", shared="1")
    send(boss, "/cases/views", name="临溪的", q="单位:临溪", shared="1")
    send(boss, "/cases/views", name="我自己的", q="率>50")
    blind, open_, unit = browser("reviewer"), browser("reviewer", blind=False), browser("submitter", unit=UNIT)
    assert {"高相似 · 共享"} == set(tabs(blind)) - {n for n, _ in READY}
    assert "临溪" not in blind.get("/cases").text.partition("<form")[0]
    assert {"高相似 · 共享", "临溪的 · 共享"} == set(tabs(open_)) - {n for n, _ in READY}
    assert "高相似 · 共享" not in tabs(unit)
    send(blind, "/cases/views", name="也共享", q="率>10", shared="1")
    assert not any("也共享" in n for n in tabs(open_))
