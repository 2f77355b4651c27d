"""Reading through the interface: lists, reports, pairs, clusters, batches – and only of what one may see."""

import base64
import json
import threading

import openpyxl
import pytest

from service.store.cursors import _check
from service.store.listing import Wanted
from service.store.schema import case, finding
from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.reading import rows
from tests.service.working import drain

UNIT, OTHER = "临溪市教育局", "白麓大学"


@pytest.fixture
def three(store, settings):
    """Two of one unit, and a third of another one with the text of the first."""
    ids = [
        hand_in(store, text_of(1), "甲.docx", unit=UNIT, kind="work_case"),
        hand_in(store, text_of(2), "乙.docx", unit=UNIT, kind="work_case"),
        hand_in(store, text_of(1, 12), "丙.docx", unit=OTHER, kind="work_case"),
    ]
    drain(store, settings)
    return ids


def ids_of(answer):
    return [i["id"] for i in answer.json()["items"]]


def test_a_unit_sees_its_own_in_every_list(client_of, three):
    everybody, own, other = client_of(), client_of("submitter", UNIT), client_of("submitter", OTHER)
    assert set(ids_of(everybody.get("/api/v1/submissions"))) == set(three)
    assert set(ids_of(own.get("/api/v1/submissions"))) == set(three[:2])
    assert own.get("/api/v1/submissions").json()["counts"]["total"] == 2
    assert ids_of(other.get("/api/v1/submissions")) == three[2:]
    for path in ("", "/report", "/runs", "/decisions"):
        assert other.get(f"/api/v1/submissions/{three[0]}{path}").status_code == 404
    pairs = other.get("/api/v1/pairs").json()["items"]
    assert {p["a"]["submission"] for p in pairs} == {three[2]}
    assert {p["b"]["submission"] for p in pairs} == {None}
    assert UNIT not in json.dumps(pairs, ensure_ascii=False)
    assert UNIT not in json.dumps(other.get("/api/v1/clusters").json(), ensure_ascii=False)


def test_pages_of_a_list_follow_each_other(client_of, three):
    client = client_of()
    found, path = [], "/api/v1/submissions?limit=2&sort=rate"
    while path:
        answer = client.get(path)
        found += ids_of(answer)
        path = answer.json()["next"]
    assert sorted(found) == sorted(three)
    assert 'rel="next"' in client.get("/api/v1/submissions?limit=2").headers["link"]


def test_a_report_has_a_tag_and_is_not_sent_twice(client_of, three):
    client = client_of("submitter", UNIT)
    first = client.get(f"/api/v1/submissions/{three[1]}/report")
    assert first.json()["verdict"]
    again = client.get(f"/api/v1/submissions/{three[1]}/report", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_names_are_shown_for_a_reason_and_that_is_noted(client_of, three, store):
    client = client_of()
    path = f"/api/v1/submissions/{three[0]}/report"
    assert client.get(f"{path}?unmask=true").status_code == 422
    assert client.get(f"{path}?unmask=true&reason=作者申诉复核").status_code == 200
    assert client_of("reviewer").get(f"{path}?unmask=true&reason=作者申诉复核").status_code == 403
    with store.read() as tx:
        rows = tx.exec_driver_sql("SELECT target FROM service_audit WHERE action = 'names.unmask'").all()
    assert [r[0] for r in rows] == [three[0]]


def test_of_two_decisions_at_once_one_is_told_of_the_other(client_of, three):
    clients = [client_of(), client_of("reviewer")]
    path = f"/api/v1/submissions/{three[0]}/decisions"
    answers = [None, None]

    def decide(n, what):
        answers[n] = clients[n].post(path, json={"what": what, "version": 1})

    threads = [threading.Thread(target=decide, args=a) for a in ((0, "pass"), (1, "return"))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(a.status_code for a in answers) == [201, 409]
    won = next(a for a in answers if a.status_code == 201).json()
    lost = next(a for a in answers if a.status_code == 409).json()
    assert lost["present"]["decision"] == won["decision"]
    assert len(clients[0].get(path).json()["history"]) == 1


def test_a_source_left_out_changes_the_rates_and_back(client_of, three):
    client = client_of("reviewer")
    path = f"/api/v1/submissions/{three[2]}"
    sources = [s["id"] for s in client.get(f"{path}/report").json()["reuse"]["sources"]]
    before = client.get(path).json()["rate"]
    assert before > 0
    for source in sources:
        out = client.post(f"{path}/exclusions", json={"target": f"source:{source}", "reason": "同一课题组"}).json()
    assert (out["adjusted"]["total"], out["reported"]["total"]) == (0, before)
    assert client.get(path).json()["rate"] == 0
    for source in sources:
        client.post(f"{path}/exclusions", json={"target": f"source:{source}", "reason": "恢复", "excluded": False})
    assert client.get(path).json()["rate"] == before
    assert client.post(f"{path}/exclusions", json={"target": "source:x", "reason": "没有"}).status_code == 404


def test_points_of_others_are_seen_after_ones_own(client_of, three):
    first, second = client_of("reviewer"), client_of("reviewer")
    path = f"/api/v1/submissions/{three[0]}/points"
    alone = {"own": 80, "others": [], "mean": 80, "low": 80, "high": 80, "count": 1}
    assert first.post(path, json={"points": 80}).json() == alone
    assert set(second.get(path).json().values()) == {None}
    both = {"own": 90, "others": [80], "mean": 85, "low": 80, "high": 90, "count": 2}
    assert second.post(path, json={"points": 90}).json() == both


@pytest.fixture
def batch(store, settings):
    members = {f"{UNIT}/{n}.docx": text_of(n) for n in (11, 12, 13)} | {f"{OTHER}/抄.docx": text_of(11)}
    batch_id = open_batch(store, zipped(members), name="演示", rulebook="henan-2023-950")
    drain(store, settings)
    return batch_id


def test_a_batch_tells_how_far_it_is_and_what_it_comes_to(client_of, batch, tmp_path):
    client = client_of()
    found = client.get(f"/api/v1/batches/{batch}").json()
    assert found["progress"] == {"total": 4, "done": 4, "failed": 0, "waiting": 0}
    assert sum(found["verdicts"].values()) == sum(b["count"] for b in found["histogram"]) == 4
    assert {(q["unit"], q["count"]) for q in found["quotas"]} >= {(OTHER, 1)}
    found = client.get(f"/api/v1/batches/{batch}/outcomes").json()
    assert [o["check"] for o in found].count("quota") >= 1
    assert batch in ids_of(client.get("/api/v1/batches"))
    cluster = client.get(f"/api/v1/clusters?batch={batch}").json()["items"]
    alike = [{m["unit"] for m in c["members"]} for c in cluster]
    assert {UNIT, OTHER} in alike
    sheet = tmp_path / "summary.xlsx"
    sheet.write_bytes(client.get(f"/api/v1/batches/{batch}/summary.xlsx").content)
    book = openpyxl.load_workbook(sheet, read_only=True)
    assert book["汇总"].max_row == 5
    lines = client.get(f"/api/v1/batches/{batch}/report.jsonl").text.splitlines()
    assert len([json.loads(line) for line in lines]) == 4

    answer = client.get(f"/api/v1/batches/{batch}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: done" in answer.text
    assert '"done":4' in answer.text.replace(" ", "")


def test_who_polls_a_batch_unseals_no_member(client_of, store):
    with store.write() as tx:
        batch = rows.batch(tx)
        member = rows.submission(tx, store.sealer, batch=batch)
        tx.execute(case.insert(), {"submission": member, "body": b"damaged", "info": b"damaged"})
    assert client_of().get(f"/api/v1/batches/{batch}").json()["progress"]["done"] == 1
    assert client_of().get(f"/api/v1/batches/{batch}/outcomes").json()["code"] == "store.damaged"


def test_what_is_stale_is_screened_anew(client_of, batch, store, settings):
    client = client_of()
    assert client.post(f"/api/v1/batches/{batch}/rescreen").json() == {"queued": 0}
    assert client.post(f"/api/v1/batches/{batch}/rescreen?everything=true").json() == {"queued": 4}
    drain(store, settings)
    assert client.get(f"/api/v1/batches/{batch}").json()["progress"]["done"] == 4


def test_rulebooks_quote_the_notice(client_of):
    client = client_of("submitter", UNIT)
    (first, *_) = client.get("/api/v1/rulebooks").json()
    rules = client.get(f"/api/v1/rulebooks/{first['id']}").json()
    assert any("3000" in r["clause"]["quote"] for k in rules["kinds"] for r in k["rules"])
    assert client.get("/api/v1/rulebooks/none").status_code == 404


def test_what_was_left_out_stays_out_of_the_next_report(client_of, three, store, settings):
    client = client_of()
    path = f"/api/v1/submissions/{three[2]}"
    for source in client.get(f"{path}/report").json()["reuse"]["sources"]:
        client.post(f"{path}/exclusions", json={"target": f"source:{source['id']}", "reason": "同一课题组"})
    assert client.get(path).json()["rate"] == 0
    assert client.post(f"{path}/rescreen").json() == {"queued": 1}
    drain(store, settings)
    assert client.get(path).json()["rate"] == 0
    assert {x["reason"] for x in client.get(f"{path}/exclusions").json()} == {"同一课题组"}


def test_blind_eyes_see_the_unit_neither_in_batches_nor_in_notes(client_of, store, settings):
    members = {f"{UNIT}/甲.docx": text_of(31), f"{UNIT}/~$锁.docx": b"x"}
    batch = open_batch(store, zipped(members), name=f"{UNIT}的材料", unit=UNIT)
    drain(store, settings)
    (submission,) = ids_of(client_of().get(f"/api/v1/submissions?batch={batch}"))
    body = {"what": "look", "version": 1, "note": f"已与{UNIT}核实"}
    assert client_of().post(f"/api/v1/submissions/{submission}/decisions", json=body).status_code == 201
    blind = client_of("reviewer")
    for path in ("batches", f"batches/{batch}", f"submissions/{submission}/decisions", f"submissions/{submission}"):
        answer = blind.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        assert UNIT not in answer.text, path
    assert "甲" not in blind.get(f"/api/v1/batches/{batch}").text
    assert blind.get("/api/v1/submissions?q=单位:临溪").status_code == 422


def test_accepting_a_finding_here_does_not_forget_its_dismissal_there(client_of, store, three):
    client = client_of()
    first, second = (f"/api/v1/submissions/{i}/decisions" for i in (three[0], three[2]))
    with store.read() as tx:  # what shows words, and can be known again
        told = tx.execute(finding.select()).all()
    key = min({r.key for r in told if r.submission == three[0]} & {r.key for r in told if r.submission == three[2]})
    client.post(first, json={"what": "dismiss", "finding": key, "version": 1, "note": "同一模板"})
    assert client.get(second).json()["remembered"][key]["note"] == "同一模板"
    client.post(second, json={"what": "accept", "finding": key, "version": 1})
    assert key in client.get(second).json()["remembered"] or client.get(second).json()["findings"][key] == "accept"
    client.post(first, json={"what": "accept", "finding": key, "version": 2})
    assert client.get(first).json()["findings"][key] == "accept"


def test_a_forged_place_in_a_list_is_refused(client_of):
    client, bound = client_of(), (Wanted().filter, "created", False)
    for body in ("[]", "[1]", "[1,2,3]", '[{},"x"]', "{}", "[null,null]", "[" * 3000):
        forged = base64.urlsafe_b64encode(_check(bound, body.encode()) + body.encode()).decode().rstrip("=")
        assert client.get(f"/api/v1/submissions?cursor={forged}").status_code == 422


def test_a_stream_takes_any_last_event_id(client_of, store):
    client, batch = client_of(), open_batch(store, state="closed")
    for given in ("9" * 25, "9" * 5000, "-1", "x"):
        headers = {"Last-Event-ID": given}
        assert "event: done" in client.get(f"/api/v1/batches/{batch}/events", headers=headers).text
