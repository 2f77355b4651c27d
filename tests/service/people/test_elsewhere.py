"""Signing in with an account from elsewhere, against a provider that really runs."""

import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient

from service import signin
from service.app import create_app
from service.people import accounts, cas
from service.settings import load_settings
from service.store import users
from tests.service.people.provider import CLIENT, SECRET, running

EXPERT = {"field": "roles", "value": "expert", "role": "reviewer"}


@pytest.fixture(scope="module")
def server():
    with running() as made:
        yield made


@pytest.fixture
def provider(server):
    """The running provider as it is when nobody tampers with it."""
    server.twist, server.signer, server.cas_answer = {}, server.key, None
    server.facts = {"sub": "u-1", "name": "王丽", "org": "白麓大学", "roles": ["teacher", "expert"]}
    return server


@pytest.fixture
def open_browser(provider, settings, store):
    """Return a function: a browser at a service whose settings file has these rules."""

    def make(rules=(), **more):
        url, ours = provider.url, {"client_id": CLIENT, "client_secret": SECRET, "unit": "org", "rules": list(rules)}
        tables = {
            "edu": {"title": "教育身份认证", "kind": "oidc", "issuer": url, **ours, **more},
            "plain": {
                **ours,
                "title": "国家平台",
                "kind": "oauth2",
                "authorize_url": f"{url}/authorize",
                "token_url": f"{url}/wrapped/token",
                "userinfo_url": f"{url}/wrapped/userinfo",
                "client_auth": "client_secret_post",
                "token_place": "uri",
                "token_wrapper": "data",
                "subject": "data.user.sub",
                "name": "data.user.name",
                "unit": "data.user.org",
                "rules": [{**rule, "field": f"data.user.{rule['field']}"} for rule in rules],
            },
            "campus": {
                "title": "校园认证",
                "kind": "cas",
                "cas_url": f"{url}/cas",
                "unit": "org",
                "rules": list(rules),
            },
        }
        given = settings.model_copy(update={"public_url": "http://testserver"}).model_dump() | {"signin": tables}
        app = create_app(load_settings(**given), store)
        return TestClient(app, follow_redirects=False, headers={"Accept": "text/html"})

    return make


def there(client, name, next_="/account"):
    """Go to the provider; return the address by which it sends the browser back."""
    left = client.get(f"/signin/{name}", params={"next": next_})
    assert left.status_code == 303, left.text
    return httpx2.get(left.headers["location"]).headers["location"]


def only_user(store):
    with store.read() as tx:
        (row,) = users.listed(tx)
    return row


@pytest.mark.parametrize("name", ["edu", "plain", "campus"])
def test_the_way_there_and_back(open_browser, store, name):
    client = open_browser([EXPERT])
    assert f'href="/signin/{name}?next=/' in client.get("/signin").text
    answer = client.get(there(client, name))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = client.get("/account").text
    assert "王丽" in page and "白麓大学" in page and "修改密码" not in page
    row = only_user(store)
    assert (row["login"], row["role"], row["issuer"]) == (f"{name}:u-1", "reviewer", name)
    client.cookies.clear()
    client.get(there(client, name))
    assert only_user(store)["id"] == row["id"]  # the same person again


@pytest.mark.parametrize("name", ["edu", "plain", "campus"])
def test_the_way_back_serves_once_and_only_the_browser_that_left(open_browser, name):
    client, thief = open_browser([EXPERT]), open_browser([EXPERT])
    back = there(client, name)
    refused = thief.get(back)
    assert refused.status_code == 400
    assert "session" not in thief.cookies
    assert client.get(back).status_code == 400  # the attempt used it up
    back = there(client, name)
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 400
    assert client.get(f"/signin/{name}/return?code=x&ticket=x&state=made-up").status_code == 400


def test_a_way_back_from_one_provider_is_none_from_another(open_browser):
    client = open_browser([EXPERT])
    query = urlsplit(there(client, "edu")).query
    assert client.get(f"/signin/plain/return?{query}").status_code == 400


def test_there_is_a_challenge_a_state_and_a_nonce(open_browser):
    client = open_browser()
    asked = parse_qs(urlsplit(client.get("/signin/edu").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 43 for name in ("code_challenge", "state", "nonce"))
    assert asked["redirect_uri"] == ["http://testserver/signin/edu/return"]


@pytest.mark.parametrize(
    "twist",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"exp": 1_000_000_000},
        {"sub": "u-2"},
        "another key",
    ],
)
def test_an_id_token_that_is_not_for_this_way_is_refused(open_browser, provider, store, twist):
    client = open_browser([EXPERT])
    if isinstance(twist, str):
        provider.signer = provider.other_key
    else:
        provider.twist = twist
    answer = client.get(there(client, "edu"))
    assert (answer.status_code, "没有完成登录" in answer.text) == (502, True)
    assert "session" not in client.cookies
    with store.read() as tx:
        assert users.listed(tx) == []


def test_a_code_or_ticket_that_the_provider_does_not_know_lets_nobody_in(open_browser):
    client = open_browser([EXPERT])
    for name in ("edu", "plain", "campus"):
        state = parse_qs(urlsplit(there(client, name)).query)["state"][0]
        answer = client.get(f"/signin/{name}/return?state={state}&code=guess&ticket=ST-guess")
        assert answer.status_code == 502


def test_without_a_rule_an_administrator_gives_the_role(open_browser, store):
    client = open_browser()
    answer = client.get(there(client, "edu"))
    assert (answer.status_code, "还没有开通" in answer.text) == (403, True)
    row = only_user(store)
    assert row["role"] == ""
    accounts.change(store, row["id"], row["version"], by="user:test", role="submitter")  # the unit came along
    assert client.get(there(client, "edu")).status_code == 303


def test_a_rule_gives_a_unit_or_takes_the_one_that_comes_along_but_no_submitter_is_without(
    open_browser, provider, store
):
    teacher = {"field": "roles", "value": "teacher", "role": "submitter"}
    client = open_browser([teacher])
    client.get(there(client, "edu"))
    assert (only_user(store)["role"], only_user(store)["unit"]) == ("submitter", "白麓大学")
    provider.facts = {**provider.facts, "sub": "u-2", "org": ""}
    assert client.get(there(client, "edu")).status_code == 403


def test_a_disabled_person_stays_out(open_browser, store):
    client = open_browser([EXPERT])
    client.get(there(client, "edu"))
    row = only_user(store)
    accounts.change(store, row["id"], row["version"], by="user:test", active=False)
    answer = client.get(there(client, "edu"))
    assert (answer.status_code, "已停用" in answer.text) == (403, True)


def test_nobody_takes_an_account_by_its_login(open_browser, person):
    person("u-1", "administrator")
    client = open_browser([EXPERT])
    client.get(there(client, "edu"))
    assert "评审" in client.get("/account").text


def test_a_provider_that_does_not_answer_is_told(open_browser):
    client = open_browser(issuer="http://127.0.0.1:9")
    assert client.get("/signin/edu").status_code == 502


SPACE = 'xmlns="http://www.yale.edu/tp/cas"'
GOOD = f"<r {SPACE}><authenticationSuccess><user>{{}}</user></authenticationSuccess></r>"


@pytest.mark.parametrize(
    "answer",
    [
        '<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]>' + GOOD.format("&who;"),
        '<!DOCTYPE r [<!ENTITY who "admin">]>' + GOOD.format("&who;"),
        GOOD.format(""),
        GOOD.format("u").replace(SPACE, ""),
        f"<r {SPACE}><authenticationFailure code='INVALID_TICKET'/></r>",
        "<r>" * 300,
        GOOD.format("u" * 300_000),
        "no xml",
    ],
)
def test_no_answer_of_cas_but_a_plain_one_counts(answer):
    with pytest.raises(ValueError):  # noqa: PT011 - which of them it was says the message
        cas.read(answer.encode())


def test_a_comment_in_a_name_does_not_cut_it_short():
    assert cas.read(GOOD.format("admin<!-- -->.evil").encode())["sub"] == "admin.evil"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"title": "x", "kind": "oidc", "client_id": "c"}, "issuer"),
        ({"title": "x", "kind": "oidc", "client_id": "c", "issuer": "http://sso.example.cn"}, "https"),
        ({"title": "x", "kind": "cas", "cas_url": "http://localhost.example.cn/cas"}, "https"),
    ],
)
def test_settings_that_can_not_be_safe_are_refused(table, said, tmp_path):
    with pytest.raises(Exception, match=said):
        load_settings(data=tmp_path, signin={"edu": table})


def test_the_example_of_settings_is_one(tmp_path):
    text = Path(signin.__file__).with_name("signin.example.toml").read_text("utf-8")
    loaded = load_settings(data=tmp_path, **tomllib.loads(text)).signin
    assert {name: p.kind for name, p in loaded.items()} == {"edu": "oidc", "platform": "oauth2", "campus": "cas"}
