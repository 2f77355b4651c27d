"""What a reviewer sees and does beside the finding itself: passages left out, what was judged before, groups as charts."""

import json
import re
from itertools import pairwise

import pytest

from service.comparing import Named
from service.pages import cluster_charts as charts
from service.pages.cluster_charts import Group, Tie
from service.people import sessions
from service.store import decisions, exclusions, findings, runs, users
from tests.service.jobs.handing import alter, hand_in, open_batch, row_of, text_of
from tests.service.pages.test_pages import OTHER, UNIT, send
from tests.service.reading import rows
from tests.service.working import drain
from tests.writing import case_lines, docx


@pytest.fixture
def copies(store, settings):
    """Three submissions of one text by three units, the second and third saying so in their reports; and one that stands alone."""
    ids = [hand_in(store, text_of(11, 8), unit=u, name=f"{u}.docx") for u in (UNIT, OTHER, "松岗县教师发展中心")]
    drain(store, settings)
    return ids


def report_of(store, submission_id):
    with store.read() as tx:
        return json.loads(runs.report_of(tx, store.sealer, row_of(store, submission_id)["run"]))


def version_of(page):
    return re.search(r'name="version" value="(\d+)"', page)[1]


def key_with_words(store, *ids):
    """A finding that the reports of all of these have, and that shows words."""
    first, *rest = (set(findings.known_keys(report_of(store, i))) for i in ids)
    return min(first.intersection(*rest))


def test_a_passage_left_out_by_hand_takes_its_characters_out_of_the_rates(browser, store, settings):
    lines = case_lines(21, 12)
    hand_in(store, docx(lines), unit=UNIT)
    mixed = [*lines[:3], *case_lines(22, 12)[1:8], *lines[7:9]]
    there = hand_in(store, docx(mixed), unit=OTHER)
    drain(store, settings)
    client = browser("reviewer")
    page = client.get(f"/cases/{there}").text
    passages = re.findall(r'name="passage" value="([0-9a-f]{16})"', page)
    assert len(passages) == len(report_of(store, there)["reuse"]["passages"]) >= 2
    before = row_of(store, there)["rate"]
    after = send(client, f"/cases/{there}/exclude", passage=passages[0], reason="工作要求的原文").text
    assert "工作要求的原文" in after
    assert after.count('class="m-excluded"') > 0
    assert row_of(store, there)["rate"] < before
    assert f"<del>{100 * before:.1f}%</del>" in after
    assert send(client, f"/cases/{there}/exclude", passage=passages[0], reason="改判", undo="1").status_code == 200
    assert row_of(store, there)["rate"] == before
    assert send(client, f"/cases/{there}/exclude", passage="0" * 16, reason="没有这一段").status_code == 404
    assert send(client, f"/cases/{there}/exclude", passage=passages[0], reason=" ").status_code == 422
    with store.read() as tx:
        assert [x["excluded"] for x in exclusions.listed(tx, there)] == [False, True]


def test_what_was_dismissed_once_is_shown_with_who_when_why_and_is_taken_back(browser, store, copies):
    client = browser("reviewer")
    key = key_with_words(store, *copies[1:])
    said = {"what": "dismiss", "finding": key, "version": 1, "note": "同一教材的格式"}
    assert send(client, f"/cases/{copies[1]}/decide", **said).status_code == 200
    page = client.get(f"/cases/{copies[2]}").text
    assert re.search(r"以前判过不成立：\d{4}-\d\d-\d\d \d\d:\d\d 评审甲，“同一教材的格式”", page)
    assert f'href="/cases/{copies[1]}"' in page
    listed = client.get("/memory").text
    assert "同一教材的格式" in listed
    assert f'href="/cases/{copies[2]}"' in listed
    one = re.search(r'action="(/memory/[0-9a-f]{28}/take-back)"', listed)[1]
    assert send(client, one, reason="").status_code == 422
    assert "已收回" in send(client, one, reason="看错了").text
    assert "以前判过" not in client.get(f"/cases/{copies[2]}").text
    assert send(client, one, reason="再来一次").status_code == 409
    listed = client.get("/memory").text
    assert listed.index("看错了") < listed.index("同一教材的格式")  # added, not changed
    assert "/take-back" not in listed


def test_a_dismissal_is_taken_back_where_it_applies(browser, store, copies):
    client = browser("reviewer")
    key = key_with_words(store, *copies[1:])
    send(client, f"/cases/{copies[1]}/decide", what="dismiss", finding=key, version=1, note="合作成果")
    way = f"/cases/{copies[2]}/take-back"
    assert "以前判过" not in send(client, way, finding=key, reason="不是一回事").text
    assert send(client, way, finding=key, reason="不是一回事").status_code == 409
    assert send(client, way, finding="length.over:0", reason="没有这一条").status_code == 404


def test_only_what_shows_words_is_remembered(browser, store, settings):
    ids = [hand_in(store, text_of(seed, 6), unit=UNIT) for seed in (31, 32)]
    drain(store, settings)
    report = report_of(store, ids[0])
    wordless = next(k for k, _, f in findings.keys_of(report) if not findings.carries(f))
    client = browser("reviewer")
    assert wordless in {k for k, _, _ in findings.keys_of(report_of(store, ids[1]))}  # the same of every text
    send(client, f"/cases/{ids[0]}/decide", what="dismiss", finding=wordless, version=1, note="已收到纸质件")
    assert "已收到纸质件" in client.get(f"/cases/{ids[0]}").text
    assert "以前判过" not in client.get(f"/cases/{ids[1]}").text
    with store.read() as tx:
        assert decisions.remembered(tx, "finding", [wordless]) == {}


def test_a_pair_that_is_no_case_is_known_in_groups_and_on_the_case(browser, copies):
    client = browser("reviewer")
    way = re.search(r'href="(/pairs/[^"#]+)"', client.get(f"/cases/{copies[1]}").text)[1]
    assert "同一模板" in send(client, f"{way}/dismiss", reason="同一模板").text
    assert send(client, f"{way}/dismiss", reason="同一模板").status_code == 409
    assert "这一对以前判过不成立" in client.get(f"/cases/{copies[1]}").text
    assert "已判不成立：" in client.get("/clusters").text
    assert "的相似" in client.get("/memory").text
    send(client, f"{way}/dismiss", reason="不同一模板", undo="1")
    assert "已判不成立：" not in client.get("/clusters").text


def test_a_unit_sees_nothing_of_what_reviewers_say_among_themselves(browser, store, copies):
    key = key_with_words(store, *copies[1:])
    client = browser("reviewer")
    send(client, f"/cases/{copies[1]}/decide", what="dismiss", finding=key, version=1, note="合作成果")
    source = re.search(r'name="source" value="([^"]+)"', client.get(f"/cases/{copies[1]}").text)[1]
    send(client, f"/cases/{copies[1]}/exclude", source=source, reason="联合申报")
    unit = browser("submitter", unit=OTHER)
    page = unit.get(f"/cases/{copies[1]}").text
    assert "合作成果" not in page
    assert "联合申报" not in page
    assert unit.get("/memory").status_code == 403


# -- groups as charts ---------------------------------------------------------------------------------------------------------


def group(number, count, received=None):
    members = [
        Named(id=f"{number}-{n}", title=f"题目{n}", unit="", received=(received or {}).get(n, ""), submission=f"s{n}")
        for n in range(1, count + 1)
    ]
    ties = [Tie(a=n, b=n + 1, share_of_a=0.9, share_of_b=0.15, own=False) for n in range(1, count)]
    return Group(number=number, key=members[0].id, members=members, ties=ties, average=0.5, earliest=1)


def test_the_heat_map_tells_both_directions_by_figure_and_shade():
    html = str(charts.heat_map(charts.mapped([group(1, 2)])))
    assert "1.1 有 90.0% 与 1.2 相同或相近" in html
    assert "1.2 有 15.0% 与 1.1 相同或相近" in html
    assert ">90</text>" in html and ">15</text>" in html
    assert charts.FILLS[4] in html and charts.FILLS[1] in html


def test_the_heat_map_is_bounded_whatever_the_delivery():
    many = [group(n, 30) for n in range(1, 70)]
    rows = charts.mapped(many)
    assert sum(n for _, n in rows) <= charts.MAPPED
    assert [n for _, n in charts.mapped([group(1, 2000)])] == [charts.MAPPED]
    html = charts.heat_map(rows)
    assert len(html) < 300_000
    assert "</text></g>" not in html  # too small for figures: squares that grow with the rate


def test_shades_get_darker_step_by_step_for_every_kind_of_vision():
    light = [luminance(f) for f in charts.FILLS]
    assert all(b < 0.8 * a for a, b in pairwise(light))


def test_in_the_timeline_each_stands_where_its_date_lies():
    dates = {1: "2024-01-10T00:00:00+08:00", 2: "2024-01-15T00:00:00+08:00", 3: "2024-01-20T00:00:00+08:00"}
    html = charts.timeline(group(1, 4, dates))
    at = [float(x) for x in re.findall(r'<circle cx="([0-9.]+)"', html)]
    assert at[0] < at[1] < at[2] < at[3]  # the last one has no date, and stands apart
    assert at[1] - at[0] == pytest.approx(at[2] - at[1])
    assert "最早 01-10" in html
    assert "日期不详" in html


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# -- what goes wrong ----------------------------------------------------------------------------------------------------------


def test_a_failure_of_the_program_is_a_page_for_a_browser_and_a_problem_for_a_program(app, client_of, browser):
    @app.get("/fails")
    def fails():
        raise RuntimeError("weit weg")

    page = browser("administrator").get("/fails")
    assert page.status_code == 500
    assert "程序出错了" in page.text
    assert page.headers["x-request-id"] in page.text
    assert "weit weg" not in page.text
    assert client_of().get("/fails").json()["code"] == "internal"


@pytest.mark.parametrize(
    ("state", "words"),
    [("screening", "一般几分钟内完成"), ("queued", "排队等待读取"), ("failed", "没有筛查完"), ("cancelled", "已撤回")],
)
def test_a_case_without_a_report_says_why(store, browser, state, words):
    with store.write() as tx:
        there = rows.submission(tx, store.sealer, state=state, verdict=None)
    page = browser("administrator").get(f"/cases/{there}")
    assert page.status_code == 200
    assert words in page.text


def test_what_was_said_of_one_case_names_nobody_to_a_blind_reviewer_of_another(browser, store, settings, copies):
    batch = open_batch(store)
    alter(store, copies[2], batch=batch)
    key = key_with_words(store, *copies[1:])
    said = {"what": "dismiss", "finding": key, "version": 1, "note": f"已与{OTHER}核实"}
    send(browser("administrator"), f"/cases/{copies[1]}/decide", **said)
    blind = browser("reviewer")
    assert OTHER not in blind.get("/memory").text
    with store.write() as tx:  # from now on the other case is out of sight
        user = sessions.principal_of(store, settings, blind.cookies[sessions.cookie_name(settings)]).id.removeprefix(
            "user:"
        )
        users.assign(tx, user, batch, blind=True)
        users.unassign(tx, user, "*")
    page = blind.get(f"/cases/{copies[2]}").text
    assert "以前判过不成立" in page
    assert "核实" in page
    assert OTHER not in page
    assert f"/cases/{copies[1]}" not in page
    assert blind.get("/memory").text.count("/take-back") == 0
