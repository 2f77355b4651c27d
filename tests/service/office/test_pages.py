"""The office's pages without JavaScript: a rulebook is copied, edited, tried and used; the archive is looked after."""

import re
from html import unescape

import pytest

from screening.checks import all_checks
from screening.rulebook import load_rulebook
from service.jobs import tasks as steps
from service.jobs.kit import Kit
from service.pages.rulebook_words import numbers_of, words_of
from service.store import books, rulebooks
from tests.service.jobs.handing import hand_in, open_batch, text_of
from tests.service.office.books import LENGTH, SHIPPED
from tests.service.pages.conftest import browser, send  # noqa: F401 - a fixture
from tests.service.working import drain


@pytest.fixture
def where(tmp_path):
    """The pages use what the interface uses."""
    return str(tmp_path / "data" / "screening.db")


def finish(store, settings):
    kit = Kit(store, settings)
    return sum(steps.turn(kit) for _ in range(20))


@pytest.fixture
def ref(browser):  # noqa: F811 - the fixture
    client = browser("administrator")
    answer = send(client, f"/rulebooks/{SHIPPED}/copy", id="henan-2024", title="2024 年的通知", year="2024")
    found = re.fullmatch(r"/rulebooks/(.+)/edit", answer.url.path)[1]
    return client, found


def test_a_rulebook_is_copied_edited_tried_and_used(ref, store, settings):
    client, first = ref
    batch = open_batch(store, name="去年", rulebook=SHIPPED)
    hand_in(store, text_of(22, 14), batch=batch, kind="work_case", rulebook=SHIPPED)
    drain(store, settings)
    page = client.get(f"/rulebooks/{first}/edit").text
    fields = dict(re.findall(r'<input name="(v:[^"]+)" value="([^"]*)"', page))
    assert fields[f"v:{LENGTH}"] == "3000"
    saved = send(client, f"/rulebooks/{first}/edit", how="numbers", reason="改为 2000 字", **{f"v:{LENGTH}": "2000"})
    assert "核对无误" in saved.text
    second = saved.url.path.removeprefix("/rulebooks/")
    assert books.load(second).kinds["work_case"].rules[0].params.max == 2000
    difference = client.get(f"/rulebooks/{second}/difference").text
    assert "1 处" in difference
    assert re.search(r"<del>3000</del>.*<ins>2000</ins>", difference)
    trial = send(client, f"/rulebooks/{second}/try", batch=batch, most="10")
    assert "排队" in trial.text
    assert finish(store, settings) == 1
    page = client.get(trial.url.path).text
    assert "→ ✕ 建议退回修改" in page
    assert "试全部 1 份" in page
    assert "请写明理由" in send(client, f"/rulebooks/{second}/use", do="activate", reason="").text
    assert "已启用" in send(client, f"/rulebooks/{second}/use", do="activate", reason="新的通知").text
    given = send(client, f"/rulebooks/{second}/use", do="give", batch=batch, reason="试点")
    assert given.url.path == f"/batches/{batch}"
    assert f'value="{second}" selected' in client.get("/batches/new").text
    listed = client.get("/rulebooks").text
    assert listed.index("第 2 版") < listed.index("新批次默认") < listed.index("第 1 版")


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_lost(ref, store):
    client, first = ref
    toml, notice = books.texts(first)
    wrong = toml.replace("max = 3000", 'max = "三千"', 1).replace("\n", "\r\n")  # as browsers send it
    answer = send(client, f"/rulebooks/{first}/edit", how="text", toml=wrong, notice=notice, reason="试错")
    page = unescape(answer.text)
    assert answer.status_code == 422
    line = 1 + wrong[: wrong.index("三千")].count("\n")
    assert f"第 {line} 行" in page
    assert page.count('max = "三千"') == 2  # beside the error, and where it was typed
    assert "试错" in page
    answer = send(client, f"/rulebooks/{first}/edit", how="numbers", reason="试错", **{f"v:{LENGTH}": "很多"})
    assert answer.status_code == 422
    assert "“篇幅”的“最多（字，0 为不限）”应是不小于 0 的整数" in answer.text
    assert 'value="很多"' in answer.text
    answer = send(
        client, f"/rulebooks/{first}/edit", how="numbers", reason="试错", **{"v:kinds.work_case.score.topic": "36"}
    )
    assert "加起来应为 100" in answer.text
    assert "没有保存" in send(client, f"/rulebooks/{first}/edit", how="numbers", reason="没有改").text
    with store.read() as tx:
        assert [r["ref"] for r in rulebooks.listed(tx)] == [first]
    assert (
        send(client, f"/rulebooks/{SHIPPED}/edit", how="text", toml=toml, notice=notice, reason="直接改").status_code
        == 409
    )


def test_a_text_that_looks_like_markup_is_text(ref):
    client, first = ref
    toml, notice = books.texts(first)
    evil = toml.replace("2024 年的通知", "</textarea><script>alert(1)</script>")
    saved = send(client, f"/rulebooks/{first}/edit", how="text", toml=evil, notice=notice, reason="<img src=x>")
    name = saved.url.path
    for path in ("/rulebooks", name, f"{name}/edit?how=text", f"{name}/difference", f"{name}/copy", f"{name}/try"):
        page = client.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert not re.search(r"<script(?![^>]*src=)|<style|<[^>]*\s(on\w+|style)=", page), path


def test_every_number_of_a_rulebook_has_a_name_and_is_in_the_form():
    for name, check in all_checks().items():
        for key in check.params.__dataclass_fields__:
            assert words_of(name, key) != key, (name, key)
    book = load_rulebook()
    paths = [i.path for _, groups in numbers_of(book, {}) for g in groups for i in g.inputs]
    assert len(paths) == len(set(paths)) > 100
    assert {LENGTH, "batch.checks[0].max", "kinds.work_case.score.topic", "year"} <= set(paths)


def test_the_archive_is_looked_after(browser, store, settings):  # noqa: F811 - the fixture
    client = browser("administrator")
    assert "库里还没有文档" in client.get("/archive").text
    files = [("file", ("一.docx", text_of(1))), ("file", ("二.docx", text_of(2)))]
    answer = client.post(
        "/archive/add", data={"csrf": client.token, "year": "2021"}, files=files, follow_redirects=True
    )
    assert "已收下" in answer.text
    send(client, "/archive/check")
    finish(store, settings)
    page = client.get("/archive").text
    assert "新加入 2 篇" in page
    assert "2 篇逐一核对，全部相符" in page
    task = re.search(r'href="(/archive/tasks/[^"]+)">加入', page)[1]
    assert client.get(task).text.count("新加入") == 3
    way = re.search(r'href="(/archive/[0-9a-f]{16}/remove)"', page)[1]
    assert "请写明理由" in send(client, way, reason="短").text
    assert "已删除" in send(client, way, reason="重复入库的").text
    page = client.get("/archive").text
    assert "重复入库的" in page
    assert "没有找到" in client.get("/archive?q=没有这样的词").text
    assert "要找的词太长" in client.get(f"/archive?q={'长' * 61}").text
    refused = client.post("/archive/add", data={"csrf": client.token}, files=[("file", ("x.exe", b"x"))])
    assert refused.status_code == 422
    assert not re.search(r"<script(?![^>]*src=)|<style|<[^>]*\s(on\w+|style)=", page)
    assert browser("reviewer").get("/archive").status_code == 403
