"""Accounts, assignments and keys by the interface, and on the command line."""

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from service.cli import app as commands
from service.people import keys
from service.people.principal import Role, Scope
from tests.service.people.conftest import PASSWORD
from tests.service.reading import rows

HANDED_OUT = {"login": "Zhang.San", "name": "张三", "role": "submitter", "unit": "白麓大学"}


def test_an_account_from_its_making_to_its_end(client_of, signed_in, settings):
    boss = client_of()
    made = boss.post("/api/v1/users", json=HANDED_OUT)
    assert made.status_code == 201
    path = made.headers["location"]
    link = made.json()["link"].removeprefix(settings.url)
    assert boss.post("/api/v1/users", json=HANDED_OUT).json()["code"] == "user.taken"
    assert boss.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code in (200, 401)
    browser = signed_in("zhang.san")
    me = browser.get("/api/v1/me").json()
    assert (me["role"], me["unit"], me["scopes"]) == ("submitter", "白麓大学", ["read", "webhooks", "write"])
    seen = boss.get(path).json()
    assert (seen["login"], seen["sessions"] >= 1, seen["version"]) == ("zhang.san", True, 1)
    assert boss.patch(path, json={"version": 1, "unit": "临溪市第一小学"}).json()["version"] == 2
    late = boss.patch(path, json={"version": 1, "active": False})
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (409, "version", 2)
    assert browser.get("/api/v1/me").status_code == 401  # another unit: other rights
    assert boss.patch(path, json={"version": 2, "active": False}).json()["active"] is False
    assert boss.post(f"{path}/link").json()["code"] == "user.disabled"


def test_wrong_bodies_are_named(client_of):
    boss = client_of()
    for body in ({**HANDED_OUT, "unit": " "}, {**HANDED_OUT, "role": "king"}, {**HANDED_OUT, "more": 1}, {}):
        assert boss.post("/api/v1/users", json=body).status_code == 422


def test_lists_go_on_from_page_to_page(client_of, person):
    made = [person(f"person.{n}") for n in range(3)]
    boss = client_of()
    first = boss.get("/api/v1/users?limit=2").json()
    then = boss.get("/api/v1/users", params={"limit": 2, "after": first["next"]}).json()
    assert [u["id"] for u in first["items"] + then["items"]] == made
    assert then["next"] is None
    assert "password" not in str(first)


def test_what_a_reviewer_sees_follows_the_assignments_at_once(client_of, signed_in, person, store):
    user_id = person()
    with store.write() as tx:
        batch = rows.batch(tx)
    boss, browser = client_of(), signed_in()
    assert browser.get("/api/v1/me").json()["batches"] == {}
    path = f"/api/v1/users/{user_id}/assignments"
    assert boss.put(f"{path}/{batch}", json={}).json()["batches"] == {batch: True}  # blind unless said otherwise
    assert boss.put(f"{path}/{batch}", json={"blind": False}).json()["batches"] == {batch: False}
    assert boss.put(f"{path}/*", json={"blind": True}).json()["batches"] == {batch: False, "*": True}
    assert browser.get("/api/v1/me").json()["batches"] == {batch: False, "*": True}
    assert boss.put(f"{path}/{'0' * 28}", json={}).status_code == 404
    assert boss.delete(f"{path}/*").status_code == 204
    assert boss.delete(f"{path}/*").status_code == 404
    assert browser.get("/api/v1/me").json()["batches"] == {batch: False}


def test_only_reviewers_are_assigned_and_who_is_none_any_more_loses_it(client_of, person):
    user_id, other = person(), person("submits", "submitter", unit="白麓大学")
    boss = client_of()
    boss.put(f"/api/v1/users/{user_id}/assignments/*", json={})
    assert boss.put(f"/api/v1/users/{other}/assignments/*", json={}).status_code == 404
    boss.patch(f"/api/v1/users/{user_id}", json={"version": 1, "role": "submitter", "unit": "白麓大学"})
    back = boss.patch(f"/api/v1/users/{user_id}", json={"version": 2, "role": "reviewer"}).json()
    assert back["batches"] == {}


# -- keys -------------------------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_serves_until_it_is_revoked(client_of, app):
    boss = client_of()
    made = boss.post(
        "/api/v1/keys", json={"name": "省平台", "role": "submitter", "unit": "白麓大学", "scopes": ["read"]}
    ).json()
    listed = boss.get("/api/v1/keys")
    assert made["key"] not in listed.text and made["key"][:12] in listed.text
    with TestClient(app, headers={"Authorization": f"Bearer {made['key']}"}) as portal:
        assert portal.get("/api/v1/me").json()["scopes"] == ["read"]
        assert boss.delete(f"/api/v1/keys/{made['id']}").status_code == 204
        assert portal.get("/api/v1/me").json()["code"] == "key.revoked"
    assert boss.delete(f"/api/v1/keys/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"role": "submitter"},
        {"role": "submitter", "unit": "白麓大学", "scopes": ["decide"]},
        {"role": "submitter", "unit": "白麓大学", "batches": {"*": True}},
        {"role": "reviewer"},
        {"role": "reviewer", "batches": {"0" * 28: True}},
        {"role": "administrator", "days": 0},
    ],
)
def test_keys_that_make_no_sense_are_not_issued(client_of, body):
    boss = client_of()
    assert boss.post("/api/v1/keys", json={"name": "x", **body}).status_code == 422


def test_no_key_makes_a_mightier_one_and_none_gets_into_a_mightier_account(client_of, person):
    boss_id = person("boss", "administrator")
    weak = client_of(scopes=[Scope.READ, Scope.MANAGE])
    refused = [
        weak.post("/api/v1/keys", json={"name": "x", "role": "administrator"}),
        weak.post("/api/v1/users", json={"login": "new.boss", "role": "administrator"}),
        weak.post(f"/api/v1/users/{boss_id}/link"),
        weak.patch(f"/api/v1/users/{boss_id}", json={"version": 1, "active": False}),
    ]
    assert [a.status_code for a in refused] == [403] * 4
    own = {"name": "x", "role": "administrator", "scopes": ["read"]}
    assert weak.post("/api/v1/keys", json=own).status_code == 201


def test_a_reviewers_key_sees_its_batches_as_it_says(store):
    with store.write() as tx:
        batch = rows.batch(tx)
    _, secret, _ = keys.issue(store, name="x", role=Role.REVIEWER, batches={batch: False}, days=1, by="test")
    who = keys.principal_of(store, secret)
    assert who.sight().batches == (batch,)
    assert not who.blind(batch) and who.blind("another")


# -- the command line -------------------------------------------------------------------------------------------------------


def test_accounts_and_keys_on_the_command_line(where, tmp_path):
    def run(*words):
        group, *rest = words
        place = ["--data", str(tmp_path), "--database", where]
        return CliRunner().invoke(commands, [group, *place, *rest])

    assert "/links/" in run("user", "add", "li.si", "--name", "李四").stdout
    assert "/links/" in run("user", "reset", "LI.SI").stdout
    assert "已停用" in run("user", "disable", "li.si").stdout
    assert "li.si\t李四\t评审\t\t已停用" in run("user", "list").stdout
    assert "没有这个账号" in str(run("user", "reset", "nobody").exception)
    made = run("key", "add", "省平台", "--unit", "白麓大学", "--scope", "read")
    assert made.stdout.startswith("csk_")
    key_id = run("key", "list").stdout.split("\t")[0]
    assert "已撤销" in run("key", "revoke", key_id).stdout
    assert "已撤销" in run("key", "list").stdout
    assert run("key", "revoke", key_id).exit_code != 0
