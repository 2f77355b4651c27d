"""Keyset paging: all pages together are the whole list; filters; sight; plans and time over 5,000 rows."""

import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from screening import __version__
from service.errors import ServiceError
from service.moment import new_id
from service.store import current, listing, search
from service.store.listing import Wanted
from service.store.query import Filter, parse
from service.store.schema import submission
from service.store.sight import Sight
from tests.service.reading import rows

ALL = Sight(everything=True)
SORTS = ["created", "rate", "largest", "words", "score", "title"]


def every(store, wanted, limit, sight=ALL):
    out, cursor = [], ""
    with store.read() as tx:
        while True:
            page = listing.page(tx, wanted, sight, limit=limit, cursor=cursor)
            out += [r["id"] for r in page.rows]
            if page.next is None:
                return out
            cursor = page.next


@pytest.fixture
def many(store):
    rng, out = random.Random(1), {}
    with store.write() as tx:
        batch = rows.batch(tx)
        for n in range(40):
            values = {
                "title": rng.choice(["甲", "乙", "丙", "𠮷"]),
                "rate": rng.choice([None, 0.0, 0.31, 0.3100001, 1 / 3]),
                "largest": rng.choice([None, 0.2]),
                "words": rng.choice([None, 2000, 3000]),
                "score": rng.choice([None, 77.7]),
                "batch": rng.choice([None, batch]),
                "unit": f"第{n % 3}小学",
            }
            out[rows.submission(tx, store.sealer, **values)] = values
    return out


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sort=st.sampled_from(SORTS), ascending=st.booleans(), limit=st.integers(1, 50))
def test_all_pages_together_are_the_whole_list(store, many, sort, ascending, limit):
    found = every(store, Wanted(sort=sort, ascending=ascending), limit)
    assert sorted(found) == sorted(many)
    if sort in ("rate", "largest", "words", "score"):
        keys = [(-1 if (v := many[i][sort]) is None else v, i) for i in found]
        assert keys == sorted(keys, reverse=not ascending)


def test_what_comes_between_two_pages_shifts_nothing(store, many):
    wanted = Wanted(sort="rate")
    with store.read() as tx:
        first = listing.page(tx, wanted, ALL, limit=10)
    with store.write() as tx:
        rows.submission(tx, store.sealer, rate=0.9)
        rows.submission(tx, store.sealer, rate=None)
    seen, cursor = [r["id"] for r in first.rows], first.next
    while cursor:
        with store.read() as tx:
            page = listing.page(tx, wanted, ALL, limit=10, cursor=cursor)
        seen += [r["id"] for r in page.rows]
        cursor = page.next
    assert len(seen) == len(set(seen))
    assert set(many) <= set(seen)


@pytest.mark.usefixtures("many")
def test_a_cursor_that_is_none_is_refused(store):
    for cursor in ("x", "####", "é", "AAAAAAAAAAAAAAAA", "a" * 5000):
        with store.read() as tx, pytest.raises(ServiceError) as told:
            listing.page(tx, Wanted(), ALL, limit=1, cursor=cursor)
        assert (told.value.status, told.value.code) == (422, "cursor")


@pytest.mark.usefixtures("many")
def test_a_cursor_of_another_list_is_refused(store):
    with store.read() as tx:
        cursor = listing.page(tx, Wanted(), ALL, limit=1).next
        with pytest.raises(ServiceError):
            listing.page(tx, Wanted(sort="rate"), ALL, limit=1, cursor=cursor)
        with pytest.raises(ServiceError):
            listing.page(tx, Wanted(Filter(unit="第1")), ALL, limit=1, cursor=cursor)


def test_units_and_reviewers_see_their_own(store, many):
    unit = Sight(unit_key="第1小学")
    mine = {i for i, v in many.items() if v["unit"] == "第1小学"}
    assert set(every(store, Wanted(), 7, unit)) == mine
    with store.read() as tx:
        assert listing.counts(tx, Wanted(), unit)["total"] == len(mine)
        assert listing.counts(tx, Wanted(Filter(unit="第2")), unit)["total"] == 0
        assert listing.counts(tx, Wanted(), Sight())["total"] == 0
    batches = {v["batch"] for v in many.values()} - {None}
    assigned = set(every(store, Wanted(), 7, Sight(batches=tuple(batches))))
    assert assigned == {i for i, v in many.items() if v["batch"]}


FILTERS = [
    ("率>30", {"甲"}),
    ("率>31", set()),
    ("率>=31 字数<=3000", {"甲"}),
    ("字数>3000", set()),
    ("单位:临溪", {"甲"}),
    ('单位:"临溪 市"', {"甲"}),
    ("代码:length", {"甲"}),
    ("代码:length.over,x", {"甲"}),
    ("代码:len", set()),
    ("代码:%", set()),
    ("判定:待定", {"甲"}),
    ("判定:通过,退回", {"乙"}),
    ("结论：退回", {"甲"}),
    ("相似:有", {"甲"}),
    ("相似:无", {"乙"}),
    ("报送:2024-01-20", {"甲"}),
    ("报送>2024-01-20", {"乙"}),
    ("屏幕", {"甲"}),
    ("屏幕 单位:青榆", set()),
    ("批次:无", {"甲", "乙"}),
    ("类型:工作案例 状态:完成 切题:待核", {"甲"}),
]


def test_filters(store):
    with store.write() as tx:
        one = rows.submission(
            tx,
            store.sealer,
            title="甲",
            rate=0.31,
            words=3000,
            unit="临溪 市教研室",
            codes=["length.over"],
            verdict="return",
            topic_band="unsure",
            received=datetime(2024, 1, 19, 16, tzinfo=UTC),  # the 20th in China
        )
        rows.pair(tx, one, "0" * 16)
        search.add(tx, one, "教师在屏幕前")
        rows.submission(
            tx,
            store.sealer,
            title="乙",
            unit="青榆县",
            decision="pass",
            received=datetime(2024, 1, 20, 16, tzinfo=UTC),
        )
    with store.read() as tx:
        for line, titles in FILTERS:
            page = listing.page(tx, Wanted(parse(line)), ALL, limit=10)
            assert {r["title"] for r in page.rows} == titles, line


def test_stale_reports_are_told_and_found(store):
    made = current.made("henan-2023-950", "")
    head = {"engine": __version__, "rulebook_digest": made.digest, "models": dict(made.models["work_case"])}
    with store.write() as tx:
        batch = rows.batch(tx)
        names = {}
        for name, changes in {
            "fresh": {},
            "engine": {"engine": "0"},
            "rulebook": {"rulebook_digest": "0"},
            "model": {"models": {"topic-work_case": "0"}},
            "batch": {"batch_revision": 0},
        }.items():
            one = names[name] = rows.submission(tx, store.sealer, batch=batch, title=name)
            rows.run(tx, store.sealer, one, **{**head, **changes})
        rows.submission(tx, store.sealer, title="none")
    wanted = Wanted(Filter(stale=True), default="henan-2023-950")
    with store.read() as tx:
        found = {r["title"] for r in listing.page(tx, wanted, ALL, limit=10).rows}
    assert found == {"engine", "rulebook", "model", "batch"}


@pytest.mark.parametrize("default", ["henan-2023-950", "no-such"])
def test_a_report_is_stale_by_the_rulebook_that_it_is_judged_by(store, default):
    made = current.made("henan-2023-950", "")
    head = {"engine": __version__, "rulebook_digest": made.digest, "models": dict(made.models["work_case"])}
    with store.write() as tx:
        for of_batch in ("henan-2023-950", "gone", "", None):
            batch = None if of_batch is None else rows.batch(tx, rulebook=of_batch, name=of_batch)
            for own in ("henan-2023-950", "gone", ""):
                one = rows.submission(tx, store.sealer, batch=batch, rulebook=own, title=f"{own}|{of_batch}")
                rows.run(tx, store.sealer, one, **head)
    told = {True: set(), False: set()}
    with store.read() as tx:
        for row in tx.execute(submission.select()).mappings().all():
            judged_by = current.rulebook_of(tx, dict(row), default)
            told[
                bool(current.reasons(row, {**head, "batch_revision": 1}, 1 if row["batch"] else None, judged_by, ""))
            ].add(row["title"])
        for stale, titles in told.items():
            page = listing.page(tx, Wanted(Filter(stale=stale), default=default), ALL, limit=50)
            assert {r["title"] for r in page.rows} == titles
    assert {"|henan-2023-950", "henan-2023-950|gone"} <= told[False]
    assert {"|gone", "gone|henan-2023-950"} <= told[True]
    assert ("|" in told[False]) == ("|None" in told[False]) == (default == "henan-2023-950")


@pytest.fixture
def five_thousand(store):
    rng = random.Random(3)
    words = "屏幕 作业设计 分层教学 学情诊断 送教下乡 同课异构 名师工作室 课堂观摩".split()
    with store.write() as tx:
        batch = rows.batch(tx)
        first = rows.submission(tx, store.sealer, file="all")
        like = tx.execute(submission.select().where(submission.c.id == first)).mappings().one()
        made, texts = [], []
        for n in range(5000):
            one = {
                "id": new_id(),
                "title": f"纪事之{rng.randrange(900)}",
                "batch": batch if n % 3 else None,
                "rate": rng.random(),
                "score": rng.randrange(100),
                "verdict": rng.choice(["clear", "look", "return"]),
                "unit_key": f"第{n % 97}小学",
                "codes": [f"c{n % 9}.over"],
            }
            made.append(dict(like) | one)
            line = search._index_line("，".join(rng.sample(words, 3)))
            texts.append({"number": n + 1, "submission": one["id"], "body": b"", "line": line})
        tx.execute(submission.insert(), made)
        if store.engine.dialect.name == "sqlite":
            tx.execute(
                text("INSERT INTO service_words (number, submission, body) VALUES (:number, :submission, :body)"), texts
            )
            tx.execute(text("INSERT INTO service_words_index (rowid, body) VALUES (:number, :line)"), texts)
        else:
            line = "array_to_tsvector(string_to_array(:line, ' '))"
            tx.execute(
                text(f"INSERT INTO service_words (submission, body, vector) VALUES (:submission, :body, {line})"), texts
            )
    if store.engine.dialect.name == "postgresql":
        with store.write() as tx:
            tx.execute(text("ANALYZE service_submission"))
            tx.execute(text("ANALYZE service_words"))
    return batch


def test_a_page_of_five_thousand_comes_at_once_and_from_indexes(store, five_thousand):
    lines = ["屏幕 率>30 单位:第5", "屏幕 教学", "代码:c3 判定:待定", "", f"批次:{five_thousand} 结论:退回", "过期:否"]
    slowest = {}
    for line in lines:
        for sort in ("created", "rate", "title"):
            wanted = Wanted(parse(line), sort=sort, default="henan-2023-950")
            with store.read() as tx:
                begun = time.process_time() if store.engine.dialect.name == "sqlite" else time.perf_counter()
                for _ in range(3):
                    page = listing.page(tx, wanted, ALL, limit=50)
                    told = listing.counts(tx, wanted, ALL)
                ended = time.process_time() if store.engine.dialect.name == "sqlite" else time.perf_counter()
                slowest[line, sort] = (ended - begun) / 3
                assert len(page.rows) == min(50, told["total"])
                assert page.rows
    # The promise is 150 ms; a busy machine is given its time.
    assert max(slowest.values()) < 1.0
    for sort in SORTS:
        _read_in_order(store, sort)


def _read_in_order(store, sort):
    lite = store.engine.dialect.name == "sqlite"
    with store.read() as tx:
        first = listing.page(tx, Wanted(sort=sort), ALL, limit=5)
        said = _plan(tx, "EXPLAIN QUERY PLAN " if lite else "EXPLAIN ", Wanted(sort=sort), first.next)
    age = "autoindex" if lite else "service_submission_pkey"
    assert (age if sort == "created" else f"service_submission_by_{sort}") in said, said
    assert "TEMP B-TREE" not in said


def _plan(tx, prefix, wanted, cursor):
    seen = []

    def keep(_c, _cur, statement, parameters, _ctx, _many):
        seen.append((statement, parameters))

    event.listen(tx.engine, "before_cursor_execute", keep)
    try:
        listing.page(tx, wanted, ALL, limit=5, cursor=cursor)
    finally:
        event.remove(tx.engine, "before_cursor_execute", keep)
    statement, parameters = seen[-1]
    return "\n".join(" ".join(map(str, r)) for r in tx.exec_driver_sql(prefix + statement, parameters))
