"""What was dismissed once: listed by what one may see, with where it applies; taken back by a row that is added."""

import pytest

from screening.case import unit_key
from service.errors import ServiceError
from service.store import decisions, memory, schema
from service.store.sight import Sight
from tests.service.reading import rows

ALL = Sight(everything=True)
KEY = "topic.off:0123456789abcdef"


@pytest.fixture
def world(store):
    """Three submissions whose reports say one thing, dismissed of the first; the first two are a pair that was dismissed too."""
    with store.write() as tx:
        batch = rows.batch(tx)
        ids = [rows.submission(tx, store.sealer, batch=batch, unit=f"临溪市第{n}小学", file=str(n)) for n in range(3)]
        tx.execute(schema.finding.insert(), [{"submission": i, "key": KEY} for i in ids])
        documents = [r.document for r in tx.execute(schema.submission.select().order_by(schema.submission.c.id))]
        rows.pair(tx, ids[1], documents[0])
        pair = "|".join(sorted(documents[:2]))
        decisions.recall_later(tx, "finding", KEY, "dismiss", "同一格式", "user:x", ids[0])
        decisions.recall_later(tx, "finding", "topic.off:1", "open", "从来没有判过", "user:x", ids[0])
        decisions.recall_later(tx, "pair", pair, "dismiss", "合作成果", "user:y", ids[0])
    return batch, ids, pair


def test_each_is_listed_once_newest_first_with_where_it_applies(store, world):
    _, ids, pair = world
    with store.read() as tx:
        found, after = memory.listed(tx, ALL, limit=5)
        assert sorted((m.kind, m.key, m.standing, m.origin) for m in found) == [
            ("finding", KEY, True, ids[0]),
            ("pair", pair, True, ids[0]),
        ]
        assert [m.id for m in found] == sorted((m.id for m in found), reverse=True)
        assert after == ""
        assert memory.applied(tx, ALL, found) == {("finding", KEY): [ids[2], ids[1]], ("pair", pair): [ids[1]]}
        (first,), after = memory.listed(tx, ALL, limit=1)
        (second,), end = memory.listed(tx, ALL, limit=1, before=after)
        assert [first.id, second.id, end] == [*(m.id for m in found), ""]


def test_sight_is_a_condition_of_both_queries(store, world):
    batch, ids, _ = world
    one = Sight(unit_key=unit_key("临溪市第0小学"))
    with store.read() as tx:
        assert memory.listed(tx, Sight(batches=("elsewhere",)), limit=5) == ([], "")
        assert len(memory.listed(tx, Sight(batches=(batch,)), limit=5)[0]) == 2
        found, _ = memory.listed(tx, one, limit=5)
        assert len(found) == 2
        assert memory.applied(tx, one, found) == {}
        second = Sight(unit_key=unit_key("临溪市第1小学"))
        assert memory.applied(tx, second, found)["finding", KEY] == [ids[1]]


@pytest.mark.usefixtures("world")
def test_what_is_taken_back_stays_in_the_list(store):
    with store.read() as tx:
        last = next(m.id for m in memory.listed(tx, ALL, limit=5)[0] if m.kind == "finding")
    with store.write() as tx:
        memory.take_back(tx, ALL, last, reason="看错了", by="user:z")
    with store.read() as tx:
        (found,) = (m for m in memory.listed(tx, ALL, limit=5)[0] if m.kind == "finding")
        assert [(r["what"], r["note"], r["by"]) for r in found.rows] == [
            ("open", "看错了", "user:z"),
            ("dismiss", "同一格式", "user:x"),
        ]
        assert not found.standing
        assert decisions.remembered(tx, "finding", [KEY]) == {}
        audit = tx.execute(schema.audit.select()).mappings().all()
        assert ("finding.open", "user:z", KEY) in [(a["action"], a["by"], a["target"]) for a in audit]
    for sight, status in ((ALL, 409), (Sight(batches=("elsewhere",)), 404)):
        with pytest.raises(ServiceError) as raised, store.write() as tx:
            memory.take_back(tx, sight, last, reason="再来一次", by="user:z")
        assert raised.value.status == status
