"""The points of others are for whoever has given points himself, by whatever way one looks; an administrator sees all."""

import re
import zipfile
from io import BytesIO
from itertools import chain

import pytest
from fastapi.routing import iter_route_contexts

from service.people import accounts, sessions
from service.people.principal import Role
from service.store import users
from tests.service.jobs.handing import open_batch, text_of, zipped
from tests.service.reading import rows
from tests.service.working import drain

FIRST, SECOND = 73.37, 81.19  # figures that stand nowhere else
SECRET = re.compile("73[.]37|81[.]19|77[.]3<small|均分 7|写得扎实")


@pytest.fixture
def where(tmp_path):
    """On SQLite alone: what is shown is decided above the database."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def batch(store, settings):
    members = {f"临溪市教育局/{n}.docx": text_of(n) for n in (11, 12)}
    batch_id = open_batch(store, zipped(members), rulebook="henan-2023-950")
    drain(store, settings)
    return batch_id


@pytest.fixture
def person(client_of, store, settings):
    """Return a function: the session of somebody of a role, which serves the interface as well."""

    def make(login, role="reviewer", batch=None):
        user, _ = accounts.create(store, settings, login=login, role=Role(role), name=f"{login}的名字", by="test")
        if role == "reviewer":
            with store.write() as tx:
                users.assign(tx, user, batch or "*", blind=False)
        client, secret = client_of(None), sessions.start(store, settings, user)
        client.cookies.set(sessions.cookie_name(settings), secret)
        client.headers |= {"Accept": "text/html", "Origin": settings.url}
        client.headers["X-CSRF-Token"] = sessions.principal_of(store, settings, secret).csrf
        return client

    return make


def give(client, submission, points, note=""):
    answer = client.post(f"/api/v1/submissions/{submission}/points", json={"points": points, "note": note})
    assert answer.status_code == 201
    return answer.json()


def ids(client, batch):
    found = client.get(f"/api/v1/batches/{batch}/shortlist").json()
    return [c["id"] for g in found["groups"] for c in g["cases"]]


def texts(answer):
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(answer.content)) as archive:
            return [archive.read(n).decode("utf-8", "replace") for n in archive.namelist()]
    return [answer.content.decode("utf-8", "replace")]


def everything(client, batch, submissions):
    """Get every address there is with what is known for its parameters, and what comes of it."""
    paths = {r.path_format for r in iter_route_contexts(client.app.routes) if "GET" in (r.methods or ())}
    assert "/batches/{batch_id}/shortlist/print" in paths
    for path in sorted(paths):
        for submission in submissions if "{submission_id}" in path else submissions[:1]:
            values = {"submission_id": submission, "batch_id": batch, "rulebook_id": "henan-2023-950"}
            place = re.sub(r"{(\w+)(:\w+)?}", lambda m, v=values: v.get(m[1], "0" * 28), path)
            answer = client.get(place + ("?once=true" if place.endswith("/events") else ""))
            assert answer.status_code < 500, place
            yield place, answer


def told(client, batch, submissions):
    return {
        place: found
        for place, answer in everything(client, batch, submissions)
        if (found := list(chain(*map(SECRET.findall, texts(answer)))))
    }


def test_nobody_who_has_given_none_learns_what_others_gave(person, batch):
    first, second, third = person("first"), person("second"), person("third")
    one, two = ids(third, batch)
    assert give(first, one, FIRST, "写得扎实") == {
        "own": FIRST, "others": [], "mean": 73.4, "low": FIRST, "high": FIRST, "count": 1,
    }  # fmt: skip
    give(second, one, SECOND)
    give(first, two, FIRST)
    assert told(third, batch, [one, two]) == {}
    nothing = {"own": None, "others": None, "mean": None, "low": None, "high": None, "count": None}
    assert third.get(f"/api/v1/submissions/{one}/points").json() == nothing

    # Who has given points for one case learns of that case alone.
    after = give(third, one, 60)
    assert (after["others"], after["mean"], after["low"], after["high"], after["count"]) == (
        [FIRST, SECOND],
        71.5,
        60,
        SECOND,
        3,
    )
    found = told(third, batch, [one, two])
    assert set(found) == {f"/cases/{one}", f"/api/v1/submissions/{one}/points", f"/batches/{batch}/shortlist",
                          f"/batches/{batch}/shortlist/print", f"/api/v1/batches/{batch}/shortlist",
                          f"/api/v1/batches/{batch}/shortlist.xlsx", f"/api/v1/batches/{batch}/summary.xlsx"}  # fmt: skip
    assert "写得扎实" not in set(chain(*found.values()))
    assert third.get(f"/api/v1/submissions/{two}/points").json() == nothing
    points = {
        c["id"]: c["points"]
        for g in third.get(f"/api/v1/batches/{batch}/shortlist").json()["groups"]
        for c in g["cases"]
    }
    assert points[two] == nothing
    assert points[one]["count"] == 3


def test_the_order_of_the_shortlist_tells_nothing_of_them(person, batch):
    first, second = person("first"), person("second")
    before = second.get(f"/api/v1/batches/{batch}/shortlist").text
    worst, best = ids(second, batch)[::-1]
    give(first, worst, 100)
    give(first, best, 1)
    assert second.get(f"/api/v1/batches/{batch}/shortlist").text == before


def test_where_reviewers_contradict_the_order_is_said_to_who_may_see_both(person, store):
    with store.write() as tx:
        batch = rows.batch(tx)
        low, *_, high = (
            rows.submission(tx, store.sealer, batch=batch, score=score, title=f"研修{score}", verdict="clear")
            for score in (90, 80, 70)
        )
    office, reviewer = person("office", "administrator"), person("first", batch=batch)

    def said(who):
        found = who.get(f"/api/v1/batches/{batch}/shortlist").json()
        return {c["id"]: "；".join(c["reasons"]) for g in found["groups"] for c in g["cases"]}

    give(office, low, 60)
    give(office, high, 90)
    give(reviewer, high, 80)
    assert "评审均分 85（80–90，2 人）；评审均分高于入围的《研修90》，与参考分不一致，请人比较" in said(office)[high]
    assert "评审均分 85" in said(reviewer)[high] and "高于" not in said(reviewer)[high]
    give(reviewer, low, 70)
    assert "高于入围的《研修90》" in said(reviewer)[high]
    assert "高于" not in said(office)[low]


def test_an_administrator_sees_all_with_who_gave_and_who_changed(person, batch):
    first, second, office = person("first"), person("second"), person("office", "administrator")
    one, _ = ids(office, batch)
    give(first, one, FIRST, "写得扎实")
    give(second, one, SECOND)
    give(second, one, 90)
    found = office.get(f"/api/v1/submissions/{one}/points").json()
    assert found == {"own": None, "others": [FIRST, 90], "mean": 81.7, "low": FIRST, "high": 90, "count": 2}
    page = office.get(f"/cases/{one}").text
    assert "均分 81.7（73.37–90，2 人）" in page
    assert re.search("first的名字：73.37 分，写得扎实", page)
    assert re.search("second的名字：90 分（起初 81.19 分）", page)
    assert "first的名字：" not in first.get(f"/cases/{one}").text  # others are told the figures, not whose they are
    assert re.search(r"81\.7<small>\s*73\.37–90，2 人", office.get(f"/batches/{batch}/shortlist").text)


def test_points_are_given_on_the_page_of_the_case_and_on_that_of_the_shortlist(person, batch):
    client, other = person("first"), person("second")
    one, two = ids(client, batch)
    give(other, one, FIRST)
    give(other, two, SECOND)
    page = client.post(f"/cases/{one}/points", data={"points": "66", "note": "结构清楚"}, follow_redirects=True).text
    assert "其他人的评分：73.37" in page
    assert 'value="结构清楚"' in page
    back = {"submission": two, "points": "67.5", "back": "show=in&after=&said=x"}
    answer = client.post(f"/batches/{batch}/shortlist/points", data=back, follow_redirects=False)
    assert answer.headers["location"] == f"/batches/{batch}/shortlist?show=in&said=saved#c-{two}"
    assert client.get(f"/api/v1/submissions/{two}/points").json()["own"] == 67.5
    client.post(f"/batches/{batch}/shortlist/points", data=back | {"submission": one})
    assert 'value="结构清楚"' in client.get(f"/cases/{one}").text  # what was said with the points stands
    for wrong in ("101", "-1", "nan", "inf", "x", ""):
        assert client.post(f"/cases/{one}/points", data={"points": wrong}).status_code == 422, wrong
    assert client.post(f"/cases/{one}/points", data={"points": "1"}, headers={"X-CSRF-Token": "x"}).status_code == 403
