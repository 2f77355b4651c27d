"""Filters must not tell a blind reviewer what is hidden from him: also not on the page of the list."""

import pytest

from service.errors import ServiceError
from service.people.principal import Principal, Role
from service.routes.pages_cases import wanted_of
from tests.service.jobs.handing import alter, hand_in, open_batch
from tests.service.working import drain
from tests.writing import case_lines, docx

LIST = "/api/v1/submissions"


@pytest.fixture
def where(tmp_path):
    """What may be asked is decided above the database; tests/service/reading asks both."""
    return str(tmp_path / "data" / "screening.db")


def reviewer(*, blind):
    return Principal(id="user:1", name="", role=Role.REVIEWER, batches={"*": blind})


@pytest.mark.parametrize("line", ["单位:临溪", "阅读 unit:临溪"])
def test_a_blind_reviewer_cannot_look_for_a_unit_on_the_page(app, line):
    with pytest.raises(ServiceError) as error:
        wanted_of(app.state.service, reviewer(blind=True), line, "", "rate", "")
    assert error.value.code == "query.unit"
    assert wanted_of(app.state.service, reviewer(blind=False), line, "", "rate", "").filter.unit == "临溪"


def test_a_blind_reviewer_learns_of_no_hidden_name_by_searching_for_it(client_of, store, settings):
    shared = case_lines(61)
    first = {"unit": "青榆县第三小学", "author": "欧阳静雪"}
    hand_in(store, docx(shared), "甲.docx", **first, row=first)
    lines = [f"闻人清和的{shared[0]}", *(f"{x}。闻人老师和欧阳静雪、闻 人 清 和都在青榆三小。" for x in shared[1:])]
    second = {"unit": "临溪市石榴镇中心小学", "author": "闻人清和"}
    hand_in(store, docx(lines), "乙-王小明.docx", **second, row=second)
    drain(store, settings)
    blind, seeing = client_of("reviewer"), client_of("reviewer", batches={"*": False})

    def count(client, words):
        return client.get(LIST, params={"q": words}).json()["counts"]["total"]

    word = shared[2][20:24]
    assert count(blind, word) == count(seeing, word) == 2
    for name in ("闻人清和", "闻人", "清和", "闻人老师", "欧阳静雪", "欧阳", "静雪", "石榴镇中心小学"):
        assert count(blind, name) == 0, name
    assert count(seeing, "闻人清和") == 1  # it is in the title
    assert blind.get(LIST, params={"sort": "title"}).json()["code"] == "query.title"
    assert seeing.get(LIST, params={"sort": "title"}).status_code == 200


def test_a_unit_is_told_of_a_return_at_once_and_of_all_else_when_the_batch_is_closed(client_of, store):
    unit, admin, reviewer = client_of("submitter", "白麓大学"), client_of(), client_of("reviewer")
    batch = open_batch(store, state="open")
    ids = {w: hand_in(store, b"x", unit="白麓大学", batch=batch) for w in ("pass", "return", "look", "open")}
    alone = hand_in(store, b"x", unit="白麓大学")
    for what, submission in (*ids.items(), ("pass", alone)):
        for version, word in enumerate(("pass", what) if what == "open" else (what,), 1):
            body = {"what": word, "version": version, "note": "只给评审看"}
            assert reviewer.post(f"{LIST}/{submission}/decisions", json=body).status_code == 201

    def told():
        listed = {i["id"]: i["decision"] for i in unit.get(LIST).json()["items"]}
        for submission, decision in listed.items():
            assert unit.get(f"{LIST}/{submission}").json()["decision"] == decision
            said = unit.get(f"{LIST}/{submission}/decisions").json()
            assert (said["decision"], said["history"], said["findings"]) == (decision, [], {})
            found = unit.get(LIST, params={"decision": decision or "none"}).json()["items"]
            assert submission in {i["id"] for i in found}
            assert {i["decision"] for i in found} == {decision}
        return {w: listed[i] for w, i in ids.items()}, listed[alone]

    assert told() == ({"pass": None, "return": "return", "look": None, "open": None}, "pass")
    assert admin.post(f"/api/v1/batches/{batch}/close").status_code == 200
    assert told() == ({"pass": "pass", "return": "return", "look": "look", "open": None}, "pass")


def test_the_counts_of_a_batch_tell_a_unit_what_the_list_tells_it(client_of, store):
    batch = open_batch(store, state="open", unit="白麓大学", unit_key="白麓大学")
    for decision in ("pass", "return"):
        alter(store, hand_in(store, b"x", unit="白麓大学", batch=batch), decision=decision, told=None)
    assert client_of("submitter", "白麓大学").get(f"/api/v1/batches/{batch}").json()["decisions"] == {"": 2}
    assert client_of().get(f"/api/v1/batches/{batch}").json()["decisions"] == {"pass": 1, "return": 1}
