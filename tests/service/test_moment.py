"""Ids that sort by age, also within a millisecond: the newest row of a kind is the one with the greatest id."""

import time
from concurrent.futures import ThreadPoolExecutor

from service.moment import new_id


def test_ids_sort_as_they_were_made():
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {len(i) for i in made} == {28}
    assert abs(int(made[-1][:12], 16) - time.time() * 1000) < 60_000


def test_threads_get_ids_of_their_own_and_a_clock_set_back_changes_nothing(monkeypatch):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: new_id(), range(2000)))
    assert len(set(made)) == 2000
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert new_id() > max(made)
