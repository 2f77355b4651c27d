"""The pages without JavaScript: what must work so does, and what a page says is masked like everything else."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from service.store import keys, users
from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.pages.conftest import send
from tests.service.working import drain

UNIT, OTHER = "临溪市教育局", "白麓大学"
XSS = '<img src=x onerror="alert(1)">“\'&'


@pytest.fixture
def batch(store, settings):
    members = {f"{UNIT}/{n}.docx": text_of(n) for n in (11, 12)} | {f"{OTHER}/抄.docx": text_of(11)}
    batch_id = open_batch(store, zipped(members), name=f"演示{XSS}", rulebook="henan-2023-950")
    drain(store, settings)
    return batch_id


def first_case(client, batch):
    return re.search(r'href="(/cases/[0-9a-f]{28})', client.get(f"/cases?batch={batch}").text)[1]


def test_a_reviewer_finds_decides_and_leaves_out(browser, batch):
    client = browser("reviewer")
    assert client.get("/", follow_redirects=True).url.path == "/batches"
    page = client.get(f"/batches/{batch}").text
    assert "共 3 份，筛查完 3 份" in page
    case = first_case(client, batch)
    page = client.get(case).text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    source = re.search(r'name="source" value="([^"]+)"', page)[1]
    assert "通过" in send(client, f"{case}/decide", what="pass", version=version, note="属实").text
    again = send(client, f"{case}/decide", what="return", version=version)
    assert again.status_code == 409
    assert "刚被别人改过" in again.text
    after = send(client, f"{case}/exclude", source=source, reason="同一课题组").text
    assert "已排除" in after
    assert "恢复这个来源" in after
    assert "判定" in client.get(f"/cases?batch={batch}&q=判定:通过").text
    pair = re.search(r'href="(/pairs/[^"#]+)"', client.get(case).text)[1]
    assert "左右对照" in client.get(pair).text
    assert "第 1 组" in client.get(f"/clusters?batch={batch}").text


def test_a_pair_is_reached_also_where_only_the_later_report_tells_of_it(browser, store, settings):
    for unit in (UNIT, OTHER):
        received = datetime(2024, 1, 5 if unit == UNIT else 3, tzinfo=UTC)
        hand_in(store, text_of(11), unit=unit, kind="work_case", received=received)
        drain(store, settings)
    members = re.search(r'class="members">.*?</ol>', browser("administrator", unit=UNIT).get("/clusters").text)[0]
    assert members.index("最早") < members.index("2024-01-03") < members.index("2024-01-05")
    for client in (browser("administrator"), browser("reviewer")):
        ways = set(re.findall(r'href="(/pairs/[^"]+)"', client.get("/clusters").text))
        assert [client.get(w).status_code for w in ways] == [200]


def test_a_case_tells_of_its_units_own_check(browser, store, settings):
    code = "ZC1:0.0.0:henan-2023-950:00000000:00000000:auto:20240120T0130Z:0000000000000000"
    checked = hand_in(store, text_of(11), unit=UNIT, kind="work_case", precheck=code)
    other = hand_in(store, text_of(12), unit=UNIT, kind="work_case")
    drain(store, settings)
    client = browser("administrator")
    page = client.get(f"/cases/{checked}").text
    assert "单位自查过：2024-01-20 09:30（自查单上写的时间）" in page and "不能核对" in page
    assert "单位自查过" not in client.get(f"/cases/{other}").text


def test_blind_pages_name_no_unit(browser, batch):
    blind, open_ = browser("reviewer"), browser("reviewer", blind=False)
    case = first_case(blind, batch)
    for path in (f"/batches/{batch}", f"/cases?batch={batch}", case, f"/clusters?batch={batch}"):
        assert UNIT not in blind.get(path).text, path
        assert OTHER not in blind.get(path).text, path
    assert UNIT in open_.get(f"/cases?batch={batch}").text


def test_a_line_that_is_wrong_is_said_beside_the_field(browser, batch):
    answer = browser("reviewer").get(f"/cases?batch={batch}&q=率>很高")
    assert answer.status_code == 422
    assert "应是不小于 0 的数" in answer.text


def test_what_others_wrote_is_text_on_every_page(browser, batch):
    client = browser("administrator")
    for path in ("/batches", f"/batches/{batch}", f"/cases?batch={batch}&q={XSS}", "/settings/audit"):
        page = client.get(path).text
        assert "<img src=x" not in page
    assert XSS in unescape(client.get("/batches").text)


def test_an_administrator_makes_accounts_and_keys(browser):
    client = browser("administrator")
    page = send(client, "/settings/users", login="wang", name="王丽", role="reviewer", see="blind").text
    assert "/links/" in page
    assert "王丽" in page
    assert send(client, "/settings/users", login="wang", role="reviewer").status_code == 422
    assert "csk_" in send(client, "/settings/keys", name="平台", role="submitter", unit=UNIT).text
    key = re.search(r'action="(/settings/keys/[^"]+/revoke)"', client.get("/settings/keys").text)[1]
    assert "已撤销" in send(client, key).text
    assert browser("reviewer").get("/settings").status_code == 403


def test_an_administrator_changes_what_others_may(browser, batch, store):
    client = browser("administrator")
    send(client, "/settings/users", login="wang", name="王丽", role="submitter", unit=UNIT)
    with store.read() as tx:
        user = dict(users.by_login(tx, "wang"))
    way = f"/settings/users/{user['id']}"
    assert send(client, way, do="nonsense", version=user["version"]).status_code == 422
    assert send(client, way, do="blind", batch=batch).status_code == 422  # not a reviewer yet
    assert "已保存" in send(client, way, do="role", role="reviewer", version=user["version"]).text
    assert "刚刚被别人改过" in send(client, way, do="role", role="reviewer", version=user["version"]).text
    send(client, way, do="open", batch=batch)
    with store.read() as tx:
        assert users.by_login(tx, "wang")["active"]
        assert users.assignments(tx, user["id"]) == {batch: False}
    send(client, way, do="unassign", batch=batch)
    with store.read() as tx:
        assert users.assignments(tx, user["id"]) == {}


def test_a_key_of_a_reviewer_is_for_the_batch_that_was_chosen(browser, batch, store):
    assert "csk_" in send(browser("administrator"), "/settings/keys", name="平台", role="reviewer", batch=batch).text
    with store.read() as tx:
        assert keys.listed(tx)[0]["batches"] == {batch: True}


def test_an_administrator_sees_how_the_service_stands(browser):
    page = browser("administrator").get("/settings").text
    assert "没有在工作的进程" in page
    assert "表结构" in page


def test_rules_and_the_sentences_of_the_notice_lead_to_each_other(browser):
    client = browser("reviewer")
    page = client.get(re.search(r'href="(/rulebooks/[^"]+)"', client.get("/rulebooks").text)[1]).text
    ways = re.findall(r'href="#([nr]-\d+)"', page)
    assert {w[0] for w in ways} == {"n", "r"}
    assert all(page.count(f'id="{w}"') == 1 for w in ways)
    assert "参考分的构成" in page


def test_nothing_is_inline(browser, batch):
    client = browser("administrator")
    for path in (
        "/batches",
        f"/batches/{batch}",
        "/batches/new",
        f"/cases?batch={batch}",
        first_case(client, batch),
        "/rulebooks",
    ):
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*src=)|<style|<[^>]*\s(on\w+|style)=", page), path


def test_a_batch_is_handed_in_without_scripts_and_once(browser):
    client = browser("submitter", unit="白麓大学")
    page = client.get("/batches/new").text
    key = re.search(r'name="key" value="([0-9a-f]{28})"', page)[1]
    refused = send(client, "/batches/new", name="第三批", key=key)
    assert (refused.status_code, "没有压缩包" in refused.text, 'value="第三批"' in refused.text) == (422, True, True)
    data = zipped({"甲.docx": text_of(3)})
    seen = {
        client.post(
            "/batches/new",
            data={"csrf": client.token, "name": "第三批", "key": key},
            files={"file": ("材料.zip", data)},
            follow_redirects=False,
        ).headers["location"]
        for _ in range(2)
    }
    (place,) = seen
    assert "第三批" in client.get(place).text


def test_the_batch_tells_the_directions_of_its_cases(browser, batch, store):
    with store.write() as tx:
        first = tx.exec_driver_sql("SELECT min(id) FROM service_submission").scalar()
        tx.exec_driver_sql("UPDATE service_submission SET theme = '培训模式创新' WHERE id = ?", (first,))
    client = browser("reviewer")
    page = client.get(f"/batches/{batch}").text
    assert re.search('q=主题:培训模式创新">培训模式创新</a></dt><dd>1 份', page)
    listed = client.get(f"/cases?batch={batch}&q=主题:培训模式创新").text
    assert set(re.findall(r'href="/cases/([0-9a-f]{28})', listed)) == {first}
