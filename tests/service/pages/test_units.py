"""Units: what a batch has of each, all about one, its letter; each person sees of it what is his to see."""

import io
import json
import re
from html import unescape

import docx
import pytest

from service import comparing
from service.masking import unit_ref
from service.people.principal import Principal, Role
from service.store import decisions, findings, runs, submissions
from service.store.sight import Sight
from tests.service.jobs.handing import hand_in, members, open_batch, row_of, text_of, zipped
from tests.service.reading import rows
from tests.service.working import drain
from tests.writing import case_lines
from tests.writing import docx as written

UNIT, OTHER = "临溪市教育局", "白麓大学"
EVERYTHING = Sight(everything=True)


@pytest.fixture
def where(tmp_path):
    """What the pages ask the store is simple: SQLite is enough here, and the matrix asks everybody."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def batch(store, settings):
    texts = {f"{UNIT}/{n}.docx": text_of(n) for n in (11, 12)} | {f"{OTHER}/抄.docx": text_of(11, 5)}
    batch_id = open_batch(store, zipped(texts), name="演示", rulebook="henan-2023-950")
    hand_in(store, text_of(13)[:900], "坏.docx", batch=batch_id, unit=OTHER, kind="work_case")
    drain(store, settings)
    return batch_id


def ref(store, batch, unit=UNIT):
    return unit_ref(store.sealer.veil, batch, unit)


def row_in(page, unit):
    return next(r for r in re.findall("<tr>.*?</tr>", page, re.DOTALL) if unit in r)


def test_the_list_says_of_each_unit_what_is_to_be_done(browser, batch):
    page = browser("administrator").get(f"/batches/{batch}/units").text
    assert page.count('class="name"') == 2
    own, other = row_in(page, UNIT), row_in(page, OTHER)
    assert "与别处 1 组" in own and "与别处 1 组" in other
    assert "读不了 1" in other and "读不了" not in own
    assert 'data-label="份数">2<' in own


def test_many_units_come_page_by_page(browser, store):
    with store.write() as tx:
        batch = rows.batch(tx)
        for n in range(201):
            rows.submission(tx, store.sealer, batch=batch, unit=f"第{n:03d}小学")
    client = browser("administrator")
    first, second = (client.get(f"/batches/{batch}/units?page={n}").text for n in (1, 2))
    assert (first.count('class="name"'), second.count('class="name"')) == (200, 1)
    assert "共 201 个" in first and 'href="?page=2"' in first and 'href="?page=1"' in second


def test_groups_are_within_a_unit_or_with_others(browser, store):
    with store.write() as tx:
        batch = rows.batch(tx)
        one, two = (rows.submission(tx, store.sealer, batch=batch, unit=UNIT, document=f"own{n}") for n in (1, 2))
        rows.submission(tx, store.sealer, batch=batch, unit=OTHER, document="other")
        rows.pair(tx, one, "own2", own=True)
    alone = row_in(browser("administrator").get(f"/batches/{batch}/units").text, UNIT)
    assert "单位内 1 组" in alone and "与别处" not in alone
    with store.write() as tx:
        rows.pair(tx, two, "other")
    page = browser("administrator").get(f"/batches/{batch}/units").text
    assert "单位内 1 组" in row_in(page, UNIT) and "与别处 1 组" in row_in(page, UNIT)
    assert "单位内" not in row_in(page, OTHER) and "与别处 1 组" in row_in(page, OTHER)


def test_groups_are_the_same_whether_they_are_named_or_not(store, batch):
    people = [
        Principal(id="user:1", name="", role=Role.ADMINISTRATOR),
        Principal(id="user:2", name="", role=Role.REVIEWER, batches={"*": True}),
        Principal(id="user:3", name="", role=Role.SUBMITTER, unit_key=UNIT),
    ]
    with store.read() as tx:
        for who in people:
            plain = comparing.alike(tx, who, batch)
            named = comparing.clusters_of(tx, store, who, batch)
            assert plain.groups
            for one, other in zip(plain.groups, named.groups, strict=True):
                called = plain.named(tx, store, who, [one])
                assert sorted(called[m.id].title for m in one.members) == sorted(
                    named.named[m.id].title for m in other.members
                )
                assert [x.rate for x in one.links] == [x.rate for x in other.links]


def test_quotas_and_lateness_are_counted_by_unit(browser, store):
    with store.write() as tx:
        batch = rows.batch(tx)
        more = {"batch": batch, "unit_type": "school", "unit": UNIT}
        for _ in range(3):
            rows.submission(tx, store.sealer, **more, codes=["deadline.late"])
        rows.submission(tx, store.sealer, **more, error="file.broken")
    page = browser("administrator").get(f"/batches/{batch}/units").text
    assert "超 1" in page
    assert re.search(r"国培计划</span> <b>3</b><span class=\"meta-in\"> / 2</span>", page)
    assert "迟报 3" in page


def test_a_units_page_gathers_its_problems_under_the_notices_sentence(browser, store, batch):
    client = browser("administrator")
    page = client.get(f"/batches/{batch}/units/{ref(store, batch, OTHER)}").text
    assert "疑似重复" in page and "附件 一.1：<q>内容真实</q>" in page and "怎样改" in page
    assert "读不了的文件" in page
    (broken,) = [m for m in members(store, batch) if m["error"]]
    assert broken["message"] in page
    assert client.get(f"/batches/{batch}/units/{'0' * 16}").status_code == 404


def test_earlier_batches_are_named_but_not_to_blind_eyes(browser, store, batch):
    with store.write() as tx:
        before = rows.batch(tx, name="去年的")
        rows.submission(tx, store.sealer, batch=before, unit=UNIT, verdict="return")
    way = f"/batches/{batch}/units/{ref(store, batch)}"
    page = browser("administrator").get(way).text
    assert f"/batches/{before}/units/{ref(store, before)}" in page and "建议退回 1" in page
    blind = browser("reviewer").get(way).text
    assert "去年的" not in blind and before not in blind


def test_blind_eyes_see_no_name_and_no_letter(browser, store, batch):
    blind, way = browser("reviewer"), f"/batches/{batch}/units"
    for page in (blind.get(way).text, blind.get(f"{way}/{ref(store, batch)}").text):
        assert UNIT not in page and OTHER not in page
        assert re.search("单位 [A-Z2-7]{5}", page)
        assert "letter" not in page
    open_ = browser("reviewer", blind=False)
    for letter in (f"{way}/{ref(store, batch)}/letter", f"/api/v1{way}/{ref(store, batch)}/letter.docx"):
        assert (blind.get(letter).status_code, open_.get(letter).status_code) == (403, 200)


def test_a_unit_is_told_of_a_decision_when_it_is_time(browser, store, batch):
    case = next(m["id"] for m in members(store, batch) if m["unit_key"] == UNIT)
    decide(store, case, "pass")
    way = f"/batches/{batch}/units/{ref(store, batch)}"
    assert ">通过<" in browser("reviewer").get(way).text
    assert ">通过<" not in browser("submitter", unit=UNIT).get(way).text


def test_a_unit_sees_itself_in_the_batch_of_all_and_nobody_else(browser, store, batch):
    client, way = browser("submitter", unit=UNIT), f"/batches/{batch}/units"
    assert f'href="{way}/{ref(store, batch)}"' in client.get("/unit").text
    page = client.get(way).text
    assert page.count('class="name"') == 1 and UNIT in page and OTHER not in page
    page = client.get(f"{way}/{ref(store, batch)}").text
    assert "其他单位的材料" in page and OTHER not in page and "letter" not in page
    assert client.get(f"{way}/{ref(store, batch, OTHER)}").status_code == 404
    assert browser("submitter", unit="河图学校").get(way).status_code == 404


def words_of(data):
    document = docx.Document(io.BytesIO(data))
    return [*(p.text for p in document.paragraphs), *(c.text for t in document.tables for r in t.rows for c in r.cells)]


def test_the_letter_is_one_file_and_the_page_says_the_same(browser, store, batch):
    client, way = browser("administrator"), f"/batches/{batch}/units/{ref(store, batch, OTHER)}"
    answer = client.get(f"/api/v1{way}/letter.docx?until=2024-03-01")
    assert answer.headers["content-disposition"].endswith("%E9%BA%93%E5%A4%A7%E5%AD%A6.docx")
    page = client.get(f"{way}/letter?until=2024-03-01").text
    said = [w for w in words_of(answer.content) if w.strip()]
    assert any("2024 年 3 月 1 日前" in w for w in said)
    shown = unescape(page)
    assert [w for w in said if w not in shown] == []
    assert OTHER in page and UNIT not in shown.partition("<article")[2]
    assert client.get(f"/api/v1{way}/letter.docx?until=").status_code == 200
    assert {"export.letter", "letter.read"} <= {line["action"] for line in client.get("/api/v1/audit").json()["items"]}


def decide(store, submission_id, what, finding=""):
    with store.write() as tx:
        version = submissions.one(tx, submission_id, EVERYTHING)["version"]
        decisions.decide(tx, submission_id, EVERYTHING, what=what, by="user:test", version=version, finding=finding)


def test_a_letter_asks_for_nothing_that_people_have_settled(browser, store, batch):
    case = next(m for m in members(store, batch) if m["unit_key"] == OTHER and not m["error"])
    with store.read() as tx:
        report = json.loads(runs.report_of(tx, store.sealer, case["run"]))
    alike = {k: f["message"] for k, _, f in findings.keys_of(report) if f["code"].startswith("near_copy")}
    admin, way = browser("administrator"), f"/batches/{batch}/units/{ref(store, batch, OTHER)}"
    asked = re.compile("<td>[^<]*疑似重复")
    assert asked.search(admin.get(f"{way}/letter").text)
    assert all(message in unescape(admin.get(way).text) for message in alike.values())
    for key in alike:
        decide(store, case["id"], "dismiss", key)
    page = unescape(admin.get(way).text)
    assert not any(message in page for message in alike.values()) and f"“不成立”的 {len(alike)} 处" in page
    assert not asked.search(admin.get(f"{way}/letter").text)
    assert "疑似重复" in browser("submitter", unit=OTHER).get(way).text  # told later, if at all
    decide(store, case["id"], "pass")
    assert "其中 1 份有需要" in admin.get(f"{way}/letter").text  # the one that can't be read


def test_a_case_that_was_handed_in_again_is_ticked_off(browser, store, settings):
    hand_in(store, text_of(21, 8), "旧.docx", unit=OTHER, kind="work_case")
    batch = open_batch(store, state="open", rulebook="henan-2023-950")
    long_title = f"{'关于乡村教师培训的长题目' * 8}"
    more = {"batch": batch, "unit": UNIT, "kind": "work_case", "project": "国培计划"}
    old = hand_in(store, written([long_title, "电话：13800000101", *case_lines(21)[1:]]), "甲.docx", **more)
    drain(store, settings)
    decide(store, old, "return")
    client = browser("submitter", unit=UNIT)
    data = written(["乡村教师培训的做法", *case_lines(21)[1:]])
    answer = client.post(
        "/api/v1/submissions",
        data={"replaces": old, "kind": "work_case"},
        files={"file": ("甲.docx", data)},
        headers={"X-CSRF-Token": client.token, "Idempotency-Key": "again"},
    )
    assert answer.status_code == 202, answer.text
    drain(store, settings)
    page = browser("administrator").get(f"/batches/{batch}/units/{ref(store, batch)}/letter").text
    assert "重新报送，与上次的意见对照如下" in page
    assert "☑ 已修改" in page  # the title, the telephone
    likeness = next(r for r in re.findall("<tr>.*?</tr>", page, re.DOTALL) if "疑似重复" in r)
    assert "☐ 仍存在" in likeness  # with the same text of another unit, which has an alias here
    assert row_of(store, old)["state"] == "cancelled"
