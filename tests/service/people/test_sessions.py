"""Browsers: cookies, ends, rotation, tokens, other sites, pages."""

import datetime as dt
import re

import pytest
from fastapi.testclient import TestClient

from service import moment
from service.app import create_app
from service.people import accounts, sessions
from service.settings import Settings
from tests.service.people.conftest import PASSWORD, token_in

NEW = "岸边的柳树 八月开花"


@pytest.fixture
def later(monkeypatch):
    real, moved = moment.now, [dt.timedelta()]
    for name in ("service.people.sessions", "service.store.sessions"):
        monkeypatch.setattr(f"{name}.now", lambda: real() + moved[0])

    def move(**much):
        moved[0] += dt.timedelta(**much)

    return move


def status(client):
    return client.get("/api/v1/me").status_code


def test_the_form_lets_in_and_goes_on_to_where_one_was_going(browser, person):
    person(name="王丽")
    client = browser()
    asked = client.get("/account?x=1")
    assert asked.status_code == 401
    assert 'name="next" value="/account?x=1"' in asked.text
    answer = client.post("/signin", data={"login": "wang.li", "password": PASSWORD, "next": "/account?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "王丽" in client.get("/account").text


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\r\nx"]
)
def test_nobody_is_sent_to_another_site(browser, person, elsewhere):
    person()
    answer = browser().post("/signin", data={"login": "wang.li", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["location"] == "/"


def test_a_refusal_says_so_on_the_form_and_keeps_the_login_but_no_password(browser, person):
    person()
    answer = browser().post("/signin", data={"login": '"><b>', "password": "wrong-wrong", "next": "/"})
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text
    assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
    assert "wrong-wrong" not in answer.text


def test_with_https_the_cookie_is_bound_to_this_host(store, settings, person):
    person()
    secure = Settings(**{**settings.model_dump(), "public_url": "https://shencha.example.cn"})
    with TestClient(create_app(secure, store), base_url="https://shencha.example.cn", follow_redirects=False) as client:
        answer = client.post("/signin", data={"login": "wang.li", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=") and "Secure" in cookie and "Domain" not in cookie
        assert answer.headers["strict-transport-security"]
        assert status(client) == 200


def test_signing_in_again_ends_the_session_that_the_browser_had(browser, person):
    person()
    client = browser()
    form = {"login": "wang.li", "password": PASSWORD}
    client.post("/signin", data=form)
    old = client.cookies["session"]
    client.post("/signin", data=form)
    assert client.cookies["session"] != old
    thief = browser()
    thief.cookies.set("session", old)
    assert status(thief) == 401


def test_a_cookie_that_somebody_planted_never_becomes_a_session(browser, person):
    person()
    client = browser()
    client.cookies.set("session", "planted", domain="testserver.local", path="/")
    client.post("/signin", data={"login": "wang.li", "password": PASSWORD})
    planted = browser()
    planted.cookies.set("session", "planted")
    assert status(planted) == 401


def test_sessions_end_when_idle_and_at_the_latest_after_hours(signed_in, person, settings, later):
    person()
    client = signed_in()
    for _ in range(settings.session_hours * 60 // 50):
        later(minutes=50)  # used often enough, so not idle
        if status(client) == 401:
            break
    else:
        later(minutes=50)
        assert status(client) == 401
    idle = signed_in()
    later(minutes=settings.idle_minutes, seconds=1)
    assert status(idle) == 401


def test_use_keeps_a_session_from_being_idle(signed_in, person, settings, later):
    person()
    client = signed_in()
    for _ in range(3):
        later(minutes=settings.idle_minutes - 1)
        assert status(client) == 200


def test_signing_out_ends_the_session_itself_not_only_the_cookie(signed_in, browser, person):
    person()
    client = signed_in()
    cookie = client.cookies["session"]
    answer = client.post("/signout")
    assert answer.headers["location"] == "/signed-out"
    again = browser()
    again.cookies.set("session", cookie)
    assert status(again) == 401
    assert "已退出" in client.get("/signed-out").text


def test_changing_the_password_ends_the_sessions_elsewhere_and_goes_on_here(signed_in, person):
    person()
    here, there = signed_in(), signed_in()
    page = here.get("/account")
    form = {"csrf": token_in(page), "old": PASSWORD, "password": NEW, "again": NEW}
    del here.headers["X-CSRF-Token"]  # the form brings it
    answer = here.post("/account/password", data=form)
    assert answer.headers["location"] == "/account?said=password"
    assert "密码已修改" in here.get("/account?said=password").text
    assert status(there) == 401
    signed_in(password=NEW)


def test_a_wrong_old_password_changes_nothing_and_counts(signed_in, person, settings):
    person()
    client = signed_in()
    form = {"old": "不是这个密码吧也许", "password": NEW, "again": NEW}
    for _ in range(settings.lock_after):
        answer = client.post("/account/password", data=form)
        assert (answer.status_code, "现在的密码不对" in answer.text) == (403, True)
    assert client.post("/account/password", data={**form, "old": PASSWORD}).status_code == 403  # locked by now


def test_disabling_or_changing_rights_ends_sessions_at_once(signed_in, person, store):
    user_id = person()
    client = signed_in()
    accounts.change(store, user_id, 1, by="user:test", name="别的名字")
    assert status(client) == 200
    accounts.change(store, user_id, 2, by="user:test", active=False)
    assert status(client) == 401


def test_links_work_as_pages_and_looking_does_not_use_them_up(browser, person, store, settings):
    link = accounts.make_link(store, settings, person(name="王丽"), by="user:test").removeprefix(settings.url)
    client = browser()
    for _ in range(2):
        assert "王丽，您好" in client.get(link).text
    assert "两次输入的密码不一样" in client.post(link, data={"password": NEW, "again": "x"}).text
    assert client.post(link, data={"password": NEW, "again": NEW}).headers["location"] == "/"
    assert status(client) == 200
    gone = browser().get(link)
    assert (gone.status_code, "用过或过期" in gone.text) == (404, True)


# -- other sites ------------------------------------------------------------------------------------------------------------

CHANGING = [
    ("POST", "/signout"),
    ("POST", "/account/password"),
    ("POST", "/account/signout-others"),
    ("DELETE", "/api/v1/sessions/current"),
]


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "guessed"},
    ],
)
def test_a_request_from_elsewhere_or_without_the_token_changes_nothing(signed_in, person, method, path, headers):
    person()
    client = signed_in()
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert status(client) == 200


def test_own_pages_pass(signed_in, person):
    person()
    client = signed_in()
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/account/signout-others", headers=own).status_code == 303


def test_another_site_signs_nobody_in(browser, person):
    person()
    form = {"login": "wang.li", "password": PASSWORD}
    for path, body in (("/signin", {"data": form}), ("/api/v1/sessions", {"json": form})):
        answer = browser().post(path, **body, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_keys_need_no_token(client_of):
    assert (
        client_of("administrator").post("/api/v1/users", json={"login": "new.one", "role": "reviewer"}).status_code
        == 201
    )


def test_a_key_of_somebody_else_does_not_fall_back_to_the_session(signed_in, person):
    person()
    client = signed_in()
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer csk_wrong"}).status_code == 401


# -- pages ------------------------------------------------------------------------------------------------------------------


def test_errors_are_pages_for_browsers_and_problems_for_programs(browser):
    client = browser()
    page = client.get("/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个地址" in page.text
    program = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
    interface = client.get("/api/v1/nowhere")
    assert interface.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/signin", "/nowhere", "/api/v1/me", "/healthz"])
def test_every_answer_has_the_headers_that_guard_it(browser, path):
    headers = browser().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers  # these come by http


def test_pages_have_nothing_inline_and_their_files_are_kept_for_good(browser, signed_in, person):
    person()
    client = signed_in()
    for page in (client.get("/account").text, browser().get("/signin").text, client.get("/nowhere").text):
        assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=|javascript:", page)
        for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in client.get("/static/000000000000/app.css").headers["cache-control"]
    for path in ("/static/x/..%2f..%2fsettings.py", "/static/x/nothing.css"):
        assert client.get(path).status_code == 404


def test_what_an_address_says_is_never_shown(signed_in, person):
    person()
    assert "<b>" not in signed_in().get("/account?said=<b>x</b>").text.replace("<body>", "")


def test_origins_are_compared_with_the_scheme_when_people_come_by_https(settings):
    secure = Settings(**{**settings.model_dump(), "public_url": "https://shencha.example.cn"})
    sessions.check_origin({"origin": "https://shencha.example.cn", "host": "10.0.0.5"}, secure)
    with pytest.raises(Exception, match="别的网站"):
        sessions.check_origin({"origin": "http://shencha.example.cn", "host": "shencha.example.cn"}, secure)
