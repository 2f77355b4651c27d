"""The page for portals' programmers: all of the interface, for everybody, from the description that the application itself gives."""

import re
from html import unescape
from pathlib import Path

import pytest

from service import client as portal


@pytest.fixture
def where(tmp_path):
    """One database is enough: the page does not depend on it."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def asking(client_of):
    """Somebody who has not signed in."""
    return client_of(None)


def plain(page):
    return unescape(re.sub("<[^>]+>", "", page))


def test_every_operation_is_there_with_its_parameters_and_an_example(asking):
    described, page = asking.get("/api/v1/openapi.json").json(), asking.get("/api").text
    count = 0
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            count += 1
            anchor = f'id="{method}-{re.sub("[/.]", "-", path.strip("/").replace("{", "").replace("}", ""))}"'
            block = plain(page.partition(anchor)[2].partition('<details class="operation"')[0])
            assert block, anchor
            for said in (
                path,
                operation["summary"],
                "curl -sSf",
                *(p["name"] for p in operation.get("parameters", [])),
            ):
                assert said in block, (anchor, said)
            for status in operation["responses"]:
                assert status in block, (anchor, status)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for name in content["example"]:
                    assert name in block, (anchor, name)
    assert page.count('<details class="operation"') == count > 50


def test_it_can_not_go_stale(asking, app):
    app.openapi()["paths"]["/api/v1/me"]["get"]["summary"] = "另一种说法"
    assert "另一种说法" in asking.get("/api").text


def test_who_may_is_said_and_links_lead_somewhere(asking):
    page = asking.get("/api").text
    block = plain(page.partition('id="post-api-v1-submissions"')[2].partition("</details>")[0])
    assert "谁可以用：报送单位、管理员；密钥要有 write 权限。" in block
    assert "谁可以用：不用登录" in plain(page.partition('id="get-healthz"')[2])[:200]
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids
    for target in set(re.findall(r'href="(/(?:api|static)[^"]*)"', page)):
        assert asking.get(target).status_code == 200, target


def test_the_client_is_the_one_that_is_tested(asking):
    answer = asking.get("/api/client.py")
    assert answer.content == Path(portal.__file__).read_bytes()
    assert "attachment" in answer.headers["content-disposition"]


def test_every_page_leads_to_it(asking):
    assert '<a href="/api">接口说明</a>' in asking.get("/signin").text
