"""The shortlist through the interface: as it is proposed, changed by hand, seen and taken away."""

import io
import threading

import pytest
from openpyxl import load_workbook

from service.store import decisions
from service.store.sight import Sight
from tests.service.jobs.handing import open_batch, text_of, zipped
from tests.service.reading import rows
from tests.service.working import drain

UNIT, OTHER = "临溪市第一小学", "白麓大学"
BLOCKED = [["length.over:1", "length.over", "blocker"], ["near_copy.whole:2", "near_copy.whole", "review"]]


@pytest.fixture
def batch(store):
    """Four cases of one unit (the best of them copied), one of another, one withdrawn."""
    made = {}
    with store.write() as tx:
        made["batch"] = rows.batch(tx, name="第一批")
        for name, score, more in (
            ("copied", 95.0, {"verdict": "return", "concerns": BLOCKED}),
            ("first", 90.0, {}),
            ("second", 80.0, {}),
            ("third", 79.5, {"concerns": [["quota.over:3", "quota.over", "review"]]}),
            ("other", 60.0, {"unit": OTHER}),
            ("withdrawn", 99.0, {"state": "cancelled"}),
        ):
            values = {
                "batch": made["batch"],
                "title": f"{name}之研修",
                "unit": UNIT,
                "verdict": "clear",
                "file": f"文件-{name}",
            }
            parts = {"topic": [round(score * 0.6, 1), 60], "form": [round(score * 0.4, 1), 40]}
            made[name] = rows.submission(tx, store.sealer, **values | {"score": score, "parts": parts} | more)
    return made


def read(client, batch, **query):
    answer = client.get(f"/api/v1/batches/{batch['batch']}/shortlist", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def cases(client, batch, **query):
    return {c["id"]: c for g in read(client, batch, **query)["groups"] for c in g["cases"]}


def states(client, batch):
    found, names = cases(client, batch), {v: k for k, v in batch.items()}
    return {names[i]: c["state"] for i, c in found.items()}


def choose(client, batch, name, what="in", version=1, **body):
    body = {"submission": batch[name], "what": what, "version": version, "reason": "区域平衡"} | body
    return client.post(f"/api/v1/batches/{batch['batch']}/shortlist/choices", json=body)


def test_the_proposal_is_told_with_its_reasons(client_of, batch):
    found = read(client_of("reviewer", batches={"*": False}), batch)
    one, two = sorted(found["groups"], key=lambda g: g["unit"])
    assert (one["unit"], one["limit"], one["used"], one["of"], one["clause"]["where"]) == (UNIT, 2, 2, 4, "二（一）")
    assert [(c["title"][:6], c["state"]) for c in two["cases"]] == [("other之", "in")]
    by = {c["title"].removesuffix("之研修"): c for c in one["cases"]}
    assert {k: c["state"] for k, c in by.items()} == {
        "first": "in",
        "second": "in",
        "third": "reserve",
        "copied": "check",
    }
    assert by["second"]["near"] and by["third"]["near"] and not by["first"]["near"]
    assert by["second"]["unsure"] and not by["first"]["unsure"]
    assert any("《copied之研修》参考分更高，还在核对" in r for r in by["second"]["reasons"])
    assert any("参考分 90（切题 54/60，规范 36/40）" in r for r in by["first"]["reasons"])
    assert by["first"]["parts"]["topic"] == {"points": 54, "weight": 60}
    assert (by["third"]["rank"], by["third"]["of"], by["third"]["class_rank"], by["third"]["class_of"]) == (4, 4, 4, 5)
    assert found["counts"] == {"all": 5, "in": 3, "reserve": 1, "check": 1, "near": 2, "hand": 0, "over": 0}
    assert found["margin"] == 1


def test_what_is_shown_can_be_chosen_and_goes_page_by_page(client_of, batch):
    client, seen, next_ = client_of(), [], f"/api/v1/batches/{batch['batch']}/shortlist?limit=2"
    while next_:
        page = client.get(next_).json()
        seen += [c["id"] for g in page["groups"] for c in g["cases"]]
        next_ = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert set(cases(client, batch, show="near")) == {batch["second"], batch["third"]}
    assert set(cases(client, batch, q="分>85")) == {batch["first"], batch["copied"]}
    assert set(cases(client, batch, q="分>85", show="in")) == {batch["first"]}
    wrong = client.get(f"/api/v1/batches/{batch['batch']}/shortlist?q=率>很高")
    assert wrong.status_code == 422
    blind = client_of("reviewer").get(f"/api/v1/batches/{batch['batch']}/shortlist?q=单位:临溪")
    assert blind.status_code == 422


def test_blind_eyes_see_no_unit_and_the_order_tells_none(client_of, batch):
    client = client_of("reviewer")
    text = client.get(f"/api/v1/batches/{batch['batch']}/shortlist").text
    assert UNIT not in text and OTHER not in text
    units = [g["unit"] for g in read(client, batch)["groups"]]
    assert units == sorted(units) and all(u.startswith("单位 ") for u in units)
    choose(client_of(), batch, "third", reason=f"{UNIT}是乡村学校")
    (held,) = [c["choice"] for c in cases(client, batch).values() if c["choice"]]
    assert UNIT not in held["reason"] and held["reason"].endswith("是乡村学校")


def test_a_dismissed_finding_and_a_decision_let_a_case_take_part(store, client_of, batch):
    client, sight = client_of(), Sight(everything=True)
    with store.write() as tx:
        decisions.decide(tx, batch["copied"], sight, what="dismiss", by="user:x", version=1, finding="length.over:1")
    (reason,) = [r for r in cases(client, batch)[batch["copied"]]["reasons"] if "人工查看" in r]
    assert reason == "请人工查看：疑似重复"
    with store.write() as tx:
        decisions.decide(
            tx, batch["copied"], sight, what="dismiss", by="user:x", version=2, finding="near_copy.whole:2"
        )
    assert states(client, batch) == {
        "copied": "in",
        "first": "in",
        "second": "reserve",
        "third": "reserve",
        "other": "in",
    }
    with store.write() as tx:
        decisions.decide(tx, batch["copied"], sight, what="open", by="user:x", version=3, finding="near_copy.whole:2")
        decisions.decide(tx, batch["first"], sight, what="return", by="user:x", version=1)
    assert states(client, batch) | {} == {
        "copied": "check",
        "first": "check",
        "second": "in",
        "third": "in",
        "other": "in",
    }


def test_a_change_is_shown_with_who_when_and_why_and_can_be_taken_back(client_of, batch):
    client = client_of()
    made = choose(client, batch, "third", reason=" 乡村学校 ")
    assert made.status_code == 201
    assert made.json()["case"]["label"] == "人工选入"
    assert (made.json()["used"], made.json()["over"], made.json()["warning"]) == (2, 0, "")
    held = cases(client, batch)[batch["third"]]
    assert (held["choice"]["reason"], held["choice"]["by"], held["proposed"]) == ("乡村学校", "test", "reserve")
    assert held["choice"]["created"].endswith("+08:00")
    assert states(client, batch)["second"] == "reserve"
    assert choose(client, batch, "third", "auto", version=2, reason="").status_code == 201
    assert cases(client, batch)[batch["third"]]["choice"] is None
    assert states(client, batch)["second"] == "in"
    choose(client, batch, "first", "out", reason="已在别处发表")
    path = f"/api/v1/batches/{batch['batch']}/shortlist/choices"
    assert [(c["submission"], c["what"]) for c in client.get(path).json()] == [
        (batch["first"], "out"),
        (batch["third"], "auto"),
        (batch["third"], "in"),
    ]
    assert len(client.get(path, params={"submission": batch["third"]}).json()) == 2
    assert client.get(path, params={"submission": "x"}).status_code == 404


def test_hands_may_go_beyond_the_quota_and_it_is_said_loudly(client_of, batch):
    client = client_of("reviewer")
    for name in ("first", "second"):
        assert choose(client, batch, name).json()["warning"] == ""
    made = choose(client, batch, "copied").json()
    assert (made["used"], made["limit"], made["over"]) == (3, 2, 1)
    assert made["warning"] == "通知的名额是 2 个，现在入围 3 个，超出 1 个"
    found = read(client, batch, show="over")
    assert found["counts"]["over"] == 1
    assert [g["over"] for g in found["groups"]] == [1]


def test_what_is_incomplete_stale_or_not_ones_own_is_refused(client_of, batch, store):
    client = client_of()
    assert choose(client, batch, "third", reason=" ").json()["code"] == "shortlist.reason"
    assert choose(client, batch, "third", "banish").status_code == 422
    assert choose(client, batch, "withdrawn").status_code == 404
    with store.write() as tx:
        strange = rows.batch(tx)
        elsewhere = rows.submission(tx, store.sealer, batch=strange)
    assert choose(client, batch | {"elsewhere": elsewhere}, "elsewhere").status_code == 404
    assert choose(client, batch, "third").status_code == 201
    stale = choose(client, batch, "third", "out")
    assert (stale.status_code, stale.json()["code"]) == (409, "shortlist.version")
    assert stale.json()["present"] == {"version": 2, "what": "in", "decision": None}
    assert choose(client, batch, "third", "out", version=2).status_code == 201
    for who in (client_of("submitter", UNIT), client_of("reviewer", batches={strange: True})):
        refused = {
            choose(who, batch, "first").status_code,
            who.get(f"/api/v1/batches/{batch['batch']}/shortlist").status_code,
        }
        assert refused <= {403, 404}
    with store.read() as tx:
        assert {r.version for r in tx.exec_driver_sql("SELECT version FROM service_submission").all()} == {1, 3}


def test_of_two_who_change_at_once_one_is_told(client_of, batch):
    clients, answers = [client_of(), client_of()], []
    for c in clients:
        read(c, batch)
    threads = [
        threading.Thread(target=lambda c=c, w=w: answers.append(choose(c, batch, "third", w)))
        for c, w in zip(clients, ("in", "out"), strict=True)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert len(clients[0].get(f"/api/v1/batches/{batch['batch']}/shortlist/choices").json()) == 1


def test_the_sheet_says_what_the_interface_says(client_of, batch):
    client = client_of()
    choose(client, batch, "third", reason="=乡村学校")
    book = load_workbook(io.BytesIO(client.get(f"/api/v1/batches/{batch['batch']}/shortlist.xlsx").content))
    head, *lines = book["入围"].iter_rows(values_only=True)
    told = [dict(zip(head, line, strict=True)) for line in lines]
    found = cases(client, batch)
    assert [t["标题"] for t in told] == [c["title"] for c in found.values()]
    for t, c in zip(told, found.values(), strict=True):
        assert t["状态"].endswith(c["label"])
        assert (t["参考分"], t["单位名次"], t["切题得分"]) == (c["score"], c["rank"], c["parts"]["topic"]["points"])
        assert t["理由"].split("\n") == [f"{n}. {r}" for n, r in enumerate(c["reasons"], 1)]
    (hand,) = [t for t in told if t["调整人"]]
    assert hand["人工调整的理由"] == "'=乡村学校"
    quotas = list(book["入围名额"].iter_rows(values_only=True, min_row=2))
    assert {(q[0], q[4], q[5]) for q in quotas} == {(UNIT, 2, "2"), (OTHER, 1, "2")}


def test_the_workbook_of_a_batch_has_the_shortlist_but_not_for_units(client_of, batch):
    path = f"/api/v1/batches/{batch['batch']}/summary.xlsx"
    sheets = {
        role: set(load_workbook(io.BytesIO(client_of(role, unit).get(path).content)).sheetnames)
        for role, unit in (("administrator", ""), ("reviewer", ""))
    }
    assert all({"入围", "入围名额", "说明"} <= names for names in sheets.values())


def test_it_goes_by_what_screening_found(client_of, store, settings):
    copy = {f"{UNIT}/甲.docx": text_of(11), f"{OTHER}/乙.docx": text_of(11), f"{OTHER}/丙.docx": text_of(12)}
    batch_id = open_batch(store, zipped(copy), rulebook="henan-2023-950")
    drain(store, settings)
    client = client_of()
    for c in cases(client, {"batch": batch_id}).values():
        assert sum(p["points"] for p in c["parts"].values()) == pytest.approx(c["score"])
        report = client.get(f"/api/v1/submissions/{c['id']}/report").json()
        worst = {f["severity"] for o in report["outcomes"] if o["check"] != "quota" for f in o["findings"]}
        assert (c["state"] == "check") == bool(worst & {"review", "blocker"})
        assert ("疑似重复" in "".join(c["reasons"])) == any(
            o["check"] == "near_copy" and o["findings"] for o in report["outcomes"]
        )
