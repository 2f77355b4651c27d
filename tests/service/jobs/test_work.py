"""Leases, fences, attempts: who may do what when, and what becomes of it when a worker is gone."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.case import Case
from service.errors import ServiceError
from service.jobs.kit import Kit
from service.jobs.reading import read
from service.jobs.running import run as do
from service.moment import now
from service.store import results, submissions, work
from service.store.schema import case, event, run
from service.store.work import READ, SCREEN
from tests.service.jobs.handing import alter, hand_in, open_batch, row_of, text_of
from tests.service.working import drain

MISSING = "/nowhere/no-such-rulebook.toml"


def claim(store, owner="one", most=1, seconds=60):
    with store.write() as tx:
        return work.claim(tx, owner, seconds, most)


def events(store, submission_id):
    with store.read() as tx:
        return list(tx.execute(select(event.c.kind).where(event.c.submission == submission_id)).scalars())


def test_what_is_taken_is_not_taken_twice_and_goes_by_priority_then_age(store):
    old, new, urgent = hand_in(store, b"1"), hand_in(store, b"2"), hand_in(store, b"3", priority=5)
    assert [lease.id for lease in claim(store)] == [urgent]
    assert [lease.id for lease in claim(store, "two", most=5)] == [old, new]
    assert claim(store, "three") == []
    assert row_of(store, old)["state"] == "reading"


def test_many_workers_at_once_take_each_row_once(store):
    ids = {hand_in(store, str(n).encode()) for n in range(12)}
    taken = []

    def take(owner):
        while leases := claim(store, owner, most=2):
            taken.extend(leases)

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 12
    assert {lease.id for lease in taken} == ids


def test_a_lease_that_ran_out_is_taken_over_and_the_late_answer_is_dropped(store, settings):
    submission_id = hand_in(store, text_of(1))
    (late,) = claim(store, "slow")
    alter(store, submission_id, lease_until=now() - timedelta(seconds=1))
    (lease,) = claim(store, "quick")
    assert (lease.id, lease.fence, lease.attempts) == (submission_id, late.fence + 1, 2)
    kit = Kit(store, settings)
    assert read(kit, late) is False
    with store.read() as tx:
        assert tx.execute(select(case)).first() is None
    assert len(store.library()) == 0
    assert read(kit, lease) is True
    assert row_of(store, submission_id)["state"] == "read"
    assert read(kit, lease) is False  # nor does the same answer count twice
    with store.read() as tx:
        assert len(tx.execute(select(case)).all()) == 1


def test_who_gives_signs_of_life_keeps_the_lease(store):
    submission_id = hand_in(store, b"1")
    claim(store, "one", seconds=5)
    before = row_of(store, submission_id)["lease_until"]
    with store.write() as tx:
        work.beat(tx, "one", 60, done=3)
        work.beat(tx, "one", 60, done=2)
    assert row_of(store, submission_id)["lease_until"] > before + timedelta(seconds=50)
    with store.read() as tx:
        assert tx.execute(select(work.worker.c.id, work.worker.c.done)).all() == [("one", 5)]


def test_what_a_dead_worker_had_comes_back_after_a_pause_that_grows(store):
    submission_id = hand_in(store, b"1")
    pauses = []
    for _ in range(3):
        assert claim(store, "dead")
        with store.write() as tx:
            work.release(tx, "dead")
        assert claim(store) == []
        pauses.append((row_of(store, submission_id)["run_after"] - now()).total_seconds())
        alter(store, submission_id, run_after=None)
    assert 3 < pauses[0] < pauses[1] / 3 < pauses[2] / 9


def test_what_was_tried_before_is_taken_alone(store):
    ids = [hand_in(store, b"%d" % n) for n in range(4)]
    alter(store, ids[1], attempts=1)
    taken = []
    while leases := claim(store, most=5):
        taken.append([lease.id for lease in leases])
    assert taken == [ids[:1], ids[1:2], ids[2:]]


def test_what_was_not_begun_goes_back_without_a_loss(store):
    submission_id = hand_in(store, b"1")
    leases = claim(store)
    with store.write() as tx:
        work.give_back(tx, leases)
    row = row_of(store, submission_id)
    assert (row["state"], row["attempts"], row["lease_owner"]) == ("queued", 0, None)
    assert claim(store)


def test_after_too_many_attempts_it_is_given_up_with_a_report_until_somebody_tries_again(store, settings):
    submission_id = hand_in(store, text_of(1), rulebook=MISSING)
    kit = Kit(store, settings)
    for attempt in range(1, settings.attempts + 1):
        (lease,) = claim(store)
        assert lease.attempts == attempt
        do(kit, lease)
        alter(store, submission_id, run_after=None)
    row = row_of(store, submission_id)
    assert (row["state"], row["verdict"]) == ("failed", "incomplete")
    assert row["error"].startswith("rulebook.")
    assert row["message"]
    assert row["advice"]
    assert events(store, submission_id) == ["submission.received", "submission.failed"]
    with store.read() as tx:
        assert tx.execute(select(run.c.submission)).scalars().all() == [submission_id]
    assert claim(store) == []
    alter(store, submission_id, rulebook="")
    with store.write() as tx:
        work.retry(tx, submission_id)
    assert drain(store, settings) == 2
    assert (row_of(store, submission_id)["state"], row_of(store, submission_id)["error"]) == ("done", "")
    with store.write() as tx, pytest.raises(ServiceError, match="处理失败"):
        work.retry(tx, submission_id)


def test_what_takes_its_workers_with_it_is_given_up_too(store, settings):
    submission_id = hand_in(store, text_of(1))
    for _ in range(settings.attempts):
        assert claim(store, "dead")
        with store.write() as tx:
            work.release(tx, "dead")
        alter(store, submission_id, run_after=None)
    assert drain(store, settings) == 1
    row = row_of(store, submission_id)
    assert (row["state"], row["error"]) == ("failed", "screening_crashed")


@pytest.mark.parametrize("taken", [False, True])
def test_withdrawn_before_it_is_read(store, settings, taken):
    submission_id = hand_in(store, text_of(1))
    leases = claim(store) if taken else []
    with store.write() as tx:
        work.cancel(tx, store.sealer, submission_id)
    for lease in leases:
        do(Kit(store, settings), lease)
    assert row_of(store, submission_id)["state"] == "cancelled"
    assert drain(store, settings) == 0
    assert len(store.library()) == 0
    assert events(store, submission_id)[-1] == "submission.cancelled"


def test_withdrawn_while_it_is_screened(store, settings):
    submission_id = hand_in(store, text_of(1))
    kit = Kit(store, settings)
    do(kit, *claim(store))
    (lease,) = claim(store)
    assert lease.kind == SCREEN
    with store.write() as tx:
        work.cancel(tx, store.sealer, submission_id)
    assert len(store.library()) == 0
    do(kit, lease)
    assert (row_of(store, submission_id)["state"], row_of(store, submission_id)["run"]) == ("cancelled", None)


def test_what_is_done_cannot_be_withdrawn(store, settings):
    submission_id = hand_in(store, text_of(1))
    drain(store, settings)
    with store.write() as tx, pytest.raises(ServiceError, match="不能再撤回"):
        work.cancel(tx, store.sealer, submission_id)


def test_a_sealed_batch_is_screened_when_none_of_it_is_left_to_read(store):
    here = open_batch(store, state="sealed")
    one, two = hand_in(store, b"1", batch=here), hand_in(store, b"2", batch=here)
    alter(store, one, state="read")
    (lease,) = claim(store)
    assert (lease.id, lease.kind) == (two, READ)
    assert claim(store) == []
    alter(store, two, state="failed", lease_owner=None)
    (lease,) = claim(store)
    assert (lease.id, lease.kind) == (one, SCREEN)


@pytest.mark.parametrize(("state", "kinds"), [("open", [SCREEN, READ]), ("unpacking", [READ])])
def test_an_open_batch_does_not_wait_and_one_that_is_unpacked_is_only_read(store, state, kinds):
    here = open_batch(store, state=state)
    alter(store, hand_in(store, b"1", batch=here), state="read")
    hand_in(store, b"2", batch=here)
    assert [lease.kind for lease in claim(store, most=5)] == kinds


def test_a_batch_tells_once_that_it_is_done(store, settings):
    here = open_batch(store, state="sealed")
    for seed in (1, 2):
        hand_in(store, text_of(seed), f"{seed}.docx", batch=here)
    hand_in(store, text_of(3), batch=here)
    withdrawn = hand_in(store, text_of(4), batch=here)
    with store.write() as tx:
        work.cancel(tx, store.sealer, withdrawn)
    drain(store, settings)
    with store.read() as tx:
        told = tx.execute(select(event.c.body).where(event.c.kind == "batch.done")).scalars().all()
    assert told == [{"states": {"done": 3, "cancelled": 1}}]


def test_reading_is_whole_or_not_at_all(store, settings):
    submission_id = hand_in(store, text_of(1))
    (lease,) = claim(store)
    read(Kit(store, settings), lease)
    with store.read() as tx:
        found = Case.from_json(submissions.case_of(tx, store.sealer, submission_id))
    alter(store, submission_id, state="reading")
    other = found.with_info(sha256="f" * 64)
    made = results.ReadCase.of(store.sealer, submission_id, other)
    with pytest.raises(KeyboardInterrupt), store.write() as tx:  # noqa: PT012 - the transaction is what is tested
        assert results.keep_case(tx, store.sealer, lease, made)
        raise KeyboardInterrupt
    assert [e.sha256 for e in store.library().rows()] == [found.info.sha256]
    assert row_of(store, submission_id)["state"] == "reading"
