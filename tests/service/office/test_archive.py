"""The archive, looked after: files come in one by one, a text is found and taken out, and what named it is stale."""

import pytest
from sqlalchemy import select, update

from screening.library.schema import document
from service.jobs import adding
from service.jobs import tasks as steps
from service.jobs.kit import Kit
from service.store import audit, sources
from service.store.schema import file, pair
from tests.service.jobs.handing import hand_in, text_of, zipped
from tests.service.working import drain
from tests.writing import case_lines, docx

PATH = "/api/v1/archive"


def upload(admin, *files, year=0):
    return admin.post(f"{PATH}/documents", files=[("file", f) for f in files], data={"year": str(year)})


def finish(store, settings, most=20):
    kit = Kit(store, settings)
    return sum(steps.turn(kit) for _ in range(most))


@pytest.fixture
def admin(client_of):
    return client_of()


def test_earlier_cases_come_in_file_by_file(admin, store, settings, monkeypatch):
    monkeypatch.setattr(adding, "_STEP", 0.0)  # a file a step
    data = zipped({"a/一.docx": text_of(1), "二.docx": text_of(2), "坏.docx": b"PK\x03\x04", "图.bmp": b"x"})
    where = upload(admin, ("往年.zip", data), year=2021).headers["location"]
    assert finish(store, settings) == 3
    found = admin.get(where).json()
    results = found["results"]
    assert (found["state"], found["done"], found["total"]) == ("done", 3, 3)
    assert (results["new"], results["known"], results["failures"]) == (2, 0, 1)
    assert [(name, bool(message and advice)) for name, message, advice in results["failed"]] == [("坏.docx", True)]
    assert [new for _, _, new in results["files"]] == [True, True]
    figures = admin.get(PATH).json()
    assert (figures["documents"], figures["earlier"], figures["submissions"]) == (2, 2, 0)
    assert figures["years"] == {"2021": 2}
    assert figures["snapshot"] == store.library().snapshot()
    with store.read() as tx:
        assert tx.execute(select(file.c.sha256)).all() == []  # the upload is not kept
        assert [line["action"] for line in audit.listed(tx, action="archive")] == ["archive.added", "archive.add"]
    again = upload(admin, ("一.docx", text_of(1)), ("三.docx", text_of(3))).headers["location"]
    finish(store, settings)
    results = admin.get(again).json()["results"]
    assert (results["new"], results["known"]) == (1, 1)


def test_what_is_no_case_is_refused_at_once(admin, client_of, store, settings):
    assert upload(admin, ("x.exe", b"x")).status_code == 422
    assert upload(admin, ("x.zip", zipped({"a.docx": b"x"})), ("y.docx", b"x")).status_code == 422
    assert upload(admin, ("x.docx", b"")).status_code == 422
    assert upload(client_of("submitter", unit="白麓大学"), ("x.docx", text_of(1))).status_code == 403
    where = upload(admin, ("空.zip", zipped({"图.bmp": b"x"}))).headers["location"]
    assert finish(store, settings) == 1
    found = admin.get(where).json()
    assert found["state"] == "failed"
    assert "空.zip" in found["message"]
    with store.read() as tx:
        assert tx.execute(select(file.c.sha256)).all() == []


def test_texts_are_found_by_words_of_title_unit_and_text(admin, store, settings, monkeypatch):
    marked = [*case_lines(7, 6), "本段只有这里写到萤火虫读书角，别处没有。"]
    for n, data in enumerate((docx(marked), text_of(8), text_of(9))):
        upload(admin, (f"{n}.docx", data), year=2020 + n)
    finish(store, settings)
    listed = admin.get(f"{PATH}/documents").json()
    assert len(listed["items"]) == 3
    assert listed["next"] is None
    (hit,) = admin.get(f"{PATH}/documents", params={"q": "萤火虫 读书角"}).json()["items"]
    assert "萤火虫读书角" in hit["excerpt"]
    assert hit["submission"] is None
    assert admin.get(f"{PATH}/documents", params={"q": "萤火虫 没有这个词"}).json()["items"] == []
    assert [d["year"] for d in admin.get(f"{PATH}/documents", params={"year": 2021}).json()["items"]] == [2021]
    title = listed["items"][0]["title"]
    assert title in {d["title"] for d in admin.get(f"{PATH}/documents", params={"q": title[:6]}).json()["items"]}
    # With no time to look, one comes to all of them all the same, page by page.
    monkeypatch.setattr(sources, "BUDGET", 0.0)
    after, seen, ids = 0, 0, []
    while after is not None:
        page = admin.get(f"{PATH}/documents", params={"q": "萤火虫", "after": after}).json()
        after, seen, ids = page["next"], seen + page["seen"], ids + [d["id"] for d in page["items"]]
    assert (seen, ids) == (3, [hit["id"]])


def test_what_is_taken_out_is_gone_and_reports_that_name_it_are_stale(admin, store, settings):
    upload(admin, ("旧.docx", text_of(31)))
    finish(store, settings)
    (old,) = admin.get(f"{PATH}/documents").json()["items"]
    copied = hand_in(store, docx([*case_lines(31, 6), "另加一段。"]), kind="work_case")
    other = hand_in(
        store, docx([f"{n} 号样点水位 {n * 37} 毫米。" for n in range(40)]), name="别的.docx", kind="work_case"
    )
    drain(store, settings)
    with store.read() as tx:
        assert (copied, old["id"]) in [tuple(r) for r in tx.execute(select(pair.c.submission, pair.c.source))]
    assert admin.delete(f"{PATH}/documents/{old['id']}", params={"reason": "短"}).status_code == 422
    answer = admin.delete(f"{PATH}/documents/{old['id']}", params={"reason": "重复入库"})
    assert answer.json() == {"id": old["id"], "stale": 1}
    assert admin.delete(f"{PATH}/documents/{old['id']}", params={"reason": "重复入库"}).status_code == 404
    stale = [admin.get(f"/api/v1/submissions/{s}").json()["stale"] for s in (copied, other)]
    assert stale == [["source"], []]
    assert [r["id"] for r in admin.get("/api/v1/submissions", params={"stale": "true"}).json()["items"]] == [copied]
    admin.post(f"/api/v1/submissions/{copied}/rescreen")
    drain(store, settings)
    assert admin.get(f"/api/v1/submissions/{copied}").json()["stale"] == []
    with store.read() as tx:
        (line,) = audit.listed(tx, action="archive.remove")
    assert (line["target"], line["reason"], line["facts"]) == (old["id"], "重复入库", {"stale": 1})
    mine = [d for d in admin.get(f"{PATH}/documents").json()["items"] if d["submission"] == copied]
    refused = admin.delete(f"{PATH}/documents/{mine[0]['id']}", params={"reason": "重复入库"})
    assert refused.status_code == 409


def test_every_row_is_looked_at(admin, store, settings):
    upload(admin, ("一.docx", text_of(1)))
    finish(store, settings)
    where = admin.post(f"{PATH}/checks").headers["location"]
    assert admin.post(f"{PATH}/checks").headers["location"] == where  # one at a time
    finish(store, settings)
    found = admin.get(where).json()
    assert (found["state"], found["results"]) == ("done", {"wrong": []})
    with store.write() as tx:
        tx.execute(update(document).values(id="0" * 16))
    where = admin.post(f"{PATH}/checks").headers["location"]
    finish(store, settings)
    assert "编号与文件指纹不符" in admin.get(where).json()["results"]["wrong"][0]
