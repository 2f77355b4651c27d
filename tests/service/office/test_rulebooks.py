"""Rulebooks of the office: never kept broken, never changed, used from a moment on; and the same on the command line."""

import re

import pytest
from sqlalchemy import select

from screening.rulebook import load_rulebook
from screening.single import check_files
from service.store import audit, books, rulebooks
from service.store.database import Store
from service.store.schema import batch as batch_table
from service.store.schema import run
from tests.service.jobs.handing import hand_in, open_batch, row_of, text_of
from tests.service.office.books import LENGTH, SHIPPED, made, save
from tests.service.working import drain

PATH = "/api/v1/rulebooks"


@pytest.fixture
def where(tmp_path):
    """One database is enough here: rows are added and read by their keys; the trials are tested on both."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def admin(client_of):
    return client_of()


def actions(store):
    with store.read() as tx:
        return [(line["action"], line["target"]) for line in audit.listed(tx) if "rulebook" in line["action"]]


def test_versions_are_kept_and_never_changed(admin, store):
    first = save(admin).json()["ref"]
    second = save(admin, parent=first, values={LENGTH: 2500}).json()["ref"]
    assert re.fullmatch("henan-2024@[0-9a-f]{12}", first)
    assert first != second
    rows = admin.get(f"{PATH}/henan-2024/versions").json()
    assert [(r["ref"], r["number"], r["parent"], r["by"]) for r in rows] == [
        (second, 2, first, "test"),
        (first, 1, SHIPPED, "test"),
    ]
    again = save(admin, values={LENGTH: 2500})
    assert again.status_code == 409
    assert "第 2 版" in again.json()["title"]
    found = admin.get(f"{PATH}/{second}/difference").json()
    assert [(d["name"], [(f["name"], f["before"], f["after"]) for f in d["fields"]]) for d in found] == [
        ("work_case.length", [("max", 3000, 2500)])
    ]
    assert admin.get(f"{PATH}/{second}").json()["kinds"][0]["rules"][0]["params"]["max"] == 2500
    assert admin.get(f"{PATH}/henan-2024").json()["digest"].startswith(second[-12:])
    assert actions(store) == [("rulebook.save", second), ("rulebook.save", first)]


WRONG = [
    ("max = 3000", 'max = "三千"', 422, "第 94 行"),
    ('quote = "字数', 'qoute = "字数', 422, "第 89 行"),
    ("字数不超过 3000 字", "字数不超过 2800 字", 422, "不在通知原文中"),
    ('notice = "henan-2024.txt"', 'notice = "../x.txt"', 422, "文件名"),
    ('id = "henan-2024"', 'id = "河南"', 422, "编号"),
    ('id = "henan-2024"', f'id = "{SHIPPED}"', 409, "自带"),
    ("schema = 1", "schema = [", 422, "不是有效的 TOML"),
]


def test_nothing_broken_is_kept(admin, store):
    toml, notice = made()
    for good, bad, status, said in WRONG:
        body = {"toml": toml.replace(good, bad, 1), "notice": notice, "parent": SHIPPED, "reason": "试一试"}
        answer = admin.post(PATH, json=body)
        assert answer.status_code == status, bad
        assert said in answer.json()["title"]
    with store.read() as tx:
        assert rulebooks.listed(tx) == []


def test_a_version_is_for_others_once_it_is_used(admin, client_of):
    ref = save(admin).json()["ref"]
    reviewer, unit = client_of("reviewer"), client_of("submitter", unit="临溪市教育局")
    for path in (f"{PATH}/{ref}", f"{PATH}/henan-2024", f"{PATH}/{ref}/texts", f"{PATH}/{ref}/difference"):
        assert [c.get(path).status_code for c in (admin, reviewer)] == [200, 404], path
    assert unit.post("/api/v1/batches", data={"state": "open", "rulebook": ref}).status_code == 422
    assert admin.post(f"{PATH}/{ref}/activate", json={"reason": "新的通知"}).status_code == 200
    assert admin.post(f"{PATH}/{ref}/activate", json={"reason": "新的通知"}).status_code == 409
    assert reviewer.get(f"{PATH}/henan-2024").json()["id"] == "henan-2024"
    seen = [(v["ref"], v["by"], v["reason"]) for v in reviewer.get(f"{PATH}/henan-2024/versions").json()]
    assert seen == [(ref, "", "")]
    assert [b["ref"] for b in reviewer.get(PATH).json() if b["default"]] == [ref]
    assert unit.post("/api/v1/batches", data={"state": "open", "rulebook": "henan-2024"}).json()["rulebook"] == ref


def test_new_batches_get_what_was_activated_and_old_ones_keep_theirs(admin, store):
    old = admin.post("/api/v1/batches", data={"state": "open"}).json()
    ref = save(admin).json()["ref"]
    admin.post(f"{PATH}/{ref}/activate", json={"reason": "新的通知"})
    new = admin.post("/api/v1/batches", data={"state": "open"}).json()
    assert (old["rulebook"], new["rulebook"]) == (SHIPPED, ref)
    assert admin.get(f"/api/v1/batches/{old['id']}").json()["rulebook"] == SHIPPED
    back = admin.post(f"{PATH}/{SHIPPED}/activate", json={"reason": "弄错了"})
    assert back.json() == {"ref": SHIPPED}
    assert admin.post("/api/v1/batches", data={"state": "open"}).json()["rulebook"] == SHIPPED
    assert actions(store)[:2] == [("rulebook.activate", SHIPPED), ("rulebook.activate", ref)]


def test_reports_are_stale_where_their_batch_gets_another_version(admin, store, settings):
    batch = open_batch(store, rulebook=SHIPPED)
    member = hand_in(store, text_of(3), batch=batch, kind="work_case", rulebook=SHIPPED)
    elsewhere = hand_in(store, text_of(4), kind="work_case", rulebook=SHIPPED)
    drain(store, settings)
    ref = save(admin, values={LENGTH: 200}).json()["ref"]
    answer = admin.post(f"{PATH}/{ref}/batches/{batch}", json={"reason": "试点"}).json()
    assert answer == {"batch": batch, "rulebook": ref, "stale": 1}
    stale = {s: admin.get(f"/api/v1/submissions/{s}").json()["stale"] for s in (member, elsewhere)}
    assert stale == {member: ["rulebook"], elsewhere: []}
    listed = admin.get("/api/v1/submissions", params={"stale": "true"}).json()["items"]
    assert [r["id"] for r in listed] == [member]
    before = row_of(store, member)["verdict"]
    admin.post(f"/api/v1/batches/{batch}/rescreen")
    drain(store, settings)
    row = row_of(store, member)
    assert admin.get(f"/api/v1/submissions/{member}").json()["stale"] == []
    assert (before == "return", row["verdict"]) == (False, "return")
    with store.read() as tx:
        digests = list(
            tx.execute(select(run.c.rulebook_digest).where(run.c.submission == member).order_by(run.c.id)).scalars()
        )
    assert digests == [load_rulebook().digest, books.load(ref).digest]
    with store.write() as tx:
        tx.execute(batch_table.update().values(state="closed"))
    assert admin.post(f"{PATH}/{SHIPPED}/batches/{batch}", json={"reason": "又改回"}).status_code == 409


def test_the_command_line_says_the_same_with_the_two_files(admin, tmp_path):
    ref = save(admin, values={LENGTH: 200}).json()["ref"]
    admin.post(f"{PATH}/{ref}/activate", json={"reason": "新的通知"})
    texts = admin.get(f"{PATH}/{ref}/texts").json()
    toml, case = tmp_path / "henan-2024.toml", tmp_path / "案例.docx"
    toml.write_bytes(texts["toml"].encode())
    (tmp_path / "henan-2024.txt").write_bytes(texts["notice"].encode())
    case.write_bytes(text_of(5))
    there = next(iter(check_files([case], rulebook=toml))).to_json()
    here = admin.post("/api/v1/checks", files={"file": ("案例.docx", text_of(5))}, data={"rulebook": "henan-2024"})
    assert here.json() == there
    assert there["made_with"]["rulebook"] == {"id": "henan-2024", "digest": books.load(ref).digest}


def test_a_ref_is_found_by_a_process_that_did_not_make_it(admin, store, settings):
    ref = save(admin).json()["ref"]
    books._kept.cache_clear()
    books.sources.clear()
    with pytest.raises(Exception, match="没有规则集"):
        books.load(ref)
    again = Store.open(settings.database_url, settings.key_bytes)
    try:
        assert books.load(ref).id == "henan-2024"
    finally:
        again.close()
        books.sources.add(store.engine)
