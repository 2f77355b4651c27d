"""The office's pages in a real browser, with real workers behind: axe finds nothing, nothing is too wide, and the console stays empty."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import PASSWORD, chromium, looked_at, running  # noqa: F401 - fixtures
from tests.service.jobs.handing import text_of


@pytest.mark.timeout(240)
def test_a_rulebook_is_edited_tried_and_used_and_the_archive_grows(chromium, running):  # noqa: F811 - fixtures
    folder, url, link = running
    said = []
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and "422" not in m.text else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/batches")

    page.goto(f"{url}/batches/new")
    page.fill("#name", "去年")
    page.set_input_files("#file", folder / "材料.zip")
    page.click("text=上传并筛查")
    expect(page.locator("#progress")).to_contain_text("筛查完 3 份", timeout=60_000)

    page.goto(f"{url}/rulebooks")
    looked_at(page, "rulebooks")
    page.click("text=复制一份来改")
    looked_at(page, "copy")
    page.fill("#id", "henan-2024")
    page.click("button:has-text('复制')")
    looked_at(page, "numbers")
    page.click("text=改全文")
    page.fill("#toml", page.input_value("#toml").replace("max = 3000", 'max = "三千"', 1))
    page.fill("#reason", "试错")
    page.click("text=核对并存成新的一版")
    looked_at(page, "a wrong line")
    page.click("#to-line")
    assert page.evaluate("document.getSelection().toString() || window.getSelection().toString()") == 'max = "三千"'
    page.click("text=改数字")
    page.fill("[name='v:kinds.work_case.checks[0].max']", "1000")
    page.fill("#reason", "改为 1000 字")
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("核对无误")
    looked_at(page, "a version")
    page.click("text=与上一份比较")
    expect(page.locator("ins")).to_have_text("1000")
    looked_at(page, "difference")
    page.click(".crumbs a")
    page.click("text=在以往批次上试一试")
    looked_at(page, "try")
    page.click("text=开始试")
    expect(page.locator("#trial")).to_contain_text("做完", timeout=60_000)  # by itself
    expect(page.locator("#trial")).to_contain_text("份有变化")
    looked_at(page, "trial")

    page.click("nav >> text=比对库")
    looked_at(page, "archive")
    page.set_input_files("#file", {"name": "旧.docx", "mimeType": "application/octet-stream", "buffer": text_of(51)})
    page.click("button:has-text('加入')")
    expect(page.locator("#tasks")).to_contain_text("新加入 1 篇", timeout=60_000)
    page.click("text=加入 旧.docx")
    looked_at(page, "an addition")
    page.goto(f"{url}/archive")
    page.locator("a[href$='/remove']").first.click()
    looked_at(page, "taking out")
    assert said == []
