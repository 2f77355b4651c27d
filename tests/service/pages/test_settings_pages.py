"""Settings: webhooks with their trial, how long batches are kept, the audit, health."""

import re
from datetime import timedelta
from html import unescape

import pytest

from service.jobs.rounds import deliver
from service.moment import CHINA, now
from service.store import batches, retention
from service.store.database import note
from service.store.sight import Sight
from tests.service.jobs.handing import hand_in, text_of
from tests.service.pages.conftest import send
from tests.service.portal.receiver import receiver
from tests.service.portal.test_webhooks import settle_events
from tests.service.reading import rows
from tests.service.working import drain

EVERYTHING = Sight(everything=True)


@pytest.fixture
def where(tmp_path):
    """What the pages ask the store is tested on both databases elsewhere."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"webhooks_private": True, "retention_days": 30})


def test_a_webhook_is_registered_tried_watched_and_switched_off(browser, store, settings):
    client = browser("administrator")
    with receiver() as there:
        made = send(client, "/settings/webhooks", url=there.url, events=["submission.done"]).text
        assert len(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", unescape(made))) == 1
        page = client.get("/settings/webhooks").text
        assert "whsec_" not in page and "筛查完成" in page
        hook = re.search(r'href="(/settings/webhooks/[0-9a-f]{28})"', page)[1]
        assert "对方答复 200" in send(client, hook, do="test").text
        hand_in(store, text_of(3))
        drain(store, settings)
        settle_events(store)
        there.status = 500
        deliver(store, settings)
        page = client.get(hook).text
        assert "连续失败 1 次" in page and "马上重试" in page and ">500<" in page
        again = re.search(r'action="(/settings/webhooks/[^"]+/again)"', page)[1]
        there.status = 200
        assert "已重新排队" in send(client, again).text
        deliver(store, settings)
        page = client.get(hook).text
        assert "✓ 成功" in page and "连续失败" not in page
    said = send(client, hook, do="test").text
    assert "没有送成" in said and "防火墙" in said
    assert "已停用" in send(client, hook, do="off").text
    assert "✓ 启用" in send(client, hook, do="on").text
    wrong = send(client, hook, do="change", url="ftp://x")
    assert wrong.status_code == 422 and "回调地址要用 https" in wrong.text
    assert "整批完成" in send(client, hook, do="change", url="https://example.cn/x", events=["batch.done"]).text
    assert send(client, f"{hook}/remove").status_code == 422
    assert "还没有回调" in send(client, f"{hook}/remove", sure="1").text


def test_a_wrong_address_is_said_beside_the_form(browser):
    answer = send(browser("administrator"), "/settings/webhooks", url="nonsense", events=["batch.done"])
    assert answer.status_code == 422
    assert 'value="nonsense"' in answer.text and 'value="batch.done" checked' in answer.text


def test_when_a_batch_is_purged_is_seen_and_changed(browser, store):
    client = browser("administrator")
    with store.write() as tx:
        batch = rows.batch(tx, name="第一批")
        rows.submission(tx, store.sealer, batch=batch)
    page = client.get("/settings/retention").text
    assert "关闭满 30 天后" in page and "比对库里的这些文字" in page
    way = f"/settings/retention/{batch}"
    page = send(client, way, do="close").text
    assert str((now() + timedelta(days=30)).astimezone(CHINA).date()) in page
    day = str((now() + timedelta(days=90)).astimezone(CHINA).date())
    assert f"✕ {day} 清除" in send(client, way, do="date", day=day).text
    past = send(client, way, do="date", day="2020-01-01")
    assert past.status_code == 422 and "要在今天以后" in past.text
    assert send(client, way, do="date", day="").status_code == 422
    assert "一直保存</span>" in send(client, way, do="keep").text
    assert retention.set_ends(store, 30) == 0
    send(client, way, do="settings")
    assert retention.set_ends(store, 30) == 1
    assert "修改保存期限" in client.get("/settings/audit").text
    assert send(client, f"/settings/retention/{'0' * 28}", do="keep").status_code == 404


def test_what_was_purged_and_downloaded_stands_beside_it(browser, store):
    client = browser("administrator")
    with store.write() as tx:
        batch = rows.batch(tx)
        batches.change(tx, batch, purge_after=now() - timedelta(days=1))
        note(tx, "service", "export.batch.summary", batch)
    assert retention.due(store) == 1
    page = client.get("/settings/retention").text
    assert "保存期已满" in page and "下载汇总表" in page and batch in page
    assert f'href="/batches/{batch}"' not in page.partition("清除记录")[2].partition("下载记录")[0]


def test_the_audit_is_looked_through(browser, store):
    client = browser("administrator")
    with store.write() as tx:
        for n in range(102):
            note(tx, "user:other", "export.sheet", f"{n:028d}", number="AL-1")
        note(tx, "user:else", "names.unmask", "f" * 28, "核对名册")
    first = client.get("/settings/audit?action=export").text
    assert first.count("下载检测报告单") == 100 and "核对名册" not in first
    older = unescape(re.search(r'href="(/settings/audit\?[^"]*before=[^"]*)"', first)[1])
    assert client.get(older).text.count("下载检测报告单") == 2
    assert "核对名册" in client.get("/settings/audit?by=user:else&action=").text
    assert client.get(f"/settings/audit?target={'f' * 28}").text.count("<tr><th") == 2
    today = now().astimezone(CHINA).date()
    assert "核对名册" in client.get(f"/settings/audit?since={today}&until={today}").text
    assert "没有符合条件的记录" in client.get(f"/settings/audit?until={today - timedelta(days=1)}").text
    assert "没有符合条件的记录" in client.get("/settings/audit?target=%00%27&since=").text


def test_health_says_what_the_doctor_says(browser):
    page = browser("administrator").get("/settings/health").text
    for subject in ("版本", "LibreOffice", "字体", "磁盘", "数据库", "加密保存", "比对库", "工作进程"):
        assert f'class="subject">{subject}' in page
    assert "没有在运行的" in page


def test_settings_are_for_administrators(browser):
    client = browser("reviewer", blind=False)
    for path in ("webhooks", "retention", "audit", "health"):
        assert client.get(f"/settings/{path}").status_code == 403
