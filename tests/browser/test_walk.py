"""A reviewer's day in a real browser: sign in, upload, watch, filter, decide by keyboard, leave a source out, compare; axe finds nothing."""

import io
import shutil
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import expect, sync_playwright

from tests.service.jobs.handing import text_of
from tests.service.portal.serving import serving

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
PASSWORD = "石榴镇的那一盏小灯泡亮了"


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    members = {f"临溪市教育局/{n}.docx": text_of(n) for n in (41, 42)} | {"白麓大学/抄.docx": text_of(41, 12)}
    with zipfile.ZipFile(folder / "材料.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with serving(folder / "data") as url:
        link = next(w for w in (folder / "log").read_text("utf-8").split() if "/links/" in w)
        yield folder, url, link


def looked_at(page, name):
    """See that axe finds nothing, nothing is too wide for a phone, and come back to the desk's width."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.timeout(180)
def test_a_day_of_an_administrator_who_reviews(chromium, running):
    folder, url, link = running
    said = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(link)
    looked_at(page, "link")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/batches")
    looked_at(page, "no batches yet")

    page.click("text=报送材料")
    looked_at(page, "upload")
    page.fill("#name", "演示")
    page.set_input_files("#file", folder / "材料.zip")
    page.click("text=上传并筛查")
    expect(page.locator("#progress")).to_contain_text("筛查完 3 份", timeout=60_000)
    page.reload()
    looked_at(page, "batch")

    page.click("text=看材料")
    expect(page.locator(".list .name")).to_have_count(3)
    page.fill("#q", "单位:白麓")
    page.keyboard.press("Enter")
    expect(page.locator(".list .name")).to_have_count(1)
    looked_at(page, "list")
    page.locator("body").press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet")).to_be_visible()
    looked_at(page, "case")
    page.locator("body").press("j")
    expect(page.locator(".finding").first).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(".finding[data-decided=accept]")).to_have_count(
        1
    )  # the side has come anew, with the new version
    page.locator("body").press("1")
    expect(page.locator("#decide h2")).to_contain_text("通过", timeout=20_000)
    source = page.locator(".source").first
    source.locator("input[name=reason]").fill("同一课题组的合作成果")
    source.locator("button").click()
    expect(page.locator("#reuse")).to_contain_text("已排除")
    expect(page.locator(".sheet mark.m-excluded").first).to_be_visible()  # the text has come anew, too

    page.locator(".source .name a").first.click()
    expect(page.locator("h1")).to_have_text("左右对照")
    looked_at(page, "pair")
    page.goto(f"{url}/batches")
    page.locator(".list .name").first.click()
    page.click("text=入围")
    expect(page.locator(".shortlist .name")).to_have_count(3)
    looked_at(page, "shortlist")
    page.locator("body").press("j")
    page.keyboard.press("e")
    page.keyboard.type("86")
    page.keyboard.press("Enter")
    expect(page.locator(".shortlist tr:target")).to_contain_text("86")
    row = page.locator(".shortlist tr[id]").last
    row.locator("summary").click()
    row.locator("input[name=reason]").fill("区域平衡")
    row.locator("button[value=in]").click()
    expect(page.locator(".shortlist tr:target")).to_contain_text("人工选入")
    looked_at(page, "shortlist changed")
    page.click("text=打印")
    looked_at(page, "shortlist on paper")

    page.goto(f"{url}/batches")
    page.locator(".list .name").first.click()
    with page.expect_download() as workbook:
        page.click("text=下载汇总表")
    assert load_workbook(io.BytesIO(workbook.value.path().read_bytes())).sheetnames
    page.click(".actions >> text=退改函")
    asked = page.locator("form[action$='letters.zip']")
    asked.locator("input").fill("2024-03-01")
    with page.expect_download() as letters:
        asked.locator("button").click()
    with zipfile.ZipFile(letters.value.path()) as archive:
        assert [name.partition("-")[2] for name in archive.namelist()] == ["临溪市教育局.docx", "白麓大学.docx"]

    for path in (
        "/clusters",
        "/clusters?view=heat",
        "/clusters?view=time",
        "/memory",
        "/rulebooks",
        "/rulebooks/henan-2023-950",
        "/settings",
        "/settings/users",
        "/settings/keys",
    ):
        page.goto(url + path)
        looked_at(page, path)

    page.goto(url + "/clusters?view=heat")
    page.locator("#rate").fill("60")
    expect(page).to_have_url(f"{url}/clusters?view=heat&rate=60")
    expect(page.locator("#rate-said")).to_have_text("60%")
    assert said == []
    context.close()


@pytest.mark.timeout(120)
def test_what_must_work_without_scripts(chromium, running):
    folder, url, _ = running
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(url)
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/batches")
    page.click("text=报送材料")
    page.click("text=上传并筛查")
    expect(page.locator("main")).to_contain_text("没有压缩包")
    page.set_input_files("#file", folder / "材料.zip")
    page.fill("#name", "没有脚本")
    page.click("text=上传并筛查")
    expect(page.locator("h1")).to_have_text("没有脚本")
    for _ in range(120):
        if "筛查完 3 份" in page.locator("#progress").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.click("text=看材料")
    page.locator(".list .name").first.click()
    page.locator("#points input[name=points]").fill("80")
    page.locator("#points button").click()
    expect(page.locator("#points h2")).to_contain_text("均分")
    page.locator("#decide button[value=look]").click()
    expect(page.locator("#decide h2")).to_contain_text("再看")
    context.close()
