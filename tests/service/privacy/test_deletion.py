"""What is deleted is gone: from the reports of others, from every row, from the bytes of the file."""

import json

from sqlalchemy import select

from service.people.principal import Principal, Role
from service.store import runs
from service.store.deletion import delete_submission
from service.store.schema import run
from service.views import shown_report
from tests.service.jobs.handing import hand_in, row_of
from tests.service.working import drain
from tests.writing import case_lines, docx

PLANTED = "紫藤花架下的第九次磨课"


def both(store, settings):
    lines = case_lines(71)
    shared = [*lines[:1], *(f"{PLANTED}，{line}" if len(line) > 50 else line for line in lines[1:])]
    other = [f"另一篇：{case_lines(72)[0]}", *(line.replace(PLANTED, "藤下磨课") for line in shared[1:])]
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
    assert "青榆县第三小学".encode() not in raw(where)


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
