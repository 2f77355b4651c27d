"""What is deleted is gone: from the reports of others, from every row, from the bytes of the file."""

import json
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select, update

from screening.library import schema as library
from service.errors import ServiceError
from service.moment import now
from service.people.principal import Principal, Role
from service.store import batches, files, retention, runs, search, submissions, withdrawal
from service.store.database import tell
from service.store.deletion import delete_batch, delete_submission
from service.store.reseal import BODIES
from service.store.schema import batch, file, metadata, run
from service.store.sight import Sight
from service.views import shown_report
from tests.service.jobs.handing import hand_in, members, open_batch, row_of, zipped
from tests.service.working import drain
from tests.writing import case_lines, docx, noise

PLANTED = "紫藤花架下的第九次磨课"


def both(store, settings):
    lines = case_lines(71, 6)
    shared = [*lines[:1], *(f"{PLANTED}，{line}" if len(line) > 50 else line for line in lines[1:])]
    other = [f"另一篇：{case_lines(72, 6)[0]}", *(line.replace(PLANTED, "藤下磨课") for line in shared[1:])]
    gone = hand_in(store, docx(shared), "欧阳静雪.docx", unit="青榆县第三小学", title=shared[0], author="欧阳静雪")
    drain(store, settings)
    stays = hand_in(store, docx(other), "乙.docx", unit="松岗县教师进修学校", title=other[0])
    drain(store, settings)
    return gone, stays


def newest(store, submission_id):
    with store.read() as tx:
        return runs.report_of(tx, store.sealer, row_of(store, submission_id)["run"]).decode()


def raw(where):
    if "://" in where:
        return b""
    from pathlib import Path  # noqa: PLC0415 - SQLite only

    return b"".join(p.read_bytes() for p in Path(where).parent.glob("screening.db*"))


def kept(store):
    """Everything that the database holds, unsealed, as one text."""
    opened = {(c.table.name, c.name): place for c, place in BODIES}
    out = []
    with store.read() as tx:
        for table in (*metadata.sorted_tables, *library.metadata.sorted_tables):
            for row in tx.execute(table.select()).mappings():
                for name, value in row.items():
                    place = opened.get((table.name, name))
                    plain = store.sealer.open(value, place.format(**row)) if place else value
                    out.append(plain.decode(errors="replace") if isinstance(plain, bytes) else str(plain))
    return "\n".join(out)


def test_a_deleted_text_is_gone_also_from_the_report_of_another(store, settings, where):
    gone, stays = both(store, settings)
    assert PLANTED in newest(store, stays)
    assert delete_submission(store, gone, "user:test", "作者要求删除") == 1
    after = newest(store, stays)
    assert PLANTED not in after
    assert "青榆县第三小学" not in after
    assert json.loads(after)["reuse"]["rates"]["total"] > 0.1
    with store.read() as tx:
        assert tx.execute(select(run.c.id).where(run.c.submission == gone)).first() is None
    rest = kept(store)
    for word in (PLANTED, "青榆县第三小学", "欧阳静雪", case_lines(71, 6)[0]):
        assert word not in rest
    bytes_left = raw(where)
    assert "青榆县第三小学".encode() not in bytes_left
    assert search._code("紫藤").encode() not in bytes_left


def test_only_reports_that_may_mention_it_are_opened(store, settings):
    gone, stays = both(store, settings)
    far = hand_in(store, docx(["别的事", noise(Random(73), 600)]), "丙.docx")
    drain(store, settings)
    assert "紫藤" not in newest(store, far)
    with store.write() as tx:
        tx.execute(update(run).where(run.c.submission == far).values(body=b"damaged"))
    assert delete_submission(store, gone, "user:test", "作者要求删除") == 1
    assert PLANTED not in newest(store, stays)


def test_what_was_withdrawn_before_it_was_deleted_is_gone_too(store, settings):
    gone, stays = both(store, settings)
    with store.write() as tx:
        row = submissions.one(tx, gone, Sight(everything=True), lock=True)
        withdrawal.withdraw(tx, store.sealer, row, "user:test")
    assert PLANTED in newest(store, stays)
    assert delete_submission(store, gone, "user:test", "作者要求删除") == 1
    assert PLANTED not in newest(store, stays)
    assert "青榆县第三小学" not in kept(store)


def test_of_the_same_bytes_handed_in_twice_the_other_keeps_all_but_the_names_of_the_one_that_goes(store, settings):
    data = docx([*case_lines(71, 6)[:3], *(f"{PLANTED}，{line}" for line in case_lines(71, 6)[3:])])
    first = {"unit": "青榆县第三小学", "author": "欧阳静雪"}
    second = {"unit": "白麓大学", "author": "第五云舒"}
    gone = hand_in(store, data, "欧阳静雪.docx", **first, row=first)
    drain(store, settings)
    quoting = hand_in(
        store, docx([*case_lines(72, 6)[:3], *(f"{PLANTED}，{x}" for x in case_lines(71, 6)[3:])]), "乙.docx"
    )
    twin = hand_in(store, data, "丁.docx", **second, row=second)
    drain(store, settings)
    for report in (newest(store, quoting), newest(store, twin)):
        assert "青榆县第三小学" in report
    assert delete_submission(store, gone, "user:test", "作者要求删除") == 2
    rest = kept(store)
    for word in ("青榆县第三小学", "欧阳静雪"):
        assert word not in rest
    with store.read() as tx:
        assert b"".join(files.pieces(tx, store.sealer, row_of(store, twin)["sha256"])) == data
    report = newest(store, quoting)
    assert PLANTED in report  # the text is the twin's too
    assert "白麓大学" in report
    assert delete_submission(store, twin, "user:test", "作者要求删除") == 1
    assert "白麓大学" not in kept(store)
    with store.read() as tx:
        assert tx.execute(select(file.c.sha256)).scalars().all() == [row_of(store, quoting)["sha256"]]


def test_what_the_checks_of_the_batch_said_of_it_goes_from_its_mates(store, settings):
    texts = {f"{n}.docx": docx(case_lines(74 + n, 6)) for n in range(2)}
    table = "文件名,案例类型,单位,作者\n" + "".join(
        f"{n}.docx,典型工作案例,{u},欧阳静雪\n" for n, u in enumerate(UNITS)
    )
    where = open_batch(store, zipped(texts), table.encode(), name="一批")
    drain(store, settings)
    gone, stays = members(store, where)
    assert UNITS[0] in newest(store, stays["id"])
    delete_submission(store, gone["id"], "user:test", "作者要求删除")
    after = newest(store, stays["id"])
    assert UNITS[0] not in after
    assert UNITS[1] in after
    assert UNITS[0] not in kept(store)


UNITS = ("青榆县第三小学", "松岗县教师进修学校")


@pytest.fixture
def two_batches(store, settings):
    """Two closed batches of one text each, of which the first is to go yesterday; their ids."""
    out = []
    for n, title in enumerate(("头一批", "后一批")):
        where = open_batch(store, name=title)
        with store.write() as tx:
            tell(tx, "batch.received", batch=where)
        hand_in(store, docx(case_lines(77 + n, 6)), f"{title}.docx", batch=where, unit="青榆县第三小学")
        with store.write() as tx:
            batches.change(tx, where, state="closed", closed=now() - timedelta(days=31 if n == 0 else 29))
        out.append(where)
    drain(store, settings)
    return out


def test_a_batch_goes_with_its_files_its_texts_and_its_events(store, two_batches):
    first, second = two_batches
    assert delete_batch(store, first, "user:test", "试用结束") == 1
    rest = kept(store)
    assert "头一批" not in rest
    assert "后一批" in rest
    with store.read() as tx:
        assert tx.execute(select(batch.c.id)).scalars().all() == [second]
        assert tx.execute(select(func.count()).select_from(file)).scalar_one() == 1
    assert delete_batch(store, second, "user:test", "试用结束") == 1
    with pytest.raises(ServiceError) as told:
        delete_batch(store, second, "user:test", "试用结束")
    assert told.value.status == 404


def test_batches_go_when_their_time_has_come_and_not_before(store, two_batches):
    assert retention.due(store, 0) == 0  # kept for good
    assert retention.due(store, 30) == 1
    with store.read() as tx:
        assert tx.execute(select(batch.c.id)).scalars().all() == two_batches[1:]
    assert [r["id"] for r in retention.upcoming(store, 2)] == two_batches[1:]
    assert retention.due(store, 30) == 0


def test_an_end_that_was_set_by_hand_holds(store, two_batches):
    with store.write() as tx:
        batches.change(tx, two_batches[1], purge_after=now() - timedelta(seconds=1))
        batches.change(tx, two_batches[0], purge_after=now() + timedelta(days=900))
    assert retention.due(store, 30) == 1
    with store.read() as tx:
        assert tx.execute(select(batch.c.id)).scalars().all() == two_batches[:1]


def test_a_submitter_sees_of_another_unit_that_there_is_a_source_and_no_word_of_it(store, settings):
    _, stays = both(store, settings)
    who = Principal(id="key:1", name="", role=Role.SUBMITTER, unit="松岗县教师进修学校", unit_key="松岗县教师进修学校")
    with store.read() as tx:
        seen = shown_report(tx, store.sealer, row_of(store, stays), who).decode()
    assert "其他单位的材料" in seen
    assert PLANTED not in seen
    assert "青榆县第三小学" not in seen
    whole, part = json.loads(newest(store, stays)), json.loads(seen)
    assert part["text"] == whole["text"]
    assert part["reuse"]["rates"] == whole["reuse"]["rates"]
    blind = Principal(id="key:2", name="", role=Role.REVIEWER, batches={"*": True})
    with store.read() as tx:
        masked = json.loads(shown_report(tx, store.sealer, row_of(store, stays), blind))
    said = json.dumps(masked, ensure_ascii=False)
    assert "青榆县第三小学" not in said
    assert "松岗县教师进修学校" not in said
    assert "欧阳静雪" not in said
    assert len(masked["text"]) == len(whole["text"])
