"""The office's pages in a real browser: units, letters, saved views, webhooks, retention, the audit; axe finds nothing."""

import pytest
from playwright.sync_api import expect

from service.people import accounts, sessions
from service.people.principal import Role
from service.settings import Settings
from service.store import webhooks
from service.store.database import Store
from tests.browser.test_walk import chromium, looked_at  # noqa: F401 - a fixture
from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.portal.serving import serving
from tests.service.reading import rows
from tests.service.working import drain

UNIT, OTHER = "临溪市教育局", "白麓大学"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Serve a batch of two units, an earlier one, and a webhook with a delivery that failed; give address, batch, session cookie."""
    data = tmp_path_factory.mktemp("office") / "data"
    data.mkdir()
    settings = Settings(data=data, password_memory=19, password_rounds=2)
    store = Store.open(settings.database_url)
    texts = {f"{UNIT}/{n}.docx": text_of(n) for n in (51, 52)} | {f"{OTHER}/抄.docx": text_of(51, 5)}
    batch = open_batch(store, zipped(texts), name="演示", rulebook="henan-2023-950")
    hand_in(store, text_of(53)[:900], "坏.docx", batch=batch, unit=OTHER, kind="work_case")
    drain(store, settings)
    with store.write() as tx:
        before = rows.batch(tx, name="去年的")
        rows.submission(tx, store.sealer, batch=before, unit=UNIT)
        webhooks.make(
            tx, store.sealer, url="https://127.0.0.1:1/", events=[], secret="whsec_AAAA", unit_key="", by="test"
        )
        webhooks.spread(tx, settings.url)
    user, _ = accounts.create(store, settings, login="boss", role=Role.ADMINISTRATOR, by="test")
    secret = sessions.start(store, settings, user)
    store.close()
    with serving(data) as url:
        yield url, batch, {"name": sessions.cookie_name(settings), "value": secret, "url": url}


@pytest.mark.timeout(180)
def test_an_afternoon_in_the_office(chromium, office):  # noqa: F811 - the fixture
    url, batch, cookie = office
    said = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies([cookie])
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))

    page.goto(f"{url}/batches/{batch}")
    page.click(".actions >> text=单位")
    expect(page.locator(".list .name")).to_have_count(2)
    looked_at(page, "units")
    page.click(f".list .name:has-text('{OTHER}')")
    expect(page.locator(".matter").first).to_contain_text("怎样改")
    expect(page.locator("#unread")).to_be_visible()
    looked_at(page, "unit")
    page.fill("#until", "2024-03-01")
    page.click("text=先看内容")
    expect(page.locator(".letter")).to_contain_text("请于 2024 年 3 月 1 日前修改后重新报送")
    looked_at(page, "letter")
    with page.expect_download() as download:
        page.click("text=下载 Word")
    assert download.value.suggested_filename == f"退改函-{OTHER}.docx"

    page.goto(f"{url}/cases?q=率>10")
    page.click("text=把现在的列表存为视图")
    page.fill("#view-name", "先看")
    looked_at(page, "saving a view")
    page.keyboard.press("Enter")
    page.click(".tabs >> text=先看")
    expect(page.locator(".tabs [aria-current]")).to_have_text("先看")
    page.click("text=管理视图")
    looked_at(page, "views")

    page.goto(f"{url}/settings/webhooks")
    looked_at(page, "webhooks")
    page.click(".list .name")
    for summary in page.locator("main summary").all():
        summary.click()
    looked_at(page, "webhook")
    page.click("text=发一条测试消息")
    expect(page.locator("[role=status]")).to_contain_text("没有送成")
    for path in ("retention", "audit", "audit?action=export", "audit?target=nothing", "health"):
        page.goto(f"{url}/settings/{path}")
        looked_at(page, path)
    assert said == []
    context.close()


@pytest.mark.timeout(120)
def test_it_works_without_scripts_and_with_the_keyboard_alone(chromium, office):  # noqa: F811 - as above
    url, batch, cookie = office
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{url}/batches/{batch}/units")
    page.locator(".list .name").first.focus()
    page.keyboard.press("Enter")
    page.locator("text=先看内容").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".letter h1")).to_have_text("关于补充修改报送材料的函")
    page.goto(f"{url}/settings/retention")
    page.locator("button:text('一直保存')").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip.clear").first).to_have_text("✓ 一直保存")
    context.close()
